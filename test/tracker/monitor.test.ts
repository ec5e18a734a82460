import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isMonitorError } from '../../src/core/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { trackings } from './support/tracking.ts'

const directory = temporaryDirectory()
const open = trackings()

describe('a monitor that is closed', () => {
  it('ends what runs as cancelled, and leaves every row and line on the disk', async () => {
    const database = `sqlite:${join(directory, 'closed.db')}`
    const logDir = join(directory, 'closed-logs')
    const monitor = await createMonitor({ database, logDir })
    const done = await monitor.startSync({ taskId: 'done' })
    await done.completeSuccess()
    const running = await monitor.startSync({ taskId: 'running' })
    running.recordCourse({ created: 2 })
    const closing = monitor.close()
    assert.equal(monitor.close(), closing)
    await closing
    assert.equal(running.finished, true)
    assert.equal((await monitor.store.health()).ok, false)
    running.recordCourse()
    assert.equal(monitor.logs.health.refused_after_close, 1)
    await using store = await openStore(database)
    const row = await store.syncs.getSyncByTaskId('running')
    assert.deepEqual(
      [row?.sync_status, row?.courses_created, row?.error_message],
      ['cancelled', 2, 'The monitor was closed while the sync ran.'],
    )
    assert.equal((await store.syncs.getSyncByTaskId('done'))?.sync_status, 'completed')
    const lines = readFileSync(join(logDir, 'operations.log'), 'utf8').trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { event: string }).event),
      ['sync_started', 'sync_completed', 'sync_started', 'course_synced', 'sync_cancelled'],
    )
  })

  it('takes no new sync, and what still records is harmless', async () => {
    const database = `sqlite:${join(directory, 'harmless.db')}`
    const monitor = await createMonitor({ database, logDir: join(directory, 'harmless-logs') })
    const sync = await monitor.startSync()
    await monitor.close()
    sync.recordCourse()
    sync.progress({ percent: 5 })
    await sync.course('7', async () => {})
    assert.equal((await sync.completeSuccess()).sync_status, 'cancelled')
    await assert.rejects(monitor.startSync(), (error) => isMonitorError(error) && error.code === 'closed')
  })

  it('leaves the store and the logs open that it was given', async () => {
    const { monitor, store, logs } = await open()
    {
      await using closed = monitor
      await closed.startSync()
    }
    assert.equal((await store.health()).ok, true)
    assert.equal(logs.health.refused_after_close, 0)
    logs.write('operations', {
      level: 'INFO',
      event: 'x',
      task_id: null,
      user_id: null,
      fields: {},
      message: 'x',
    })
    assert.equal(logs.health.refused_after_close, 0)
  })

  it('while a sync is starting leaves no sync behind that seems to run', async () => {
    const { monitor, store, rowOf } = await open()
    const release = store.hold('startSync')
    const starting = monitor.startSync({ taskId: 'just then' })
    const closing = monitor.close()
    release()
    const sync = await starting
    await closing
    assert.equal(sync.finished, true)
    assert.equal((await rowOf(sync)).sync_status, 'cancelled')
  })
})

describe('a monitor that cannot be', () => {
  it('is refused with a code, leaves no file open and keeps no process alive', () => {
    const blocked = join(directory, 'a-file')
    writeFileSync(blocked, 'not a folder')
    const broken = join(directory, 'broken.db')
    writeFileSync(
      broken,
      'this is no database, and long enough not to be taken for an empty one '.repeat(100),
    )
    const folder = join(directory, 'folder.db')
    mkdirSync(folder)
    const good = { database: `sqlite:${join(directory, 'good.db')}`, logDir: join(directory, 'good-logs') }
    const attempts = [
      { ...good, logDir: join(blocked, 'logs') },
      { ...good, database: `sqlite:${broken}` },
      { ...good, database: `sqlite:${folder}` },
      { ...good, database: 'mysql://root:word@localhost/x' },
      { ...good, streams: { operations: { level: 'LOUD' } } },
    ]
    const program = fileURLToPath(new URL('support/refused-monitor.ts', import.meta.url))
    const child = spawnSync(process.execPath, [program, JSON.stringify(attempts)], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    assert.equal(child.status, 0, child.stderr)
    const { codes, files } = JSON.parse(child.stdout) as { codes: string[]; files: string[] }
    assert.equal(codes.length, attempts.length)
    assert.deepEqual([codes[0], codes[3], codes[4]], ['not_writable', 'config_invalid', 'config_invalid'])
    for (const code of codes) assert.match(code, /^(?:not_writable|config_invalid|database_\w+)$/)
    assert.deepEqual(
      files.filter((path) => path.startsWith(directory)),
      [],
    )
    assert.equal(existsSync(join(directory, 'good.db')), false)
  })

  it('is refused when looking for lost syncs fails, and leaves a given store open', async () => {
    const { store, logs, clock } = await open()
    store.fail('listRunning')
    await assert.rejects(createMonitor({ store, logs, clock }), (error) => isMonitorError(error))
    store.mend()
    assert.equal((await store.health()).ok, true)
  })
})

describe('the health of a monitor', () => {
  it('tells of database, logs and writes that failed', async () => {
    const { monitor, store } = await open()
    assert.partialDeepStrictEqual(await monitor.health(), {
      database: { ok: true, message: null },
      logs: { lines_dropped: 0, last_error: null },
      store_failures: 0,
    })
    store.fail('finishSync')
    await (await monitor.startSync()).completeSuccess()
    assert.equal((await monitor.health()).store_failures, 1)
  })
})
