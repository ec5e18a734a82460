import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FreshnessList } from '../../src/api/freshness/freshness.ts'
import type { Caller } from '../../src/core/access.ts'
import { getFreshness } from '../../src/api/freshness/freshness.ts'
import type { ApiServices } from '../../src/api/services.ts'
import { syncStart } from '../support/sync-factory.ts'
import { assertProblem } from './support/assert-problem.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const HOUR_MS = 3_600_000

async function openFresh(services: Partial<ApiServices> = {}): Promise<TestApi> {
  const api = await openTestApi(services)
  const { data, syncs } = api.store
  const now = api.clock.now()
  const { id: source_id } = await data.openSource('https://canvas.test', '9', now)
  const other = await data.openSource('https://canvas.test', '10', now)
  const read = async (
    entity: 'courses' | 'submissions',
    listed_by: string,
    age_hours: number,
    source = source_id,
  ) => {
    const scope = { source_id: source, entity, listed_by }
    const listing = await data.beginListing(scope, now - age_hours * HOUR_MS)
    await data.completeListing(listing, {
      read_through_at: now,
      deletions: 'brake',
      final: listed_by === '80',
    })
  }
  await read('submissions', '70', 2)
  await read('courses', 'course:70', 3)
  await read('courses', 'self', 1, other.id)
  await read('submissions', '80', 50)
  await data.beginListing({ source_id, entity: 'submissions', listed_by: '90' }, now - HOUR_MS)
  const id = await syncs.startSync(syncStart('reader', { user_id: '1' }))
  await syncs.saveSource(id, other.id, 'courses')
  return api
}

test('freshness tells how old what is known of a course is, the stalest first', async () => {
  const api = await openFresh()
  const all = await api.read<FreshnessList>(`${BASE}/freshness`)
  assert.deepEqual(
    all.freshness.map(({ course_id, entity }) => [course_id, entity]),
    [
      [90, 'submissions'],
      [80, 'submissions'],
      [70, 'courses'],
      [70, 'submissions'],
      [null, 'courses'],
    ],
  )
  const [never, final] = all.freshness
  assert.partialDeepStrictEqual(never, { never_complete: true, age_seconds: null, last_complete_at: null })
  assert.equal(all.target_seconds, 24 * 3600)
  assert.deepEqual(
    all.freshness.map(({ verdict }) => verdict),
    ['never', 'final', 'fresh', 'fresh', 'fresh'],
  )
  assert.partialDeepStrictEqual(final, { never_complete: false, age_seconds: 50 * 3600, final: true })

  const grades = await api.read<FreshnessList>(`${BASE}/freshness?course_id=70&entity=submissions`)
  assert.equal(grades.count, 1)
  assert.equal(grades.freshness[0]?.age_seconds, 2 * 3600)
  assert.equal(grades.freshness[0]?.read_through_at, new Date(api.clock.now()).toISOString())

  const stale = await api.read<FreshnessList>(`${BASE}/freshness?older_than=150m&final=false`)
  assert.deepEqual(
    stale.freshness.map(({ listed_by }) => listed_by),
    ['90', 'course:70'],
  )
})

test('freshness goes on where it ended, at the age that was asked for first', async () => {
  const api = await openFresh()
  const lists: string[] = []
  let query = 'limit=1&older_than=150m'
  for (;;) {
    const page = await api.read<FreshnessList>(`${BASE}/freshness?${query}`)
    lists.push(...page.freshness.map(({ listed_by }) => listed_by))
    if (page.next_cursor === null) break
    query = `limit=1&older_than=150m&cursor=${page.next_cursor}`
    api.clock.advance(5 * HOUR_MS)
  }
  assert.deepEqual(lists, ['90', '80', 'course:70'])
  for (const bad of ['cursor=x', 'older_than=1', 'entity=grades', 'final=yes', 'course=70']) {
    const { parameter } = await assertProblem(await api.request(`${BASE}/freshness?${bad}`), 400)
    assert.equal(parameter, bad.split('=')[0])
  }
})

test('who may see some users only sees the sources that these read', async () => {
  const api = await openFresh()
  const seen: (string | null)[] = []
  const listedFor = async (users: readonly string[]): Promise<string[]> => {
    const token = { kind: 'token', token_id: 't', token_name: 'n' } as const
    const caller: Caller = { ...token, scopes: new Set(['read']), users }
    const request = { caller, audit: { viewed: (user: string | null) => seen.push(user) } }
    const input = {
      limit: 10,
      cursor: undefined,
      user_id: undefined,
      source_id: undefined,
      course_id: undefined,
    }
    const answer = await getFreshness(
      { ...input, entity: undefined, older_than: undefined, final: undefined },
      { store: api.store, clock: api.clock } as never,
      request as never,
    )
    return (answer.body as FreshnessList).freshness.map(({ listed_by }) => listed_by)
  }
  assert.deepEqual(await listedFor(['1']), ['self'])
  assert.deepEqual(await listedFor(['2']), [])
  assert.deepEqual(seen, ['1', '2'])
})

test('what is older than the target of the server is stale, unless it is final or was never there', async () => {
  const api = await openFresh({ freshness_target_ms: 2.5 * HOUR_MS })
  const { target_seconds, freshness } = await api.read<FreshnessList>(`${BASE}/freshness`)
  assert.equal(target_seconds, 2.5 * 3600)
  assert.deepEqual(
    freshness.map(({ verdict }) => verdict),
    ['never', 'final', 'stale', 'fresh', 'fresh'],
  )
})
