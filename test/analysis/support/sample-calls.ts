import type { ApiCallsReport, ErrorGroup, ErrorsReport } from '../../../src/analysis/report.ts'
import { byDay, byHour, durations, group, groups, NO_DURATION, stream } from './sample-parts.ts'

export const CALLS = 1_024_331
export const FAILED = 21_204
export const THROTTLED = 12_480

const ENDPOINTS = [
  group('/api/v1/courses/:id/assignments/:id/submissions', 512_400, 9_204, 171),
  group('/api/v1/courses/:id/enrollments', 210_077, 4_120, 240),
  group('/api/v1/courses/:id/assignments', 160_880, 3_010, 132),
  group('/api/v1/courses/:id/students/submissions', 88_004, 4_600, 612),
  group('/api/v1/courses/:id/sections', 41_870, 200, 74),
  group('/api/v1/accounts/:id/courses', 8_112, 60, 880),
  group('/api/v1/courses', 2_201, 8, 305),
  group('/api/v1/users/self', 787, 2, 48),
]

export function apiCalls(): ApiCallsReport {
  const duration = durations(CALLS, 182.4, 0)
  const base = stream([0, CALLS - FAILED, THROTTLED, FAILED - THROTTLED], { api_call: CALLS }, duration)
  const slowest = ENDPOINTS.toSorted((a, b) => (b.mean_ms ?? 0) - (a.mean_ms ?? 0))
  return {
    total_calls: CALLS,
    by_method: { GET: 1_023_981, POST: 350 },
    by_endpoint: Object.fromEntries(ENDPOINTS.map(({ key, count }) => [key, count])),
    status_codes: {
      200: 1_003_127,
      429: 12_480,
      502: 4_811,
      504: 2_040,
      403: 1_210,
      404: 402,
      401: 161,
      500: 100,
    },
    total_duration_ms: duration.total_ms,
    paginated_requests: 611_904,
    ...base,
    by_day: byDay(CALLS, FAILED, THROTTLED, 178),
    by_hour: byHour(CALLS, FAILED),
    failed_calls: FAILED,
    error_types: {
      throttled: 12_480,
      edge_error: 6_851,
      forbidden: 1_210,
      not_found: 402,
      token_invalid: 161,
      canvas_error: 100,
    },
    groups: {
      ...base.groups,
      methods: groups([group('GET', 1_023_981, FAILED, 182), group('POST', 350, 0, 94)]),
      endpoints: groups(ENDPOINTS),
      statuses: groups([group('200', 1_003_127, 0, 174), group('429', 12_480, 12_480, 31)]),
    },
    slowest_endpoints: slowest,
    slowest_courses: [group('9007199254740993', 14_022, 812, 941), group('1187', 9_120, 14, 720)],
    slowest_tasks: [group('nightly-2026-11-18', 12_991, 9_402, 1_204), group('manual-7c1f', 211, 0, 804)],
    throttling: {
      throttled_calls: THROTTLED,
      cost_total: 412_877.2,
      cost_mean: 0.403,
      cost_max: 61.27,
      rate_limit_remaining_min: 0,
    },
    retries: { retried_calls: 19_331, recovered: 18_204, still_failed: 1_127, max_attempt: 5 },
    total_items: 38_204_118,
    total_bytes: 81_204_991_377,
  }
}

const errorGroup = (
  fingerprint: string,
  [error_type, operation, count]: readonly [string | null, string | null, number],
  pattern: string,
  message: string,
): ErrorGroup => ({
  fingerprint,
  error_type,
  operation,
  pattern,
  count,
  first_seen: '2026-11-18T01:02:11.004Z',
  last_seen: count === 1 ? '2026-11-18T01:02:11.004Z' : '2026-11-21T09:14:55.310Z',
  example: {
    timestamp: '2026-11-21T09:14:55.310Z',
    task_id: 'nightly-2026-11-21',
    user_id: 42,
    course_id: '1187',
    error_type,
    operation,
    message,
  },
})

export function errors(): ErrorsReport {
  const fingerprints = [
    errorGroup(
      '3f0c9a1be27d',
      ['edge_error', 'list_submissions', 812],
      'The load balancer answered # for /api/v#/courses/#/students/submissions after # attempts.',
      'The load balancer answered 502 for /api/v1/courses/1187/students/submissions after 5 attempts.',
    ),
    errorGroup(
      'a81d04c2f9e3',
      ['throttled', 'list_enrollments', 204],
      'Canvas throttled /api/v#/courses/#/enrollments # times.',
      'Canvas throttled /api/v1/courses/90/enrollments 5 times.',
    ),
    errorGroup(
      '77be10d45a02',
      ['token_expired', null, 1],
      'The access token of user # has expired.',
      'The access token of user 7 has expired.',
    ),
  ]
  return {
    total_errors: 1_127,
    by_type: { edge_error: 812, throttled: 204, storage: 110, token_expired: 1 },
    by_user: { 42: 1_100, 7: 27 },
    by_course: { 1187: 812, 90: 204 },
    recent_errors: fingerprints.map(({ example }) => example),
    ...stream([0, 0, 0, 1_127], { call_failed: 1_016, database_failed: 110, sync_failed: 1 }, NO_DURATION),
    by_day: byDay(1_127, 0, 0, null).map((day) => ({ ...day, failed: day.count })),
    by_operation: { list_submissions: 812, list_enrollments: 204, update: 110 },
    fingerprints,
    distinct_fingerprints: 9,
  }
}
