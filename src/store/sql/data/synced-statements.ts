import { sql, type Kysely, type RawBuilder } from 'kysely'
import { SYNCED_TABLES, type SyncedEntity } from '../../../core/synced-entity.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { Tables } from '../tables.ts'

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

/** A statement with a list of ids takes one of these numbers: engines limit parameters, and few are prepared. */
const IDS_IN_STATEMENT = [1, 10, 50, 100, 200, 500] as const
const IDS_PER_STATEMENT = 500

const tableOf = (entity: SyncedEntity): RawBuilder<unknown> => sql.table(SYNCED_TABLES[entity].table)
const scopeOf = (entity: SyncedEntity): RawBuilder<unknown> => sql.ref(SYNCED_TABLES[entity].scope_column)
const idList = (ids: readonly string[]): RawBuilder<unknown> => sql.join(ids.map((id) => sql`${id}`))

function* inParts(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += IDS_PER_STATEMENT) yield ids.slice(at, at + IDS_PER_STATEMENT)
}

/** Fills up with the last id, which changes nothing, so that lists of many lengths share a statement. */
function filledUp(ids: readonly string[]): readonly string[] {
  const length = IDS_IN_STATEMENT.find((number) => number >= ids.length) ?? ids.length
  if (length === ids.length) return ids
  return [...ids, ...Array<string>(length - ids.length).fill(ids.at(-1) ?? '')]
}

const texts = new WeakMap<Kysely<Tables>, Map<string, string>>()

/** The text of a statement that is needed for every page, built once; `name` says which it is. */
function textOf(query: Kysely<Tables>, name: string, build: () => RawBuilder<unknown>): string {
  let known = texts.get(query)
  if (known === undefined) texts.set(query, (known = new Map<string, string>()))
  let text = known.get(name)
  if (text === undefined) known.set(name, (text = build().compile(query).sql))
  return text
}

const placeholders = (count: number): RawBuilder<unknown> =>
  sql.join(Array.from({ length: count }, () => sql`${null}`))

/**
 * The insert-or-replace of one row, as text for many. Its parameters are the source,
 * the id, `first_seen_at`, the list, the entity's columns, `data`, `content_hash`, `last_seen_at` and `deleted_at`.
 */
export function upsertStatement(query: Kysely<Tables>, entity: SyncedEntity): string {
  return textOf(query, `upsert ${entity}`, () => buildUpsert(entity))
}

function buildUpsert(entity: SyncedEntity): RawBuilder<unknown> {
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
  const assignments = replaced.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`)
  return sql`insert into ${tableOf(entity)} (${sql.join(all.map((name) => sql.ref(name)))})
    values (${placeholders(all.length)})
    on conflict (source_id, id) do update set ${sql.join(assignments)}`
}

/**
 * The ids as rows, for PostgreSQL. A list of parameters it would compare with every row of the source as long as it has no
 * statistics of the table, as in all of a first sync.
 */
const WANTED = sql`(select id collate "C" as id from unnest(${null}::text[]) as given (id)) as wanted`

export async function findRows(
  { dialect, query, select }: Pick<SqlConnection, 'dialect' | 'query' | 'select'>,
  entity: SyncedEntity,
  source_id: number,
  ids: readonly string[],
): Promise<ExistingRow[]> {
  const columns = sql`r.id, r.content_hash, r.deleted_at, r.last_seen_at, r.${scopeOf(entity)} as listed_by`
  if (dialect === 'postgres') {
    const text = textOf(
      query,
      `find ${entity}`,
      () => sql`select ${columns} from ${WANTED} join ${tableOf(entity)} as r
        on r.source_id = ${null} and r.id = wanted.id`,
    )
    return await select<ExistingRow>(text, [ids, source_id])
  }
  const found: ExistingRow[] = []
  for (const part of inParts(ids)) {
    const filled = filledUp(part)
    const text = textOf(
      query,
      `find ${entity} ${filled.length}`,
      () => sql`select ${columns} from ${tableOf(entity)} as r
        where r.source_id = ${null} and r.id in (${placeholders(filled.length)})`,
    )
    found.push(...(await select<ExistingRow>(text, [source_id, ...filled])))
  }
  return found
}

/** Marks unchanged rows as seen by this listing; with `listed_by` also as belonging to its list now. */
export async function touchRows(
  { dialect, query, executeMany }: SqlConnection,
  entity: SyncedEntity,
  row: { source_id: number; seen_at: string; ids: readonly string[]; listed_by?: string },
): Promise<void> {
  const { source_id, seen_at, listed_by } = row
  // The list is in an index: naming it would rewrite the index for every row.
  const moved = listed_by === undefined ? sql`` : sql`, ${scopeOf(entity)} = ${null}`
  if (dialect === 'postgres') {
    const text = textOf(
      query,
      `${listed_by === undefined ? 'touch' : 'move'} ${entity}`,
      () => sql`update ${tableOf(entity)} as r set last_seen_at = ${null}${moved} from ${WANTED}
        where r.source_id = ${null} and r.id = wanted.id`,
    )
    await executeMany(text, [[seen_at, ...(listed_by === undefined ? [] : [listed_by]), row.ids, source_id]])
    return
  }
  for (const part of inParts(row.ids)) {
    const filled = filledUp(part)
    const text = textOf(
      query,
      `${listed_by === undefined ? 'touch' : 'move'} ${entity} ${filled.length}`,
      () => sql`update ${tableOf(entity)} set last_seen_at = ${null}${moved}
        where source_id = ${null} and id in (${placeholders(filled.length)})`,
    )
    const scope = listed_by === undefined ? [] : [listed_by]
    await executeMany(text, [[seen_at, ...scope, source_id, ...filled]])
  }
}

/** Marks rows as seen by this listing and not deleted, without touching what is known of them. */
export async function reviveRows(
  query: Kysely<Tables>,
  entity: SyncedEntity,
  row: { source_id: number; listed_by: string; seen_at: string; ids: readonly string[] },
): Promise<void> {
  const scope = scopeOf(entity)
  // A pass that began earlier must not take back that a later one of the same list showed the row.
  const known_later = sql`${scope} = ${row.listed_by} and last_seen_at > ${row.seen_at}`
  // Nor that a later one deleted it.
  const gone_later = sql`${scope} = ${row.listed_by} and deleted_at is not null and deleted_at > ${row.seen_at}`
  for (const part of inParts(row.ids)) {
    await sql`update ${tableOf(entity)}
      set last_seen_at = case when ${known_later} then last_seen_at else ${row.seen_at} end,
        ${scope} = ${row.listed_by}, deleted_at = null
      where source_id = ${row.source_id} and id in (${idList(part)}) and not (${gone_later})`.execute(query)
  }
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
    live_before: row?.live_before ?? 0,
    missing: row?.missing ?? 0,
    seen: row?.seen ?? 0,
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
  return rows[0]?.count ?? 0
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
