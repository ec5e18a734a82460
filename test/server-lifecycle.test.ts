import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { startingApi } from '../src/api/starting-api.ts'
import { startServer, type RunningServer, type ServerOptions } from '../src/server.ts'
import { FakeClock } from './support/fake-clock.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'
import { assertProblem } from './api/support/assert-problem.ts'
import { BASE, openTestApi } from './api/support/test-api.ts'

function serve(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'sync.db')}`
  return startServer({ database, logDir: join(directory, 'logs'), port: 0, ...options })
}

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  taken.close()
  await once(taken, 'close')
  return port
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
