import { z } from 'zod'
import { ACCESS_ROUTES } from './access/routes.ts'
import { CLIENT_ROUTES } from './clients/routes.ts'
import { DASHBOARD_ROUTES } from './dashboard/routes.ts'
import { DOCS_ROUTES } from './docs/routes.ts'
import { ERROR_ROUTES } from './errors/routes.ts'
import { EVENT_ROUTES } from './events/routes.ts'
import { FRESHNESS_ROUTES } from './freshness/routes.ts'
import { HEALTH_ROUTES } from './health/routes.ts'
import { openApiAnswer } from './http/openapi.ts'
import { get, type Route } from './http/route.ts'
import { INCIDENT_ROUTES } from './incidents/routes.ts'
import { INGEST_ROUTES } from './ingest/routes.ts'
import { LOG_ROUTES } from './logs/routes.ts'
import { NOTIFICATION_ROUTES } from './notifications/routes.ts'
import { PERFORMANCE_ROUTES } from './performance/routes.ts'
import { PROMETHEUS_ROUTES } from './prometheus/routes.ts'
import { QUEUE_ROUTES } from './queue/routes.ts'
import { REPORT_ROUTES } from './reports/routes.ts'
import { SCHEDULE_ROUTES } from './schedules/routes.ts'
import { SYNC_ROUTES } from './syncs/routes.ts'
import { SYSTEM_ROUTES } from './system/routes.ts'
import { USER_ROUTES } from './users/routes.ts'

/** The whole API. Of two paths that match one address, the one that stands first answers. */
export const ROUTES: readonly Route[] = [
  ...SYNC_ROUTES,
  ...ERROR_ROUTES,
  ...INCIDENT_ROUTES,
  ...USER_ROUTES,
  ...FRESHNESS_ROUTES,
  ...SCHEDULE_ROUTES,
  ...QUEUE_ROUTES,
  ...LOG_ROUTES,
  ...EVENT_ROUTES,
  ...INGEST_ROUTES,
  ...ACCESS_ROUTES,
  ...HEALTH_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...REPORT_ROUTES,
  ...PERFORMANCE_ROUTES,
  ...SYSTEM_ROUTES,
  ...PROMETHEUS_ROUTES,
  ...DOCS_ROUTES,
  ...CLIENT_ROUTES,
  ...DASHBOARD_ROUTES,
  get(
    '/openapi.json',
    {
      summary: 'This description of the API',
      access: 'public',
      parameters: {},
      answers: { 200: z.record(z.string(), z.unknown()).meta({ title: 'OpenApi' }) },
    },
    (_input, { version, base_path }) => Promise.resolve(openApiAnswer(ROUTES, version, base_path)),
  ),
]
