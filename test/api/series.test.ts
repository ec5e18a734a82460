import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Series } from '../../src/api/syncs/series.ts'
import { SERIES_METRICS } from '../../src/store/sync-figures.ts'
import { assertBadParameter, assertProblem } from './support/assert-problem.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const DAY_MS = 86_400_000

async function openFilledApi(): Promise<TestApi> {
  const api = await openTestApi()
  const now = api.clock.now()
  await api.given(
    sync.completed({ started_at: now - 2 * DAY_MS, duration_seconds: 10, counters: { api_calls_made: 3 } }),
    sync.completed({ started_at: now - 2 * DAY_MS, duration_seconds: 30, counters: { api_calls_made: 4 } }),
    sync.failed({ started_at: now - 2 * DAY_MS, user_id: 'x' }),
    sync.lost({ started_at: now - 1000 }),
    sync.inProgress({ started_at: now, user_id: 'x' }),
  )
  return api
}

const read = async (api: TestApi, query: string): Promise<Series> =>
  await api.read<Series>(`${BASE}/series?${query}`)

/** The values of each metric, by its name. */
const valuesOf = ({ series }: Series): Record<string, readonly (number | null)[]> =>
  Object.fromEntries(series.map(({ metric, values }) => [metric, values]))

test('a series has one value of each metric for each bucket, zeros where nothing was', async () => {
  const api = await openFilledApi()
  const series = await read(
    api,
    'metric=syncs,completed,failed,in_progress,success_rate,duration_avg_seconds,api_calls&bucket=day&since=3d',
  )
  assert.equal(series.bucket, 'day')
  assert.equal(series.user_id, null)
  assert.equal(series.count, 4)
  assert.deepEqual(series.starts, [
    '2026-11-19T00:00:00.000Z',
    '2026-11-20T00:00:00.000Z',
    '2026-11-21T00:00:00.000Z',
    '2026-11-22T00:00:00.000Z',
  ])
  assert.deepEqual(valuesOf(series), {
    syncs: [0, 3, 0, 2],
    completed: [0, 2, 0, 0],
    failed: [0, 1, 0, 0],
    in_progress: [0, 0, 0, 1],
    success_rate: [null, 66.666, null, 0],
    duration_avg_seconds: [null, 20, null, null],
    api_calls: [0, 7, 0, 0],
  })
})

test('every metric can be had', async () => {
  const api = await openFilledApi()
  for (const metric of SERIES_METRICS) {
    const { series, count } = await read(api, `metric=${metric}&bucket=month&since=100d`)
    assert.equal(series[0]?.values.length, count)
    const last = series[0]?.values.at(-1)
    assert.ok(last === null ? metric === 'api_call_avg_ms' : (last ?? -1) >= 0, `${metric} ${last}`)
  }
})

test('percentiles of durations are those of the completed syncs of the bucket', async () => {
  const api = await openFilledApi()
  const series = await read(api, 'metric=duration_p50_seconds,duration_p95_seconds&bucket=day&since=2d')
  const { duration_p50_seconds: p50 = [], duration_p95_seconds: p95 = [] } = valuesOf(series)
  assert.deepEqual(
    [p50.slice(1), p95.slice(1)],
    [
      [null, null],
      [null, null],
    ],
  )
  assert.ok(
    Math.abs((p50[0] ?? 0) - 10) <= 0.25 && Math.abs((p95[0] ?? 0) - 30) <= 0.75,
    `${p50[0]} ${p95[0]}`,
  )
  const of_user = await read(api, 'metric=duration_p50_seconds&bucket=day&since=2d&user_id=42')
  assert.deepEqual(valuesOf(of_user)['duration_p50_seconds'], [10, null, null])
})

test('a series of one user has that user in it and nobody else', async () => {
  const api = await openFilledApi()
  for (const bucket of ['hour', 'day']) {
    const series = await read(api, `metric=syncs&bucket=${bucket}&since=2d&user_id=x`)
    assert.equal(series.user_id, 'x')
    assert.equal(
      valuesOf(series)['syncs']?.reduce<number>((sum, value) => sum + (value ?? 0), 0),
      2,
    )
  }
})

test('the bucket suits the window, and the metric is the number of syncs, unless told otherwise', async () => {
  const api = await openFilledApi()
  const buckets = { '6h': '5m', '1d': '5m', '7d': 'hour', '30d': 'day', '6mo': 'month' }
  for (const [since, bucket] of Object.entries(buckets)) {
    const series = await read(api, `since=${since}`)
    assert.equal(series.bucket, bucket, since)
    assert.equal(series.series[0]?.metric, 'syncs')
    assert.ok(series.count <= 400)
  }
  assert.equal((await read(api, '')).bucket, 'hour')
})

test('a series that would be too long, or means nothing, is refused with a word on what to change', async () => {
  const api = await openFilledApi()
  const refused = async (query: string, parameter: string, expected: string): Promise<void> => {
    await assertBadParameter(await api.request(`${BASE}/series?${query}`), parameter, expected)
  }
  await refused('bucket=5m&since=7d', 'bucket', 'long enough for at most 1000 points in this window')
  await refused(
    'bucket=hour&since=30d&metric=duration_p95_seconds',
    'bucket',
    'long enough for at most 200 points in this window',
  )
  await refused(
    'bucket=5m&since=1h&metric=duration_p95_seconds',
    'bucket',
    'hour, day or month for percentiles',
  )
  await refused('bucket=week', 'bucket', 'one of 5m, hour, day, month')
  await refused('since=2d&until=3d', 'since', 'before "until"')
  const metrics = `1 to 8 of ${SERIES_METRICS.join(', ')}, with commas between them`
  await refused('metric=moods', 'metric', metrics)
  await refused(`metric=${SERIES_METRICS.slice(0, 9).join(',')}`, 'metric', metrics)
  const problem = await assertProblem(await api.request(`${BASE}/series?since=whenever`), 400)
  assert.equal(problem.parameter, 'since')
})
