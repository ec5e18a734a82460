import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { listen } from '../../src/api/http/listen.ts'
import { MAX_BODY_BYTES } from '../../src/api/http/json-body.ts'
import type { Summary } from '../../src/api/syncs/summary.ts'
import { isMonitorError, type MonitorError } from '../../src/core/errors.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { assertProblem } from './support/assert-problem.ts'
import { until } from './support/log-server.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }

const withCode =
  (code: MonitorError['code'], words: RegExp) =>
  (error: unknown): boolean =>
    isMonitorError(error) && error.code === code && words.test(error.message) && error.next_step !== ''

/** An app whose one answer waits until the test lets it go. */
function openSlowApp() {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const fetch = async (): Promise<Response> => {
    arrived.resolve()
    await released.promise
    return new Response('done')
  }
  return { fetch, arrived: arrived.promise, release: released.resolve }
}

/** Sends bytes as they are and returns what comes back until the connection ends. */
async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  return await text(socket)
}

test('the API answers over a real port', async () => {
  const api = await openTestApi()
  await api.given(sync.completed())
  await using server = await listen(api.app, ANY_PORT)
  assert.equal(server.url, `http://127.0.0.1:${server.port}`)
  const response = await fetch(`${server.url}${BASE}/summary`)
  assert.equal(response.status, 200)
  assert.equal(((await response.json()) as Summary).total_syncs, 1)
  const missing = await assertProblem(await fetch(`${server.url}${BASE}/sync/task/a%2Fb`), 404)
  assert.equal(missing.instance, `${BASE}/sync/task/a%2Fb`)
  const head = await fetch(`${server.url}${BASE}/summary`, { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(await head.text(), '')
})

test('a body arrives over a real port, and one that is too large is refused', async () => {
  const api = await openTestApi()
  await using server = await listen(api.app, ANY_PORT)
  const cleanup = async (chunks: string[]): Promise<Response> =>
    await fetch(`${server.url}${BASE}/logs/cleanup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk))),
      duplex: 'half',
    })
  assert.equal((await cleanup(['{"max_lines"', ': 77}'])).status, 202)
  assert.equal(api.logs.started[0]?.max_lines, 77)
  await assertProblem(await cleanup([' '.repeat(MAX_BODY_BYTES), ' ']), 413)
})

test('a request by a foreign host name is refused over a real port', async () => {
  const api = await openTestApi()
  await using server = await listen(api.app, ANY_PORT)
  const outgoing = request(`${server.url}${BASE}/summary`, { headers: { host: 'evil.example' } }).end()
  const [incoming] = await once(outgoing, 'response')
  assert.equal(incoming.statusCode, 421)
  incoming.resume()
  await once(incoming, 'end')
  const absolute = await sendRaw(
    server.port,
    `GET http://evil.example${BASE}/summary HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  )
  assert.match(absolute, /^HTTP\/1.1 421 /)
})

test('a malformed request is a 400 problem', async () => {
  const api = await openTestApi()
  await using server = await listen(api.app, ANY_PORT)
  const answer = await sendRaw(server.port, 'GET /livez HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')
  assert.match(answer, /^HTTP\/1.1 400 /)
  assert.match(answer, /application\/problem\+json/)
  const no_host = await sendRaw(server.port, 'GET /livez HTTP/1.0\r\n\r\n')
  assert.match(no_host, /^HTTP\/1.1 400 /)
})

test('a port in use is told with its number and with how to choose another', async () => {
  const api = await openTestApi()
  await using server = await listen(api.app, ANY_PORT)
  await assert.rejects(
    listen(api.app, { host: '127.0.0.1', port: server.port }),
    withCode(
      'port_in_use',
      new RegExp(`Port ${server.port} on 127.0.0.1 is in use already: .*--port or PORT`),
    ),
  )
})

test('an address of another machine is refused in a sentence', async () => {
  const api = await openTestApi()
  await assert.rejects(
    listen(api.app, { host: '192.0.2.1', port: 0 }),
    withCode('address_refused', /no address 192\.0\.2\.1: .*--host or HOST/),
  )
})

test('closing ends idle connections and can be asked for twice', async () => {
  const api = await openTestApi()
  const server = await listen(api.app, ANY_PORT)
  await (await fetch(`${server.url}/livez`)).text()
  const silent = connect(server.port, '127.0.0.1')
  await once(silent, 'connect')
  const closed = server.close()
  assert.equal(server.close(), closed)
  await closed
  silent.destroy()
  await assert.rejects(fetch(`${server.url}/livez`))
})

test('closing waits for a running request and then ends its connection', async () => {
  const app = openSlowApp()
  const server = await listen(app, ANY_PORT)
  const answer = fetch(server.url)
  await app.arrived
  const closed = server.close()
  app.release()
  const response = await answer
  assert.equal(await response.text(), 'done')
  assert.equal(response.headers.get('connection'), 'close')
  await closed
})

test('closing does not wait for a running request beyond its limit', async () => {
  const app = openSlowApp()
  const clock = new FakeClock()
  const server = await listen(app, { ...ANY_PORT, drain_ms: 5_000, clock })
  const answer = assert.rejects(fetch(server.url))
  await app.arrived
  const closed = server.close()
  clock.advance(5_000)
  await closed
  await answer
  app.release()
})

test('closing waits for the end of an answer that is under way', async () => {
  const pieces = new TransformStream<Uint8Array, Uint8Array>()
  const writer = pieces.writable.getWriter()
  const server = await listen({ fetch: () => new Response(pieces.readable) }, ANY_PORT)
  const answer = fetch(server.url)
  await writer.write(Buffer.from('one '))
  const response = await answer
  const closed = server.close()
  await writer.write(Buffer.from('two'))
  await writer.close()
  assert.equal(await response.text(), 'one two')
  await closed
})

test('a client that reads nothing any more is cut off; one that reads slowly or waits for its answer is not', async () => {
  const released = Promise.withResolvers<void>()
  const big = new Uint8Array(32 * 2 ** 20)
  const app = {
    async fetch(request: Request): Promise<Response> {
      if (request.url.endsWith('/late')) await released.promise
      return new Response(request.url.endsWith('/big') ? big : 'done')
    },
  }
  await using server = await listen(app, { ...ANY_PORT, unread_timeout_ms: 1000 })
  const ask = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request(`${server.url}${path}`, resolve).once('error', reject).end()
    })
  const late = ask('/late')
  const slow = await ask('/big')
  const stalled = await ask('/big')
  stalled.pause()
  let taken = 0
  // Longer than the limit in all, never as long without taking anything.
  for await (const chunk of slow) {
    taken += (chunk as Buffer).length
    if (taken < big.length / 2) await new Promise((resolve) => setTimeout(resolve, 6))
  }
  assert.equal(taken, big.length)
  released.resolve()
  assert.equal(await text(await late), 'done')
  await until(() => server.running() === 0)
  // What had left is there, and then the connection is reset.
  await assert.rejects(text(stalled), { code: 'ECONNRESET' })
})
