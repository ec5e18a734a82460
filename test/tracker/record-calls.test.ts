import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LogStream } from '../../src/core/log-event.ts'
import type { SyncRow } from '../../src/core/sync-record.ts'
import type { Sync } from '../../src/tracker/types.ts'
import { ownFields, startedSync, trackings } from './support/tracking.ts'

const open = trackings()

interface Case {
  readonly what: string
  readonly call: (sync: Sync) => void
  readonly counts: Partial<SyncRow>
  readonly stream: LogStream
  /** Keys and values in their order. */
  readonly line: Record<string, unknown>
}

const cases: readonly Case[] = [
  {
    what: 'recordCourse without anything counts one course',
    call: (sync) => sync.recordCourse(),
    counts: { courses_processed: 1, courses_created: 0, courses_updated: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'course_synced',
      created: 0,
      updated: 0,
      count: 1,
      message: 'Courses: 1, 0 created, 0 updated.',
    },
  },
  {
    what: 'recordCourse counts what was created as processed, too',
    call: (sync) => sync.recordCourse({ created: true, courseId: 101, durationMs: 12.34 }),
    counts: { courses_processed: 1, courses_created: 1, courses_updated: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'course_synced',
      course_id: '101',
      created: 1,
      updated: 0,
      count: 1,
      duration_ms: 12.3,
      message: 'Courses: 1, 1 created, 0 updated.',
    },
  },
  {
    what: 'recordAssignment takes numbers',
    call: (sync) => sync.recordAssignment({ created: 2, updated: 15, courseId: '10000000000000007' }),
    counts: { assignments_processed: 17, assignments_created: 2, assignments_updated: 15 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'assignments_synced',
      course_id: '10000000000000007',
      created: 2,
      updated: 15,
      count: 17,
      message: 'Assignments: 17, 2 created, 15 updated.',
    },
  },
  {
    what: 'recordSubmission takes the number processed from the caller',
    call: (sync) => sync.recordSubmission({ processed: 340, updated: 4 }),
    counts: { submissions_processed: 340, submissions_created: 0, submissions_updated: 4 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'submissions_synced',
      created: 0,
      updated: 4,
      count: 340,
      message: 'Submissions: 340, 0 created, 4 updated.',
    },
  },
  {
    what: 'recordGrade counts grades',
    call: (sync) => sync.recordGrade({ updated: true }),
    counts: { grades_processed: 1, grades_updated: 1 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'grades_synced',
      created: 0,
      updated: 1,
      count: 1,
      message: 'Grades: 1, 0 created, 1 updated.',
    },
  },
  {
    what: 'recordApiCall of a good answer',
    call: (sync) =>
      sync.recordApiCall({
        method: 'GET',
        endpoint: '/api/v1/courses/7/users?page=bookmark:Schmidt',
        status: 200,
        durationMs: 145.26,
        items: 100,
        page: 2,
        attempt: 1,
        requestCost: 0.123_456,
        rateLimitRemaining: 599.98,
        bytes: 2048,
        requestId: 'r-1',
        errorType: null,
        courseId: '7',
        willRetry: false,
      }),
    counts: {
      api_calls_made: 1,
      api_calls_failed: 0,
      total_api_duration_ms: 145.26,
      api_request_cost: 0.123_456,
      total_data_size_bytes: 2048,
      api_rate_limit_remaining_min: 599.98,
    },
    stream: 'api_calls',
    line: {
      level: 'INFO',
      event: 'api_call',
      method: 'GET',
      endpoint: '/api/v1/courses/7/users',
      status: 200,
      duration_ms: 145.3,
      items: 100,
      page: 2,
      attempt: 1,
      request_cost: 0.123,
      rate_limit_remaining: 599.98,
      bytes: 2048,
      request_id: 'r-1',
      error_type: null,
      course_id: '7',
      message: 'GET /api/v1/courses/7/users - 200',
    },
  },
  {
    what: 'recordApiCall of an answer that refuses',
    call: (sync) =>
      sync.recordApiCall({ endpoint: '/api/v1/courses', status: 403, durationMs: 5, willRetry: true }),
    counts: { api_calls_made: 1, api_calls_failed: 1, total_api_duration_ms: 5 },
    stream: 'api_calls',
    line: {
      level: 'WARNING',
      event: 'api_call',
      method: 'GET',
      endpoint: '/api/v1/courses',
      status: 403,
      duration_ms: 5,
      will_retry: true,
      message: 'GET /api/v1/courses - 403',
    },
  },
  {
    what: 'recordApiCall without an answer',
    call: (sync) =>
      sync.recordApiCall({ endpoint: '/api/v1/courses', status: null, durationMs: 5, errorType: 'network' }),
    counts: { api_calls_made: 1, api_calls_failed: 1 },
    stream: 'api_calls',
    line: {
      level: 'WARNING',
      event: 'api_call',
      method: 'GET',
      endpoint: '/api/v1/courses',
      status: null,
      duration_ms: 5,
      error_type: 'network',
      message: 'GET /api/v1/courses - network',
    },
  },
  {
    what: 'recordApiCall of a good status with an error type',
    call: (sync) =>
      sync.recordApiCall({ endpoint: '/api/v1/x', status: 200, durationMs: 1, errorType: 'not_json' }),
    counts: { api_calls_made: 1, api_calls_failed: 1 },
    stream: 'api_calls',
    line: {
      level: 'WARNING',
      event: 'api_call',
      method: 'GET',
      endpoint: '/api/v1/x',
      status: 200,
      duration_ms: 1,
      error_type: 'not_json',
      message: 'GET /api/v1/x - 200',
    },
  },
  {
    what: 'recordApiRateLimit',
    call: (sync) =>
      sync.recordApiRateLimit({
        waitMs: 1500.4,
        status: 429,
        endpoint: '/api/v1/courses?x=1',
        remaining: 0.5,
      }),
    counts: { api_rate_limit_hits: 1 },
    stream: 'api_calls',
    line: {
      level: 'WARNING',
      event: 'api_throttled',
      endpoint: '/api/v1/courses',
      status: 429,
      wait_ms: 1500,
      rate_limit_remaining: 0.5,
      message: 'Canvas throttles: waiting 1500 ms.',
    },
  },
  {
    what: 'recordDbOperation',
    call: (sync) =>
      sync.recordDbOperation({
        operation: 'update',
        entity: 'assignments',
        count: 17,
        durationMs: 12.44,
        batch: true,
        courseId: 101,
      }),
    counts: { db_operations: 1, db_duration_ms: 12.44 },
    stream: 'database',
    line: {
      level: 'INFO',
      event: 'db_operation',
      operation: 'update',
      entity: 'assignments',
      count: 17,
      duration_ms: 12.4,
      batch: true,
      course_id: '101',
      message: 'update assignments: 17',
    },
  },
  {
    what: 'recordDeletions of rows that are gone',
    call: (sync) => sync.recordDeletions({ entity: 'terms', deleted: 2, held: 0 }),
    counts: { rows_deleted: 2, deletions_held: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'rows_deleted',
      entity: 'terms',
      deleted: 2,
      held: 0,
      message: '2 terms are gone from Canvas and marked deleted.',
    },
  },
  {
    what: 'recordDeletions of rows that are kept',
    call: (sync) => sync.recordDeletions({ entity: 'courses', deleted: 0, held: 12 }),
    counts: { rows_deleted: 0, deletions_held: 12 },
    stream: 'operations',
    line: {
      level: 'WARNING',
      event: 'deletions_held',
      entity: 'courses',
      deleted: 0,
      held: 12,
      message:
        "12 courses are missing from Canvas's list: too many at once, so they are kept; if they are really gone, sync once with --accept-deletions.",
    },
  },
  {
    what: 'recordConnectionTest',
    call: (sync) => sync.recordConnectionTest({ durationMs: 31.4, sourceId: 3 }),
    counts: { api_calls_made: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'connection_tested',
      source_id: 3,
      duration_ms: 31,
      status: 'ok',
      message: 'Canvas accepted the token in 31 ms.',
    },
  },
  {
    what: 'recordProblem',
    call: (sync) => sync.recordProblem({ error_type: 'contract', message: 'Terms could not be read.' }),
    counts: {},
    stream: 'errors',
    line: {
      level: 'ERROR',
      event: 'sync_problem',
      error_type: 'contract',
      next_step:
        'Canvas answered in a form this version does not know: look for a newer version, or report it with the request id.',
      message: 'Terms could not be read.',
    },
  },
  {
    what: 'recordEvent',
    call: (sync) => sync.recordEvent('checkpoint_saved', { course_id: '7' }, 'Course 7 is read.', 'WARNING'),
    counts: {},
    stream: 'operations',
    line: { level: 'WARNING', event: 'checkpoint_saved', course_id: '7', message: 'Course 7 is read.' },
  },
  {
    what: 'progress',
    call: (sync) =>
      sync.progress({ percent: 25.0004, current: 'Processing assignments', completed: 1, total: 4 }),
    counts: { progress_percent: 25.0004, progress_current: 'Processing assignments' },
    stream: 'progress',
    line: {
      level: 'INFO',
      event: 'progress',
      percent: 25,
      current: 'Processing assignments',
      completed: 1,
      total: 4,
      elapsed_ms: 2000,
      remaining_ms: 6000,
      message: '25 % - Processing assignments',
    },
  },
]

describe('each record… call counts and writes one line', () => {
  for (const { what, call, counts, stream, line } of cases) {
    it(what, async () => {
      const { sync, logs, clock, store, rowOf } = await startedSync(open)
      const before = logs.events(stream).length
      clock.advance(2000)
      call(sync)
      const lines = logs.events(stream).slice(before)
      assert.deepEqual(lines.map(ownFields), [line])
      assert.deepEqual(Object.keys(ownFields(lines[0])), Object.keys(line))
      clock.advance(1000)
      await store.quiet()
      assert.partialDeepStrictEqual(await rowOf(sync), {
        ...counts,
        records_lost: 0,
        sync_status: 'in_progress',
      })
      assert.equal(logs.health.fields_dropped, 0)
    })
  }

  it('and adds to what was there', async () => {
    const { sync } = await startedSync(open)
    for (let call = 0; call < 3; call++) {
      sync.recordCourse({ created: true })
      sync.recordAssignment({ updated: 2 })
      sync.recordApiCall({ endpoint: '/x', status: 500, durationMs: 0.1, rateLimitRemaining: 600 - call })
    }
    const { courses, assignments, api_metrics } = sync.toJSON()
    assert.deepEqual(courses, { processed: 3, created: 3, updated: 0 })
    assert.deepEqual(assignments, { processed: 6, created: 0, updated: 6 })
    assert.partialDeepStrictEqual(api_metrics, {
      calls_made: 3,
      calls_failed: 3,
      total_duration_ms: 0.3,
      rate_limit_remaining_min: 598,
    })
  })
})

describe('the percentage', () => {
  it('never falls, and stays between 0 and 100', async () => {
    const { sync } = await startedSync(open)
    const seen = [-5, 10, 5, null, 60, 59.9, 1000, 3].map((percent) => {
      sync.progress({ percent })
      return sync.toJSON().progress.percent
    })
    assert.deepEqual(seen, [0, 10, 10, 10, 60, 60, 100, 100])
  })

  it('is unknown until somebody says it', async () => {
    const { sync, logs } = await startedSync(open)
    sync.progress({ current: 'Reading courses' })
    assert.deepEqual(sync.toJSON().progress, { percent: null, current: 'Reading courses' })
    assert.partialDeepStrictEqual(logs.events('progress')[0], { percent: null, message: 'Reading courses' })
  })

  it('is 100 when all is done, and stays where it was when it is not', async () => {
    const { monitor } = await open()
    const [done, stopped] = [await monitor.startSync(), await monitor.startSync()]
    stopped.progress({ percent: 40 })
    assert.equal((await done.completeSuccess()).progress.percent, 100)
    assert.equal((await stopped.cancel()).progress.percent, 40)
  })
})

describe('what a sync can be told besides counts', () => {
  it('is in the record at once and in the row with the next save', async () => {
    const { sync, nextSave, rowOf } = await startedSync(open, { metadata: { site: 'north' }, chunkSize: 5 })
    sync.setTargetCourse(101)
    sync.setIncremental(true)
    sync.setChunkSize(10)
    sync.addMetadata({ job: { version: '1.2' }, site: 'south' })
    await sync.setSource(3, 'all self').catch(() => undefined)
    assert.partialDeepStrictEqual(sync.toJSON(), {
      target_course_id: 101,
      incremental_sync: true,
      chunk_size: 10,
      metadata: { site: 'south', job: { version: '1.2' } },
    })
    await nextSave()
    assert.partialDeepStrictEqual(await rowOf(sync), {
      target_course_id: '101',
      incremental_sync: true,
      chunk_size: 10,
      sync_metadata: { site: 'south', job: { version: '1.2' } },
    })
    sync.setTargetCourse(null)
    sync.setChunkSize(null)
    await nextSave()
    assert.partialDeepStrictEqual(await rowOf(sync), { target_course_id: null, chunk_size: null })
  })

  it('is the record that was promised, at the start, on the way and at the end', async () => {
    const { sync, clock } = await startedSync(open, {
      taskId: 'abc123',
      userId: 42,
      chunkSize: 10,
      incremental: true,
    })
    const shape = (): Record<string, unknown> => JSON.parse(JSON.stringify(sync)) as Record<string, unknown>
    const nothing = { processed: 0, created: 0, updated: 0 }
    const start = {
      id: sync.id,
      sync_task_id: 'abc123',
      user_id: 42,
      sync_start_time: '2026-11-22T10:15:00.000Z',
      sync_end_time: null,
      total_duration_seconds: null,
      sync_status: 'in_progress',
      error_message: null,
      sync_type: 'all',
      target_course_id: null,
      courses: nothing,
      assignments: nothing,
      submissions: nothing,
      grades: { processed: 0, updated: 0 },
      api_metrics: { calls_made: 0, calls_failed: 0, total_duration_ms: 0, rate_limit_hits: 0 },
      database_metrics: { operations: 0, duration_ms: 0 },
      data_size_bytes: 0,
      incremental_sync: true,
      use_pagination: true,
      chunk_size: 10,
      metadata: null,
    }
    const keys = Object.keys(start)
    assert.partialDeepStrictEqual(shape(), start)
    assert.deepEqual(Object.keys(shape()).slice(0, keys.length), keys)

    sync.recordCourse({ processed: 25, created: 2, updated: 23 })
    sync.recordDbOperation({ operation: 'sync', entity: 'courses', durationMs: 41.2 })
    clock.advance(210_500)
    const underway = {
      ...start,
      courses: { processed: 25, created: 2, updated: 23 },
      database_metrics: { operations: 1, duration_ms: 41.2 },
    }
    assert.partialDeepStrictEqual(shape(), underway)

    await sync.completeSuccess()
    assert.partialDeepStrictEqual(shape(), {
      ...underway,
      sync_status: 'completed',
      sync_end_time: '2026-11-22T10:18:30.500Z',
      total_duration_seconds: 210.5,
    })
    assert.deepEqual(Object.keys(shape()).slice(0, keys.length), keys)
  })
})
