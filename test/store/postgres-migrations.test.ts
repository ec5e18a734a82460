import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { readMigrations } from '../../src/store/migrations/migrations.ts'
import { openStore } from '../../src/store/open-store.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { migrate as migrateSqlite } from '../../src/store/sqlite/migrate.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncStart } from '../support/sync-factory.ts'

const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

const newDatabase = async (): Promise<string> => (await startPostgres()).createDatabase()

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

const ask = (url: string, text: string): Promise<unknown[]> =>
  withClient(url, async (client) =>
    (await client.query<{ value: unknown }>(text)).rows.map((row) => row.value),
  )

const TABLES = `select table_name::text as value from information_schema.tables
  where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1`

/**
 * Each column with whether it may be empty, as both engines should have them. Only PostgreSQL, with its many
 * writers, spreads a sum over several rows, told apart by a `shard`.
 */
const COLUMNS = `select table_name || '.' || column_name || case when is_nullable = 'NO' then '!' else '' end as value
  from information_schema.columns join information_schema.tables using (table_schema, table_name)
  where table_schema = current_schema() and table_type = 'BASE TABLE' and column_name <> 'shard'`

/** Tells triggers that a transaction counts by itself; PostgreSQL has settings of a transaction for that. */
const ONLY_SQLITE = 'canvas_sync_counted_together'

describe('the migrations of PostgreSQL', () => {
  it('make a fresh database and leave it alone the second time', async () => {
    const url = await newDatabase()
    const names = readMigrations('postgres').map((migration) => migration.name)
    await withClient(url, async (client) => {
      assert.deepEqual(await migrate(client), { applied: names, version: names.length })
      assert.deepEqual(await migrate(client), { applied: [], version: names.length })
    })
    assert.deepEqual(
      await ask(url, 'select name as value from canvas_sync_migrations order by version'),
      names,
    )
  })

  it('are those of SQLite by name, and make the same tables and columns', async () => {
    const names = (engine: 'sqlite' | 'postgres') => readMigrations(engine).map(({ name }) => name)
    assert.deepEqual(names('postgres'), names('sqlite'))
    const url = await newDatabase()
    await withClient(url, migrate)
    using database = new DatabaseSync(':memory:')
    migrateSqlite(database)
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by 1")
      .all()
      .filter(({ name }) => name !== ONLY_SQLITE)
    assert.deepEqual(
      await ask(url, TABLES),
      tables.map(({ name }) => name),
    )
    const columns = tables.flatMap(({ name }) =>
      database
        .prepare('select name, "notnull", pk from pragma_table_xinfo(?)')
        .all(String(name))
        .map((column) => {
          const needed = column['notnull'] === 1 || Number(column['pk']) > 0
          return `${String(name)}.${String(column['name'])}${needed ? '!' : ''}`
        }),
    )
    assert.deepEqual(new Set(await ask(url, COLUMNS)), new Set(columns))
  })

  it('sort the texts of syncs and of synced data by their bytes, whatever the language of the database', async () => {
    const url = await newDatabase()
    await withClient(url, (client) => migrate(client, readMigrations('postgres').slice(0, 2)))
    const others = `select table_name || '.' || column_name as value from information_schema.columns
      where table_schema = current_schema() and data_type = 'text' and collation_name is distinct from 'C'
        and table_name <> 'canvas_sync_migrations'`
    assert.deepEqual(await ask(url, others), [])
  })

  it('are done once when many open the same new database at the same time, also from other processes', async () => {
    const url = await newDatabase()
    const processes = [1, 2].map(async () => {
      const child = spawn(process.execPath, [PROGRAM, 'migrate', '--json'], {
        env: { ...process.env, DATABASE_URL: url },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      assert.deepEqual(await once(child, 'close'), [0, null])
      return (JSON.parse(said) as { version: number }).version
    })
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(url)))
    const ids = await Promise.all(
      stores.map((store, index) => store.syncs.startSync(syncStart(`opener-${index}`))),
    )
    assert.equal(new Set(ids).size, 6)
    await Promise.all(stores.map((store) => store.close()))
    const { length } = readMigrations('postgres')
    assert.deepEqual(await Promise.all(processes), [length, length])
    assert.deepEqual(await ask(url, 'select count(*)::integer as value from canvas_sync_migrations'), [
      length,
    ])
  })

  it('continue where an older version of this program stopped', async () => {
    const [first, ...later] = readMigrations('postgres')
    assert.ok(first)
    await withClient(await newDatabase(), async (client) => {
      assert.deepEqual((await migrate(client, [first])).applied, [first.name])
      assert.deepEqual(
        (await migrate(client)).applied,
        later.map(({ name }) => name),
      )
    })
  })

  it('tell nobody of the courses of syncs that ended long ago', async () => {
    const url = await newDatabase()
    await withClient(url, async (client) => {
      await migrate(client, readMigrations('postgres').slice(0, 2))
      await client.query(`insert into canvas_sync_metrics
          (id, sync_task_id, sync_start_time, sync_status, sync_type, heartbeat_at)
          values (1, 'old', 1000, 'completed', 'all', 1000);
        insert into canvas_sync_courses (sync_id, course_id, outcome, started_at, finished_at, duration_ms)
          values (1, '501', 'completed', 1000, 2000, 1000)`)
      await migrate(client)
    })
    assert.deepEqual(await ask(url, 'select id as value from canvas_sync_changes'), [])
    assert.deepEqual(await ask(url, 'select sync_start_time::int as value from canvas_sync_courses'), [1000])
  })

  it('happen all or not at all', async () => {
    const url = await newDatabase()
    const broken = {
      version: 99,
      name: '0099-broken',
      text: 'create table x (y text); nonsense',
      checksum: 'x',
    }
    await withClient(url, async (client) => {
      await assert.rejects(migrate(client, [...readMigrations('postgres'), broken]), /syntax error/)
    })
    assert.deepEqual(await ask(url, TABLES), [])
  })

  it('refuse a database of a newer version, and one whose migration was another', async () => {
    const url = await newDatabase()
    await withClient(url, migrate)
    await ask(url, "update canvas_sync_migrations set checksum = 'other' where version = 1")
    await assert.rejects(openStore(url), {
      code: 'database_unsupported',
      message: /another form of .* 0001-syncs/,
    })
    await ask(url, "insert into canvas_sync_migrations values (99, '0099-future', 'x', 0)")
    await assert.rejects(openStore(url), { code: 'database_newer', message: /schema 99/ })
  })

  it('touch nothing in a database with a table of the same name that is not ours', async () => {
    for (const made of [
      'create table canvas_courses (id bigint)',
      'create view canvas_sync_metrics as select 1 as id',
      'create table canvas_sync_migrations (id bigint)',
      'create index canvas_sync_metrics_start on pg_temp_free (x)',
    ]) {
      const url = await newDatabase()
      if (made.includes('pg_temp_free')) await ask(url, 'create table pg_temp_free (x bigint)')
      await ask(url, made)
      const before = await ask(url, TABLES)
      await assert.rejects(openStore(url), { code: 'database_unsupported', message: /did not make/ }, made)
      assert.deepEqual(await ask(url, TABLES), before)
    }
  })

  it('stay in the schema that the search path names first', async () => {
    const url = await newDatabase()
    await ask(url, 'create schema monitor')
    const own = `${url}?options=${encodeURIComponent('-c search_path=monitor')}`
    await using store = await openStore(own)
    assert.ok(await store.syncs.startSync(syncStart('own schema')))
    assert.deepEqual(await ask(url, 'select sync_task_id as value from monitor.canvas_sync_metrics'), [
      'own schema',
    ])
    assert.deepEqual(await ask(url, TABLES), [])
  })
})
