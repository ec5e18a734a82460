import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventHub } from '../../src/api/events/event-hub.ts'
import { logReading } from '../../src/api/logs/log-reading.ts'
import { systemClock } from '../../src/core/clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from './support/log-server.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'
import { openTestStore } from './support/test-store.ts'

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** Opens a stream and takes its first piece. */
async function follow(api: TestApi, path: string): Promise<Reader> {
  const response = await api.request(`${BASE}${path}`)
  assert.equal(response.status, 200)
  const reader = response.body?.getReader()
  assert.ok(reader)
  assert.equal((await reader.read()).done, false)
  return reader
}

test('a tail that takes nothing for two minutes gives its place back, one that waits for lines keeps it', async () => {
  const log_reading = logReading(temporaryDirectory(), 'UTC', new AbortController().signal)
  const api = await openTestApi({ log_reading })
  const readers = await Promise.all(Array.from({ length: 16 }, () => follow(api, '/logs/tail')))
  // It has taken all there is, and waits.
  const [waiting] = readers
  await waiting?.read()
  const next = waiting?.read()
  assert.equal((await api.request(`${BASE}/logs/tail`)).status, 429)
  api.clock.advance(100_000)
  assert.equal(log_reading.tails.take(), null)
  api.clock.advance(40_000)
  const free = Array.from({ length: 16 }, () => log_reading.tails.take()).filter((place) => place !== null)
  assert.equal(free.length, 15)
  await waiting?.cancel()
  assert.equal((await next)?.done, true)
  for (const reader of readers) await reader.cancel()
})

test('so does a client of the changes', async () => {
  const store = await openTestStore()
  const events = new EventHub({ changes: store.changes, clock: systemClock, onError: () => {} })
  const api = await openTestApi({ store, events })
  const stalled = await follow(api, '/events')
  const waiting = await follow(api, '/events')
  const next = waiting.read()
  api.clock.advance(140_000)
  await until(() => events.clients === 1)
  assert.equal((await stalled.read()).done, true)
  await waiting.cancel()
  assert.equal((await next).done, true)
  assert.equal(events.clients, 0)
})
