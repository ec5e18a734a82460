import type {
  Freshness,
  FreshnessPage,
  FreshnessPlace,
  FreshnessQuery,
  FreshnessRow,
} from '../../freshness.ts'
import { freshnessWalk, selectListings, selectStop } from './freshness-statements.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { isOneOf, textFor, type SqlPiece } from '../sql-piece.ts'

/** Lists that one page looks at. */
const PAGE_BUDGET = 2000
/** Syncs of one user read one or two sources; one that read more than these is asked for source by source. */
const MOST_SOURCES = 1000

type FoundRow = Omit<FreshnessRow, 'final'> & { readonly final: 0 | 1 }

/** {@link Freshness} in the SQL that both engines understand. */
export class SqlFreshness implements Freshness {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  page(query: FreshnessQuery): Promise<FreshnessPage> {
    return this.#database.read((connection) => readFreshness(connection, query))
  }
}

async function readFreshness(connection: SqlConnection, query: FreshnessQuery): Promise<FreshnessPage> {
  const { limit, after } = query
  const select = <Row>({ text, values }: SqlPiece): Promise<Row[]> =>
    connection.select<Row>(textFor(connection.dialect, text), values)
  const source_ids =
    query.user_ids === undefined ? null : await sourcesOf(select, query.user_ids, query.source_id)
  if (source_ids?.length === 0) return { rows: [], next: null }
  const walk = freshnessWalk(connection.dialect, query, source_ids)
  // Known before its rows are read: what is written in between makes no row fall between two pages.
  const [stop = null] =
    walk.rest.length === 0 ? [] : await select<FreshnessPlace>(selectStop(walk, after, PAGE_BUDGET))
  const found = await select<FoundRow>(selectListings(walk, { after, stop, limit: limit + 1 }))
  const rows = found.slice(0, limit).map((row): FreshnessRow => ({ ...row, final: row.final === 1 }))
  const last = rows.at(-1)
  return { rows, next: found.length > limit && last !== undefined ? placeOf(last) : stop }
}

function placeOf({ last_complete_at, source_id, entity, listed_by }: FreshnessRow): FreshnessPlace {
  return { complete_at: last_complete_at ?? 0, source_id, entity, listed_by }
}

async function sourcesOf(
  select: <Row>(statement: SqlPiece) => Promise<Row[]>,
  user_ids: readonly string[],
  source_id: number | undefined,
): Promise<number[]> {
  if (user_ids.length === 0) return []
  const users = isOneOf('user_id', user_ids)
  const only = source_id === undefined ? '' : ' and source_id = ?'
  const rows = await select<{ source_id: number }>({
    text: `select distinct source_id from canvas_sync_source_users where ${users.text}${only} limit ${MOST_SOURCES}`,
    values: [...users.values, ...(source_id === undefined ? [] : [source_id])],
  })
  return rows.map((row) => row.source_id)
}
