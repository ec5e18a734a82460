import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { SYNCED_TABLES } from '../../src/core/synced-entity.ts'
import { openStore } from '../../src/store/open-store.ts'
import { loadMigrations, migrate } from '../../src/store/sqlite/migrate.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { guardSqliteVersion, hasWalResetBug } from '../../src/store/sqlite/sqlite-version.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
let files = 0
const newPath = (): string => join(directory, `migrations-${++files}.db`)

/** A database that somebody else made with these statements. */
function foreignDatabase(statements: string): string {
  const path = newPath()
  using database = new DatabaseSync(path)
  database.exec(statements)
  return path
}

/** What the version before live updates left behind. */
const OLD_ROWS = `insert into canvas_sync_metrics (id, sync_task_id, sync_start_time, sync_status, sync_type, heartbeat_at)
    values (1, 'old', 1000, 'completed', 'all', 1000);
  insert into canvas_sync_courses (sync_id, course_id, outcome, started_at, finished_at, duration_ms)
    values (1, '501', 'completed', 1000, 2000, 1000)`

async function openedDatabase(): Promise<string> {
  const path = newPath()
  await new SqliteStore(path).close()
  return path
}

describe('migrations', () => {
  it('make a fresh database and leave it alone the second time', () => {
    const path = newPath()
    using database = openSqliteFile(path)
    const names = loadMigrations().map((migration) => migration.name)
    assert.deepEqual(migrate(database), { applied: names, version: names.length })
    assert.deepEqual(migrate(database), { applied: [], version: names.length })
    const recorded = database.prepare('select name from canvas_sync_migrations order by version').all()
    assert.deepEqual(
      recorded.map((row) => row['name']),
      names,
    )
  })

  it('are done once when many open the same new file at the same time', async () => {
    const url = `sqlite:${newPath()}`
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(url)))
    const ids = await Promise.all(
      stores.map((store, index) => store.syncs.startSync(syncStart(`opener-${index}`))),
    )
    assert.equal(new Set(ids).size, 6)
    await Promise.all(stores.map((store) => store.close()))
  })

  it('continue where an older version of this program stopped', () => {
    using database = openSqliteFile(newPath())
    const [first, ...later] = loadMigrations()
    assert.ok(first)
    assert.deepEqual(migrate(database, [first]).applied, [first.name])
    assert.deepEqual(
      migrate(database).applied,
      later.map((migration) => migration.name),
    )
  })

  it('tell nobody of the courses of syncs that ended long ago', () => {
    using database = openSqliteFile(newPath())
    migrate(database, loadMigrations().slice(0, 2))
    database.exec(OLD_ROWS)
    migrate(database)
    assert.deepEqual(database.prepare('select * from canvas_sync_changes').all(), [])
    const moved = database.prepare('select sync_start_time from canvas_sync_courses').all()
    assert.deepEqual(
      moved.map((row) => row['sync_start_time']),
      [1000],
    )
  })

  it('happen all or not at all', () => {
    using database = openSqliteFile(newPath())
    const broken = { version: 99, name: '0099-broken', text: 'create table x (y); nonsense', checksum: 'x' }
    assert.throws(() => migrate(database, [...loadMigrations(), broken]), /syntax error/)
    assert.deepEqual(database.prepare('select name from sqlite_schema').all(), [])
  })

  it('refuse a database of a newer version', async () => {
    const path = await openedDatabase()
    {
      using database = new DatabaseSync(path)
      database.exec("insert into canvas_sync_migrations values (99, '0099-future', 'x', 0)")
    }
    assert.throws(() => new SqliteStore(path), { code: 'database_newer', message: /99/, next_step: /newer/ })
    await assert.rejects(openStore(`sqlite:${path}`), { code: 'database_newer', name: 'MonitorError' })
  })

  it('refuse a database that has another form of one of them', async () => {
    const path = await openedDatabase()
    {
      using database = new DatabaseSync(path)
      database.exec("update canvas_sync_migrations set checksum = 'other' where version = 1")
    }
    assert.throws(() => new SqliteStore(path), { code: 'database_unsupported', message: /0001-syncs/ })
  })

  const foreign: Readonly<Record<string, string>> = {
    'a table canvas_sync_metrics': 'create table canvas_sync_metrics (id integer primary key, task text)',
    'a table canvas_courses': 'create table canvas_courses (id integer primary key, name text)',
    'a view canvas_sync_metrics': 'create view canvas_sync_metrics as select 1 as id',
    'an index canvas_terms_scope': 'create table terms (id); create index canvas_terms_scope on terms (id)',
    'a table canvas_sync_migrations': 'create table canvas_sync_migrations (revision text)',
  }
  for (const [what, statements] of Object.entries(foreign)) {
    it(`refuse a database where somebody else made ${what}, and change nothing in it`, () => {
      const path = foreignDatabase(`${statements}; create table own (x); insert into own values (1)`)
      const before = readFileSync(path)
      assert.throws(() => new SqliteStore(path), {
        name: 'MonitorError',
        code: 'database_unsupported',
        message: /canvas_/,
        next_step: /--database/,
      })
      assert.ok(readFileSync(path).equals(before), 'the file is as it was')
    })
  }

  it('live beside the tables of an application', () => {
    const path = foreignDatabase('create table users (id); insert into users values (1)')
    using database = openSqliteFile(path)
    assert.ok(migrate(database).applied.length > 0)
    assert.equal(database.prepare('select count(*) as n from users').get()?.['n'], 1)
  })
})

describe('the schema', () => {
  it('has the columns of the synced tables that the code names, in any order', async () => {
    using database = new DatabaseSync(await openedDatabase())
    const types = { text: 'TEXT', real: 'REAL', integer: 'INTEGER', boolean: 'INTEGER' }
    for (const { table, columns, scope_column } of Object.values(SYNCED_TABLES)) {
      const named = columns.map((column) => `${column.name} ${types[column.type]}`)
      const keeping = [
        'source_id INTEGER',
        'id TEXT',
        'data TEXT',
        'content_hash TEXT',
        `${scope_column} TEXT`,
      ]
      const times = ['first_seen_at TEXT', 'last_seen_at TEXT', 'deleted_at TEXT']
      const actual = database.prepare(`select name, upper(type) as type from pragma_table_info(?)`).all(table)
      assert.deepEqual(
        actual.map((column) => `${String(column['name'])} ${String(column['type'])}`).sort(),
        [...named, ...keeping, ...times].sort(),
        table,
      )
    }
  })

  it('is the one that was last agreed on (update with --test-update-snapshots)', async (t) => {
    using database = new DatabaseSync(await openedDatabase())
    const rows = database.prepare('select sql from sqlite_schema where sql is not null order by name').all()
    t.assert.snapshot(
      rows.map((row) => row['sql']),
      {
        serializers: [(statements: unknown) => (statements as string[]).join(';\n\n')],
      },
    )
  })
})

describe('a database file', () => {
  it('is opened so that an acknowledged write survives a power cut', () => {
    using database = openSqliteFile(newPath())
    const pragma = (name: string): unknown => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]
    assert.equal(pragma('journal_mode'), 'wal')
    assert.equal(pragma('synchronous'), 2)
    assert.equal(pragma('foreign_keys'), 1)
    assert.equal(pragma('busy_timeout'), 5000)
  })

  it('is refused by a SQLite with the WAL-reset bug', () => {
    const versions: Readonly<Record<string, boolean>> = {
      '3.6.23': false,
      '3.7.0': true,
      '3.44.5': true,
      '3.44.6': false,
      '3.45.0': true,
      '3.49.2': true,
      '3.50.6': true,
      '3.50.7': false,
      '3.50.10': false,
      '3.51.2': true,
      '3.51.3': false,
      '3.53.4': false,
      '4.0.0': false,
    }
    for (const [version, expected] of Object.entries(versions)) {
      assert.equal(hasWalResetBug(version), expected, version)
    }
    assert.throws(() => guardSqliteVersion('3.51.2'), { code: 'database_unsupported', message: /3\.51\.2/ })
    guardSqliteVersion('3.51.3')
  })
})
