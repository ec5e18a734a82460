import { MonitorError } from '../../core/errors.ts'

/** An index that is to be made: see migration 0025. */
export interface PostponedIndex {
  readonly name: string
  readonly definition: string
}

export interface MigrateOptions {
  /**
   * Whether a database that is made leaves the indexes of syncs out until `EarlierStore.makePostponedIndex` makes them: into
   * seventeen indexes a million syncs are written in half a minute more than it takes to make them at the end. Queries may
   * name an index: whoever else opens the database makes what is left. Default false.
   */
  readonly postpone_indexes?: boolean
}

type Engine = 'sqlite' | 'postgres'

export const POSTPONED_TABLE = 'canvas_sync_postponed_indexes'

/** The indexes of syncs that no rule of the database needs. */
export const POSTPONABLE: Readonly<Record<Engine, string>> = {
  sqlite: `select name, sql as definition from sqlite_schema
    where type = 'index' and tbl_name = 'canvas_sync_metrics' and lower(sql) like 'create index %'`,
  postgres: `select indexname as name, indexdef as definition from pg_indexes
    where schemaname = current_schema() and tablename = 'canvas_sync_metrics' and indexdef like 'CREATE INDEX %'`,
}

/**
 * What makes it. Who may write rows of the database must not have whoever opens it run other statements.
 *
 * @throws MonitorError `database_unsupported`
 */
export function definitionOf({ name, definition }: PostponedIndex): string {
  const is_ours =
    /^canvas_sync_metrics_\w+$/.test(name) &&
    new RegExp(`^create index ${name}\\s+on\\s`, 'i').test(definition)
  if (is_ours && !definition.includes(';')) return definition
  throw new MonitorError(
    'database_unsupported',
    'The database asks for an index that this program did not postpone.',
    { next_step: `Look who wrote into ${POSTPONED_TABLE}, and delete the row.` },
  )
}

/** The next one to make. In PostgreSQL whoever makes it at the same time is waited for. */
export const nextPostponed = (engine: Engine): string =>
  `select name, definition from ${POSTPONED_TABLE} order by name limit 1${engine === 'postgres' ? ' for update' : ''}`
