import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleOf } from '../../src/api/http/example.ts'
import type { Route } from '../../src/api/http/route.ts'
import { ROUTES } from '../../src/api/routes.ts'
import type { Store } from '../../src/store/store.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { givenIncident } from './support/incident-factory.ts'
import { openGuardedServer, type GuardedServer } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'

const HOUR_MS = 3_600_000
const now = Date.now()

async function giveUser7(store: Store): Promise<void> {
  const at = (hours: number): { user_id: string; started_at: number } => ({
    user_id: '7',
    started_at: now - hours * HOUR_MS,
  })
  await sync.failed({ task_id: 'seven-1', error_message: 'Seven failed.', ...at(2) })(store.syncs, now)
  await sync.completed({ task_id: 'seven-2', duration_seconds: 70, ...at(3) })(store.syncs, now)
  await givenIncident(store, '7', 1, now)
  await givenSchedule(store, '7')
}

async function givenSchedule(store: Store, user_id: string): Promise<void> {
  const terms = checkSchedule(`of-${user_id}`, { every: '7d', user_id }, 'UTC')
  await store.schedules.declare(terms, { origin: 'api', reported_by: null }, now, null)
}

/** Different in everything that could show. */
async function giveOthers(store: Store): Promise<void> {
  for (const user_id of ['42', null, '77', '07']) {
    const special = {
      user_id,
      counters: { courses_processed: 1000, api_calls_made: 4242, api_calls_failed: 99 },
    }
    const started_at = now - HOUR_MS / 2
    const message = `${user_id} failed.`
    await sync.completed({ ...special, started_at, duration_seconds: 4242 })(store.syncs, now)
    await sync.failed({ ...special, started_at, error_message: message, error_type: 'forbidden' })(
      store.syncs,
      now,
    )
    await sync.failed({ ...special, started_at, error_message: 'Seven failed.' })(store.syncs, now)
    await sync.inProgress({ ...special, started_at })(store.syncs, now)
    if (user_id === null) continue
    await givenIncident(store, user_id, 1, now)
    await givenSchedule(store, user_id)
  }
}

/** Numbers of rows, and when the answer was made, differ between two servers. */
const NUMBERS = /^(?:id|.*sync_id|.*_?group_id|timestamp|.*cursor|age_seconds)$/

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => !NUMBERS.test(name))
  return Object.fromEntries(members.map(([name, member]) => [name, comparable(member)]))
}

async function read(guarded: GuardedServer, route: Route, token: string): Promise<unknown> {
  const needed = Object.entries(route.parameters).filter(([, schema]) => !schema.safeParse(undefined).success)
  const query = needed.map(([name, schema]) => [name, String(exampleOf(schema, name))])
  const url = `${guarded.server.url}${route.path}?${new URLSearchParams(query).toString()}`
  const response = await guarded.send('GET', url, token)
  assert.equal(response.status, 200, await response.clone().text())
  return comparable(await response.json())
}

const mixed = await openGuardedServer()
const alone = await openGuardedServer()
await giveOthers(mixed.store)
await giveUser7(mixed.store)
await giveOthers(mixed.store)
await giveUser7(alone.store)
const of_7 = await mixed.token(['read:user:7'])
const of_all = await mixed.token(['read'])
const of_alone = await alone.token(['read'])

const lists = ROUTES.filter(
  ({ access, all_users, streams, path }) =>
    access === 'read' && all_users !== true && streams === undefined && !path.includes('{'),
)

test('there are lists and figures that a token for one user may read', () => {
  assert.ok(lists.length >= 4)
})

for (const route of lists) {
  test(`${route.path} shows a token for one user what it would if there were no others`, async () => {
    assert.deepEqual(await read(mixed, route, of_7), await read(alone, route, of_alone))
    if (route.path.endsWith('/freshness')) return
    assert.notDeepEqual(
      await read(mixed, route, of_all),
      await read(alone, route, of_alone),
      'there are others',
    )
  })
}
