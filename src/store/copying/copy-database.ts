import type { Client } from 'pg'
import { MonitorError } from '../../core/errors.ts'
import { copyIn, copyText } from '../postgres/copy-in.ts'
import { toStoreError } from '../postgres/postgres-errors.ts'
import { connectClient } from '../postgres/postgres-pool.ts'
import { migratePostgres } from '../postgres/postgres-store.ts'
import { parsePostgresUrl } from '../postgres/postgres-url.ts'
import { SqliteSource, type SourceTable } from './sqlite-source.ts'
import { inReferenceOrder, type Reference } from './table-order.ts'

export interface CopyDatabaseOptions {
  /** Path of the SQLite file. */
  readonly from: string
  /** `postgres://…` */
  readonly to: string
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly rows_done: number; readonly rows_total: number }) => void
}

export interface CopiedDatabase {
  readonly rows: number
  /** By table, those that hold any. */
  readonly tables: Readonly<Record<string, number>>
  readonly syncs: number
  /** Syncs that had not ended: on the other side they end as `lost`, unless their jobs go on there. */
  readonly in_progress: number
  /** Syncs that wait in the queue of the old database, which were not copied. */
  readonly queued: number
}

/**
 * What each database has by itself or of its own: its version, constants, and the queue of one machine, whose place pg-boss
 * takes in PostgreSQL.
 */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'canvas_sync_migrations',
  'canvas_sync_postponed_indexes',
  'canvas_sync_duration_bins',
  'canvas_sync_counted_together',
  'canvas_queue_jobs',
  'canvas_queue_attempts',
  'canvas_queue_cancellations',
  'canvas_queue_workers',
])
/** Made with a row each, which gives way to that of the source. */
const MADE_WITH_A_ROW: ReadonlySet<string> = new Set([
  'canvas_sync_changes_pruned',
  'canvas_sync_notification_place',
])
const PROGRESS_ROWS = 5000
/** Nothing here is given up because it takes long. */
const DAY_MS = 86_400_000

/**
 * Copies a SQLite database into an empty PostgreSQL one, whole or not at all: syncs with their ids, sums, synced data,
 * incidents, schedules, tokens. The source is read as it is at one moment, and not changed.
 *
 * @throws MonitorError `not_found_locally`, `database_unsupported`; `usage` when the target is not empty; `cancelled`
 */
export async function copyDatabase(options: CopyDatabaseOptions): Promise<CopiedDatabase> {
  const address = { ...parsePostgresUrl(options.to), statement_timeout_ms: DAY_MS }
  using source = SqliteSource.open(options.from)
  await migratePostgres(options.to)
  try {
    const client = await connectClient(address)
    try {
      await client.query('begin')
      const copied = await copyTables(source, client, options)
      await client.query('commit')
      return copied
    } finally {
      await client.end()
    }
  } catch (error) {
    throw toStoreError(error, address)
  }
}

async function copyTables(
  source: SqliteSource,
  client: Client,
  { signal, onProgress }: CopyDatabaseOptions,
): Promise<CopiedDatabase> {
  const tables = source.tables().filter(({ name }) => !NOT_COPIED.has(name))
  const by_name = new Map(tables.map((table) => [table.name, table]))
  const order = inReferenceOrder([...by_name.keys()], await referencesOf(client))
  // What they do for each new row has been done: the sums are copied as well. Nobody else writes meanwhile.
  for (const name of order) await client.query(`alter table ${name} disable trigger user`)
  for (const name of order) await refuseFilled(client, name)
  const indexes = await takeIndexes(client, order)
  const rows_total = tables.reduce((sum, { rows }) => sum + rows, 0)
  let rows_done = 0
  const refuseWhenAborted = (): void => {
    if (signal?.aborted === true) throw new MonitorError('cancelled', 'The copy was interrupted.')
  }
  const count = (): void => {
    if (++rows_done % PROGRESS_ROWS > 0) return
    refuseWhenAborted()
    onProgress?.({ rows_done, rows_total })
  }
  for (const name of order) {
    const table = by_name.get(name)
    if (table !== undefined && table.rows > 0) await copyTable(source, client, table, count)
  }
  for (const definition of indexes) {
    refuseWhenAborted()
    await client.query(definition)
  }
  await continueIds(source, client, order)
  for (const name of order) await client.query(`alter table ${name} enable trigger user`)
  onProgress?.({ rows_done, rows_total })
  return {
    rows: rows_done,
    tables: Object.fromEntries(tables.filter(({ rows }) => rows > 0).map(({ name, rows }) => [name, rows])),
    syncs: by_name.get('canvas_sync_metrics')?.rows ?? 0,
    in_progress: source.count(`select count(*) from canvas_sync_metrics where sync_status = 'in_progress'`),
    queued: source.count(`select count(*) from canvas_queue_jobs where state = 'queued'`),
  }
}

async function referencesOf(client: Client): Promise<Reference[]> {
  const { rows } = await client.query<Reference>(
    `select conrelid::regclass::text as "from", confrelid::regclass::text as "to" from pg_constraint where contype = 'f'`,
  )
  return rows
}

/**
 * Takes the indexes away that no rule of the database needs, and answers the statements that make them again: at the end that
 * takes a third of the time. Nobody sees the tables without them, as it is all one transaction.
 */
async function takeIndexes(client: Client, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where schemaname = current_schema() and tablename = any($1) and indexdef like 'CREATE INDEX %' order by indexname`,
    [tables],
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ definition }) => definition)
}

async function refuseFilled(client: Client, table: string): Promise<void> {
  if (MADE_WITH_A_ROW.has(table)) {
    await client.query(`delete from ${table}`)
    return
  }
  const { rows } = await client.query(`select from ${table} limit 1`)
  if (rows.length === 0) return
  throw new MonitorError('usage', `The PostgreSQL database is in use already: ${table} is not empty.`, {
    next_step: 'Copy into a new database, before a server, a job or a token has made a row in it.',
  })
}

async function copyTable(
  source: SqliteSource,
  client: Client,
  table: SourceTable,
  count: () => void,
): Promise<void> {
  const statement = `copy ${table.name} (${table.columns.join(', ')}) from stdin`
  const taken = await copyIn(client, statement, copyText(counted(source.rows(table), count)))
  if (taken === table.rows) return
  throw new MonitorError(
    'storage',
    `Of ${table.rows} rows of ${table.name} PostgreSQL took ${taken}: nothing was copied.`,
  )
}

function* counted<Row>(rows: Iterable<Row>, count: () => void): Generator<Row> {
  for (const row of rows) {
    count()
    yield row
  }
}

/** The next row gets an id that none ever had. */
async function continueIds(source: SqliteSource, client: Client, tables: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string; sequence: string }>(
    `select table_name as name, pg_get_serial_sequence(table_name, column_name) as sequence
     from information_schema.columns
     where table_schema = current_schema() and is_identity = 'YES' and column_name = 'id'`,
  )
  for (const { name, sequence } of rows) {
    const highest = tables.includes(name) ? source.highestId(name) : 0
    if (highest > 0) await client.query('select setval($1::regclass, $2)', [sequence, highest])
  }
}
