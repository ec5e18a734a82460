import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createMonitor, type Sync } from '../../src/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { FarServer } from '../remote/support/far-server.ts'
import fc from '../support/fast-check.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { no_python, runJob } from './support/python.ts'

type Given = Readonly<Record<string, unknown>>
type Step = readonly [method: string, given: Given]

const count = fc.oneof(fc.boolean(), fc.nat({ max: 30 }))
const amount = fc.nat({ max: 90_000 }).map((tenths) => tenths / 8)
const course_id = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined })

const created_or_updated = fc
  .record({ created: count, updated: count, course_id })
  .filter(({ created, updated }) => !(Number(created) === 1 && updated === true))

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(
    fc.constantFrom('record_course', 'record_assignment', 'record_submission'),
    created_or_updated as fc.Arbitrary<Given>,
  ),
  fc.tuple(fc.constant('record_grade'), fc.record({ updated: count, course_id })),
  fc.tuple(
    fc.constant('record_api_call'),
    fc.record({
      duration_ms: amount,
      endpoint: fc.constantFrom('/api/v1/courses', '/api/v1/courses/7/users?search_term=Anna'),
      status: fc.constantFrom(200, 304, 404, 500),
      bytes: fc.nat(),
      rate_limit_remaining: amount,
      request_cost: amount,
    }),
  ),
  fc.tuple(fc.constant('record_api_rate_limit'), fc.record({ wait_ms: amount, status: fc.constant(429) })),
  fc.tuple(
    fc.constant('record_db_operation'),
    fc.record({
      duration_ms: amount,
      operation: fc.constantFrom('create', 'update', 'delete', 'fetch', 'sync'),
      entity: fc.constantFrom('courses', 'Grade'),
      count: fc.nat(),
    }),
  ),
  fc.tuple(
    fc.constant('progress'),
    fc.record({
      percent: fc.integer({ min: -9, max: 120 }),
      current: fc.constantFrom('Reading', 'for anna@example.edu'),
    }),
  ),
  fc.tuple(fc.constant('set_chunk_size'), fc.record({ chunk_size: fc.integer({ min: 1, max: 500 }) })),
  fc.tuple(fc.constant('set_incremental'), fc.record({ incremental: fc.boolean() })),
  fc.tuple(fc.constant('set_target_course'), fc.record({ course_id: fc.integer({ min: 1 }) })),
  fc.tuple(
    fc.constant('add_metadata'),
    fc.record({ key: fc.constantFrom('a', 'b'), value: fc.oneof(fc.nat(), fc.constant('x@y.example.org')) }),
  ),
  fc.tuple(
    fc.constant('record_problem'),
    fc.record({
      message: fc.constant('Terms are unreadable.'),
      error_type: fc.constantFrom('timeout', 'contract'),
    }),
  ),
  fc.tuple(
    fc.constant('course'),
    fc.record({ course_id: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }),
  ),
)

const ends: readonly Step[] = [
  ['complete_success', {}],
  ['complete_failure', { error: 'The Canvas credentials are missing.' }],
  ['cancel', { reason: 'Stopped by an operator.' }],
]

/** The same, with the tracker of the library. */
async function doHere(sync: Sync, [method, given]: Step): Promise<void> {
  const g = given as Record<string, never>
  const counts: object = { created: g['created'], updated: g['updated'], courseId: g['course_id'] }
  if (method === 'record_course') sync.recordCourse(counts)
  else if (method === 'record_assignment') sync.recordAssignment(counts)
  else if (method === 'record_submission') sync.recordSubmission(counts)
  else if (method === 'record_grade') sync.recordGrade(counts)
  else if (method === 'record_api_call') {
    sync.recordApiCall({
      endpoint: g['endpoint'] ?? '',
      status: g['status'] ?? null,
      durationMs: g['duration_ms'] ?? 0,
      bytes: g['bytes'],
      rateLimitRemaining: g['rate_limit_remaining'],
      requestCost: g['request_cost'],
    } as never)
  } else if (method === 'record_api_rate_limit')
    sync.recordApiRateLimit({ waitMs: g['wait_ms'], status: g['status'] } as never)
  else if (method === 'record_db_operation') {
    sync.recordDbOperation({
      operation: g['operation'],
      entity: g['entity'],
      count: g['count'],
      durationMs: g['duration_ms'],
    } as never)
  } else if (method === 'progress') sync.progress({ percent: g['percent'], current: g['current'] } as never)
  else if (method === 'set_chunk_size') sync.setChunkSize(g['chunk_size'] ?? null)
  else if (method === 'set_incremental') sync.setIncremental(g['incremental'] === true)
  else if (method === 'set_target_course') sync.setTargetCourse(g['course_id'] ?? null)
  else if (method === 'add_metadata') sync.addMetadata({ [String(g['key'])]: g['value'] })
  else if (method === 'record_problem') sync.recordProblem(given as never)
  else if (method === 'course') {
    await sync.course(Number(g['course_id']), () =>
      g['fails'] === true ? Promise.reject(new Error('Anna')) : Promise.resolve(),
    )
  } else if (method === 'complete_success') await sync.completeSuccess()
  else if (method === 'cancel') await sync.cancel(g['reason'])
  else await sync.completeFailure(String(g['error']))
}

/** What does not depend on when, where and by whom it ran. */
function whatCounts(row: SyncRow | null): object {
  assert.ok(row)
  const { id: _1, sync_start_time: _2, sync_end_time: _3, total_duration_seconds: _4, ...rest } = row
  const {
    pid: _5,
    process_started: _6,
    heartbeat_at: _7,
    heartbeat_count: _8,
    running_ms: _9,
    ...counted
  } = rest
  const { host: _10, error_message, error_group_id: _11, ...facts } = counted
  return { ...facts, failed: error_message !== null }
}

test(
  'the same steps leave the same row as with the tracker of the library',
  { skip: no_python },
  async () => {
    const server = await FarServer.start()
    const directory = temporaryDirectory()
    const sequences = fc.sample(fc.tuple(fc.array(step, { maxLength: 25 }), fc.constantFrom(...ends)), {
      numRuns: process.env['LONG_TESTS'] === '1' ? 1000 : 150,
      seed: 7,
    })
    const syncs = sequences.map(([steps, end], number) => [`same-${number}`, [...steps, end]] as const)
    const file = join(directory, 'syncs.json')
    writeFileSync(file, JSON.stringify(syncs))
    const run = await runJob('from_file.py', {
      url: server.url,
      spool: join(directory, 'spool'),
      args: [file],
    })
    assert.deepEqual([run.code, run.stderr], [0, ''])

    const database = `sqlite:${join(directory, 'here.db')}`
    {
      await using monitor = await createMonitor({ database, logDir: join(directory, 'logs') })
      const tracked = syncs.map(async ([taskId, steps]) => {
        const metadata = { note: 'mail anna@example.edu' }
        const options = { taskId, userId: 42, syncType: 'grades', trigger: 'cron', metadata }
        const sync = await monitor.startSync(options)
        for (const each of steps) await doHere(sync, each)
      })
      await Promise.all(tracked)
    }
    await using here = await openStore(database)
    await using there = await openStore(server.database)
    for (const [task_id, steps] of syncs) {
      const [mine, told] = [
        await here.syncs.getSyncByTaskId(task_id),
        await there.syncs.getSyncByTaskId(task_id),
      ]
      assert.deepEqual(whatCounts(told), whatCounts(mine), JSON.stringify(steps))
    }
  },
)
