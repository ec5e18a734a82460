import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { backupSqliteFile } from '../../src/store/sqlite/backup/backup.ts'
import { restoreSqliteFile } from '../../src/store/sqlite/backup/restore.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

interface Place {
  readonly directory: string
  readonly path: string
}

function place(): Place {
  const directory = temporaryDirectory()
  return { directory, path: join(directory, 'canvas-sync.db') }
}

async function addSyncs(path: string, names: readonly string[]): Promise<void> {
  await using store = new SqliteStore(path)
  for (const name of names) {
    const id = await store.syncs.startSync(syncStart(name))
    await store.syncs.finishSync(id, syncFinish())
  }
}

async function tasksOf(path: string): Promise<string[]> {
  await using store = new SqliteStore(path)
  const rows = await store.syncs.listSyncs({ limit: 100 })
  return rows.map((row) => row.sync_task_id).sort()
}

describe('a backup', () => {
  it('is one whole file that only its owner can read, with what was in the database', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a', 'b'])
    const report = await backupSqliteFile(path, join(directory, 'copy.db'), START)
    assert.equal(report.file, join(directory, 'copy.db'))
    assert.equal(report.syncs, 2)
    assert.equal(report.newest_sync_start_time, START)
    assert.deepEqual(report.pending_migrations, [])
    assert.equal(report.bytes, statSync(report.file).size)
    assert.equal(statSync(report.file).mode & 0o777, 0o600)
    assert.deepEqual(filesIn(directory), ['canvas-sync.db', 'copy.db'])
    assert.deepEqual(await tasksOf(report.file), ['a', 'b'])
  })

  it('gets a name made of the time in a folder', async () => {
    const { directory, path } = place()
    await addSyncs(path, [])
    const { file } = await backupSqliteFile(path, directory, START)
    assert.equal(file, join(directory, 'canvas-sync-20261122T101500Z.db'))
  })

  it('is the state of one moment while others write, and they write on', async () => {
    const { directory, path } = place()
    await using store = new SqliteStore(path)
    for (let at = 0; at < 50; at++) {
      await store.syncs.startSync(syncStart(`before ${at}`, { sync_metadata: { text: 'x'.repeat(900_000) } }))
    }
    let during = 0
    const writes: Promise<number>[] = []
    const report = await backupSqliteFile(path, join(directory, 'copy.db'), START, {
      onProgress: () => {
        writes.push(store.syncs.startSync(syncStart(`during ${during++}`)))
      },
    })
    assert.ok(during > 3, `only ${during} steps`)
    assert.equal(report.syncs, 50)
    await Promise.all(writes)
    assert.equal((await store.syncs.listSyncs({ limit: 1000 })).length, 50 + during)
  })

  it('replaces no file, and leaves nothing behind when it is stopped', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a'])
    writeFileSync(join(directory, 'taken'), 'precious')
    await assert.rejects(backupSqliteFile(path, join(directory, 'taken'), START), { code: 'usage' })
    assert.equal(readFileSync(join(directory, 'taken'), 'utf8'), 'precious')
    const stopped = backupSqliteFile(path, join(directory, 'copy.db'), START, { signal: AbortSignal.abort() })
    await assert.rejects(stopped, { code: 'cancelled' })
    assert.deepEqual(filesIn(directory), ['canvas-sync.db', 'taken'])
  })

  it('of a damaged database is refused instead of kept', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a', 'b', 'c'])
    damage(path)
    await assert.rejects(backupSqliteFile(path, join(directory, 'copy.db'), START), {
      code: 'database_corrupt',
      message: /The database .*canvas-sync\.db is damaged/,
    })
    assert.deepEqual(filesIn(directory), ['canvas-sync.db'])
  })

  it('that cannot be written says so of the backup, not of the database', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a'])
    const target = join(directory, 'missing', 'copy.db')
    await assert.rejects(backupSqliteFile(path, target, START), {
      code: 'not_writable',
      message: /The backup .*missing.*cannot be written/,
      next_step: /folder/,
    })
  })

  it('of a database that is not there says so', async () => {
    const { directory, path } = place()
    await assert.rejects(backupSqliteFile(path, directory, START), { code: 'not_found_locally' })
    assert.deepEqual(filesIn(directory), [])
  })
})

describe('a restore', () => {
  it('brings back what the backup holds and keeps what was there', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a'])
    const backup = await backupSqliteFile(path, join(directory, 'copy.db'), START)
    await addSyncs(path, ['b'])
    const report = await restoreSqliteFile(backup.file, path, START)
    assert.equal(report.syncs, 1)
    assert.equal(report.kept, `${path}.before-restore-20261122T101500Z`)
    assert.deepEqual(await tasksOf(path), ['a'])
    assert.deepEqual(await tasksOf(report.kept ?? ''), ['a', 'b'])
    assert.deepEqual(
      readdirSync(directory).filter((name) => /restoring|-wal|-shm/.test(name)),
      [],
    )
  })

  it('leaves the database to the user and the group that had it, also when root restores', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a'])
    const backup = join(directory, 'copy.db')
    await backupSqliteFile(path, backup, START)
    chmodSync(path, 0o640)
    const root = process.getuid?.() === 0
    if (root) chownSync(path, 1234, 4321)
    await restoreSqliteFile(backup, path, START)
    const { mode, uid, gid } = statSync(path)
    assert.equal((mode & 0o777).toString(8), '640')
    if (root) assert.deepEqual([uid, gid], [1234, 4321])
  })

  it('makes the database where there is none', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a'])
    const backup = await backupSqliteFile(path, join(directory, 'copy.db'), START)
    const elsewhere = join(directory, 'new', 'folder', 'canvas-sync.db')
    const report = await restoreSqliteFile(backup.file, elsewhere, START)
    assert.equal(report.kept, null)
    assert.deepEqual(await tasksOf(elsewhere), ['a'])
  })

  it('refuses while anybody has the database open, and changes nothing', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a'])
    const backup = await backupSqliteFile(path, join(directory, 'copy.db'), START)
    await using store = new SqliteStore(path)
    await store.syncs.startSync(syncStart('b'))
    await assert.rejects(restoreSqliteFile(backup.file, path, START), { code: 'database_busy' })
    assert.equal((await store.syncs.listSyncs({ limit: 9 })).length, 2)
    assert.equal((await store.syncs.getSyncByTaskId('b'))?.sync_status, 'in_progress')
    assert.deepEqual(
      readdirSync(directory).filter((name) => /restor/.test(name)),
      [],
    )
  })

  it('brings a backup of an older version to this one', async () => {
    const { directory, path } = place()
    const older = join(directory, 'older.db')
    using database = new DatabaseSync(older)
    const text = readFileSync(new URL('../../migrations/sqlite/0001-syncs.sql', import.meta.url), 'utf8')
    database.exec(text)
    database.exec(
      'create table canvas_sync_migrations (version integer primary key, name text not null, checksum text not null, applied_at integer not null)',
    )
    const { createHash } = await import('node:crypto')
    database
      .prepare('insert into canvas_sync_migrations values (1, ?, ?, 1)')
      .run('0001-syncs', createHash('sha256').update(text).digest('hex'))
    const report = await restoreSqliteFile(older, path, START)
    assert.equal(report.applied[0], '0002-synced-data')
    assert.deepEqual(await tasksOf(path), [])
  })

  it('refuses what is damaged, cut, newer, empty or no database of ours, and changes nothing', async () => {
    const { directory, path } = place()
    await addSyncs(path, ['a', 'b', 'c'])
    const { file } = await backupSqliteFile(path, join(directory, 'good.db'), START)
    const bad = (name: string, spoil: (path: string) => void): string => {
      const copy = join(directory, name)
      copyFileSync(file, copy)
      spoil(copy)
      return copy
    }
    const inSql =
      (text: string) =>
      (copy: string): void => {
        using database = new DatabaseSync(copy)
        database.exec(text)
      }
    const cases: readonly [string, RegExp][] = [
      [bad('damaged.db', damage), /database_corrupt/],
      [
        bad('cut.db', (copy) => {
          truncateSync(copy, statSync(copy).size - 4096 * 3)
        }),
        /database_corrupt/,
      ],
      [
        bad('newer.db', inSql("insert into canvas_sync_migrations values (9999, '9999-later', 'x', 1)")),
        /database_newer/,
      ],
      [
        bad('empty.db', (copy) => {
          writeFileSync(copy, '')
        }),
        /database_unsupported/,
      ],
      [
        bad('text.db', (copy) => {
          writeFileSync(copy, 'hello '.repeat(1000))
        }),
        /database_corrupt/,
      ],
      [join(directory, 'none.db'), /not_found_locally/],
    ]
    for (const [name, code] of cases) {
      const thrown = await restoreSqliteFile(name, path, START).catch((error: unknown) => error)
      assert.match(String((thrown as { code?: unknown }).code), code, name)
      assert.deepEqual(await tasksOf(path), ['a', 'b', 'c'], name)
    }
    assert.deepEqual(
      readdirSync(directory).filter((name) => /restor|partial/.test(name)),
      [],
    )
  })
})

/** Without what SQLite keeps beside a database that was opened. */
const filesIn = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => !/\.db-(?:wal|shm)$/.test(name))
    .sort()

/** Overwrites the middle of the file, but not its header. */
function damage(path: string): void {
  using database = new DatabaseSync(path)
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
  const bytes = readFileSync(path)
  bytes.fill(0x5a, 4096 * 2, 4096 * 12)
  writeFileSync(path, bytes)
}
