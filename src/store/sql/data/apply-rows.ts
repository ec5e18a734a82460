import { noEntityCounts, type EntityCounts } from '../../../core/synced-entity.ts'
import type { ApplyRowsOptions, Listing, SyncedRow } from '../../synced-data-store.ts'
import type { SqlConnection } from '../sql-database.ts'
import { findRows, touchRows, upsertStatement, type ExistingRow } from './synced-statements.ts'

interface Writes {
  /** Parameters of the upsert. */
  readonly changed: unknown[][]
  readonly unchanged: string[]
  /** Unchanged rows that another list showed last. */
  readonly moved: string[]
}

export interface ListingTimes {
  /** The listing's own time as text. */
  readonly seen_at: string
  /** The time of the last complete listing, empty before the first. */
  readonly complete_at: string
}

export interface AppliedRows {
  readonly counts: EntityCounts
  /** Whether rows came, came back or changed in what the rows they drive depend on. */
  readonly reshaped: boolean
}

/** The rules of `SyncedDataStore.applyRows`, inside one transaction. */
export async function applyRows(
  connection: SqlConnection,
  listing: Listing,
  { seen_at, complete_at }: ListingTimes,
  given: readonly SyncedRow[],
  { from_list = true }: ApplyRowsOptions,
): Promise<AppliedRows> {
  const { entity, source_id, listed_by } = listing
  const rows = new Map<string, SyncedRow>()
  for (const row of given) rows.set(row.id, row)
  const existing = new Map<string, ExistingRow>()
  for (const row of await findRows(connection, entity, source_id, [...rows.keys()])) {
    existing.set(row.id, row)
  }

  const counts = noEntityCounts()
  counts.duplicates = given.length - rows.size
  const writes: Writes = { changed: [], unchanged: [], moved: [] }
  let reshaped = false
  for (const row of rows.values()) {
    const before = existing.get(row.id)
    if (from_list && isOutdated(before, listing, seen_at)) {
      counts.unchanged++
      continue
    }
    const list = from_list ? listed_by : (before?.listed_by ?? listed_by)
    counts[planRow(writes, { ...listing, listed_by: list }, seen_at, row, before)]++
    reshaped ||= isReshaped(row, before, complete_at)
    // A duplicate too: the grade may have changed between two pages of one listing.
    if (gradePart(row.content_hash) !== gradePart(before?.content_hash)) counts.regraded++
  }
  counts.processed = counts.created + counts.updated + counts.unchanged

  const seen = { source_id, seen_at }
  if (writes.unchanged.length > 0) await touchRows(connection, entity, { ...seen, ids: writes.unchanged })
  if (writes.moved.length > 0) await touchRows(connection, entity, { ...seen, ids: writes.moved, listed_by })
  if (writes.changed.length > 0) {
    await connection.executeMany(upsertStatement(connection.query, entity), writes.changed)
  }
  return { counts, reshaped }
}

/**
 * A listing of the same list that began later has shown the row or deleted it: what began earlier, as that of a process that
 * was stopped meanwhile, says nothing about it any more. Times of different lists are of different clocks: they say nothing.
 */
function isOutdated(before: ExistingRow | undefined, listing: Listing, seen_at: string): boolean {
  if (before?.listed_by !== listing.listed_by) return false
  return before.last_seen_at > seen_at || (before.deleted_at !== null && before.deleted_at > seen_at)
}

/** A row that the last complete listing did not show is back, whether or not it was marked deleted for it. */
function isReshaped(row: SyncedRow, before: ExistingRow | undefined, complete_at: string): boolean {
  if (before === undefined || before.deleted_at !== null || before.last_seen_at < complete_at) return true
  return shapePart(row.content_hash) !== shapePart(before.content_hash)
}

/** The part of a content hash that stands for what the driven rows depend on; empty where there is none. */
function shapePart(content_hash: string): string {
  return /~([^.]*)/.exec(content_hash)?.[1] ?? ''
}

/** The part of a content hash that stands for the grade; empty where there is none. */
function gradePart(content_hash = ''): string {
  const dot = content_hash.indexOf('.')
  return dot === -1 ? '' : content_hash.slice(dot + 1)
}

/** Adds what has to be written for one row and says how it counts. */
function planRow(
  writes: Writes,
  listing: Listing,
  seen_at: string,
  row: SyncedRow,
  before: ExistingRow | undefined,
): 'created' | 'updated' | 'unchanged' | 'duplicates' {
  const listed_before = before?.listed_by === listing.listed_by ? before : undefined
  // Shown again by this pass, or read by itself: that must not take back that a later pass of its list showed the row.
  const known_later = listed_before !== undefined && listed_before.last_seen_at >= seen_at
  const same = before !== undefined && before.content_hash === row.content_hash && before.deleted_at === null
  if (!same) {
    const last_seen_at = known_later ? listed_before.last_seen_at : seen_at
    const content = [...row.values, row.data, row.content_hash]
    writes.changed.push([
      listing.source_id,
      row.id,
      seen_at,
      listing.listed_by,
      ...content,
      last_seen_at,
      null,
    ])
  } else if (listed_before === undefined) writes.moved.push(row.id)
  else if (!known_later) writes.unchanged.push(row.id)
  if (before === undefined) return 'created'
  if (listed_before?.last_seen_at === seen_at) return 'duplicates'
  return same ? 'unchanged' : 'updated'
}
