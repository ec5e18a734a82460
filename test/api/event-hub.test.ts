import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { eventFilter } from '../../src/api/events/event-filter.ts'
import { EventFollower } from '../../src/api/events/event-follower.ts'
import type { LiveEvent } from '../../src/api/events/live-event.ts'
import { RecentEvents } from '../../src/api/events/recent-events.ts'
import { LOOPBACK_CALLER, type Caller } from '../../src/core/access.ts'
import { assertProblem } from './support/assert-problem.ts'
import { until } from './support/log-server.ts'
import { EventReader } from './support/event-reader.ts'
import { givenTwoUsers, openGuardedServer } from './support/guarded-server.ts'
import { told } from './support/event-server.ts'
import { EMPTY, hubOver } from './support/fake-feed.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const anything = { after: null, wants: () => true, looksAt: () => {} }

test('a client that gets nothing hears every 15 seconds that the server is there, and where it is', async () => {
  const { hub, clock } = hubOver()
  hub.join(LOOPBACK_CALLER)
  await hub.ready()
  const pieces = new EventFollower(hub, anything).pieces()
  assert.equal((await pieces.next()).value, 'retry: 2000\nid: 7\n\n')
  for (let round = 0; round < 3; round++) {
    const next = pieces.next()
    let arrived = false
    void next.then(() => (arrived = true))
    clock.advance(10_000)
    await turn()
    assert.equal(arrived, false)
    clock.advance(5_000)
    assert.equal((await next).value, ': still here\nid: 7\n\n')
  }
})

test('a stream that was opened with a token ends after its time, to be opened again at once', async () => {
  const { hub, clock } = hubOver()
  hub.join(LOOPBACK_CALLER)
  await hub.ready()
  const pieces = new EventFollower(hub, { ...anything, ends_after_ms: 20_000 }).pieces()
  await pieces.next()
  clock.advance(19_999)
  assert.match(String((await pieces.next()).value), /^: still here/)
  clock.advance(1)
  assert.equal((await pieces.next()).value, 'retry: 100\n\n')
  assert.equal((await pieces.next()).done, true)
})

test('while the database does not answer clients stay, it is told once, and then all goes on', async () => {
  const { hub, clock, errors, answer } = hubOver()
  const outage = new Error('no answer')
  let asked = 0
  answer.next = () => {
    asked++
    return Promise.reject(outage)
  }
  const leave = hub.join(LOOPBACK_CALLER)
  await hub.ready()
  const behind = new EventFollower(hub, { ...anything, after: 3 }).pieces()
  await behind.next()
  const waiting = behind.next()
  for (let round = 2; round < 5; round++) {
    await until(() => asked >= round)
    await turn()
    clock.advance(1000)
  }
  assert.deepEqual(errors, [outage])
  answer.next = () => Promise.resolve({ ...EMPTY, place: 9, lost: true })
  await turn()
  clock.advance(5000)
  assert.match(String((await waiting).value), /^id: 9\nevent: resync\n/)
  leave?.()
})

test('without a client nothing is read, and nothing is kept', async () => {
  const { hub, clock, answer } = hubOver()
  let asked = 0
  answer.next = () => {
    asked++
    return Promise.resolve(EMPTY)
  }
  const leave = hub.join(LOOPBACK_CALLER)
  await hub.ready()
  await until(() => asked > 10)
  hub.recent.add([event(8)], 8)
  leave?.()
  leave?.()
  await turn()
  assert.deepEqual([...hub.recent.after(0)], [])
  const then = asked
  clock.advance(60_000)
  await turn()
  assert.equal(asked, then)
  assert.equal(hub.clients, 0)
})

const withToken = (token_id: string): Caller => ({ ...LOOPBACK_CALLER, kind: 'token', token_id })

test('neither a token nor all clients together can take more places than there are', () => {
  const { hub } = hubOver({ most_clients: 5, most_of_a_token: 2 })
  const [a, b] = [withToken('a'), withToken('b')]
  const leave = hub.join(a)
  assert.ok(hub.join(a))
  assert.equal(hub.join(a), null)
  assert.ok(hub.join(b))
  leave?.()
  assert.ok(hub.join(a))
  assert.ok(hub.join(LOOPBACK_CALLER))
  assert.ok(hub.join(LOOPBACK_CALLER))
  assert.equal(hub.join(b), null, 'all are taken')
  assert.equal(hub.clients, 5)
})

const event = (id: number, changes: Partial<LiveEvent> = {}): LiveEvent => ({
  id,
  name: 'sync',
  sync_id: id,
  sync_task_id: `task-${id}`,
  user_id: '42',
  sync_type: 'all',
  statuses: ['completed', 'in_progress'],
  text: 'x'.repeat(10),
  ...changes,
})

test('whom the application let in without a name counts by the address; programs of this machine do not', () => {
  const { hub } = hubOver({ most_clients: 8, most_of_a_token: 2 })
  const nameless: Caller = { ...LOOPBACK_CALLER, kind: 'host' }
  assert.ok(hub.join(nameless, '192.0.2.1'))
  assert.ok(hub.join(nameless, '192.0.2.1'))
  assert.equal(hub.join(nameless, '192.0.2.1'), null)
  assert.ok(hub.join(nameless, '192.0.2.2'))
  for (let time = 0; time < 3; time++) assert.ok(hub.join(LOOPBACK_CALLER, '127.0.0.1'))
})

test('of the newest events so many are kept, by number and by size, and who is behind them is known', () => {
  const recent = new RecentEvents(0, { events: 4, characters: 35 })
  assert.ok(recent.reachesBackTo(0))
  recent.add([event(2), event(3)], 3)
  recent.add([event(5), event(8)], 9)
  assert.equal(recent.place, 9)
  assert.deepEqual(
    [...recent.after(0)].map(({ id }) => id),
    [3, 5, 8],
  )
  assert.deepEqual(
    [1, 2, 3].map((place) => recent.reachesBackTo(place)),
    [false, true, true],
  )
  assert.deepEqual(
    [...recent.after(4)].map(({ id }) => id),
    [5, 8],
  )
  assert.deepEqual([...recent.after(8)], [])
  recent.reset(20)
  assert.deepEqual([recent.place, recent.reachesBackTo(19), [...recent.after(20)]], [20, false, []])
})

test('a caller that may see some users only gets nothing of the others, nor of syncs without a user', () => {
  const caller: Caller = { ...withToken('a'), users: ['7'] }
  const none = { kind: undefined, status: undefined, type: undefined, sync_id: undefined, task_id: undefined }
  const wants = eventFilter({ ...none, user_id: undefined, after: undefined }, caller)
  assert.deepEqual(
    ['7', '42', null].map((user_id) => wants(event(1, { user_id }))),
    [true, false, false],
  )
})

test('over HTTP, a token for one user shows that user alone, and a look at one is in the audit log', async () => {
  const server = await openGuardedServer()
  await assertProblem(await fetch(`${server.url}/events`), 401)
  const [all, one] = [await server.token(['read']), await server.token(['read:user:7'])]
  await givenTwoUsers(server.store)
  const follow = async (token: string, query: string): Promise<EventReader> =>
    new EventReader(await server.send('GET', `/events?after=0&kind=sync&status=failed${query}`, token))
  const [sees_all, sees_7, asks_for_42] = [
    await follow(all, '&user_id=42'),
    await follow(one, ''),
    await follow(one, '&user_id=42'),
  ]
  assert.equal(told(await sees_all.next()), 'task-of-42 failed')
  assert.equal(told(await sees_7.next()), 'task-of-7 failed')
  const nothing = asks_for_42.next()
  // Looks are gathered for a second.
  let looks: (string | null)[] = []
  while (looks.length === 0) {
    const entries = await server.store.access.listAudit({ limit: 1000, before_id: null })
    looks = entries.filter(({ action }) => action === 'viewed').map(({ user_id }) => user_id)
  }
  assert.deepEqual(looks, ['42'], 'the one that asked for it and may see it')
  await server.server.close()
  assert.equal(await nothing, null)
})

test('a place is given back when a client leaves, and neither a HEAD request nor a refused one keeps it', async () => {
  const { hub } = hubOver({ most_clients: 3 })
  const api = await openTestApi({ events: hub })
  const open = (): Promise<Response> => api.request(`${BASE}/events`)
  for (let round = 0; round < 5; round++) {
    assert.equal((await api.request(`${BASE}/events`, { method: 'HEAD' })).status, 200)
    assert.equal((await api.request(`${BASE}/events?status=x`)).status, 400)
    const responses = [await open(), await open(), await open()]
    const refused = await open()
    assert.equal(refused.headers.get('retry-after'), '10')
    await assertProblem(refused, 429)
    for (const response of responses) await response.body?.cancel()
    assert.equal(hub.clients, 0)
  }
})

test('a page of another site may not take up places', async () => {
  const { hub } = hubOver()
  const api = await openTestApi({ events: hub })
  const headers = { 'sec-fetch-site': 'cross-site' }
  await assertProblem(await api.request(`${BASE}/events`, { headers }), 403)
  assert.equal(hub.clients, 0)
})
