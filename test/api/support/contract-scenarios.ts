import { readdirSync } from 'node:fs'
import { exampleOf } from '../../../src/api/http/example.ts'
import { newJob } from '../../queue/queued-sync-factory.ts'
import { checkSchedule } from '../../../src/schedules/check-schedule.ts'
import { ingestEventSchema } from '../../../src/api/ingest/ingest-schemas.ts'
import { report } from '../../reports/support/report-factory.ts'
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
  readonly given?: (world: ContractWorld) => void | (() => void) | Promise<void>
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

const decidedIncident = (what: string, body?: () => object): readonly Scenario[] => {
  const said = body === undefined ? {} : { body }
  return [
    { ...ok(`${BASE}/incidents/1/${what}`), ...said },
    { ...missing(`/incidents/999999/${what}`), ...said },
  ]
}

/** One that may be changed, and one of the configuration. */
async function scheduled({ store }: ContractWorld): Promise<void> {
  const by = { origin: 'api', reported_by: null } as const
  await store.schedules.declare(checkSchedule('nightly', { cron: '0 2 * * *' }, 'UTC'), by, Date.now(), null)
  await store.schedules.declareAll([checkSchedule('declared', { every: '1d' }, 'UTC')], Date.now(), 'start')
}

/** A sync that waits, and a worker that has its source. */
async function queued({ store }: ContractWorld): Promise<void> {
  const now = Date.now()
  await store.queue.addJob(newJob('science'), now)
  const worker = {
    id: 'worker-1',
    host: 'here',
    pid: 7,
    version: '1.0.0',
    sources: ['science'],
    concurrency: 2,
  }
  const told = { running: 0, state: 'working', started_at: now, heartbeat_at: now } as const
  await store.queue.saveWorker({ ...worker, ...told })
}

/** A message that waits; the channel does not exist any more. */
async function notified({ store }: ContractWorld): Promise<void> {
  const now = Date.now()
  const about = { kind: 'test', incident_id: null, report_id: null, reader: null } as const
  const when = { created_at: now, due_at: now, expires_at: now + 60_000 }
  const alone = { group: null, repeat_ms: null }
  await store.notifications.add([{ dedup_key: 'one', channel: 'gone', ...about, ...when, ...alone }])
}

const inEachForm = (address: string): readonly Scenario[] => [
  ok(`${BASE}${address}`),
  ok(`${BASE}${address}&format=html`),
  ok(`${BASE}${address}&format=text`),
]

/** The first one there is. */
async function keptReport({ store }: ContractWorld): Promise<void> {
  await store.reports.keep(report())
}

/** Of a recipient there is, and of nobody. */
const subscription = (path: string): readonly Scenario[] => [
  {
    status: 200,
    token: 'none',
    address: async ({ store }) =>
      `${path}?code=${await store.reports.recipientCode('somebody', 'right-code')}`,
  },
  { status: 404, token: 'none', address: `${path}?code=forged` },
]

let made = 0
/** A job that nobody has heard of before. */
const creating = (action = ''): Scenario => ({
  status: 201,
  address: () => `/ping/made-${++made}${action}?create=1`,
})
const ping: readonly Scenario[] = [ok(), creating()]
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
  [`GET ${BASE}/reports`]: [ok(), ok(`${BASE}/reports?period=weekly&limit=1`)],
  [`GET ${BASE}/reports/preview`]: inEachForm('/reports/preview?period=daily'),
  [`GET ${BASE}/reports/{report_id}`]: [
    { ...ok(), given: keptReport },
    ...inEachForm('/reports/1?x=1'),
    missing('/reports/999999'),
  ],
  'GET /unsubscribe': subscription('/unsubscribe'),
  'POST /unsubscribe': subscription('/unsubscribe'),
  'POST /subscribe': subscription('/subscribe'),
  [`GET ${BASE}/notifications`]: [ok(), ok(`${BASE}/notifications?channel=ops&state=sent&kind=test&limit=1`)],
  [`GET ${BASE}/notifications/{notification_id}`]: [
    { status: 200, given: notified, address: `${BASE}/notifications/1` },
    missing('/notifications/999999'),
  ],
  [`GET ${BASE}/channels`]: [ok()],
  [`POST ${BASE}/channels/{name}/test`]: [
    { status: 202, address: `${BASE}/channels/ops/test` },
    missing('/channels/nobody/test'),
  ],
  'GET /metrics': [
    ok('/metrics', 'text/plain'),
    ok('/metrics', 'application/openmetrics-text; version=1.0.0'),
  ],
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
  [`GET ${BASE}/incidents`]: [
    ok(),
    ok(`${BASE}/incidents?user_id=42&limit=1`),
    ok(`${BASE}/incidents?state=open,muted&rule=sync_failed&severity=critical,warning&type=all`),
  ],
  [`GET ${BASE}/incidents/rules`]: [ok()],
  [`GET ${BASE}/incidents/{id}`]: [ok(`${BASE}/incidents/1`), missing('/incidents/999999')],
  [`POST ${BASE}/incidents/{id}/acknowledge`]: decidedIncident('acknowledge'),
  [`POST ${BASE}/incidents/{id}/mute`]: decidedIncident('mute', mute),
  [`POST ${BASE}/incidents/{id}/unmute`]: decidedIncident('unmute'),
  [`POST ${BASE}/incidents/{id}/resolve`]: decidedIncident('resolve', () => ({ reason: 'Mended.' })),
  [`POST ${BASE}/errors/{id}/unmute`]: decided('unmute'),
  [`POST ${BASE}/errors/{id}/resolve`]: decided('resolve'),
  [`POST ${BASE}/errors/{id}/reopen`]: decided('reopen'),
  [`GET ${BASE}/users`]: [ok(), ok(`${BASE}/users?sort=id&failing=true&search=4&days=30&limit=1`)],
  [`GET ${BASE}/beats`]: [ok(), ok(`${BASE}/beats?user_id=42&limit=1`)],
  [`GET ${BASE}/calendar`]: [ok(), ok(`${BASE}/calendar?zone=Asia/Kathmandu&weeks=2&user_id=42`)],
  [`GET ${BASE}/freshness`]: [ok()],
  [`GET ${BASE}/queue`]: [{ ...ok(), given: queued }],
  [`GET ${BASE}/schedules`]: [{ status: 200, given: scheduled, address: `${BASE}/schedules?runs=30` }],
  [`GET ${BASE}/schedules/{slug}`]: [{ status: 200, given: scheduled }, missing('/schedules/nothing')],
  [`PUT ${BASE}/schedules/{slug}`]: [
    { status: 200, body: { cron: '0 2 * * *', margin: '15m', pauses: [{ from: '2026-12-24' }] } },
    { status: 409, given: scheduled, address: `${BASE}/schedules/declared`, body: { every: '1d' } },
  ],
  [`DELETE ${BASE}/schedules/{slug}`]: [
    { status: 200, given: scheduled },
    { status: 409, given: scheduled, address: `${BASE}/schedules/declared` },
    missing('/schedules/nothing'),
  ],
  [`POST ${BASE}/schedules/{slug}/pause`]: [
    { status: 200, given: scheduled },
    missing('/schedules/nothing/pause'),
  ],
  [`POST ${BASE}/schedules/{slug}/resume`]: [
    { status: 200, given: scheduled },
    missing('/schedules/nothing/resume'),
  ],
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
  'GET /ping/{slug}/{action}': [
    ok('/ping/nightly/start?rid=1'),
    ok('/ping/nightly/0?rid=1'),
    creating('/start'),
  ],
  'POST /ping/{slug}/{action}': [
    { ...ok('/ping/nightly/fail'), body: { text: 'done', media_type: 'text/plain' } },
    creating('/start'),
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
  'GET /clients/canvas_sync_monitor.py': [ok('/clients/canvas_sync_monitor.py')],
  'GET /docs/runbooks/{runbook}': [ok('/docs/runbooks/SyncMissed.md'), ok('/docs/runbooks/README.md')],
  'GET /openapi.json': [ok()],
  'GET /': [ok()],
  'GET /syncs': [ok()],
  'GET /syncs/{id}': [ok('/syncs/1'), ok('/syncs/none-of-them')],
  'GET /errors': [ok()],
  'GET /incidents': [ok()],
  'GET /incidents/{id}': [ok('/incidents/1')],
  'GET /schedules': [ok()],
  'GET /notifications': [ok()],
  'GET /reports': [ok()],
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
