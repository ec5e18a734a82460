import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorGroupList } from '../../src/api/errors/error-list.ts'
import type { Performance } from '../../src/api/syncs/performance.ts'
import type { Series } from '../../src/api/syncs/series.ts'
import type { Summary } from '../../src/api/syncs/summary.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const DAY_MS = 86_400_000

async function openFilledApi(): Promise<TestApi> {
  const api = await openTestApi()
  const now = api.clock.now()
  const gone = (course: number) =>
    ({ error_type: 'not_found', error_message: `Course ${course} is gone.` }) as const
  await api.given(
    sync.failed({ started_at: now - 30 * DAY_MS, ...gone(7) }),
    sync.failed({ started_at: now - 3 * DAY_MS, ...gone(12) }),
    sync.partial({ started_at: now - 2 * DAY_MS, user_id: 'x', ...gone(977) }),
    sync.failed({ started_at: now - DAY_MS }),
    sync.cancelled({ started_at: now - DAY_MS }),
    sync.completed(),
  )
  return api
}

test('errors are none when no sync failed', async () => {
  const api = await openTestApi()
  await api.given(sync.completed(), sync.cancelled(), sync.inProgress())
  const none = { period_days: 7, count: 0, groups: [], next_cursor: null }
  assert.partialDeepStrictEqual(await api.read(`${BASE}/errors`), none)
})

test('errors that differ in their numbers are one, the most frequent first', async () => {
  const api = await openFilledApi()
  const now = api.clock.now()
  const iso = (days: number): string => new Date(now - days * DAY_MS).toISOString()
  const { count, groups } = await api.read<ErrorGroupList>(`${BASE}/errors`)
  assert.equal(count, 2)
  assert.partialDeepStrictEqual(groups[0], {
    error_type: 'not_found',
    message: 'Course 977 is gone.',
    sync_count: 2,
    first_seen_at: iso(30),
    last_seen_at: iso(2),
    last_sync_id: 3,
  })
  assert.partialDeepStrictEqual(groups[1], { message: 'The token has expired.', sync_count: 1 })
  assert.match(groups[1]?.next_step ?? '', /new access token/)
  const longer = await api.read<ErrorGroupList>(`${BASE}/errors?days=31&limit=1`)
  assert.deepEqual([longer.count, longer.groups[0]?.sync_count], [1, 3])
})

test('a cursor whose period is made up is refused: it would be counted for ever', async () => {
  const api = await openFilledApi()
  const first = await api.read<ErrorGroupList>(`${BASE}/errors?limit=1`)
  const [version, marks, place] = JSON.parse(
    Buffer.from(first.next_cursor ?? '', 'base64url').toString(),
  ) as readonly [number, string, object]
  for (const now of [
    Number.MAX_SAFE_INTEGER,
    8.64e15,
    api.clock.now() + 2 * DAY_MS,
    -1,
    Number.MIN_SAFE_INTEGER,
  ]) {
    const cursor = Buffer.from(JSON.stringify([version, marks, { ...place, now }])).toString('base64url')
    const refused = await assertProblem(await api.request(`${BASE}/errors?limit=1&cursor=${cursor}`), 400)
    assert.equal(refused.parameter, 'cursor', String(now))
  }
})

test('the syncs of an error can be listed', async () => {
  const api = await openFilledApi()
  const { groups } = await api.read<ErrorGroupList>(`${BASE}/errors`)
  const list = await api.read<{ syncs: { id: number }[] }>(`${BASE}/syncs?error_group=${groups[0]?.id}`)
  assert.deepEqual(
    list.syncs.map(({ id }) => id),
    [3, 2, 1],
  )
})

test('the errors of one user are told in the words of that user', async () => {
  const api = await openFilledApi()
  const { groups } = await api.read<ErrorGroupList>(`${BASE}/errors?user_id=42`)
  assert.deepEqual(
    groups.map(({ message, sync_count }) => [message, sync_count]),
    [
      ['The token has expired.', 1],
      ['Course 12 is gone.', 1],
    ],
  )
})

test('who may see some users gets the figures of their syncs only, and not by name of another', async () => {
  const { store, send, token } = await openGuardedServer()
  const now = Date.now()
  const given = [
    sync.completed({ user_id: '42', duration_seconds: 10 }),
    sync.failed({ user_id: '42', error_message: 'Course 1 is gone.' }),
    sync.completed({ user_id: '7', duration_seconds: 500 }),
    sync.failed({ user_id: '7', error_message: 'Course 2 is gone.' }),
    sync.failed({ user_id: '9' }),
    sync.failed({ user_id: null }),
  ]
  for (const each of given) await each(store.syncs, now)
  const own = await token(['read:user:42', 'read:user:9'])
  const ask = async <Body>(path: string): Promise<Body> => {
    const response = await send('GET', path, own)
    assert.equal(response.status, 200, `${path} ${await response.clone().text()}`)
    return (await response.json()) as Body
  }
  assert.partialDeepStrictEqual(await ask<Summary>('/summary'), { total_syncs: 3, unique_users: 2 })
  assert.partialDeepStrictEqual(await ask<Performance>('/performance'), {
    sync_count: 1,
    duration: { max_seconds: 10, p99_seconds: 10, percentiles_exact: true },
  })
  const { series } = await ask<Series>('/series?bucket=day&since=2d&metric=syncs')
  assert.equal(
    series[0]?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    3,
  )
  const { groups } = await ask<ErrorGroupList>('/errors')
  assert.deepEqual(groups.map(({ message }) => message).sort(), [
    'Course 1 is gone.',
    'The token has expired.',
  ])
  for (const path of ['/series?user_id=7', '/errors?user_id=7', '/user/7/summary']) {
    assert.equal((await send('GET', path, own)).status, 403, path)
  }
})
