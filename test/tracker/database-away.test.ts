import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openStore } from '../../src/store/open-store.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { processIdentity } from '../../src/tracker/process-identity.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** Linux gives none as high. */
const NO_PROCESS = 2 ** 22 + 1
const directory = temporaryDirectory()
let places = 0
const newPlace = (): string => {
  const place = join(directory, `place-${++places}`)
  mkdirSync(place)
  return place
}

test('a job whose database is away at its start runs, and is recorded when the database is back', async () => {
  await using server = await PostgresServer.start()
  const database = await server.createDatabase()
  await server.shutDown()
  const clock = new FakeClock()
  const warned = once(process, 'warning') as Promise<[Error]>
  await using monitor = await createMonitor({ database, logDir: newPlace(), clock })
  const [{ name, message }] = await warned
  assert.equal(name, 'CanvasSyncMonitorWarning')
  assert.match(message, /^No PostgreSQL server answers for .* The job goes on; /)
  assert.ok(!message.includes('postgres:'))
  assert.equal((await monitor.health()).database.ok, false)

  const sync = await monitor.startSync({ taskId: 'nightly', userId: 42 })
  const began_at = clock.now()
  sync.recordCourse({ created: true, courseId: '101' })
  await server.startAgain()
  clock.advance(60_000)
  sync.recordCourse({ created: true, courseId: '102' })
  const record = await sync.completeSuccess()
  assert.equal(record.sync_status, 'completed')
  assert.equal((await monitor.health()).database.ok, true)
  await using store = await openStore(database)
  const row = await store.syncs.getSyncByTaskId('nightly')
  assert.equal(row?.sync_status, 'completed')
  assert.equal(row.courses_created, 2)
  assert.equal(row.sync_start_time, began_at)
})

test('a job whose database never comes back does its work, and its log tells of it', async () => {
  await using server = await PostgresServer.start()
  const database = await server.createDatabase()
  await server.shutDown()
  const logDir = newPlace()
  {
    await using monitor = await createMonitor({ database, logDir })
    const answer = await monitor.track({ taskId: 'alone' }, async (sync) => {
      sync.recordCourse({ created: true, courseId: '101' })
      return 'done'
    })
    assert.equal(answer, 'done')
    const failing = monitor.track({ taskId: 'fails' }, () => Promise.reject(new RangeError('theirs')))
    await assert.rejects(failing, RangeError)
    assert.ok((await monitor.health()).store_failures > 0)
  }
  const lines = readFileSync(join(logDir, 'operations.log'), 'utf8')
  for (const event of ['sync_started', 'sync_completed', 'sync_failed'])
    assert.ok(lines.includes(event), event)
})

test('syncs of dead processes are looked for when the database is back', async () => {
  await using server = await PostgresServer.start()
  const database = await server.createDatabase()
  {
    await using store = await openStore(database)
    const { host, process_started } = processIdentity()
    await store.syncs.startSync(syncStart('dead', { host, pid: NO_PROCESS, process_started }))
  }
  await server.shutDown()
  const clock = new FakeClock()
  await using monitor = await createMonitor({ database, logDir: newPlace(), clock })
  await server.startAgain()
  clock.advance(10_000)
  assert.equal((await monitor.health()).database.ok, true)
  await using store = await openStore(database)
  const status = async (): Promise<string | undefined> =>
    (await store.syncs.getSyncByTaskId('dead'))?.sync_status
  while ((await status()) !== 'lost') await nextTurn()
})

test('what is wrong and stays wrong is thrown, and what is away as well where that is asked for', async () => {
  await using server = await PostgresServer.start()
  const database = await server.createDatabase()
  const wrong = new URL(database)
  wrong.password = 'wrong'
  await assert.rejects(createMonitor({ database: wrong.href, logDir: newPlace() }), {
    code: 'database_refused',
  })
  await server.shutDown()
  await assert.rejects(createMonitor({ database, logDir: newPlace(), databaseAway: 'throw' }), {
    code: 'database_unreachable',
  })
})

test('a job runs beside a database that a newer version has changed, and changes nothing in it', async () => {
  const place = newPlace()
  const path = join(place, 'newer.db')
  await (await openStore(`sqlite:${path}`)).close()
  using newer = new DatabaseSync(path)
  newer.exec(`insert into canvas_sync_migrations values (9999, '9999-later', 'x', 0)`)
  await using monitor = await createMonitor({ database: `sqlite:${path}`, logDir: join(place, 'logs') })
  assert.equal(await monitor.track({ taskId: 'old' }, async () => 7), 7)
  assert.equal(newer.prepare('select count(*) as syncs from canvas_sync_metrics').get()?.['syncs'], 0)
  assert.match((await monitor.health()).database.message ?? '', /made by a newer version/)
})
