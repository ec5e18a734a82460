import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { itRecords, type RecordCase } from './support/record-cases.ts'
import { startedSync, trackings } from './support/tracking.ts'

const open = trackings()

const cases: readonly RecordCase[] = [
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
      message: 'GET /api/v1/courses/7/users answered 200 in 145 ms.',
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
      message: 'GET /api/v1/courses answered 403 in 5 ms.',
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
      message: 'GET /api/v1/courses had no answer after 5 ms (network).',
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
      message: 'GET /api/v1/x answered 200 in 1 ms (not_json).',
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
]

describe('a call to Canvas is counted and has one line', () => {
  itRecords(open, cases)
  it('and adds to what was counted before', async () => {
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
