import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { listen } from '../../src/api/http/listen.ts'
import { systemClock } from '../../src/core/clock.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const BODY_BYTES = 64 * 1024 * 1024
/** What the buffers of both ends may hold of a body that nobody reads. */
const MOST_TAKEN_BYTES = 16 * 1024 * 1024

const guarded = await openGuardedServer()
const admin = await guarded.token(['admin'])
const { port } = guarded.server

function open(): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

/** Sends a body as fast as it is taken, until all is sent or the other end has had enough; resolves with the bytes sent. */
async function pour(socket: Socket, frame: (bytes: Buffer) => (string | Buffer)[]): Promise<number> {
  const piece = Buffer.alloc(64 * 1024, ' ')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (let sent = 0; sent < BODY_BYTES && !socket.destroyed; sent += piece.length) {
    let room = true
    for (const part of frame(piece)) room = socket.write(part)
    // It may end with an error.
    if (!room) await Promise.race([once(socket, 'drain'), closed]).catch(() => {})
  }
  return socket.bytesWritten - socket.writableLength
}

const FRAMES = {
  'of a known length': {
    header: `Content-Length: ${BODY_BYTES}`,
    frame: (bytes: Buffer) => [bytes],
  },
  'in chunks': {
    header: 'Transfer-Encoding: chunked',
    frame: (bytes: Buffer) => [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n'],
  },
} as const

for (const [name, { header, frame }] of Object.entries(FRAMES)) {
  for (const [who, authorization, expected] of [
    ['somebody', '', 401],
    ['an administrator', `Authorization: Bearer ${admin}\r\n`, 413],
  ] as const) {
    test(`64 MB ${name} of ${who} are refused before they have come`, async () => {
      const before = process.memoryUsage().rss
      const socket = open()
      const answer = text(socket).catch(() => '')
      socket.write(
        `POST ${BASE}/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${authorization}${header}\r\n\r\n`,
      )
      const taken = await pour(socket, frame)
      socket.destroy()
      // Who sends on regardless may lose the answer to it.
      const [, status = ''] = /^HTTP\/1\.1 (\d{3})/.exec(await answer) ?? []
      if (status !== '') assert.equal(Number(status), expected)
      assert.ok(taken < MOST_TAKEN_BYTES, `${taken} bytes were taken`)
      assert.ok(process.memoryUsage().rss - before < BODY_BYTES, 'none of it piles up')
    })
  }
}

test('10,000 headers are refused, a header of 10,000 bytes is not', async () => {
  const answerTo = async (headers: string): Promise<string> => {
    const socket = open()
    socket.write(`GET /livez HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`)
    return await text(socket)
  }
  assert.match(await answerTo('a:b\r\n'.repeat(10_000)), /^HTTP\/1\.1 431 /)
  assert.match(await answerTo(`X-A: ${'a'.repeat(10_000)}\r\n`), /^HTTP\/1\.1 200 /)
  assert.equal((await guarded.send('GET', '/health')).status, 200)
})

test('clients that send a byte now and then hold up nobody, and are sent away in time', async () => {
  const api = await openTestApi()
  await using server = await listen(api.app, { host: '127.0.0.1', port: 0, headers_timeout_ms: 1000 })
  const slow = Array.from({ length: 200 }, () => connect(server.port, '127.0.0.1'))
  const ended = slow.map((socket) => once(socket, 'close'))
  for (const socket of slow)
    socket
      .on('error', () => {})
      .resume()
      .write('GET /livez HTTP/1.1\r\nX-')
  const dribbling = new AbortController()
  const dribble = (async () => {
    while (!dribbling.signal.aborted) {
      for (const socket of slow) if (socket.writable) socket.write('a')
      await systemClock.sleep(50)
    }
  })()
  assert.equal((await fetch(`${server.url}/livez`)).status, 200)
  assert.ok(
    slow.some((socket) => !socket.closed),
    'it did not wait until they were away',
  )
  await Promise.all(ended)
  dribbling.abort()
  await dribble
})
