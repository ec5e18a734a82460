import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { startingApi } from '../src/api/starting-api.ts'
import { startServer, type RunningServer, type ServerOptions } from '../src/server/index.ts'
import { systemClock, type Clock } from '../src/core/clock.ts'
import { closeOpened } from '../src/server/closing.ts'
import { FakeClock } from './support/fake-clock.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'
import { assertProblem } from './api/support/assert-problem.ts'
import { BASE, openTestApi } from './api/support/test-api.ts'
import { freePort } from './support/free-port.ts'

function serve(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'sync.db')}`
  return startServer({ database, logDir: join(directory, 'logs'), port: 0, ...options })
}

test('while it starts it lives, is not ready, and says when to come back', async () => {
  const starting = startingApi('1.2.3')
  const ask = async (path: string): Promise<Response> =>
    await starting.fetch(new Request(`http://localhost${path}`))
  assert.deepEqual(await (await ask('/livez')).json(), { status: 'pass', version: '1.2.3' })
  const ready = await ask('/readyz')
  assert.equal(ready.status, 503)
  assert.deepEqual(await ready.json(), { status: 'fail', version: '1.2.3', error: 'The server is starting.' })
  const other = await ask(`${BASE}/summary`)
  assert.equal(other.headers.get('retry-after'), '1')
  await assertProblem(other, 503)
  await assertProblem(await starting.fetch(new Request('http://evil.example/livez')), 421)
  starting.become({ fetch: () => new Response('all of it') })
  assert.equal(await (await ask('/livez')).text(), 'all of it')
})

test('while another program holds the database the server lives and is not ready; then it is', async () => {
  const file = join(temporaryDirectory(), 'sync.db')
  using held = new DatabaseSync(file)
  held.exec('begin exclusive')
  const port = await freePort()
  const starting = serve({ database: `sqlite:${file}`, port })
  const status = async (path: string): Promise<number> => {
    for (;;) {
      // Until it listens.
      const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
      if (response !== null) return response.status
    }
  }
  assert.equal(await status('/livez'), 200)
  assert.equal(await status('/readyz'), 503)
  held.exec('rollback')
  await using _server = await starting
  assert.equal(await status('/readyz'), 200)
})

test('when it is to close it says so at once, and goes on for those who have not heard', async () => {
  const clock = new FakeClock()
  const server = await serve({ closingNoticeMs: 3000, clock })
  const status = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status
  assert.equal(await status('/readyz'), 200)
  const closed = server.close()
  assert.equal(await status('/readyz'), 503)
  assert.equal(await status('/livez'), 200)
  assert.equal(await status(`${BASE}/summary`), 200)
  clock.advance(3000)
  await closed
  await assert.rejects(fetch(`${server.url}/livez`))
})

test('it lives while the store does not answer', async () => {
  const api = await openTestApi({ health: () => new Promise(() => {}) })
  const ready = Promise.resolve(api.request('/readyz')).then(() => 'answered')
  assert.equal((await api.request('/livez')).status, 200)
  assert.equal(await Promise.race([ready, Promise.resolve('waits')]), 'waits')
})

test('when something cannot be closed all the rest is, and one reason is told', async () => {
  const told: unknown[] = []
  const server = await serve({ onError: (error) => told.push(error) })
  const { logs, store } = server.monitor
  await store.close()
  // The lines of the ingest, the audit log and the heartbeats would all still have to reach the database.
  await assert.rejects(server.close(), { code: 'closed' })
  assert.deepEqual(told, [])
  await assert.rejects(fetch(`${server.url}/livez`))
  const before = logs.health.refused_after_close
  logs.write('errors', { level: 'ERROR', event: 'x', task_id: null, user_id: null, fields: {}, message: 'x' })
  assert.equal(logs.health.refused_after_close, before + 1)
})

test('of several failures in closing the first is thrown, and what says something else is told', async () => {
  const told: unknown[] = []
  const closed: string[] = []
  const opened = new AsyncDisposableStack()
  for (const [name, failure] of [
    ['last', 'b'],
    ['fine', null],
    ['same', 'a'],
    ['first', 'a'],
  ] as const) {
    opened.defer(() => {
      closed.push(name)
      if (failure !== null) throw new Error(failure)
    })
  }
  await assert.rejects(
    closeOpened(opened, (error) => told.push(error)),
    /^Error: a$/,
  )
  assert.deepEqual(closed, ['first', 'same', 'fine', 'last'])
  assert.deepEqual(told.map(String), ['Error: b'])
})

test('a server that fails in the middle of its start closes what it had opened', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'sync.db')
  const port = await freePort()
  const logDir = join(directory, 'logs')
  const clock: Clock = {
    ...systemClock,
    every(interval_ms, tick) {
      // The last thing that is begun before requests are let in.
      if (interval_ms === 60_000) throw new Error('no more timers')
      return systemClock.every(interval_ms, tick)
    },
  }
  await assert.rejects(startServer({ database: `sqlite:${file}`, logDir, port, clock }), /no more timers/)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`))
  using database = new DatabaseSync(file)
  assert.equal(database.prepare('select count(*) as n from canvas_sync_ingest_writers').get()?.['n'], 0)
  // Nobody else has it open.
  database.exec('pragma locking_mode = exclusive; begin exclusive; rollback')
})
