import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { ReadingStore } from '../../src/store/sqlite/reading-store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { onlyReads } from '../../src/store/sqlite/store-reads.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { plain, type OpenStore } from './opened-store.ts'
import { exerciseStore } from './store-suite.ts'

const directory = temporaryDirectory()
let files = 0
const newPath = (): string => join(directory, `readers-${++files}.db`)
const open = (path: string) => openStore(`sqlite:${path}`, { reader_threads: 2 })

/** Each thread costs 0.15 s to start, two hundred times: that there may be several is shown below. */
const openWithOne = (path: string) => openStore(`sqlite:${path}`, { reader_threads: 1 })

const openFresh: OpenStore = async () => {
  const path = newPath()
  const store = await openWithOne(path)
  return {
    store,
    reopen: async () => {
      await store.close()
      return await openWithOne(path)
    },
    readRows: async (table) => {
      using database = new DatabaseSync(path, { readOnly: true })
      return plain(database.prepare(`select * from ${table}`).all())
    },
    execute: async (statement) => {
      using database = new DatabaseSync(path)
      database.exec(statement)
    },
  }
}

exerciseStore('the SQLite store with threads that only read', openFresh)

describe('the threads that only read', () => {
  it('see each write that has resolved, however many there are at once', async () => {
    await using store = await open(newPath())
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const id = await store.syncs.startSync(syncStart(`own-${index}`, { started_at: START + index }))
        assert.equal((await store.syncs.getSync(id))?.sync_status, 'in_progress')
        await store.syncs.finishSync(id, syncFinish())
        const { rows } = await store.lists.page({
          condition: { statuses: ['completed'] },
          sort: 'newest',
          limit: 50,
          after: null,
        })
        assert.ok(rows.some((row) => row.id === id))
      }),
    )
  })

  it('read while another process holds the write lock and while a write waits for it', async () => {
    const path = newPath()
    await using store = await open(path)
    await store.syncs.startSync(syncStart('before'))
    using other = new DatabaseSync(path)
    other.exec('begin immediate')
    const waiting = store.syncs.startSync(syncStart('waits'))
    // The thread that writes sleeps in SQLite until the lock is free.
    assert.equal((await store.syncs.getSyncByTaskId('before'))?.sync_task_id, 'before')
    assert.equal(await store.syncs.getSyncByTaskId('waits'), null)
    other.exec('rollback')
    assert.ok((await waiting) > 0)
  })

  it('cannot write, and leave no file of theirs behind', async () => {
    const path = newPath()
    const writing = new SqliteStore(path)
    const reading = new ReadingStore(path)
    await assert.rejects(reading.parts.syncs.startSync(syncStart('refused')), { name: 'MonitorError' })
    assert.equal(await reading.parts.syncs.getSync(1), null)
    await reading.close()
    await writing.close()
    await (await open(path)).close()
    assert.ok(!existsSync(`${path}-wal`))
  })

  it('do not keep a process alive that forgets to close', async () => {
    const program = `import { openStore } from ${JSON.stringify(new URL('../../src/store/open-store.ts', import.meta.url).href)}
      const store = await openStore(${JSON.stringify(`sqlite:${newPath()}`)}, { reader_threads: 2 })
      void store.syncs.getSync(1)`
    const file = join(directory, 'forgetful.mjs')
    writeFileSync(file, program)
    const child = spawn(process.execPath, [file], { stdio: 'inherit', timeout: 120_000 })
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  it('are asked for what is read and nothing else', () => {
    for (const read of ['lists.recordPage', 'freshness.page', 'syncs.getSync']) {
      const [part = '', method = ''] = read.split('.')
      assert.ok(onlyReads(part, method), read)
    }
    for (const write of [
      'syncs.startSync',
      'syncs.markLost',
      'data.beginListing',
      'store.close',
      'figures.rebuild',
    ]) {
      const [part = '', method = ''] = write.split('.')
      assert.ok(!onlyReads(part, method), write)
    }
  })
})
