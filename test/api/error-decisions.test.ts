import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditPage } from '../../src/api/access/audit.ts'
import type { ErrorGroupOutcomeRecord } from '../../src/api/errors/error-decisions.ts'
import type { ErrorGroupDetailsRecord } from '../../src/api/errors/error-details.ts'
import type { ErrorGroupList } from '../../src/api/errors/error-list.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer, type GuardedServer } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const HOUR_MS = 3_600_000
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString()

async function openFailing(): Promise<GuardedServer> {
  const guarded = await openGuardedServer()
  const now = Date.now()
  const given = [
    sync.failed({ user_id: '42', error_message: 'Course 1 is gone.', started_at: now - 50 * HOUR_MS }),
    sync.failed({ user_id: '7', error_message: 'Course 2 is gone.', started_at: now - 49 * HOUR_MS }),
    sync.failed({ user_id: '7', error_message: 'No disk.', started_at: now - 48 * HOUR_MS }),
  ]
  for (const each of given) await each(guarded.store.syncs, now)
  return guarded
}

test('errors are muted, resolved and opened again, with who and why in the history and the audit log', async () => {
  const { send, token } = await openFailing()
  const admin = await token(['admin'], { name: 'night shift' })
  const ask = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await send(method, path, admin, body)
    assert.equal(response.status, 200, `${path} ${await response.clone().text()}`)
    return (await response.json()) as Body
  }
  const until = inHours(5)
  const reason = '  Canvas is being upgraded.  '
  const post = (what: string, body: object = {}): Promise<ErrorGroupOutcomeRecord> =>
    ask('POST', `/errors/1/${what}`, body)
  const muted = { id: 1, state: 'muted', muted_until: until, changed: true }
  assert.deepEqual(await post('mute', { until, reason }), muted)
  assert.deepEqual(await post('mute', { until, reason }), { ...muted, changed: false })
  const list = await ask<ErrorGroupList>('GET', '/errors?state=muted')
  assert.deepEqual([list.groups.map(({ id }) => id), list.states.muted, list.states.open], [[1], 1, 1])
  const resolved = { id: 1, state: 'resolved', muted_until: null, changed: true }
  assert.deepEqual(await post('resolve'), resolved)
  assert.deepEqual(await post('unmute'), { ...resolved, changed: false })
  assert.equal((await post('reopen')).state, 'open')
  const { history } = await ask<ErrorGroupDetailsRecord>('GET', '/errors/1')
  assert.partialDeepStrictEqual(history, [
    { decision: 'reopened', reason: null },
    { decision: 'resolved', muted_until: null },
    { decision: 'muted', muted_until: until, reason: reason.trim(), actor_name: 'night shift' },
  ])
  const { entries } = await ask<AuditPage>('GET', '/audit')
  const audited = entries.filter(({ action }) => action.startsWith('error_group_'))
  assert.deepEqual(
    audited.map(({ action, target, actor_id }) => [action, target, actor_id]),
    ['reopened', 'resolved', 'muted'].map((what) => [`error_group_${what}`, '1', admin.split('_')[1]]),
  )
  assert.doesNotMatch(JSON.stringify(audited), /upgraded/, 'what people wrote is not in the audit log')
})

test('a reason is one short line, and muting ends within a year', async () => {
  const { send, token } = await openFailing()
  const admin = await token(['admin'])
  const good = { until: inHours(5), reason: 'Known.' }
  const refused: readonly (readonly [string, object])[] = [
    ['until', { reason: 'Known.' }],
    ['until', { ...good, until: inHours(-1) }],
    ['until', { ...good, until: inHours(24 * 400) }],
    ['until', { ...good, until: 'tomorrow' }],
    ['until', { ...good, until: '0d' }],
    ['until', { ...good, until: '367d' }],
    ['reason', { until: good.until }],
    ['reason', { ...good, reason: '   ' }],
    ['reason', { ...good, reason: 'a\nb' }],
    ['reason', { ...good, reason: 'a\u0000b' }],
    ['reason', { ...good, reason: 'a\u2028b' }],
    ['reason', { ...good, reason: 'a\u202eb' }],
    ['reason', { ...good, reason: 'a\u2066b' }],
    ['reason', { ...good, reason: 'a\ud800b' }],
    ['reason', { ...good, reason: 'a'.repeat(501) }],
    ['reason', { ...good, reason: 7 }],
  ]
  for (const [parameter, body] of refused) {
    const response = await send('POST', '/errors/1/mute', admin, body)
    const { parameter: named } = await assertProblem(response, 400)
    assert.equal(named, parameter, JSON.stringify(body))
  }
  assert.equal(
    (await send('POST', '/errors/1/mute', admin, { ...good, reason: 'é'.repeat(500) })).status,
    200,
  )
  assert.equal((await send('POST', '/errors/77/mute', admin, good)).status, 404)
  const for_a_day = await send('POST', '/errors/1/mute', admin, { ...good, until: '1d' })
  const { muted_until } = (await for_a_day.json()) as ErrorGroupOutcomeRecord
  const ahead_ms = Date.parse(muted_until ?? '') - Date.now()
  assert.ok(Math.abs(ahead_ms - 24 * HOUR_MS) < 60_000, String(ahead_ms))
})

test('who may see some users sees their groups only, without history, and decides nothing', async () => {
  const { send, token } = await openFailing()
  const admin = await token(['admin'])
  const body = { until: inHours(5), reason: 'Because of user 7.' }
  assert.equal((await send('POST', '/errors/1/mute', admin, body)).status, 200)
  const own = await token(['read:user:42'])
  const response = await send('GET', '/errors/1', own)
  assert.equal(response.status, 200)
  const text = await response.text()
  const { group, users, history } = JSON.parse(text) as ErrorGroupDetailsRecord
  assert.partialDeepStrictEqual(group, { message: 'Course 1 is gone.', sync_count: 1, state: 'muted' })
  assert.deepEqual([users.map(({ user_id }) => user_id), history], [[42], []])
  assert.doesNotMatch(text, /user 7|Course 2/)
  assert.equal((await send('GET', '/errors/2', own)).status, 404)
  for (const what of ['mute', 'unmute', 'resolve', 'reopen']) {
    assert.equal((await send('POST', `/errors/1/${what}`, own, body)).status, 403, what)
  }
})

test('errors are found by state, type and text, in each order, and page by page', async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  const words = ['alpha', 'beta', 'gamma', 'delta']
  for (const [index, word] of words.entries()) {
    for (let time = 0; time <= index; time++) {
      const started_at = now - (index + 2) * 24 * HOUR_MS
      const error_type = index % 2 === 0 ? 'network' : 'timeout'
      await api.given(sync.failed({ started_at, error_type, error_message: `${word} fails.` }))
    }
  }
  const wordsOf = async (query: string): Promise<string[]> =>
    (await api.read<ErrorGroupList>(`${BASE}/errors?${query}`)).groups.map(
      ({ message }) => message.split(' ')[0] ?? '',
    )
  assert.deepEqual(await wordsOf('sort=newest'), words)
  assert.deepEqual(await wordsOf('error_type=timeout'), ['delta', 'beta'])
  assert.deepEqual(await wordsOf('text=GAMMA'), ['gamma'])
  assert.deepEqual(await wordsOf('state=muted,resolved'), [])
  const walked: string[] = []
  for (let address: string | null = `${BASE}/errors?limit=3`; address !== null;) {
    const page: ErrorGroupList = await api.read(address)
    walked.push(...page.groups.map(({ message }) => message.split(' ')[0] ?? ''))
    address = page.next_cursor === null ? null : `${BASE}/errors?limit=3&cursor=${page.next_cursor}`
  }
  assert.deepEqual(walked, words.toReversed())
  for (const query of ['state=nothing', 'sort=oldest', 'error_type=x', 'text=', 'cursor=x']) {
    const [parameter] = query.split('=')
    const problem = await assertProblem(await api.request(`${BASE}/errors?${query}`), 400)
    assert.equal(problem.parameter, parameter)
  }
})
