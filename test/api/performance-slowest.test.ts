import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnalysisReport } from '../../src/analysis/report.ts'
import { analyzeLogs } from '../../src/analysis/analyze-logs.ts'
import { EndpointFigures } from '../../src/api/performance/endpoint-figures.ts'
import type { Capacity } from '../../src/api/performance/capacity.ts'
import type { EndpointPerformanceList } from '../../src/api/performance/endpoints.ts'
import type { SlowCourseList, SlowUserList } from '../../src/api/performance/slowest.ts'
import type { TypePerformanceList } from '../../src/api/performance/types.ts'
import { FileLogWriter } from '../../src/logs/writing/file-log-writer.ts'
import { openStore } from '../../src/store/open-store.ts'
import { courseOutcome } from '../support/sync-factory.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

async function onPostgres(): Promise<TestApi> {
  const store = await openStore(await (await startPostgres()).createDatabase())
  return await openTestApi({ store })
}

for (const [engine, open] of [
  ['SQLite', openTestApi],
  ['PostgreSQL', onPostgres],
] as const) {
  test(`the slowest types, courses and users of a period are named, on ${engine}`, async () => {
    const api = await open()
    const counters = { api_calls_made: 10, total_api_duration_ms: 500, db_duration_ms: 30 }
    const [id = 0] = await api.given(
      sync.completed({ sync_type: 'grades', user_id: '7', duration_seconds: 30, counters }),
      sync.completed({ sync_type: 'all', user_id: '42', duration_seconds: 90, counters }),
    )
    await api.syncs.saveCourseOutcome(id, courseOutcome('101', { duration_ms: 1234.5678 }))

    const { types, sampled } = await api.read<TypePerformanceList>(`${BASE}/performance/types`)
    assert.equal(sampled, false)
    assert.deepEqual(types[0], {
      sync_type: 'all',
      sync_count: 1,
      since: '2026-11-22T09:15:00.000Z',
      p50_seconds: 90,
      p95_seconds: 90,
      p99_seconds: 90,
      api_call_avg_ms: 50,
      api_avg_ms_per_sync: 500,
      database_avg_ms_per_sync: 30,
    })
    assert.equal(types[1]?.sync_type, 'grades')

    const courses = await api.read<SlowCourseList>(`${BASE}/performance/courses?days=7`)
    assert.deepEqual(courses, {
      period_days: 7,
      count: 1,
      looked_at_syncs: 2,
      looked_at_outcomes: 1,
      since: '2026-11-22T09:15:00.000Z',
      sampled: false,
      courses: [{ course_id: '101', outcomes: 1, failed: 0, mean_ms: 1234.568, max_ms: 1234.568 }],
    })

    const { users } = await api.read<SlowUserList>(`${BASE}/performance/users?limit=1`)
    assert.deepEqual(users, [
      { user_id: 42, sync_count: 1, mean_seconds: 90, max_seconds: 90, total_api_calls: 10 },
    ])
  })
}

test('a period that is too long, and a parameter that is not known, are refused by name', async () => {
  const api = await openTestApi()
  for (const [path, parameter] of [
    ['types?days=366', 'days'],
    ['users?days=93', 'days'],
    ['courses?limit=101', 'limit'],
    ['endpoints?since=2h', 'since'],
    ['capacity?day=3', 'day'],
  ] as const) {
    const response = await api.request(`${BASE}/performance/${path}`)
    assert.equal(response.status, 400, path)
    assert.equal(((await response.json()) as { parameter: string }).parameter, parameter)
  }
})

test('nobody waits for the log of API calls: it is read once for all who ask, and again when it is old', async () => {
  const clock = new FakeClock()
  const directory = temporaryDirectory()
  {
    const logs = new FileLogWriter({ directory, clock })
    for (const [endpoint, duration_ms, status] of [
      ['/api/v1/courses/101/assignments', 100, 200],
      ['/api/v1/courses/102/assignments', 300, 500],
      ['/api/v1/users/self', 10, 200],
    ] as const) {
      logs.write('api_calls', {
        level: 'INFO',
        event: 'api_call',
        task_id: 'task',
        user_id: null,
        fields: { method: 'GET', endpoint, status, duration_ms, request_cost: 2 },
        message: 'Called Canvas.',
      })
    }
    await logs.close()
  }
  const readings: PromiseWithResolvers<void>[] = []
  const analyze = async (range: object): Promise<AnalysisReport> => {
    const may_go = Promise.withResolvers<void>()
    readings.push(may_go)
    await may_go.promise
    return await analyzeLogs({ directory, clock, ...range, until_ms: clock.now() + 1, max_workers: 0 })
  }
  const endpoint_figures = new EndpointFigures({ analyze, clock, onError: () => {} })
  const api = await openTestApi({ endpoint_figures, clock })
  const ask = (): Promise<EndpointPerformanceList> => api.read(`${BASE}/performance/endpoints`)

  assert.equal((await ask()).status, 'reading')
  assert.deepEqual((await ask()).endpoints, [])
  await Promise.resolve()
  assert.equal(readings.length, 1)
  readings[0]?.resolve()
  await endpoint_figures.settled()
  const found = await ask()
  assert.equal(found.status, 'ready')
  assert.equal(found.computed_at, '2026-11-22T10:15:00.000Z')
  assert.deepEqual([found.calls, found.failed_calls, found.cost_total, found.complete], [3, 1, 6, true])
  assert.deepEqual(
    found.endpoints.map(({ endpoint, calls, failed, mean_ms }) => [endpoint, calls, failed, mean_ms]),
    [
      ['/api/v1/courses/:id/assignments', 2, 1, 200],
      ['/api/v1/users/self', 1, 0, 10],
    ],
  )
  clock.advance(299_000)
  await ask()
  assert.equal(readings.length, 1)
  clock.advance(2000)
  // What was found before is shown while the logs are read again.
  assert.equal((await ask()).status, 'ready')
  await Promise.resolve()
  assert.equal(readings.length, 2)
  readings[1]?.resolve()
  await endpoint_figures.settled()
})

test('a log that cannot be read is told, and tried again', async () => {
  const clock = new FakeClock()
  const errors: unknown[] = []
  const analyze = (): Promise<AnalysisReport> => Promise.reject(new Error('EACCES'))
  const endpoint_figures = new EndpointFigures({ analyze, clock, onError: (error) => errors.push(error) })
  const api = await openTestApi({ endpoint_figures, clock })
  const status = async (): Promise<string> =>
    (await api.read<EndpointPerformanceList>(`${BASE}/performance/endpoints`)).status
  assert.equal(await status(), 'reading')
  await endpoint_figures.settled()
  assert.equal(await status(), 'failed')
  assert.equal(errors.length, 1)
  clock.advance(15_000)
  assert.equal(await status(), 'reading')
})

test('the sizes of a long period are few and evenly spread, the newest of each piece', async () => {
  const api = await openTestApi()
  const { system } = api.store
  const now = api.clock.now()
  const kept = Array.from({ length: 24 * 30 }, (_, hour) => {
    const measured_at = now - hour * 3_600_000
    const sizes = { database_bytes: 1e9 - hour, sync_rows: 1e6 - hour, log_bytes: 5, archive_bytes: 6 }
    return system.addSizes({ host: 'another', measured_at, ...sizes }, 0)
  })
  await Promise.all(kept)
  const { sizes, disk_free_bytes } = await api.read<Capacity>(`${BASE}/performance/capacity?days=30`)
  assert.ok(sizes.length > 150 && sizes.length <= 201, String(sizes.length))
  assert.ok((disk_free_bytes ?? 0) > 0)
  assert.deepEqual(sizes.at(-1), {
    measured_at: '2026-11-22T10:15:00.000Z',
    database_bytes: 1e9,
    sync_rows: 1e6,
    // Another host's logs say nothing of this one's.
    log_bytes: null,
    archive_bytes: null,
  })
})
