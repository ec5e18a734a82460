import type { Capacity } from '../../../src/api/performance/capacity.ts'
import type { EndpointPerformanceList } from '../../../src/api/performance/endpoints.ts'
import type { SlowCourseList, SlowUserList } from '../../../src/api/performance/slowest.ts'
import type { TypePerformanceList } from '../../../src/api/performance/types.ts'
import type { Series } from '../../../src/api/syncs/series.ts'
import { asked, type Asking } from '../data/asked.ts'

/** Looks through thousands of rows: once a minute is enough. */
const dear = { follows_syncs: false }

const DAILY =
  'syncs,duration_p50_seconds,duration_p95_seconds,duration_p99_seconds,api_call_avg_ms,api_calls,db_duration_ms'

export const dailyFiguresQuery = (since: string): Asking<Series> =>
  asked('series', '/series', { metric: DAILY, bucket: 'day', since }, dear)
export const typesQuery = (days: number): Asking<TypePerformanceList> =>
  asked('performance', '/performance/types', { days }, dear)
export const slowestCoursesQuery = (days: number): Asking<SlowCourseList> =>
  asked('performance', '/performance/courses', { days }, dear)
export const slowestUsersQuery = (days: number): Asking<SlowUserList> =>
  asked('performance', '/performance/users', { days }, dear)
export const endpointsQuery = (since: string): Asking<EndpointPerformanceList> =>
  asked('performance', '/performance/endpoints', { since }, dear)
export const capacityQuery = (days: number): Asking<Capacity> =>
  asked('performance', '/performance/capacity', { days }, dear)
