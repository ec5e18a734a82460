import type { SyncRow } from '../../../core/sync-record.ts'
import type { SyncCondition, SyncPage, SyncPageQuery, SyncPlace } from '../../sync-lists.ts'
import type { SqlConnection } from '../sql-database.ts'
import { textFor, type SqlPiece } from '../sql-piece.ts'
import { planSyncList } from './sync-list-plan.ts'
import { restOf, type SyncWalk } from './sync-list-ranges.ts'
import {
  countEntries,
  looksOnce,
  selectLook,
  selectRows,
  selectSorted,
  selectStop,
} from './sync-list-statements.ts'
import { syncOfSelected } from './sync-values.ts'

/** How much work one page may be. */
export interface PageEffort {
  /** Entries of an index that it looks at; each costs some microseconds. */
  readonly entries: number
  /** Of these at first: most of what is asked for is found at once. Each further look is four times as large. */
  readonly first_look: number
  /** So many rows are sorted sooner than found along the durations of all. */
  readonly few: number
}

const EFFORT: PageEffort = { entries: 1000, first_look: 250, few: 4000 }
const GROWTH = 4

/** A page of syncs over a connection that is held already. */
export async function readSyncPage(
  connection: SqlConnection,
  { condition, sort, limit, after }: SyncPageQuery,
  effort: PageEffort = EFFORT,
): Promise<SyncPage> {
  if (asksForNothing(condition)) return { rows: [], next: null }
  const { dialect } = connection
  const plan = planSyncList(condition, sort)
  const select = <Row>({ text, values }: SqlPiece): Promise<Row[]> =>
    connection.select<Row>(textFor(dialect, text), values)
  const walk: SyncWalk = { dialect, plan, condition, sort }

  if (plan.if_few !== null) {
    const few: SyncWalk = { ...walk, plan: plan.if_few }
    const [count] = await select<{ entries: number }>(countEntries(few, effort.few + 1))
    if (count !== undefined && count.entries <= effort.few) {
      return pageOf(
        await readRows(connection, selectSorted(few, { after, stop: null, limit: limit + 1 })),
        limit,
        walk,
        null,
      )
    }
  }
  if (restOf(walk).length === 0) {
    return pageOf(
      await readRows(connection, selectRows(walk, { after, stop: null, limit: limit + 1 })),
      limit,
      walk,
      null,
    )
  }
  const rows: SyncRow[] = []
  let from = after
  let looked_at = 0
  for (let look = effort.first_look; ; look *= GROWTH) {
    const entries = Math.min(look, effort.entries - looked_at)
    const part: LookedAt = { after: from, entries, limit: limit + 1 - rows.length }
    const { found, stop } = looksOnce(walk)
      ? await lookOnce(connection, walk, part)
      : await lookTwice(connection, walk, part)
    rows.push(...found)
    looked_at += entries
    if (rows.length > limit || stop === null || looked_at >= effort.entries)
      return pageOf(rows, limit, walk, stop)
    from = stop
  }
}

/** A part of a walk of which not every entry is a row of the page. */
interface LookedAt {
  readonly after: SyncPlace | null
  readonly entries: number
  readonly limit: number
}

interface Look {
  readonly found: readonly SyncRow[]
  /** The place of the last entry; null when there are fewer. */
  readonly stop: SyncPlace | null
}

async function lookTwice(
  connection: SqlConnection,
  walk: SyncWalk,
  { after, entries, limit }: LookedAt,
): Promise<Look> {
  const { text, values } = selectStop(walk, { after, stop: null, limit: entries })
  // Known before its rows are read: whoever writes in between makes no row fall between two pages.
  const [stop = null] = await connection.select<SyncPlace>(textFor(walk.dialect, text), values)
  return { found: await readRows(connection, selectRows(walk, { after, stop, limit })), stop }
}

async function lookOnce(
  connection: SqlConnection,
  walk: SyncWalk,
  { after, entries, limit }: LookedAt,
): Promise<Look> {
  const { text, values } = selectLook(walk, after, entries, limit)
  const found: SyncRow[] = []
  let stop: SyncPlace | null = null
  for (const [value, id, row] of await connection.selectValues(textFor(walk.dialect, text), values)) {
    if (row === null) stop = { value: Number(value), id: Number(id) }
    else found.push(syncOfSelected(walk.dialect, [row]))
  }
  return { found, stop }
}

async function readRows(connection: SqlConnection, { text, values }: SqlPiece): Promise<SyncRow[]> {
  const { dialect } = connection
  return (await connection.selectValues(textFor(dialect, text), values)).map((row) =>
    syncOfSelected(dialect, row),
  )
}

/** A list of no members lets nothing through. */
function asksForNothing({ user_ids, statuses, sync_types, error_types }: SyncCondition): boolean {
  return [user_ids, statuses, sync_types, error_types].some((list) => list?.length === 0)
}

/** @param found one more than the limit when there are more */
function pageOf(found: SyncRow[], limit: number, { sort }: SyncWalk, stop: SyncPlace | null): SyncPage {
  if (found.length <= limit) return { rows: found, next: stop }
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  if (last === undefined) return { rows, next: stop }
  const by_duration = sort === 'longest' || sort === 'shortest'
  const value = by_duration ? (last.total_duration_seconds ?? 0) : last.sync_start_time
  return { rows, next: { value, id: last.id } }
}
