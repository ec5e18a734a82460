import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { newSecret } from '../../src/core/access-secret.ts'
import type { z } from 'zod'
import { exampleOf } from '../../src/api/http/example.ts'
import { ingestEventListSchema } from '../../src/api/ingest/ingest-schemas.ts'
import { isInPath, type Route } from '../../src/api/http/route.ts'
import { ROUTES } from '../../src/api/routes.ts'
import type { DeliveryConfig } from '../../src/delivery/delivery-config.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { report } from '../reports/support/report-factory.ts'
import { givenTwoUsers, openGuardedServer } from './support/guarded-server.ts'
import { BASE } from './support/test-api.ts'

/** What a request must hold to be a right one, by route; the rest need nothing. */
const BODIES: Readonly<Record<string, () => object>> = {
  [`PUT ${BASE}/schedules/{slug}`]: () => ({ every: '1d', user_id: 42 }),
  ['POST /api/{project}/cron/{slug}/{key}/']: () => ({ status: 'ok' }),
  [`POST ${BASE}/tokens`]: () => ({ name: 'made by a test', scopes: ['read'] }),
  // The first one would still run at the second request.
  [`POST ${BASE}/logs/cleanup`]: () => ({ dry_run: true }),
  [`POST ${BASE}/ingest`]: () => exampleOf(ingestEventListSchema) as object,
  [`POST ${BASE}/errors/{id}/mute`]: () => ({
    until: new Date(Date.now() + 3_600_000).toISOString(),
    reason: 'Known.',
  }),
  [`POST ${BASE}/incidents/{id}/mute`]: () => ({
    until: new Date(Date.now() + 3_600_000).toISOString(),
    reason: 'Known.',
  }),
  [`POST ${BASE}/incidents/{id}/resolve`]: () => ({ reason: 'Mended.' }),
  [`POST ${BASE}/session`]: () => ({ token: tokens.get('admin') }),
}

/** A channel to which nothing gets. */
const UNREACHABLE: DeliveryConfig = {
  channels: [
    { name: 'ops', kind: 'webhook', url: 'http://127.0.0.1/', secret: 's', allow_hosts: [], fallback: null },
  ],
  routes: [],
  group_wait_ms: 0,
  group_interval_ms: 0,
  fallback_after_ms: 0,
  public_url: null,
  calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
}

type Kind =
  'none' | 'garbage' | 'unknown' | 'expired' | 'revoked' | 'read' | 'ingest' | 'admin' | 'user 42' | 'user 7'

const guarded = await openGuardedServer({ notifications: UNREACHABLE })
const [asset = ''] = readdirSync(new URL('../../dashboard/dist/assets/', import.meta.url))
const tokens = new Map<Kind, string | null>()
const values: Record<string, string> = {}

/** A message that waits, of a channel that is gone. */
async function givenNotification({ notifications }: Store): Promise<number | undefined> {
  const now = Date.now()
  const about = { kind: 'test', incident_id: null, report_id: null, reader: null } as const
  const when = { created_at: now, due_at: now, expires_at: now + 600_000 }
  const alone = { group: null, repeat_ms: null }
  const [id] = await notifications.add([{ dedup_key: 'one', channel: 'gone', ...about, ...when, ...alone }])
  return id
}

before(async () => {
  const { of_42 } = await givenTwoUsers(guarded.store)
  tokens.set('none', null)
  tokens.set('garbage', 'csm_not-a-token')
  tokens.set('unknown', newSecret('token').text)
  tokens.set('expired', await guarded.token(['admin'], { expires_at: Date.now() - 1 }))
  tokens.set('revoked', await guarded.token(['admin'], { revoked: true }))
  for (const scope of ['read', 'ingest', 'admin'] as const) tokens.set(scope, await guarded.token([scope]))
  tokens.set('user 42', await guarded.token(['read:user:42']))
  tokens.set('user 7', await guarded.token(['read:user:7', 'read:user:8']))
  Object.assign(values, {
    id: String(of_42),
    task_id: 'task-of-42',
    user_id: '42',
    file: 'docs.css',
    runbook: 'SyncMissed.md',
    asset,
    name: 'ops',
    notification_id: String(await givenNotification(guarded.store)),
    report_id: String((await guarded.store.reports.keep(report())).id),
    code: await guarded.store.reports.recipientCode('somebody', 'right-code'),
  })
})

const nameOf = ({ method, path }: Route): string => `${method} ${path}`

/** Of the first user where it is about one, else any that is right. */
const valueOf = ({ parameters }: Route, name: string): string =>
  values[name] ?? String(exampleOf(parameters[name] as z.ZodType, name))

/** Of the first user; what an earlier request has deleted is there again. */
async function givenSchedule(): Promise<void> {
  const terms = checkSchedule('nightly', { every: '1d', user_id: 42 }, 'UTC')
  await guarded.store.schedules.declare(terms, { origin: 'api', reported_by: null }, Date.now(), null)
}

/** About the first user's data. */
async function ask(route: Route, kind: Kind): Promise<{ status: number; text: string; headers: Headers }> {
  if (route.path.includes('{token_id}'))
    values['token_id'] = (await guarded.token(['read'])).split('_')[1] ?? ''
  if (route.path.includes('/schedules/{slug}')) await givenSchedule()
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => valueOf(route, name))
  const needed = Object.entries(route.parameters).filter(
    ([name, schema]) => !isInPath(route, name) && !schema.safeParse(undefined).success,
  )
  const body = BODIES[nameOf(route)]?.()
  const query = body === undefined ? needed.map(([name]) => [name, valueOf(route, name)]) : []
  const url = `${guarded.server.url}${path}?${new URLSearchParams(query).toString()}`
  const response = await guarded.send(route.method, url, tokens.get(kind), body)
  const { status, headers } = response
  // What has no end is not read to it.
  if (route.streams !== undefined && status === 200) {
    await response.body?.cancel()
    return { status, text: '', headers }
  }
  return { status, text: await response.text(), headers }
}

describe('every route', () => {
  for (const route of ROUTES) {
    const name = nameOf(route)
    if (route.access === 'public') {
      it(`${name} is for everybody, and tells nothing about anybody`, async () => {
        for (const kind of tokens.keys()) {
          const { status, text } = await ask(route, kind)
          assert.ok(status < 300, `${kind}: ${status} ${text}`)
          assert.ok(!text.includes('task-of-'))
        }
      })
      continue
    }

    it(`${name} is 401 without a token that holds`, async () => {
      for (const kind of ['none', 'garbage', 'unknown', 'expired', 'revoked'] as const) {
        const { status, headers, text } = await ask(route, kind)
        assert.equal(status, 401, `${kind}: ${text}`)
        assert.match(headers.get('www-authenticate') ?? '', /^Bearer realm="canvas-sync-monitor"/)
        assert.equal(headers.get('content-type'), 'application/problem+json')
      }
    })

    it(`${name} is 403 with a token for other things, and right with its own`, async () => {
      const { access } = route
      const right = access === 'any' || access === 'public' ? 'read' : access
      const wrong: Kind[] = access === 'any' ? [] : access === 'read' ? ['ingest'] : ['read', 'user 42']
      if (access === 'admin') wrong.push('ingest')
      for (const kind of wrong) {
        const { status, headers } = await ask(route, kind)
        assert.equal(status, 403, kind)
        assert.match(headers.get('www-authenticate') ?? '', new RegExp(`scope="${access}"`))
      }
      for (const kind of [right, 'admin'] as const) {
        const { status, text } = await ask(route, kind)
        assert.ok(status >= 200 && status < 300, `${kind}: ${status} ${text}`)
      }
    })

    if (route.access === 'read') {
      it(`${name} shows nothing of another user`, async () => {
        const { status, text } = await ask(route, 'user 7')
        const names_user = route.path.includes('{user_id}')
        const names_own = /\/(?:sync|incidents|schedules)\/(?:task\/)?\{/.test(route.path)
        const expected = route.all_users === true || names_user ? 403 : names_own ? 404 : 200
        assert.equal(status, expected, text)
        assert.ok(!text.includes('"sync_task_id":"task-of-42"'))
        const own = await ask(route, 'user 42')
        assert.equal(own.status, route.all_users === true ? 403 : 200, own.text)
        assert.ok(!own.text.includes('"sync_task_id":"task-of-7"'))
      })
    }
  }
})

describe('the audit log', () => {
  it('has an entry for each look at one user', async () => {
    const fresh = await guarded.token(['read'])
    const id = fresh.split('_')[1] ?? ''
    tokens.set('read', fresh)
    const personal = ROUTES.filter(
      ({ path }) => path.includes('{user_id}') || /\/sync\/(?:task\/)?\{/.test(path),
    )
    assert.ok(personal.length >= 6)
    for (const route of personal) {
      for (let time = 0; time < 3; time++) assert.equal((await ask(route, 'read')).status, 200)
    }
    await guarded.server.close()
    await using store = await openStore(`sqlite:${guarded.directory}/syncs.db`)
    const looks = await store.access.listAudit({
      actor_id: id,
      action: 'viewed',
      limit: 1000,
      before_id: null,
    })
    assert.deepEqual(new Set(looks.map(({ route }) => route)), new Set(personal.map(nameOf)))
    assert.equal(looks.length, personal.length)
    for (const look of looks) assert.equal(look.user_id, '42')
  })
})
