import { z } from 'zod'
import { HEALTH_ROUTES } from './health/routes.ts'
import { ok } from './http/answer.ts'
import { openApiDocument } from './http/openapi.ts'
import { get, type Route } from './http/route.ts'
import { LOG_ROUTES } from './logs/routes.ts'
import { SYNC_ROUTES } from './syncs/routes.ts'

/** The whole API. Of two paths that match one address, the one that stands first answers. */
export const ROUTES: readonly Route[] = [
  ...SYNC_ROUTES,
  ...LOG_ROUTES,
  ...HEALTH_ROUTES,
  get(
    '/openapi.json',
    {
      summary: 'This description of the API',
      parameters: {},
      answers: { 200: z.record(z.string(), z.unknown()).meta({ title: 'OpenApi' }) },
    },
    (_input, { version }) => Promise.resolve(ok(openApiDocument(ROUTES, version))),
  ),
]
