import { sql, type Kysely, type RawBuilder } from 'kysely'
import { SYNCED_TABLES, type SyncedEntity } from '../../core/synced-entity.ts'
import type { Tables } from './tables.ts'

export interface ExistingRow {
  readonly id: string
  /** The list that showed it last. */
  readonly listed_by: string
  readonly content_hash: string
  readonly deleted_at: string | null
  readonly last_seen_at: string
}

export interface ScopeCounts {
  /** Live rows that were there before this listing. */
  readonly live_before: number
  /** Of these, the ones that this listing did not show. */
  readonly missing: number
  /** Rows that this listing, or one that began later, showed. */
  readonly seen: number
}

/** A statement with a list of ids takes so many: engines limit parameters, and one length is prepared once. */
const IDS_PER_STATEMENT = 500

const tableOf = (entity: SyncedEntity): RawBuilder<unknown> => sql.table(SYNCED_TABLES[entity].table)
const scopeOf = (entity: SyncedEntity): RawBuilder<unknown> => sql.ref(SYNCED_TABLES[entity].scope_column)
const idList = (ids: readonly string[]): RawBuilder<unknown> => sql.join(ids.map((id) => sql`${id}`))

function* inParts(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += IDS_PER_STATEMENT) yield ids.slice(at, at + IDS_PER_STATEMENT)
}

/**
 * The insert-or-replace of one row, as text for many. Its parameters are the source,
 * the id, `first_seen_at`, the list, the entity's columns, `data`, `content_hash`, `last_seen_at` and `deleted_at`.
 */
export function upsertStatement(query: Kysely<Tables>, entity: SyncedEntity): string {
  const { columns, scope_column } = SYNCED_TABLES[entity]
  const replaced = [
    scope_column,
    ...columns.map((column) => column.name),
    'data',
    'content_hash',
    'last_seen_at',
    'deleted_at',
  ]
  const all = ['source_id', 'id', 'first_seen_at', ...replaced]
  const placeholders = sql.join(all.map(() => sql`${null}`))
  const assignments = replaced.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`)
  return sql`insert into ${tableOf(entity)} (${sql.join(all.map((name) => sql.ref(name)))})
    values (${placeholders})
    on conflict (source_id, id) do update set ${sql.join(assignments)}`.compile(query).sql
}

export async function findRows(
  query: Kysely<Tables>,
  entity: SyncedEntity,
  source_id: number,
  ids: readonly string[],
): Promise<ExistingRow[]> {
  const found: ExistingRow[] = []
  for (const part of inParts(ids)) {
    const { rows } = await sql<ExistingRow>`select id, content_hash, deleted_at, last_seen_at,
        ${scopeOf(entity)} as listed_by
      from ${tableOf(entity)} where source_id = ${source_id} and id in (${idList(part)})`.execute(query)
    found.push(...rows)
  }
  return found
}

/** Marks unchanged rows as seen by this listing; with `listed_by` also as belonging to its list now. */
export async function touchRows(
  query: Kysely<Tables>,
  entity: SyncedEntity,
  row: { source_id: number; seen_at: string; ids: readonly string[]; listed_by?: string },
): Promise<void> {
  // The list is in an index: naming it would rewrite the index for every row.
  const moved = row.listed_by === undefined ? sql`` : sql`, ${scopeOf(entity)} = ${row.listed_by}`
  for (const part of inParts(row.ids)) {
    await sql`update ${tableOf(entity)} set last_seen_at = ${row.seen_at}${moved}
      where source_id = ${row.source_id} and id in (${idList(part)})`.execute(query)
  }
}

/** Marks rows as seen by this listing and not deleted, without touching what is known of them. */
export async function reviveRows(
  query: Kysely<Tables>,
  entity: SyncedEntity,
  row: { source_id: number; listed_by: string; seen_at: string; ids: readonly string[] },
): Promise<void> {
  await sql`update ${tableOf(entity)}
    set last_seen_at = ${row.seen_at}, ${scopeOf(entity)} = ${row.listed_by}, deleted_at = null
    where source_id = ${row.source_id} and id in (${idList(row.ids)})`.execute(query)
}

export async function countScope(
  query: Kysely<Tables>,
  scope: { entity: SyncedEntity; source_id: number; listed_by: string; seen_at: string },
): Promise<ScopeCounts> {
  const { seen_at } = scope
  const { rows } = await sql<ScopeCounts>`select
      coalesce(sum(case when deleted_at is null and first_seen_at < ${seen_at} then 1 else 0 end), 0) as live_before,
      coalesce(sum(case when deleted_at is null and last_seen_at < ${seen_at} then 1 else 0 end), 0) as missing,
      coalesce(sum(case when last_seen_at >= ${seen_at} then 1 else 0 end), 0) as seen
    from ${tableOf(scope.entity)}
    where source_id = ${scope.source_id} and ${scopeOf(scope.entity)} = ${scope.listed_by}`.execute(query)
  const row = rows[0]
  return {
    live_before: Number(row?.live_before ?? 0),
    missing: Number(row?.missing ?? 0),
    seen: Number(row?.seen ?? 0),
  }
}

/** Live rows of the scope that were last seen before `unseen_since`. */
export async function countUnseen(
  query: Kysely<Tables>,
  scope: { entity: SyncedEntity; source_id: number; listed_by: string; unseen_since: string },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${tableOf(scope.entity)}
    where source_id = ${scope.source_id} and ${scopeOf(scope.entity)} = ${scope.listed_by}
      and deleted_at is null and last_seen_at < ${scope.unseen_since}`.execute(query)
  return Number(rows[0]?.count ?? 0)
}

export async function deleteUnseen(
  query: Kysely<Tables>,
  scope: {
    entity: SyncedEntity
    source_id: number
    listed_by: string
    unseen_since: string
    deleted_at: string
  },
): Promise<number> {
  const { numAffectedRows } = await sql`update ${tableOf(scope.entity)} set deleted_at = ${scope.deleted_at}
    where source_id = ${scope.source_id} and ${scopeOf(scope.entity)} = ${scope.listed_by}
      and deleted_at is null and last_seen_at < ${scope.unseen_since}`.execute(query)
  return Number(numAffectedRows ?? 0n)
}

export async function liveRowIds(
  query: Kysely<Tables>,
  scope: { entity: SyncedEntity; source_id: number; listed_by: string },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from ${tableOf(scope.entity)}
    where source_id = ${scope.source_id} and ${scopeOf(scope.entity)} = ${scope.listed_by} and deleted_at is null
    order by id`.execute(query)
  return rows.map((row) => row.id)
}
