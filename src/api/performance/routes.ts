import type { z } from 'zod'
import { BASE } from '../http/base-path.ts'
import { wholeNumber } from '../http/parameters.ts'
import { get, type Route } from '../http/route.ts'
import { capacitySchema, getCapacity } from './capacity.ts'
import { endpointPerformanceListSchema, endpointPeriod, getEndpointPerformance } from './endpoints.ts'
import { getSlowestCourses, getSlowestUsers, slowCourseListSchema, slowUserListSchema } from './slowest.ts'
import { getTypePerformance, typePerformanceListSchema } from './types.ts'

const MOST_DAYS = 365

const days: z.ZodType<number> = wholeNumber(1, MOST_DAYS)
  .default(30)
  .meta({ description: 'How many days back from now the syncs started' })
/** Users are looked at day by day. */
const fewDays: z.ZodType<number> = wholeNumber(1, 92)
  .default(30)
  .meta({ description: 'How many days back from now, whole days of UTC' })
const limit: z.ZodType<number> = wholeNumber(1, 100).default(10).meta({ description: 'At most so many' })

export const PERFORMANCE_ROUTES: readonly Route[] = [
  get(
    `${BASE}/performance/types`,
    {
      summary: 'How long the completed syncs of each type took',
      strict: true,
      parameters: { days },
      answers: { 200: typePerformanceListSchema },
    },
    getTypePerformance,
  ),
  get(
    `${BASE}/performance/courses`,
    {
      summary: 'The courses that take longest, in the newest syncs',
      strict: true,
      parameters: { days, limit },
      answers: { 200: slowCourseListSchema },
    },
    getSlowestCourses,
  ),
  get(
    `${BASE}/performance/users`,
    {
      summary: 'The users whose syncs take longest',
      strict: true,
      parameters: { days: fewDays, limit },
      answers: { 200: slowUserListSchema },
    },
    getSlowestUsers,
  ),
  get(
    `${BASE}/performance/endpoints`,
    {
      summary: 'How long calls to Canvas took, by endpoint, as the logs tell it',
      strict: true,
      all_users: true,
      parameters: { since: endpointPeriod },
      answers: { 200: endpointPerformanceListSchema },
    },
    getEndpointPerformance,
  ),
  get(
    `${BASE}/performance/capacity`,
    {
      summary: 'How large the database and the logs were over time',
      strict: true,
      all_users: true,
      parameters: { days },
      answers: { 200: capacitySchema },
    },
    getCapacity,
  ),
]
