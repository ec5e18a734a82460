import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEvent, LogStream } from '../../src/core/log-event.ts'
import { runSync } from '../../src/engine/sync-engine.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { assertNothingPersonal, assertUnharmed, assertVerdict } from './support/assert-verdict.ts'
import { compareWithTruth, report } from './support/compare-with-truth.ts'
import { engineWorld } from './support/engine-world.ts'
import { readTables } from './support/read-tables.ts'

/** A log that tells of each line as it is written. */
class WatchedLog extends MemoryLogWriter {
  onEvent: (event: LogEvent) => void = () => undefined

  override write(stream: LogStream, event: LogEvent): void {
    super.write(stream, event)
    this.onEvent(event)
  }
}

/** Every course open, so that truth is all of it. */
const SIZE = { accounts: 1, terms: 2, courses: 5, students: 20, assignments_per_course: 4 }

test('an aborted sync is cancelled, keeps all that it read, and the next one goes on from there', async (t) => {
  const world = await engineWorld(t, { size: SIZE })
  const abort = new AbortController()
  world.simulator.faults.add({
    when: { course_id: world.course_ids[2] ?? '', path: '/api/v1/courses/*/students/submissions' },
    fault: { kind: 'mutate', mutate: () => abort.abort() },
  })
  const run = await world.sync({ signal: abort.signal })
  assertVerdict(run, {
    status: 'cancelled',
    error_type: 'cancelled',
    message: 'The sync was cancelled.',
    outcomes: { completed: 2 },
  })
  assert.deepEqual(run.lines('errors'), [])
  const before = world.everything()
  const third = [...before.values()].filter(({ data }) =>
    data.includes(`"course_id":"${world.course_ids[2]}"`),
  )
  assert.ok(third.length > 0, 'the lists of the interrupted course that were read are kept')

  world.simulator.faults.clear()
  const next = await world.sync()
  assertVerdict(next, {
    status: 'completed',
    error_type: null,
    message: null,
    outcomes: { skipped: 2, completed: 3 },
  })
  assert.equal(next.lines('operations', 'checkpoint_resumed')[0]?.['count'], 2)
  assertUnharmed(world, before)
  const problems = compareWithTruth(world.simulator, readTables(world.database_path))
  assert.deepEqual(problems, [], report(problems))
  assertNothingPersonal(world)
})

test('a sync that may not write any more writes nothing of what it still gets, and leaves no checkpoint', async (t) => {
  const world = await engineWorld(t, { size: SIZE })
  let may_write = true
  const third = world.course_ids[2] ?? ''
  world.simulator.faults.add({
    when: { course_id: third, path: '/api/v1/courses/*/students/submissions' },
    fault: { kind: 'mutate', mutate: () => (may_write = false) },
  })
  const run = await world.sync({ mayWrite: () => may_write })
  assert.equal(run.record.sync_status, 'cancelled')
  assert.equal(world.rows('submissions', `course_id = '${third}'`).size, 0)
  assert.ok(world.rows('assignments', `course_id = '${third}'`).size > 0)
  const checkpoints = world.query('select course_id from canvas_sync_checkpoints order by course_id')
  const done = world.course_ids.slice(0, 2)
  assert.deepEqual(checkpoints.map(({ course_id }) => String(course_id)).sort(), done.sort())
})

test('a sync that was found lost while it ran leaves the checkpoints of its successor alone', async (t) => {
  const world = await engineWorld(t, { size: SIZE })
  const { queue, syncs } = world.store
  const who = { source: 's', worker_id: 'w', host: 'here', pid: 7, process_started: 'space 1 boot', now: 1 }
  const begin = (token: number): Promise<unknown> =>
    queue.beginAttempt({ job_id: 'taken', task_id: 'taken', token, ...who })
  await begin(1)
  const taken_over = Promise.withResolvers<void>()
  world.simulator.faults.add({
    when: { course_id: world.course_ids[0] ?? '', path: '/api/v1/courses/*/sections' },
    fault: {
      kind: 'mutate',
      mutate: () => {
        const takeOver = async (): Promise<void> => {
          const row = await syncs.getSyncByTaskId('taken')
          await begin(2)
          await syncs.markLost([row?.id ?? 0], 'silent', 2)
        }
        takeOver().then(taken_over.resolve, taken_over.reject)
      },
    },
  })
  const { monitor, simulator, clock } = world
  const { base_url: baseUrl, tokens } = simulator
  const options = { monitor, clock, baseUrl, token: tokens.admin, account: 'self', taskId: 'taken' }
  const record = await runSync({ ...options, courseConcurrency: 1 })
  await taken_over.promise
  assert.equal(record.sync_status, 'lost')
  assert.equal(world.query('select course_id from canvas_sync_checkpoints').length, world.course_ids.length)
})

test('a sync that is aborted while it waits for the throttle ends at once', async (t) => {
  // Time stands still: whoever waits for it to pass never ends.
  const clock = new FakeClock()
  const logs = new WatchedLog({ clock })
  const world = await engineWorld(t, { size: SIZE, clock, logs })
  const abort = new AbortController()
  logs.onEvent = ({ event }) => {
    // A turn later the call is asleep.
    if (event === 'api_throttled') setImmediate(() => abort.abort())
  }
  world.simulator.faults.add({
    when: { path: '/api/v1/courses/*/assignments' },
    fault: { kind: 'throttled_429' },
  })
  const started = clock.monotonic() + 60_000
  const run = await world.sync({ signal: abort.signal, courseConcurrency: 3 })
  assert.equal(clock.monotonic(), started, 'it did not wait')
  assert.ok(
    clock.sleeps.some((sleep) => sleep >= 5000),
    'it was asleep',
  )
  assertVerdict(run, {
    status: 'cancelled',
    error_type: 'cancelled',
    message: 'The sync was cancelled.',
    outcomes: {},
  })
})

test('a sync that is aborted before it begins makes no call', async (t) => {
  const world = await engineWorld(t, { size: SIZE })
  const run = await world.sync({ signal: AbortSignal.abort() })
  assert.equal(run.record.sync_status, 'cancelled')
  assert.equal(world.simulator.stats.requests_total, 0)
})
