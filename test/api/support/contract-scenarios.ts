import { readdirSync } from 'node:fs'
import { exampleOf } from '../../../src/api/http/example.ts'
import { ingestEventSchema } from '../../../src/api/ingest/ingest-schemas.ts'
import type { ContractWorld } from './contract-world.ts'
import { BASE } from './test-api.ts'

/** One request and the status that it must have; what is left out is ordinary. */
export interface Scenario {
  readonly status: number
  /** Path and query instead of the route's own path with the world's ids in it. */
  readonly address?: string | ((world: ContractWorld) => string | Promise<string>)
  /** The media type of the answer that is asked for; default any. */
  readonly accept?: string
  /** JSON, or text that is sent as it is with its media type. */
  readonly body?:
    object | ((world: ContractWorld) => object) | { readonly text: string; readonly media_type: string }
  /** Default: that of an admin. */
  readonly token?: keyof ContractWorld['tokens'] | 'none'
  /** What is to be so before; given back is what makes it as it was. */
  readonly given?: (world: ContractWorld) => void | (() => void)
}

const DASHBOARD_ASSETS = readdirSync(new URL('../../../dashboard/dist/assets/', import.meta.url))

const ok = (address?: string, accept?: string): Scenario => ({
  status: 200,
  ...(address === undefined ? {} : { address }),
  ...(accept === undefined ? {} : { accept }),
})
const missing = (address: string): Scenario => ({ status: 404, address: `${BASE}${address}` })
const NDJSON = 'application/x-ndjson'
const EVENTS = 'text/event-stream'

const unhealthy: Scenario = {
  status: 503,
  given: (world) => {
    world.trouble = { ok: false, message: 'broken' }
    return () => {
      world.trouble = null
    }
  },
}

const mute = (): object => ({ until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'Known.' })
const decided = (what: string): readonly Scenario[] => [
  ok(`${BASE}/errors/1/${what}`),
  missing(`/errors/999999/${what}`),
]

const ping: readonly Scenario[] = [ok()]
const check_in: readonly Scenario[] = [
  { status: 202, address: ({ tokens }) => `/api/1/cron/nightly/${tokens.ingest}/?status=ok`, token: 'none' },
]

/**
 * At least one request for each answer that a route documents of its own: for each status of `answers`, and for 200 each
 * media type of `streams` and `texts`. The errors that every route can give are asked for by the test itself.
 */
export const SCENARIOS: Readonly<Record<string, readonly Scenario[]>> = {
  [`GET ${BASE}/sync/{id}`]: [ok(), missing('/sync/999999')],
  [`GET ${BASE}/sync/task/{task_id}`]: [ok(), missing('/sync/task/nobody')],
  [`GET ${BASE}/sync/{id}/courses`]: [ok(), missing('/sync/999999/courses')],
  [`GET ${BASE}/sync/{id}/timeline`]: [ok(), missing('/sync/999999/timeline')],
  [`GET ${BASE}/sync/{id}/neighbours`]: [
    ok(),
    ok(`${BASE}/sync/1/neighbours?status=failed,completed&sort=longest`),
    missing('/sync/999999/neighbours'),
  ],
  [`GET ${BASE}/sync/{id}/steps`]: [ok(), missing('/sync/999999/steps')],
  [`GET ${BASE}/sync/{id}/status-changes`]: [ok(), missing('/sync/999999/status-changes')],
  [`GET ${BASE}/syncs`]: [
    ok(),
    ok(`${BASE}/syncs?status=failed,completed&sort=oldest&limit=1&since=2h`),
    ok(`${BASE}/syncs?sort=longest&min_duration=1s&text=token`),
  ],
  [`GET ${BASE}/syncs/export`]: [
    ok(`${BASE}/syncs/export?format=json`, 'application/json'),
    ok(`${BASE}/syncs/export?format=ndjson&user_id=42`, NDJSON),
    ok(`${BASE}/syncs/export?format=csv&sort=longest`, 'text/csv'),
  ],
  [`GET ${BASE}/user/{user_id}/summary`]: [ok(), ok(`${BASE}/user/42/summary?days=30`)],
  [`GET ${BASE}/user/{user_id}/syncs`]: [ok(), ok(`${BASE}/user/42/syncs?limit=1&status=failed`)],
  [`GET ${BASE}/summary`]: [ok(), ok(`${BASE}/summary?days=30`)],
  [`GET ${BASE}/recent`]: [ok(), ok(`${BASE}/recent?limit=1`)],
  [`GET ${BASE}/failed`]: [ok(), ok(`${BASE}/failed?limit=1&days=1`)],
  [`GET ${BASE}/performance`]: [ok(), ok(`${BASE}/performance?days=1`)],
  [`GET ${BASE}/performance/types`]: [ok(), ok(`${BASE}/performance/types?days=1`)],
  [`GET ${BASE}/performance/courses`]: [ok(), ok(`${BASE}/performance/courses?limit=1`)],
  [`GET ${BASE}/performance/users`]: [ok(), ok(`${BASE}/performance/users?days=1`)],
  [`GET ${BASE}/performance/endpoints`]: [ok(), ok(`${BASE}/performance/endpoints?since=1h`)],
  [`GET ${BASE}/performance/capacity`]: [ok(), ok(`${BASE}/performance/capacity?days=7`)],
  [`GET ${BASE}/system`]: [ok()],
  [`GET ${BASE}/series`]: [ok(), ok(`${BASE}/series?metric=syncs,failed&bucket=hour&since=2h`)],
  [`GET ${BASE}/errors`]: [
    ok(),
    ok(`${BASE}/errors?user_id=42&limit=1`),
    ok(`${BASE}/errors?state=new,open&sort=rising&error_type=timeout&text=x&days=90`),
  ],
  [`GET ${BASE}/errors/{id}`]: [ok(`${BASE}/errors/1?days=400`), missing('/errors/999999')],
  [`POST ${BASE}/errors/{id}/mute`]: [
    { status: 200, address: `${BASE}/errors/1/mute`, body: mute },
    { ...missing('/errors/999999/mute'), body: mute },
  ],
  [`POST ${BASE}/errors/{id}/unmute`]: decided('unmute'),
  [`POST ${BASE}/errors/{id}/resolve`]: decided('resolve'),
  [`POST ${BASE}/errors/{id}/reopen`]: decided('reopen'),
  [`GET ${BASE}/users`]: [ok(), ok(`${BASE}/users?sort=id&failing=true&search=4&days=30&limit=1`)],
  [`GET ${BASE}/beats`]: [ok(), ok(`${BASE}/beats?user_id=42&limit=1`)],
  [`GET ${BASE}/calendar`]: [ok(), ok(`${BASE}/calendar?zone=Asia/Kathmandu&weeks=2&user_id=42`)],
  [`GET ${BASE}/freshness`]: [ok()],
  [`GET ${BASE}/events`]: [ok(`${BASE}/events?after=0`, EVENTS)],
  [`GET ${BASE}/logs/cleanup-status`]: [ok()],
  [`POST ${BASE}/logs/cleanup`]: [
    { status: 200, body: { dry_run: true } },
    { status: 202, body: {} },
    {
      status: 409,
      body: {},
      given: ({ logs }) => {
        logs.running = 'cleanup-1'
        return () => {
          logs.running = null
        }
      },
    },
  ],
  [`GET ${BASE}/logs/search`]: [
    ok(`${BASE}/logs/search?text=sync`, 'application/json'),
    ok(`${BASE}/logs/search?level=info&since=2h&order=oldest&context=1`, NDJSON),
  ],
  [`GET ${BASE}/logs/histogram`]: [ok(`${BASE}/logs/histogram?level=info&since=2h`)],
  [`GET ${BASE}/logs/tail`]: [ok(`${BASE}/logs/tail?last=1`, EVENTS)],
  [`POST ${BASE}/ingest`]: [
    { status: 200, body: { events: [{ type: 'heartbeat', task_id: 'reported' }] } },
    { status: 200, body: { text: `${JSON.stringify(exampleOf(ingestEventSchema))}\n`, media_type: NDJSON } },
    { status: 422, body: { events: [{ type: 'nothing of ours', task_id: 'a' }] } },
  ],
  'GET /ping/{slug}': ping,
  'POST /ping/{slug}': ping,
  'GET /ping/{slug}/{action}': [ok('/ping/nightly/start?rid=1'), ok('/ping/nightly/0?rid=1')],
  'POST /ping/{slug}/{action}': [
    { ...ok('/ping/nightly/fail'), body: { text: 'done', media_type: 'text/plain' } },
  ],
  'GET /api/{project}/cron/{slug}/{key}/': check_in,
  'POST /api/{project}/cron/{slug}/{key}/': check_in,
  [`GET ${BASE}/tokens`]: [ok()],
  [`POST ${BASE}/tokens`]: [{ status: 201, body: { name: 'grafana', scopes: ['read'] } }],
  [`POST ${BASE}/tokens/{token_id}/revoke`]: [
    { status: 200, address: async (world) => `${BASE}/tokens/${await world.newTokenId()}/revoke` },
    missing('/tokens/nobody/revoke'),
  ],
  [`GET ${BASE}/session`]: [ok()],
  [`POST ${BASE}/session`]: [
    { status: 201, token: 'none', body: ({ tokens }) => ({ token: tokens.read }) },
    { status: 401, token: 'none', body: { token: 'nobody' } },
  ],
  [`POST ${BASE}/session/end`]: [ok()],
  [`GET ${BASE}/audit`]: [ok(), ok(`${BASE}/audit?since=2h&limit=1`)],
  [`GET ${BASE}/health`]: [ok(), unhealthy],
  'GET /livez': [ok()],
  'GET /readyz': [ok(), unhealthy],
  'GET /docs': [ok()],
  'GET /docs/{file}': [ok('/docs/docs.css'), ok('/docs/docs.js')],
  'GET /openapi.json': [ok()],
  'GET /': [ok()],
  'GET /syncs': [ok()],
  'GET /syncs/{id}': [ok('/syncs/1'), ok('/syncs/none-of-them')],
  'GET /errors': [ok()],
  'GET /performance': [ok()],
  'GET /logs': [ok()],
  'GET /users': [ok()],
  'GET /users/{id}': [ok('/users/42')],
  'GET /system': [ok()],
  'GET /assets/{asset}': [
    ...DASHBOARD_ASSETS.map((name) => ok(`/assets/${name}`)),
    { status: 404, address: '/assets/nothing.js' },
  ],
}
