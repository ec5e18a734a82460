import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { MonitorError } from '../../src/core/errors.ts'
import { startServer } from '../../src/server/index.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { BASE, openTestApi } from './support/test-api.ts'
import { openTestStore, withRecordPage } from './support/test-store.ts'

test('what only a passing state of the database keeps from being answered is told with 503', async () => {
  const seconds = { database_unreachable: '2', database_busy: '2', disk_full: '30' } as const
  for (const [code, retry_after] of Object.entries(seconds)) {
    const reason = new MonitorError(code as keyof typeof seconds, 'The disk of db.internal is far away.')
    const api = await openTestApi({
      store: withRecordPage(await openTestStore(), () => Promise.reject(reason)),
    })
    const response = await api.request(`${BASE}/recent`)
    assert.equal(response.status, 503, code)
    assert.equal(response.headers.get('retry-after'), retry_after)
    const problem = (await response.json()) as { error: string; request_id: string }
    assert.match(problem.error, /^The d[a-z ]+: try again .*\.$/)
    assert.doesNotMatch(JSON.stringify(problem), /db\.internal/)
    assert.equal(api.errors[0]?.error, reason)
  }
})

test('a server whose PostgreSQL was stopped says so, and comes back with it', async () => {
  await using database = await PostgresServer.start()
  const url = await database.createDatabase()
  const directory = temporaryDirectory()
  await using server = await startServer({
    database: url,
    logDir: join(directory, 'logs'),
    port: 0,
    logCleanup: false,
    onError: () => {},
  })
  const ask = (path: string): Promise<Response> => fetch(new URL(path, server.url))
  assert.equal((await ask(`${BASE}/summary`)).status, 200)
  assert.equal((await ask('/readyz')).status, 200)

  await database.shutDown()
  const asked_at = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, days) => ask(`${BASE}/summary?days=${days + 1}`)),
  )
  // They wait for a restart at the same time, not one after the other.
  assert.ok(performance.now() - asked_at < 20_000, `${performance.now() - asked_at} ms`)
  for (const answer of answers) {
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '2')
    const { error } = (await answer.json()) as { error: string }
    assert.equal(error, 'The database cannot be reached: try again in a moment.')
  }
  assert.equal((await ask('/readyz')).status, 503)
  assert.equal((await ask('/livez')).status, 200)

  await database.startAgain()
  let back = await ask('/readyz')
  for (const until = performance.now() + 60_000; back.status !== 200 && performance.now() < until;) {
    await delay(20)
    back = await ask('/readyz')
  }
  assert.equal(back.status, 200)
  assert.equal((await ask(`${BASE}/summary`)).status, 200)
})

test('a server whose PostgreSQL is away stops in order and soon, and no line is there twice afterwards', async () => {
  await using database = await PostgresServer.start()
  const url = await database.createDatabase()
  const logDir = join(temporaryDirectory(), 'logs')
  const options = { database: url, logDir, port: 0, logCleanup: false, onError: () => {} } as const
  const server = await startServer(options)
  const report = await fetch(`${server.url}${BASE}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ type: 'start', task_id: 'one' }]),
  })
  assert.equal(report.status, 200)
  await database.shutDown()
  // What writes is patient for ten seconds otherwise, and those who watch write at any time.
  const writing = server.monitor.store.syncs.startSync(syncStart('two')).catch(() => null)
  const stopped_at = performance.now()
  await server.close()
  assert.ok(performance.now() - stopped_at < 9500, `${performance.now() - stopped_at} ms`)
  assert.equal(await writing, null)

  await database.startAgain()
  await (await startServer(options)).close()
  const lines = readFileSync(join(logDir, 'operations.log'), 'utf8').split('\n')
  assert.equal(lines.filter((line) => line.includes('"sync_started","task_id":"one"')).length, 1)
})
