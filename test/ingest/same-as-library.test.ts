import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { noEntityCounts } from '../../src/core/synced-entity.ts'
import { MonitorError } from '../../src/core/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import type { Sync } from '../../src/tracker/types.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ingestWorld } from './support/ingest-world.ts'
import { readLines, withoutIdentity } from './support/log-lines.ts'

interface Job {
  readonly name: string
  /** As it runs inside of the library, with time passing. */
  run(sync: Sync, clock: FakeClock): Promise<unknown>
  /** The same told by events; each comes `after_ms` the start. */
  readonly events: readonly (readonly [after_ms: number, event: object])[]
}

const START = { userId: 42, syncType: 'grades', targetCourseId: 9, incremental: true, chunkSize: 10 } as const
const START_EVENT = {
  type: 'start',
  user_id: 42,
  sync_type: 'grades',
  target_course_id: 9,
  incremental: true,
  chunk_size: 10,
  metadata: { note: 'mail anna@example.edu', api_token: 'x' },
}

const COUNTING: Job['events'] = [
  [0, { type: 'connection_test', duration_ms: 12.4 }],
  [0, { type: 'course', created: true, course_id: 101 }],
  [0, { type: 'course', updated: 2, count: 5, duration_ms: 8.16 }],
  [0, { type: 'assignment', created: 3, updated: 1, course_id: '101' }],
  [0, { type: 'submission' }],
  [0, { type: 'grade', updated: 4, course_id: 101 }],
  [
    0,
    {
      type: 'api_call',
      endpoint: '/api/v1/courses?search=Anna',
      status: 200,
      duration_ms: 12.3456,
      items: 3,
      page: 1,
      request_cost: 0.12345,
      rate_limit_remaining: 599.5,
      bytes: 100,
      request_id: 'r-1',
      course_id: 101,
    },
  ],
  [
    0,
    {
      type: 'api_call',
      method: 'POST',
      endpoint: '/api/v1/x',
      status: null,
      duration_ms: 0.2,
      error_type: 'network',
      attempt: 2,
      will_retry: true,
    },
  ],
  [0, { type: 'rate_limit', wait_ms: 120, status: 403, endpoint: '/api/v1/x?y', rate_limit_remaining: 0.5 }],
  [
    0,
    {
      type: 'db_operation',
      operation: 'sync',
      entity: 'assignments',
      count: 4,
      duration_ms: 3.21,
      batch: true,
      course_id: 101,
    },
  ],
  [0, { type: 'db_operation', operation: 'delete', entity: 'outbox' }],
  [0, { type: 'deletions', entity: 'courses', deleted: 2, held: 0 }],
  [0, { type: 'deletions', entity: 'enrollments', deleted: 0, held: 3 }],
  [2000, { type: 'progress', percent: 40, current: 'Reading courses', completed: 4, total: 10 }],
  [2000, { type: 'progress', percent: 30 }],
]

function count(sync: Sync, clock: FakeClock): void {
  sync.recordConnectionTest({ durationMs: 12.4 })
  sync.recordCourse({ created: true, courseId: 101 })
  sync.recordCourse({ updated: 2, processed: 5, durationMs: 8.16 })
  sync.recordAssignment({ created: 3, updated: 1, courseId: '101' })
  sync.recordSubmission()
  sync.recordGrade({ updated: 4, courseId: 101 })
  sync.recordApiCall({
    endpoint: '/api/v1/courses?search=Anna',
    status: 200,
    durationMs: 12.3456,
    items: 3,
    page: 1,
    requestCost: 0.12345,
    rateLimitRemaining: 599.5,
    bytes: 100,
    requestId: 'r-1',
    courseId: 101,
  })
  sync.recordApiCall({
    method: 'POST',
    endpoint: '/api/v1/x',
    status: null,
    durationMs: 0.2,
    errorType: 'network',
    attempt: 2,
    willRetry: true,
  })
  sync.recordApiRateLimit({ waitMs: 120, status: 403, endpoint: '/api/v1/x?y', remaining: 0.5 })
  sync.recordDbOperation({
    operation: 'sync',
    entity: 'assignments',
    count: 4,
    durationMs: 3.21,
    batch: true,
    courseId: 101,
  })
  sync.recordDbOperation({ operation: 'delete', entity: 'outbox' })
  sync.recordDeletions({ entity: 'courses', deleted: 2, held: 0 })
  sync.recordDeletions({ entity: 'enrollments', deleted: 0, held: 3 })
  clock.advance(2000)
  sync.progress({ percent: 40, current: 'Reading courses', completed: 4, total: 10 })
  sync.progress({ percent: 30 })
}

const refused = (): MonitorError => new MonitorError('forbidden', 'Canvas refused course 202.')

const JOBS: readonly Job[] = [
  {
    name: 'completes',
    async run(sync, clock) {
      count(sync, clock)
      clock.advance(500)
      await sync.completeSuccess()
    },
    events: [...COUNTING, [2500, { type: 'finish' }]],
  },
  {
    name: 'ends partial, by what happened to its courses',
    async run(sync, clock) {
      await sync.course(101, async (course) => {
        sync.recordApiCall({ endpoint: '/a', status: 200, durationMs: 1, courseId: 101 })
        course.addEntity('assignments', {
          ...noEntityCounts(),
          processed: 4,
          created: 4,
          deleted: 2,
          held: 1,
        })
        clock.advance(1500)
      })
      await sync.course(202, () => Promise.reject(refused()))
      await sync.course(303, (course) => {
        course.setOutcome('frozen', 'Concluded.')
        return Promise.resolve()
      })
      sync.recordProblem({ error_type: 'contract', message: 'Terms are in no known form.' })
      await sync.completeSuccess()
    },
    events: [
      [0, { type: 'api_call', endpoint: '/a', status: 200, duration_ms: 1, course_id: 101 }],
      [
        1500,
        {
          type: 'course_outcome',
          course_id: 101,
          outcome: 'completed',
          duration_ms: 1500,
          api_calls: 1,
          rows_deleted: 2,
          deletions_held: 1,
          entities: { assignments: { processed: 4, created: 4, deleted: 2, held: 1 } },
        },
      ],
      [
        1500,
        {
          type: 'course_outcome',
          course_id: 202,
          outcome: 'forbidden',
          error_message: 'Canvas refused course 202.',
        },
      ],
      [1500, { type: 'course_outcome', course_id: 303, outcome: 'frozen', reason: 'Concluded.' }],
      [1500, { type: 'problem', error_type: 'contract', message: 'Terms are in no known form.' }],
      [1500, { type: 'finish' }],
    ],
  },
  {
    name: 'fails with a sentence of its own',
    async run(sync, clock) {
      clock.advance(700)
      await sync.completeFailure('The token of anna@example.edu is gone.')
    },
    events: [[700, { type: 'finish', error_message: 'The token of anna@example.edu is gone.' }]],
  },
  {
    name: 'is cancelled',
    async run(sync) {
      sync.progress({ current: 'Waiting' })
      await sync.cancel('Stopped by an operator.')
    },
    events: [
      [0, { type: 'progress', current: 'Waiting' }],
      [0, { type: 'finish', status: 'cancelled', error_message: 'Stopped by an operator.' }],
    ],
  },
]

/** What differs because it ran elsewhere, or is another row. */
const OWN: ReadonlySet<string> = new Set([
  'id',
  'sync_task_id',
  'host',
  'pid',
  'process_started',
  'heartbeat_at',
  'heartbeat_count',
  'running_ms',
])

async function recorded(store: Store, task_id: string): Promise<object> {
  const row = await store.syncs.getSyncByTaskId(task_id)
  assert.ok(row)
  const columns = Object.entries(row).filter(([name]) => !OWN.has(name))
  const changes = await store.syncs.listStatusChanges(row.id)
  return {
    ...Object.fromEntries(columns),
    courses: await store.syncs.listCourseOutcomes(row.id),
    changes: changes.map((change) => ({ ...change, sync_id: null })),
  }
}

for (const job of JOBS) {
  it(`a job that ${job.name} leaves the same row and the same lines through HTTP as through the library`, async () => {
    const directory = temporaryDirectory()
    await using store = await openStore(`sqlite:${join(directory, 'syncs.db')}`)

    const clock = new FakeClock({ auto: true })
    const log_directory = join(directory, 'library')
    const task_id = 'the-same-task'
    {
      await using monitor = await createMonitor({ store, logDir: log_directory, clock })
      const sync = await monitor.startSync({ ...START, taskId: task_id, metadata: START_EVENT.metadata })
      await job.run(sync, clock)
    }
    const of_library = await recorded(store, task_id)
    const library_lines = readLines(log_directory)
    assert.ok(library_lines.length > job.events.length)

    for (const requests of ['one request', 'a request for each event'] as const) {
      const world = ingestWorld(store)
      const own_id = `${task_id} in ${requests}`
      await using ingest = await world.open()
      const started_ms = world.clock.now()
      const events = [[0, START_EVENT] as const, ...job.events].map(([after_ms, event], index) => ({
        ...event,
        task_id: own_id,
        id: `e${index}`,
        at: started_ms + after_ms,
      }))
      world.clock.advance(job.events.at(-1)?.[0] ?? 0)
      const batches = requests === 'one request' ? [events] : events.map((event) => [event])
      for (const batch of batches) {
        const report = await ingest.take(batch)
        assert.deepEqual([report.accepted, report.errors], [batch.length, []])
      }
      assert.deepEqual(await recorded(store, own_id), of_library)
      const ours = world.lines().map((line) => ({ ...line, task_id }))
      assert.deepEqual(withoutIdentity(ours), withoutIdentity(library_lines))
    }
  })
}
