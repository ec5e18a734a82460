import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Client } from 'pg'
import { keepPartitions } from '../../src/fleet-logs/tables/partitions.ts'
import { openPgBossQueue } from '../../src/queue/pg-boss-queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readPage } from './support/all-blocks.ts'
import { readBlocks } from './support/code-blocks.ts'

const PAGE = 'docs/leaving.md'
/** The statements that print statements, in the order of the page. */
const printers = readBlocks(PAGE, readPage(PAGE)).filter(
  ({ language, text }) => language === 'sql' && text.includes('drop '),
)
const [ON_SQLITE = '', ON_POSTGRES = '', THE_REST = ''] = printers.map(({ text }) => text)

const KEPT = [
  'canvas_assignment_groups',
  'canvas_assignments',
  'canvas_courses',
  'canvas_enrollments',
  'canvas_sections',
  'canvas_submissions',
  'canvas_sync_sources',
  'canvas_terms',
]
const A_COURSE = `insert into canvas_courses (source_id, id, listed_by, data, content_hash, first_seen_at, last_seen_at)
  values (1, '101', 'self', '{}', 'a', '2026-11-22T10:15:00.000Z', '2026-11-22T10:15:00.000Z')`

test('the page has one block for SQLite, and two for PostgreSQL', () => {
  assert.deepEqual(
    printers.map(({ marker }) => marker?.kind ?? null),
    [null, 'postgres', 'postgres'],
  )
})

test('SQLite: what is printed leaves the synced data, which can still be written, and the tables of others', async () => {
  const path = join(temporaryDirectory(), 'canvas-sync.db')
  await using store = await openStore(`sqlite:${path}`)
  assert.ok(await store.syncs.startSync(syncStart('before')))
  await store.close()
  using database = new DatabaseSync(path)
  database.exec('create table canvas_synchro (id integer); create table my_canvas_sync_notes (id integer)')
  const names = (): unknown[] =>
    database
      .prepare(
        `select name from sqlite_schema where type <> 'index' and name not glob 'sqlite_*' order by name`,
      )
      .all()
      .map(({ name }) => name)
  const printed = database.prepare(ON_SQLITE).all().flatMap(Object.values)
  database.exec(printed.join('\n'))
  assert.deepEqual(names(), [...KEPT, 'canvas_synchro', 'my_canvas_sync_notes'].sort())
  database.exec('pragma foreign_keys = on')
  assert.throws(() => database.exec(A_COURSE), /FOREIGN KEY/)
  database.exec(
    `insert into canvas_sync_sources values (1, 'https://canvas.example.edu', '7', 0, 0); ${A_COURSE}`,
  )
  assert.deepEqual(database.prepare(ON_SQLITE).all().flatMap(Object.values), ['pragma foreign_keys = off;'])
})

/** A table of the earlier system in `public`, and all of ours in another schema of the same database. */
async function shared(): Promise<{ url: string; elsewhere: string }> {
  const elsewhere = await (await startPostgres()).createDatabase()
  await using client = await connected(elsewhere)
  await client.query(
    'create table canvas_sync_metrics (id integer); create table canvas_courses (id integer)',
  )
  await client.query('create function canvas_sync_of_others() returns integer language sql as $$ select 1 $$')
  await client.query('create schema monitor')
  const url = `${elsewhere}?options=${encodeURIComponent('-c search_path=monitor')}`
  await (await openStore(url)).close()
  await (await openPgBossQueue({ database: url, lease_ms: 10_000 })).close()
  await using owner = await connected(url)
  await keepPartitions(owner, 30)
  await owner.query('create table canvas_synchro (id integer)')
  return { url, elsewhere }
}

class Connection extends Client implements AsyncDisposable {
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }
}

async function connected(url: string): Promise<Connection> {
  const client = new Connection({ connectionString: url })
  await client.connect()
  return client
}

const column = async (client: Client, sql: string): Promise<string[]> =>
  (await client.query<Record<string, unknown>>(sql)).rows.flatMap(Object.values).map(String)

/** Everything with a name that is left in the two schemas, and whether the queue is. */
const LEFT = `select nspname || '.' || relname as name from pg_class join pg_namespace on relnamespace = pg_namespace.oid
    where relkind not in ('i', 'I') and nspname in ('public', 'monitor')
  union all select nspname || '.' || proname || '()' from pg_proc join pg_namespace on pronamespace = pg_namespace.oid
    where nspname in ('public', 'monitor')
  union all select nspname from pg_namespace where nspname = 'canvas_sync_queue' order by 1`
const OF_OTHERS = ['public.canvas_courses', 'public.canvas_sync_metrics', 'public.canvas_sync_of_others()']

const sequenceOf = (table: string): string => `monitor.${table}_id_seq`

test('PostgreSQL: what is printed leaves the synced data and everything that is not ours', async () => {
  const { url } = await shared()
  await using client = await connected(url)
  const before = await column(client, LEFT)
  assert.ok(before.includes('canvas_sync_queue') && before.length > 100)
  const printed = await column(client, ON_POSTGRES)
  assert.ok(printed.every((line) => / monitor\.|canvas_sync_queue/.test(line)))
  await client.query(printed.join('\n'))
  const left = (await column(client, LEFT)).filter((name) => name !== sequenceOf('canvas_sync_sources'))
  const ours = [...KEPT, 'canvas_synchro'].map((name) => `monitor.${name}`)
  assert.deepEqual(left.sort(), [...ours, ...OF_OTHERS].sort())
  await client.query(`insert into canvas_sync_sources values (1, 'https://canvas.example.edu', '7', 0, 0)`)
  await client.query(A_COURSE)
})

test('PostgreSQL: both printed together leave nothing of ours, so that a monitor can begin anew', async () => {
  const { url } = await shared()
  await using client = await connected(url)
  const printed = [...(await column(client, ON_POSTGRES)), ...(await column(client, THE_REST))]
  await client.query(printed.join('\n'))
  assert.deepEqual(await column(client, LEFT), ['monitor.canvas_synchro', ...OF_OTHERS])
  await (await openStore(url)).close()
})

test('PostgreSQL: in a schema that the monitor has not made its tables in nothing is printed', async () => {
  const { elsewhere } = await shared()
  await using client = await connected(elsewhere)
  assert.deepEqual(await column(client, ON_POSTGRES), [])
  assert.deepEqual(await column(client, THE_REST), [])
})
