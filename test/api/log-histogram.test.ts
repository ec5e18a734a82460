import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestFacts } from '../../src/api/http/route.ts'
import { countLogLines, logHistogramSchema } from '../../src/api/logs/log-histogram.ts'
import type { ApiServices } from '../../src/api/services.ts'
import { systemClock } from '../../src/core/clock.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openLogServer } from './support/log-server.ts'

const server = await openLogServer()
appendLines(
  server.directory,
  'operations',
  { at: '2026-11-22T10:15:00.000Z' },
  { at: '2026-11-22T10:15:30.000Z', level: 'WARNING', task_id: 'weekly' },
  { at: '2026-11-22T10:17:00.000Z', level: 'ERROR' },
)
const RANGE = 'since=2026-11-22T10:15:00Z&until=2026-11-22T10:18:00Z&buckets=3'

test('it counts the lines of each level over time', async () => {
  const response = await server.get(`/logs/histogram?${RANGE}`)
  assert.equal(response.status, 200, await response.clone().text())
  const { bytes_read, duration_ms, ...found } = logHistogramSchema.parse(await response.json())
  assert.ok(bytes_read > 0 && duration_ms > 0)
  assert.deepEqual(found, {
    since: '2026-11-22T10:15:00.000Z',
    until: '2026-11-22T10:18:00.000Z',
    bucket_ms: 60_000,
    starts: ['2026-11-22T10:15:00.000Z', '2026-11-22T10:16:00.000Z', '2026-11-22T10:17:00.000Z'],
    counts: { DEBUG: [0, 0, 0], INFO: [1, 0, 0], WARNING: [1, 0, 0], ERROR: [0, 0, 1] },
    total: 3,
    exact: true,
    uncounted: [],
    unreadable: [],
  })
})

test('it takes the filters of the search', async () => {
  for (const [query, expected] of [
    ['task_id=weekly', 1],
    ['level=warning', 2],
    ['text=completed', 3],
    ['regex=nothing', 0],
  ] as const) {
    const response = await server.get(`/logs/histogram?${RANGE}&${query}`)
    assert.equal(logHistogramSchema.parse(await response.json()).total, expected, query)
  }
})

test('it refuses what makes no sense, and names it', async () => {
  for (const [query, parameter] of [
    ['buckets=501', 'buckets'],
    ['since=tomorow', 'since'],
    ['since=2026-11-22&until=2026-11-21', 'since'],
    ['level=loud', 'level'],
  ] as const) {
    const { parameter: named } = await assertProblem(await server.get(`/logs/histogram?${query}`), 400)
    assert.equal(named, parameter)
  }
})

test('more at once than it has room for are told to come again', async () => {
  const places = [server.reading.histograms.take(), server.reading.histograms.take()]
  const refused = await server.get('/logs/histogram')
  assert.equal(refused.headers.get('retry-after'), '2')
  await assertProblem(refused, 429)
  for (const release of places) release?.()
  assert.equal((await server.get('/logs/histogram')).status, 200)
  assert.ok(server.reading.histograms.take() !== null, 'a place is given back')
})

test('who leaves while lines are counted is no fault of the server', async () => {
  const input = { since: undefined, until: undefined, buckets: 3 } as Parameters<typeof countLogLines>[0]
  const services = { clock: systemClock, log_reading: server.reading } as ApiServices
  const request = { signal: AbortSignal.abort() } as RequestFacts
  assert.equal((await countLogLines(input, services, request)).status, 503)
})
