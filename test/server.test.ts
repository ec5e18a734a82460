import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { MonitorError, type ErrorCode } from '../src/core/errors.ts'
import { startServer, type RunningServer, type ServerOptions } from '../src/server/index.ts'
import { openStore } from '../src/store/open-store.ts'
import { processIdentity } from '../src/tracker/process-identity.ts'
import { makeToken } from './api/support/guarded-server.ts'
import { FakeClock } from './support/fake-clock.ts'
import { syncStart } from './support/sync-factory.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

function serve(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const directory = temporaryDirectory()
  return startServer({
    database: `sqlite:${join(directory, 'sync.db')}`,
    logDir: join(directory, 'logs'),
    port: 0,
    ...options,
  })
}

async function refused(code: ErrorCode, starting: Promise<RunningServer>): Promise<MonitorError> {
  try {
    await (await starting).close()
  } catch (error) {
    assert.ok(error instanceof MonitorError, String(error))
    assert.equal(error.code, code)
    return error
  }
  throw new assert.AssertionError({ message: 'it started' })
}

async function getJson(server: RunningServer, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}/api/canvas/metrics${path}`)
  assert.equal(response.status, 200)
  return (await response.json()) as Record<string, unknown>
}

test('the server keeps its log streams as it was told', async () => {
  await using server = await serve({ logStreams: { operations: { level: 'WARNING' } } })
  await server.monitor.track({ taskId: 'a', userId: 42 }, () => Promise.resolve())
  await server.monitor.logs.flush()
  const { operations } = server.monitor.logs.health.streams
  assert.equal(operations.lines_written, 0)
})

test('the server shows what its monitor records', async () => {
  await using server = await serve()
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  await server.monitor.track({ taskId: 'a', userId: 42 }, async (sync) => {
    sync.recordCourse({ created: true })
  })
  const { syncs } = await getJson(server, '/recent')
  const [record] = syncs as { sync_task_id: string; courses: unknown }[]
  assert.equal(record?.sync_task_id, 'a')
  assert.deepEqual(record.courses, { processed: 1, created: 1, updated: 0 })
  assert.equal((await getJson(server, '/health'))['status'], 'healthy')
})

for (const host of ['0.0.0.0', '::', '192.0.2.1', 'canvas.example.edu', '127.0.0.1.example.edu', '']) {
  test(`it will not listen on "${host}", and makes no file for it`, async () => {
    const error = await refused('address_refused', serve({ host }))
    assert.equal(error.exit_code, 2)
    assert.match(error.next_step, /127\.0\.0\.1/)
  })
}

test('it listens on every form of loopback', async () => {
  for (const host of ['localhost', '127.0.0.2', '::1']) {
    await using server = await serve({ host })
    assert.equal((await getJson(server, '/health'))['status'], 'healthy')
  }
})

test('where it asks for tokens it needs one that can be used, and then asks everybody', async () => {
  const database = `sqlite:${join(temporaryDirectory(), 'sync.db')}`
  const asking = [{ requireToken: true }, { publicUrl: 'https://monitor.example.edu' }]
  for (const options of asking) {
    const error = await refused('address_refused', serve({ database, ...options }))
    assert.match(error.message, /set to ask for access tokens, and there is none/)
  }
  let token = ''
  {
    await using store = await openStore(database)
    await makeToken(store, ['admin'], { expires_at: Date.now() - 1 })
    await makeToken(store, ['admin'], { revoked: true })
  }
  for (const options of asking) await refused('address_refused', serve({ database, ...options }))
  {
    await using store = await openStore(database)
    token = await makeToken(store, ['read'])
  }
  for (const options of asking) {
    await using server = await serve({ database, ...options })
    const url = `${server.url}/api/canvas/metrics/recent`
    assert.equal((await fetch(url)).status, 401)
    assert.equal((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status, 200)
    assert.equal((await fetch(`${server.url}/livez`)).status, 200)
  }
})

test('what was used and looked at is on the disk when it has stopped', async () => {
  const database = `sqlite:${join(temporaryDirectory(), 'sync.db')}`
  let token = ''
  {
    await using store = await openStore(database)
    token = await makeToken(store, ['read'])
  }
  {
    await using server = await serve({ database, requireToken: true })
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await fetch(`${server.url}/api/canvas/metrics/user/42/summary`, { headers })).status, 200)
  }
  await using store = await openStore(database)
  const [look] = await store.access.listAudit({ action: 'viewed', limit: 5, before_id: null })
  assert.partialDeepStrictEqual(look, { user_id: '42', actor_kind: 'token', address: '127.0.0.1' })
  assert.notEqual((await store.access.listTokens())[0]?.last_used_at, null)
})

test('a taken port is explained, and the database and logs are closed again', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const directory = temporaryDirectory()
  const { port } = taken.address() as AddressInfo
  const options = {
    database: `sqlite:${join(directory, 'sync.db')}`,
    logDir: join(directory, 'logs'),
  }
  const error = await refused('port_in_use', startServer({ ...options, port }))
  assert.match(error.message, new RegExp(`${port}`))
  assert.match(error.next_step, /--port/)
  taken.close()
  await using server = await startServer({ ...options, port: 0 })
  assert.equal((await getJson(server, '/summary'))['total_syncs'], 0)
})

test('a log folder or a database that cannot be used is explained', async () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, 'x')
  await refused('not_writable', serve({ logDir: file }))
  await refused('not_writable', serve({ database: `sqlite:${file}/sync.db` }))
  await refused('config_invalid', serve({ database: 'mysql:x' }))
})

test('at its start it marks syncs as lost whose process is gone', async () => {
  const database = `sqlite:${join(temporaryDirectory(), 'sync.db')}`
  {
    await using store = await openStore(database)
    const { host, pid, pid_space } = processIdentity()
    await store.syncs.startSync(syncStart('gone', { host, pid, process_started: `${pid_space} 1` }))
  }
  await using server = await serve({ database })
  const { syncs } = await getJson(server, '/recent')
  assert.equal((syncs as { sync_status: string }[])[0]?.sync_status, 'lost')
})

test('closing twice is closing once, and a running sync ends as cancelled', async () => {
  const database = `sqlite:${join(temporaryDirectory(), 'sync.db')}`
  const server = await serve({ database })
  const sync = await server.monitor.startSync({ taskId: 'open' })
  const closing = server.close()
  assert.equal(server.close(), closing)
  await closing
  assert.ok(sync.finished)
  await using store = await openStore(database)
  assert.equal((await store.syncs.getSyncByTaskId('open'))?.sync_status, 'cancelled')
  await assert.rejects(fetch(server.url))
})

test('what a client only learns the existence of is told to the host and to the errors log', async () => {
  const told: unknown[] = []
  const server = await serve({ onError: (error) => told.push(error) })
  await server.monitor.store.close()
  const response = await fetch(`${server.url}/api/canvas/metrics/recent`)
  assert.ok(response.status >= 500)
  assert.equal(told.length, 1)
  await assert.rejects(server.close(), { code: 'closed' })
  const { errors } = server.monitor.logs.health.streams
  assert.equal(errors.lines_written, 1)
})

test('it cleans the logs up every night, and tells when next', async () => {
  const clock = new FakeClock({ start: '2026-11-22T23:00:00.000Z' })
  const options = { clock, timeZone: 'Europe/Zurich', logCleanup: { at: '02:30', archive_days: 3 } }
  await using server = await serve(options)
  const status = await getJson(server, '/logs/cleanup-status')
  assert.equal(status['next_cleanup'], '2026-11-23T01:30:00.000Z')
  clock.advance(3 * 3_600_000)
  const night = await until(async () => {
    clock.advance(30_000)
    const { history } = await getJson(server, '/logs/cleanup-status')
    return (history as { scheduled_for: string; options: unknown }[]).find(({ scheduled_for }) =>
      scheduled_for.startsWith('2026-11-23T02:30 '),
    )
  })
  assert.deepEqual(night.options, { max_lines: 10_000, archive_days: 3, delete_days: 30 })

  await using without = await serve({ logCleanup: false })
  assert.equal((await getJson(without, '/logs/cleanup-status'))['next_cleanup'], null)
  await refused('config_invalid', serve({ timeZone: 'Europe/Zurych' }))
  await refused('config_invalid', serve({ logCleanup: { at: 'noon' } }))
})

async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
  }
}
