import { BASE } from '../http/base-path.ts'
import { get, type Route } from '../http/route.ts'
import { getHealth, getLiveness, getReadiness, healthSchema, probeSchema } from './health.ts'

export const HEALTH_ROUTES: readonly Route[] = [
  get(
    `${BASE}/health`,
    {
      summary: 'Whether the database and the log folder are well',
      access: 'public',
      knows_caller: true,
      parameters: {},
      answers: { 200: healthSchema, 503: healthSchema },
    },
    getHealth,
  ),
  get(
    '/livez',
    {
      summary: 'Whether the process answers',
      access: 'public',
      parameters: {},
      answers: { 200: probeSchema },
    },
    getLiveness,
  ),
  get(
    '/readyz',
    {
      summary: 'Whether requests can be served',
      access: 'public',
      parameters: {},
      answers: { 200: probeSchema, 503: probeSchema },
    },
    getReadiness,
  ),
]
