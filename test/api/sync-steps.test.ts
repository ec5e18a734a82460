import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { logReading } from '../../src/api/logs/log-reading.ts'
import { endpointShape } from '../../src/api/syncs/steps/endpoint-shape.ts'
import { syncStepsSchema, type SyncSteps } from '../../src/api/syncs/steps/step-schemas.ts'
import { splitTime } from '../../src/api/syncs/steps/time-shares.ts'
import { LogDirectory } from '../../src/logs/cleanup/log-directory.ts'
import { visitLines } from '../../src/search/visit-lines.ts'
import { processCost } from '../support/cpu-time.ts'
import { appendLines, logLine, type LineDetails } from '../support/log-line-factory.ts'
import { courseOutcome } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const START = Date.parse('2026-11-22T09:15:00.000Z')
const at = (after_ms: number): string => new Date(START + after_ms).toISOString()

type Fields = NonNullable<LineDetails['fields']>

/** A call that ended so long after the start. */
const call = (after_ms: number, fields: Fields, task_id = 'nightly'): LineDetails => ({
  at: at(after_ms),
  event: 'api_call',
  task_id,
  fields: {
    method: 'GET',
    endpoint: '/api/v1/courses/7/sections',
    status: 200,
    duration_ms: 100,
    attempt: 1,
    page: 1,
    ...fields,
  },
})

const database = (after_ms: number, fields: Fields): LineDetails => ({
  at: at(after_ms),
  event: 'db_operation',
  fields: { operation: 'sync', entity: 'sections', count: 2, duration_ms: 50, course_id: '7', ...fields },
})

interface World {
  readonly api: TestApi
  readonly directory: string
  steps(id: number): Promise<SyncSteps>
}

async function openWorld(): Promise<World> {
  const directory = temporaryDirectory()
  const api = await openTestApi({ log_reading: logReading(directory, 'UTC', new AbortController().signal) })
  return {
    api,
    directory,
    steps: async (id) => syncStepsSchema.parse(await api.read(`${BASE}/sync/${id}/steps`)),
  }
}

const ended = { task_id: 'nightly', started_at: START, duration_seconds: 10 }

suite('the steps of a sync', () => {
  test('its calls are added up by endpoint without ids, and its time is split by what it waited for', async () => {
    const { api, directory, steps } = await openWorld()
    const [id = 0] = await api.given(sync.completed({ ...ended, counters: { api_calls_made: 5 } }))
    await api.syncs.saveCourseOutcome(
      id,
      courseOutcome('7', { started_at: START + 1000, finished_at: START + 4000, duration_ms: 3000 }),
    )
    appendLines(
      directory,
      'api_calls',
      call(500, { endpoint: '/api/v1/courses', duration_ms: 400, items: 2, bytes: 10 }),
      call(1300, { course_id: '7', duration_ms: 300, items: 5, bytes: 1000 }),
      call(1500, {
        endpoint: '/api/v1/courses/8/sections',
        course_id: '8',
        status: 500,
        error_type: 'canvas_error',
        will_retry: true,
      }),
      // Refused, and sent again a second later.
      call(1500, {
        course_id: '7',
        page: 2,
        status: 429,
        error_type: 'throttled',
        will_retry: true,
        duration_ms: 100,
      }),
      call(2600, { course_id: '7', page: 2, attempt: 2, duration_ms: 100, items: 3, bytes: 500 }),
      {
        at: at(1500),
        event: 'api_throttled',
        task_id: 'nightly',
        fields: { endpoint: '/api/v1/courses/7/sections', wait_ms: 800 },
      },
    )
    appendLines(directory, 'database', database(2700, {}), database(2800, { course_id: undefined }))
    const answer = await steps(id)
    assert.deepEqual(
      answer.endpoints.map(
        ({ endpoint, calls, failures, items, bytes, max_ms, throttled, throttle_wait_ms }) => {
          return [endpoint, calls, failures, items, bytes, max_ms, throttled, throttle_wait_ms]
        },
      ),
      [
        ['/api/v1/courses/:id/sections', 4, 2, 8, 1500, 300, 1, 800],
        ['/api/v1/courses', 1, 0, 2, 10, 400, 0, 0],
      ],
    )
    const course = answer.steps.find(({ course_id }) => course_id === 7)
    // 300 + 100 + 100 for answers, 1500 to 2500 for the throttle, 50 for the database; the rest is other work.
    assert.deepEqual(course?.shares, { answers: 500, database: 50, throttle: 1000, retry: 0, other: 1450 })
    assert.equal(course?.ended, true)
    assert.deepEqual(answer.pauses, [{ at_ms: 1500, duration_ms: 800 }])
    assert.deepEqual(
      answer.database.map(({ operations, rows }) => [operations, rows]),
      [[2, 4]],
    )
    const open = answer.steps.find(({ course_id }) => course_id === 8)
    assert.deepEqual([open?.ended, open?.failures], [false, 1])
    assert.deepEqual([answer.complete, answer.cut, answer.calls_missing], [true, null, 0])
  })

  test('lines of other syncs, of other times and copies do not count', async () => {
    const { api, directory, steps } = await openWorld()
    const [id = 0] = await api.given(sync.completed({ ...ended, counters: { api_calls_made: 1 } }))
    const line = logLine(call(1000, {}))
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'api_calls.log.1'), line)
    writeFileSync(join(directory, 'api_calls.log'), line)
    appendLines(directory, 'api_calls', call(1100, {}, 'other'), call(86_400_000, {}))
    const answer = await steps(id)
    assert.deepEqual([answer.lines_read, answer.endpoints[0]?.calls], [1, 1])
  })

  test('lines that a clean-up took are missed, and it says which clean-up that was', async () => {
    const directory = temporaryDirectory()
    const { clock, ...api } = await openTestApi()
    const logs = new LogDirectory({ directory, clock })
    const world = await openTestApi({
      logs,
      clock,
      store: api.store,
      log_reading: logReading(directory, 'UTC', new AbortController().signal),
    })
    const [id = 0] = await world.given(sync.completed({ ...ended, counters: { api_calls_made: 2 } }))
    appendLines(directory, 'api_calls', call(1000, {}))
    const read = async (): Promise<SyncSteps> =>
      syncStepsSchema.parse(await world.read(`${BASE}/sync/${id}/steps`))
    const before = await read()
    assert.deepEqual([before.complete, before.calls_missing, before.cleaned_up_at], [false, 1, null])
    for (const delete_days of [30, 0]) {
      clock.advance(86_400_000)
      await logs.startCleanup({ max_lines: 0, archive_days: 0, delete_days })
      await logs.finished()
    }
    const after = await read()
    assert.deepEqual([after.complete, after.calls_missing, after.lines_read], [false, 2, 0])
    const { history } = await logs.status()
    assert.equal(after.cleaned_up_at, history[0]?.finished_at)
    assert.deepEqual([after.steps, after.shares], [[], null])
  })

  test('a log folder that is not there is a sync without lines, and a running one misses none', async () => {
    const { api, directory, steps } = await openWorld()
    rmSync(directory, { recursive: true })
    const [id = 0] = await api.given(sync.inProgress({ task_id: 'nightly', counters: { api_calls_made: 3 } }))
    const answer = await steps(id)
    assert.deepEqual([answer.lines_read, answer.calls_missing, answer.complete], [0, 0, true])
  })

  test('one that is not there, and too many at once, are told', async () => {
    const { api } = await openWorld()
    await assertProblem(await api.request(`${BASE}/sync/999/steps`), 404)
    const log_reading = logReading(temporaryDirectory(), 'UTC', new AbortController().signal)
    const crowded = await openTestApi({ log_reading })
    const [id] = await crowded.given(sync.completed())
    while (log_reading.searches.take() !== null);
    const refused = await crowded.request(`${BASE}/sync/${id}/steps`)
    await assertProblem(refused, 429)
    assert.equal(refused.headers.get('retry-after'), '2')
  })

  test('who may see one user sees the steps of that user only, and no line of another under the same task', async () => {
    const guarded = await openGuardedServer()
    const { store, directory } = guarded
    const now = Date.now()
    const details = { started_at: now - 20_000, duration_seconds: 10 }
    const mine = await sync.completed({ ...details, task_id: 'mine', user_id: '7' })(store.syncs, now)
    const theirs = await sync.completed({ ...details, task_id: 'theirs', user_id: '42' })(store.syncs, now)
    const logs = join(directory, 'logs')
    for (const user_id of [7, 42]) {
      appendLines(logs, 'api_calls', {
        ...call(0, { endpoint: `/api/v1/of-${user_id === 7 ? 'me' : 'them'}` }, 'mine'),
        at: new Date(now - 15_000).toISOString(),
        user_id,
      })
    }
    const token = await guarded.token(['read:user:7'])
    const answer = await guarded.send('GET', `/sync/${mine}/steps`, token)
    const { endpoints } = syncStepsSchema.parse(await answer.json())
    assert.deepEqual(
      endpoints.map(({ endpoint }) => endpoint),
      ['/api/v1/of-me'],
    )
    await assertProblem(await guarded.send('GET', `/sync/${theirs}/steps`, token), 404)
  })

  test('what lines name is redacted, and texts of all kinds are only texts', async () => {
    const { api, directory, steps } = await openWorld()
    const [id = 0] = await api.given(sync.completed(ended))
    const hostile = ['<script>alert(1)</script>', '__proto__', 'constructor', '\u202e\u0000']
    appendLines(
      directory,
      'api_calls',
      ...hostile.map((text) => call(1000, { endpoint: `/api/v1/${text}`, method: text, course_id: text })),
      call(1000, {
        endpoint: '/api/v1/x?access_token=7~abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01',
      }),
      call(1000, { duration_ms: -5, items: 'many', bytes: 1e308, endpoint: 7, status: 'teapot' }),
    )
    appendLines(
      directory,
      'database',
      ...hostile.map((text) => database(1000, { operation: text, entity: text, course_id: text })),
    )
    const answer = await steps(id)
    assert.equal(
      answer.endpoints.reduce((sum, { calls }) => sum + calls, 0),
      6,
    )
    assert.equal(JSON.stringify(answer).includes('abcdefghij'), false)
  })
})

suite('a visit of lines', () => {
  const visited = {
    task_id: 'nightly',
    since_ms: START,
    until_ms: START + 3_600_000,
    most_lines: 1000,
    time_budget_ms: 60_000,
  }

  test('it ends at its bounds, and says so', async () => {
    const directory = temporaryDirectory()
    appendLines(directory, 'api_calls', ...Array.from({ length: 50 }, (_, number) => call(number * 10, {})))
    const few = await visitLines(directory, { ...visited, most_lines: 20 }, () => {})
    assert.deepEqual([few.lines, few.cut], [20, 'lines'])
    let now_ms = 0
    const clock = { now: () => now_ms, monotonic: () => (now_ms += 10) }
    const hurried = await visitLines(directory, { ...visited, time_budget_ms: 1 }, () => {}, {
      clock: clock as never,
    })
    assert.equal(hurried.cut, 'time')
    const all = await visitLines(directory, visited, () => {})
    assert.deepEqual([all.lines, all.cut], [50, null])
  })

  test('100,000 calls are read within the two seconds that a page may wait', async () => {
    const directory = temporaryDirectory()
    const lines = Array.from({ length: 100_000 }, (_, number) =>
      logLine(call(number * 20, { course_id: String(number % 300), items: 100, bytes: 9000 })),
    )
    writeFileSync(join(directory, 'api_calls.log'), lines.join(''))
    const api = await openTestApi({ log_reading: logReading(directory, 'UTC', new AbortController().signal) })
    const [id] = await api.given(
      sync.completed({ ...ended, duration_seconds: 2000, counters: { api_calls_made: 100_000 } }),
    )
    const { result: answer, cost_ms } = await processCost(() =>
      api.read<SyncSteps>(`${BASE}/sync/${id}/steps`),
    )
    assert.deepEqual([answer.complete, answer.endpoints[0]?.calls], [true, 100_000])
    assert.equal(answer.steps.length, 300)
    console.log(`100,000 calls: ${Math.round(cost_ms)} ms, ${JSON.stringify(answer).length} bytes`)
    assert.ok(cost_ms < 8000, `${cost_ms} ms`)
  })
})

test('an endpoint loses its ids as in the report of the logs', () => {
  for (const [path, shape] of [
    ['/api/v1/courses/7/sections', '/api/v1/courses/:id/sections'],
    ['/api/v1/courses/7~12?page=bookmark:x', '/api/v1/courses/:id'],
    ['/api/v1/courses/sis_course_id:A B/users', '/api/v1/courses/:id/users'],
    ['/api/v1/files/0f8fad5b-d9cb-469f-a165-70867728950e', '/api/v1/files/:id'],
    ['/api/v1/users/self', '/api/v1/users/self'],
    ['/api/v1/courses/~7', '/api/v1/courses/~7'],
    ['', ''],
  ] as const) {
    assert.equal(endpointShape(path), shape)
  }
})

test('each moment counts once, and what is too short to see goes to its neighbour', () => {
  const span = (from_ms: number, until_ms: number): { from_ms: number; until_ms: number } => ({
    from_ms,
    until_ms,
  })
  const { shares, stretches } = splitTime(
    span(0, 100),
    {
      answers: [span(10, 20), span(15, 30), span(-50, 5)],
      database: [span(25, 40)],
      throttle: [span(35, 60)],
      retry: [span(50, 61)],
    },
    2,
  )
  assert.deepEqual(shares, { answers: 25, database: 10, throttle: 20, retry: 1, other: 44 })
  assert.deepEqual(
    stretches.map(({ kind, from_ms, until_ms }) => [kind, from_ms, until_ms]),
    [
      ['answers', 0, 5],
      ['other', 5, 10],
      ['answers', 10, 30],
      ['database', 30, 40],
      ['throttle', 40, 61],
      ['other', 61, 100],
    ],
  )
})
