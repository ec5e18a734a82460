import assert from 'node:assert/strict'
import { mock, suite, test } from 'node:test'
import type { FreshnessList } from '../../src/api/freshness/freshness.ts'
import type { BeatList } from '../../src/api/users/beats.ts'
import type { Calendar } from '../../src/api/users/calendar.ts'
import type { UserList } from '../../src/api/users/user-list.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const HOUR_MS = 3_600_000

suite('the list of users', () => {
  test('is empty, and says so, before any sync', async () => {
    const api = await openTestApi()
    assert.deepEqual(await api.read(`${BASE}/users`), {
      period_days: 7,
      count: 0,
      users: [],
      next_cursor: null,
    })
  })

  test('has the state, the figures, the runs and the stalest list of each', async () => {
    const api = await openTestApi()
    const now = api.clock.now()
    const [good = 0, bad = 0] = await api.given(
      sync.completed({ user_id: '42', started_at: now - 30 * HOUR_MS, duration_seconds: 90 }),
      sync.failed({ user_id: '42', started_at: now - HOUR_MS, duration_seconds: 5, error_type: 'timeout' }),
      sync.inProgress({ user_id: 'new', started_at: now - 60_000 }),
    )
    const { id: source_id } = await api.store.data.openSource('https://canvas.test', '1', now)
    const [reading = 0] = await api.given(sync.inProgress({ user_id: 'new', started_at: now - 50_000 }))
    await api.syncs.saveSource(reading, source_id, 'all')
    const read_at = now - 25 * HOUR_MS
    const listing = await api.store.data.beginListing(
      { source_id, entity: 'sections', listed_by: '101' },
      read_at,
    )
    await api.store.data.completeListing(listing, { read_through_at: read_at, deletions: 'accept' })
    const { users } = await api.read<UserList>(`${BASE}/users?days=1`)
    const [failing, fresh] = users
    const beat = { sync_type: 'all', error_type: null }
    assert.deepEqual(failing, {
      user_id: 42,
      state: 'failing',
      last_sync_start_time: new Date(now - HOUR_MS).toISOString(),
      last_completed_start_time: new Date(now - 30 * HOUR_MS).toISOString(),
      // Of today, UTC.
      finished_syncs: 1,
      successful_syncs: 0,
      failed_syncs: 1,
      success_rate: 0,
      stalest: null,
      beats: [
        {
          ...beat,
          sync_id: bad,
          sync_status: 'failed',
          sync_start_time: new Date(now - HOUR_MS).toISOString(),
          total_duration_seconds: 5,
          error_type: 'timeout',
        },
        {
          ...beat,
          sync_id: good,
          sync_status: 'completed',
          sync_start_time: new Date(now - 30 * HOUR_MS).toISOString(),
          total_duration_seconds: 90,
        },
      ],
    })
    assert.equal(fresh?.state, 'unknown')
    assert.equal(fresh.success_rate, null)
    assert.deepEqual(fresh.stalest, {
      entity: 'sections',
      course_id: 101,
      last_complete_at: new Date(read_at).toISOString(),
      verdict: 'stale',
    })
  })

  test('is walked by its cursor, in the order and with the filters it was made for', async () => {
    const api = await openTestApi()
    const ids = ['a', 'B', 'c/d', '10', '9']
    await api.given(...ids.map((user_id) => sync.completed({ user_id })))
    const found: unknown[] = []
    let cursor = ''
    do {
      const page: UserList = await api.read(`${BASE}/users?sort=id&limit=2${cursor}`)
      found.push(...page.users.map(({ user_id }) => user_id))
      cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`
      if (cursor !== '') {
        const other = await api.request(`${BASE}/users?sort=newest&limit=2${cursor}`)
        assert.equal(other.status, 400)
      }
    } while (cursor !== '')
    assert.deepEqual(found, [10, 9, 'B', 'a', 'c/d'])
    const named = await api.read<UserList>(`${BASE}/users?search=b`)
    assert.deepEqual(
      named.users.map(({ user_id }) => user_id),
      ['B'],
    )
    assert.equal((await api.read<UserList>(`${BASE}/users?failing=true`)).count, 0)
    for (const query of ['sort=best', 'failing=perhaps', 'search=', 'limit=51', 'days=0', 'cursor=x', 'q=1'])
      assert.equal((await api.request(`${BASE}/users?${query}`)).status, 400, query)
  })
})

test('a made-up cursor of the list of users is refused where a database could not take it', async () => {
  const api = await openTestApi()
  await api.given(sync.completed({ user_id: 'a' }), sync.completed({ user_id: 'b' }))
  const { next_cursor } = await api.read<UserList>(`${BASE}/users?sort=id&limit=1`)
  const [version, marks, place] = JSON.parse(
    Buffer.from(next_cursor ?? '', 'base64url').toString(),
  ) as readonly [number, string, object]
  for (const wrong of [{ user_id: 'a\0' }, { user_id: 'a'.repeat(256) }, { last_sync_start_time: 0.5 }]) {
    const cursor = Buffer.from(JSON.stringify([version, marks, { ...place, ...wrong }])).toString('base64url')
    const refused = await api.request(`${BASE}/users?sort=id&limit=1&cursor=${cursor}`)
    assert.equal(refused.status, 400, JSON.stringify(wrong))
  }
})

test('the newest runs are those of a user, of a source, or of all', async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  const ids = await api.given(
    ...Array.from({ length: 40 }, (_, run) =>
      sync.completed({ user_id: run % 4 === 0 ? '7' : '42', started_at: now - run * 60_000 }),
    ),
  )
  const [first = 0] = ids
  const all = await api.read<BeatList>(`${BASE}/beats`)
  assert.deepEqual([all.count, all.user_id, all.beats[0]?.sync_id], [30, null, first])
  const own = await api.read<BeatList>(`${BASE}/beats?user_id=7&limit=5`)
  assert.deepEqual(
    own.beats.map(({ sync_id }) => sync_id),
    [0, 4, 8, 12, 16].map((run) => ids[run]),
  )
  const { id: source_id } = await api.store.data.openSource('https://canvas.test', '1', now)
  const [reading = 0] = await api.given(sync.inProgress({ user_id: '42' }))
  await api.syncs.saveSource(reading, source_id, 'all')
  const read = await api.read<BeatList>(`${BASE}/beats?source_id=${source_id}`)
  assert.deepEqual([read.count, read.source_id, read.beats[0]?.sync_id], [1, source_id, reading])
})

test('the newest runs of many users are found among those of many others', async () => {
  const { store, token, send } = await openGuardedServer()
  const now = Date.now()
  const own = Array.from({ length: 12 }, (_, user) => `own-${user}`)
  const ids: number[] = []
  for (const [hours, user_id] of own.entries())
    ids.push(await sync.completed({ user_id, started_at: now - (10 + hours) * HOUR_MS })(store.syncs, now))
  for (let other = 0; other < 50; other++)
    await sync.completed({ user_id: 'other', started_at: now - other * 1000 })(store.syncs, now)
  const reads = await token(own.map((user_id) => `read:user:${user_id}`))
  const list = (await (await send('GET', '/beats?limit=5', reads)).json()) as BeatList
  assert.deepEqual(
    list.beats.map(({ sync_id }) => sync_id),
    ids.slice(0, 5),
  )
})

test('where hardly any run fits, the newest are looked for so far and no farther', async () => {
  const api = await openTestApi()
  let pages = 0
  mock.method(api.store.lists, 'page', async () => {
    assert.ok(++pages < 1000)
    return await Promise.resolve({ rows: [], next: { value: 1000 - pages, id: 1 } })
  })
  assert.equal((await api.read<BeatList>(`${BASE}/beats?user_id=7&source_id=3`)).count, 0)
  assert.ok(pages <= 20, `${pages} pages`)
})

suite('the calendar', () => {
  test('has the days of a zone in whole weeks up to today, with what started in each', async () => {
    const api = await openTestApi()
    // It is 10:15 of a Sunday, UTC.
    const midnight_in_new_york = Date.parse('2026-11-21T05:00:00Z')
    await api.given(
      sync.completed({ user_id: '42', started_at: midnight_in_new_york }),
      sync.failed({ user_id: '7', started_at: midnight_in_new_york - 1 }),
      sync.lost({ user_id: '42', started_at: midnight_in_new_york - 2 }),
    )
    const calendar = await api.read<Calendar>(`${BASE}/calendar?zone=America/New_York&weeks=2`)
    assert.deepEqual(
      [calendar.zone, calendar.days.length, calendar.counted_from],
      ['America/New_York', 14, null],
    )
    assert.deepEqual([calendar.days[0]?.date, calendar.until], ['2026-11-09', '2026-11-23T05:00:00.000Z'])
    const none = { syncs: 0, completed: 0, partial: 0, failed: 0, cancelled: 0, in_progress: 0 }
    assert.deepEqual(calendar.days.slice(-3), [
      { date: '2026-11-20', start: '2026-11-20T05:00:00.000Z', ...none, syncs: 2, failed: 2 },
      { date: '2026-11-21', start: '2026-11-21T05:00:00.000Z', ...none, syncs: 1, completed: 1 },
      { date: '2026-11-22', start: '2026-11-22T05:00:00.000Z', ...none },
    ])
    const own = await api.read<Calendar>(`${BASE}/calendar?zone=america/new_york&weeks=1&user_id=42`)
    assert.deepEqual(
      own.days.map(({ syncs }) => syncs),
      [0, 0, 0, 0, 1, 1, 0],
    )
    for (const query of ['zone=Mars/Olympus', 'zone=', 'weeks=0', 'weeks=54', 'days=3'])
      assert.equal((await api.request(`${BASE}/calendar?${query}`)).status, 400, query)
  })
})

test('who may see one user only sees that user, whatever is asked for', async () => {
  const { store, token, send } = await openGuardedServer()
  const now = Date.now()
  const source = await store.data.openSource('https://canvas.test', '1', now)
  for (const user_id of ['42', '7']) {
    const id = await sync.failed({ user_id })(store.syncs, now)
    assert.ok(id > 0)
  }
  const reading = await sync.inProgress({ user_id: '7' })(store.syncs, now)
  await store.syncs.saveSource(reading, source.id, 'all')
  const listing = await store.data.beginListing(
    { source_id: source.id, entity: 'sections', listed_by: '1' },
    now,
  )
  await store.data.completeListing(listing, { read_through_at: now, deletions: 'accept' })
  const only_42 = await token(['read:user:42'])
  const ask = async <Body>(path: string, shown = only_42): Promise<Body> => {
    const response = await send('GET', path, shown)
    assert.equal(response.status, 200, path)
    return (await response.json()) as Body
  }
  for (const query of ['', '?sort=id', '?sort=newest&failing=true', '?search=4', '?sort=oldest&limit=1']) {
    const { users, next_cursor } = await ask<UserList>(`/users${query}`)
    assert.deepEqual([users.map(({ user_id }) => user_id), next_cursor], [[42], null], query)
  }
  assert.equal((await ask<UserList>('/users?search=7')).count, 0)
  const total = async (path: string): Promise<number> =>
    (await ask<Calendar>(path)).days.reduce((sum, { syncs }) => sum + syncs, 0)
  assert.equal(await total('/calendar'), 1)
  assert.equal(await total('/calendar?user_id=42'), 1)
  assert.equal((await ask<BeatList>('/beats')).count, 1)
  assert.equal((await ask<BeatList>(`/beats?source_id=${source.id}`)).count, 0)
  for (const path of ['/beats', '/calendar', '/freshness'])
    assert.equal((await send('GET', `${path}?user_id=7`, only_42)).status, 403, path)
  assert.equal((await ask<FreshnessList>('/freshness?user_id=42')).count, 0)
  const everything = await token(['read'])
  assert.equal((await ask<FreshnessList>('/freshness?user_id=7', everything)).count, 1)
  assert.equal((await ask<FreshnessList>('/freshness?user_id=42', everything)).count, 0)
  assert.equal((await ask<UserList>('/users', everything)).count, 2)
})
