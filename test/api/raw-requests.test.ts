import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { listen } from '../../src/api/http/listen.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const api = await openTestApi()
const server = await listen(api.app, { host: '127.0.0.1', port: 0, drain_ms: 100 })
after(() => server.close())

/** Sends bytes as they are and returns what comes back until the connection ends. */
async function sent(...bytes: string[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => {})
  for (const piece of bytes) socket.write(piece)
  return await text(socket)
}

const statuses = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

const END = 'Connection: close\r\n\r\n'
const CLEANUP = `POST ${BASE}/logs/cleanup?dry_run=true HTTP/1.1\r\nHost: localhost\r\n`
const SMUGGLED = `GET ${BASE}/recent HTTP/1.1\r\nHost: localhost\r\n\r\n`

/** What arrives, and the statuses of all that is answered to it. */
const REQUESTS: Readonly<Record<string, readonly [string, readonly number[]]>> = {
  'an ordinary request': [`GET /livez HTTP/1.1\r\nHost: localhost\r\n${END}`, [200]],
  'HTTP/1.0 with a host': ['GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n', [200]],
  'HTTP/1.0 without a host': ['GET /livez HTTP/1.0\r\n\r\n', [400]],
  'HTTP/1.1 without a host': [`GET /livez HTTP/1.1\r\n${END}`, [400]],
  'two hosts': [`GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${END}`, [400, 421]],
  'HTTP/2.0 in words': [`GET /livez HTTP/2.0\r\nHost: localhost\r\n${END}`, [505]],
  'HTTP/0.9': ['GET /livez\r\n\r\n', [400, 505]],
  'the preface of HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  'a TLS greeting': ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', [400]],
  'an absolute address': [`GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n${END}`, [200]],
  'an absolute address of another host': [
    `GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n${END}`,
    [421],
  ],
  'an address without a slash': [`GET livez HTTP/1.1\r\nHost: localhost\r\n${END}`, [400]],
  'OPTIONS for the whole server': [`OPTIONS * HTTP/1.1\r\nHost: localhost\r\n${END}`, [400, 404]],
  TRACE: [`TRACE /livez HTTP/1.1\r\nHost: localhost\r\n${END}`, [400, 405, 500]],
  'a method of nobody': [`BREW /livez HTTP/1.1\r\nHost: localhost\r\n${END}`, [400]],
  CONNECT: ['CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', []],
  'an upgrade that nobody offers': [
    `GET /livez HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n`,
    [200],
  ],
  'an expectation that cannot be met': [
    `GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\n${END}`,
    [417],
  ],
  'two lengths': [
    `${CLEANUP}Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    [400],
  ],
  'two equal lengths': [`${CLEANUP}Content-Length: 0\r\nContent-Length: 0\r\n${END}`, [400]],
  'a list of lengths': [`${CLEANUP}Content-Length: 0, 5\r\n${END}`, [400]],
  'a negative length': [`${CLEANUP}Content-Length: -1\r\n${END}`, [400]],
  'a length with a sign': [`${CLEANUP}Content-Length: +0\r\n${END}`, [400]],
  'a length and chunks': [
    `${CLEANUP}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    [400],
  ],
  'chunked, but not at the end': [
    `${CLEANUP}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    [400],
  ],
  'chunked behind a vertical tab': [
    `${CLEANUP}Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    [400],
  ],
  'a space before a colon': [`${CLEANUP}Content-Length : 5\r\n${END}`, [400]],
  'a folded header': [`GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n 2\r\n${END}`, [400]],
  'a line that ends in a bare line feed': [`GET /livez HTTP/1.1\nHost: localhost\n\n`, [400]],
  'a bare carriage return in a header': [
    `GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: 1\rX-B: 2\r\n${END}`,
    [400],
  ],
  'a null in a header': [`GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: \u0000\r\n${END}`, [400]],
  'a chunk with a wrong size': [`${CLEANUP}Transfer-Encoding: chunked\r\n\r\nzz\r\n${SMUGGLED}`, [400]],
  'a chunk that is longer than it says': [
    `${CLEANUP}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}}}\r\n0\r\n\r\n`,
    [400],
  ],
  'headers of more bytes than can be taken': [
    `GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(20_000)}\r\n${END}`,
    [431],
  ],
  'an address of more bytes than can be taken': [
    `GET /livez?${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n${END}`,
    [431],
  ],
  'more headers than can be taken': [
    `GET /livez HTTP/1.1\r\nHost: localhost\r\n${'a: b\r\n'.repeat(200)}${END}`,
    [431],
  ],
}

for (const [name, [bytes, expected]] of Object.entries(REQUESTS)) {
  test(`${name} is answered with ${expected.join(' or ') || 'the end of the connection'}, and once`, async () => {
    const answer = await sent(bytes)
    const given = statuses(answer)
    assert.ok(given.length === Math.min(1, expected.length), answer)
    if (given[0] !== undefined) assert.ok(expected.includes(given[0]), answer)
    assert.deepEqual(api.errors, [])
    assert.equal(api.logs.started.length, 0)
  })
}

test('an error of the transport is a problem too, and is kept by nobody', async () => {
  const answer = await sent('nonsense\r\n\r\n')
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/)
  assert.match(head, /^content-type: application\/problem\+json$/im)
  assert.match(head, /^cache-control: no-store$/im)
  const { error, status } = JSON.parse(body) as { error: string; status: number }
  assert.equal(error, 'The request is malformed.')
  assert.equal(status, 400)
})

test('requests in a row on one connection are answered in a row', async () => {
  const one = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const answer = await sent(one, one, `GET /nothing HTTP/1.1\r\nHost: localhost\r\n${END}`)
  assert.deepEqual(statuses(answer), [200, 200, 404])
})

test('a request that says what it will send is told to go on', async () => {
  const answer = await sent(
    `${CLEANUP}Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n${END}`,
    '{}',
  )
  assert.deepEqual(statuses(answer), [100, 200])
})

test('beyond the connections that it takes a server closes what is new, and serves the others', async () => {
  await using small = await listen(api.app, { host: '127.0.0.1', port: 0, max_connections: 2 })
  const sockets = [0, 1].map(() => connect(small.port, '127.0.0.1'))
  for (const socket of sockets) await once(socket, 'connect')
  const third = connect(small.port, '127.0.0.1')
  third.on('error', () => {})
  assert.equal(await text(third).catch(() => ''), '')
  const [socket] = sockets
  socket?.write(`GET /livez HTTP/1.1\r\nHost: localhost\r\n${END}`)
  assert.deepEqual(statuses(socket === undefined ? '' : await text(socket)), [200])
  for (const open of sockets) open.destroy()
})
