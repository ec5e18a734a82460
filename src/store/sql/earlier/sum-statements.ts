import { BIN_COLUMNS, DURATIONS, SUM_COLUMNS, TOTALS, USER_TOTALS } from '../figures/figure-columns.ts'
import type { SqlDialect } from '../sql-database.ts'
import { givenRows, type GivenColumns } from './given-rows.ts'

/** In PostgreSQL several writers add to sets of their own: see migration 0003. */
const SHARD: GivenColumns = { shard: 'pg_backend_pid() % 4' }
const BIGINT = 'bigint'

const bigints = (names: readonly string[]): GivenColumns =>
  Object.fromEntries(names.map((name) => [name, BIGINT]))

/** Of the rows of `FigureSums.totals`. */
export const addTotals = (dialect: SqlDialect): string =>
  addSums(dialect, TOTALS, { tier: 'text', sync_status: 'text', bucket_start: BIGINT }, true)

/** Of the rows of `FigureSums.userTotals`. */
export const addUserTotals = (dialect: SqlDialect): string =>
  addSums(
    dialect,
    USER_TOTALS,
    { user_id: 'text', tier: 'text', sync_status: 'text', bucket_start: BIGINT },
    false,
  )

function addSums(dialect: SqlDialect, table: string, key: GivenColumns, is_sharded: boolean): string {
  const fixed = is_sharded && dialect === 'postgres' ? SHARD : {}
  const given = { ...key, ...bigints(SUM_COLUMNS), ...bigints(['duration_min_us', 'duration_max_us']) }
  return `insert into ${table} ${givenRows(dialect, given, fixed)}
    on conflict (${Object.keys({ ...key, ...fixed }).join(', ')}) do update set
    ${added(table, SUM_COLUMNS)},
    duration_min_us = ${bound(dialect, table, 'duration_min_us')},
    duration_max_us = ${bound(dialect, table, 'duration_max_us')}`
}

/** Of the rows of `FigureSums.durations`. */
export function addDurations(dialect: SqlDialect): string {
  const fixed = dialect === 'postgres' ? SHARD : {}
  const key: GivenColumns = { tier: 'text', bucket_start: BIGINT, chunk: BIGINT }
  return `insert into ${DURATIONS} ${givenRows(dialect, { ...key, ...bigints(BIN_COLUMNS) }, fixed)}
    on conflict (${Object.keys({ ...key, ...fixed }).join(', ')}) do update set ${added(DURATIONS, BIN_COLUMNS)}`
}

const added = (table: string, columns: readonly string[]): string =>
  columns.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ')

function bound(dialect: SqlDialect, table: string, column: 'duration_min_us' | 'duration_max_us'): string {
  const is_least = column === 'duration_min_us'
  const [ours, theirs] = [`${table}.${column}`, `excluded.${column}`]
  if (dialect === 'postgres') return `${is_least ? 'least' : 'greatest'}(${ours}, ${theirs})`
  // SQLite's min and max of a null are null.
  return `${is_least ? 'min' : 'max'}(coalesce(${ours}, ${theirs}), coalesce(${theirs}, ${ours}))`
}
