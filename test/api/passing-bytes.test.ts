import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { nodeListener } from '../../src/api/http/node-listener.ts'
import { passingBytes } from '../../src/api/http/passing-bytes.ts'

/** More than a socket takes at once. */
const MANY = 8 * 1024 * 1024

const filled = (length: number): Uint8Array => new Uint8Array(length).fill(0x78)

async function received(body: Uint8Array<ArrayBuffer>, init: RequestInit = {}): Promise<string> {
  const listener = nodeListener({
    fetch: (_, connection) => {
      const sent = connection?.send?.({ status: 200, headers: {}, body })
      return sent ?? new Response(null, { status: 500 })
    },
  })
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/`, init)
    return await response.text()
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    await nextTurn()
  }
}

test('bytes for one answer arrive whole and are given back when they are sent', async () => {
  const body = passingBytes(filled(MANY)) as Uint8Array<ArrayBuffer>
  const text = await received(body)
  assert.ok(text === 'x'.repeat(MANY), 'something else than what was sent arrived')
  assert.equal(body.buffer.detached, true)
})

test('bytes that are not said to pass stay as they are', async () => {
  const body = filled(100) as Uint8Array<ArrayBuffer>
  assert.equal(await received(body), 'x'.repeat(100))
  assert.equal(body.length, 100)
})

test('bytes in memory that others use, too, are left alone', async () => {
  const others = filled(300)
  const body = passingBytes(others.subarray(100, 200)) as Uint8Array<ArrayBuffer>
  assert.equal(await received(body), 'x'.repeat(100))
  assert.equal(others.length, 300)
})
