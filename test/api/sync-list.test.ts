import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SyncListPage } from '../../src/api/syncs/list.ts'
import type { Timeline } from '../../src/api/syncs/timeline.ts'
import type { CourseOutcomeList } from '../../src/api/syncs/sync-schemas.ts'
import { nextLink, parseLinkHeader } from '../../src/canvas/link-header.ts'
import { courseOutcome, START } from '../support/sync-factory.ts'
import { assertProblem } from './support/assert-problem.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const SYNCS = `${BASE}/syncs`
const HOUR_MS = 3_600_000

async function openList(): Promise<TestApi> {
  const api = await openTestApi()
  const now = api.clock.now()
  await api.given(
    sync.completed({ user_id: '1', started_at: now - 5 * HOUR_MS, duration_seconds: 30 }),
    sync.failed({ user_id: '1', started_at: now - 4 * HOUR_MS, duration_seconds: 400 }),
    sync.completed({
      user_id: '2',
      started_at: now - 3 * HOUR_MS,
      sync_type: 'grades',
      duration_seconds: 90,
    }),
    sync.lost({ user_id: '2', started_at: now - 2 * HOUR_MS, target_course_id: '77' }),
    sync.inProgress({ user_id: null, started_at: now - HOUR_MS }),
  )
  return api
}

const idsOf = async (api: TestApi, query: string): Promise<number[]> => {
  const { syncs } = await api.read<SyncListPage>(`${SYNCS}?${query}`)
  return syncs.map(({ id }) => id)
}

test('syncs are listed newest first, and by each of the filters', async () => {
  const api = await openList()
  const expected: Readonly<Record<string, number[]>> = {
    '': [5, 4, 3, 2, 1],
    'status=failed,lost': [4, 2],
    'status=in_progress': [5],
    'type=grades': [3],
    'user_id=2': [4, 3],
    'course_id=77': [4],
    'error_type=lost': [4],
    'host=worker-1&trigger=manual': [5, 4, 3, 2, 1],
    'host=elsewhere': [],
    'min_duration=1m': expectedLong(),
    'max_duration=30s': [1],
    'since=150m': [4, 5].toReversed(),
    'until=150m&user_id=1': [2, 1],
    'text=token%20HAS': [2],
    'sort=oldest': [1, 2, 3, 4, 5],
    'sort=longest&status=completed,failed': [2, 3, 1],
    'sort=shortest&user_id=1': [1, 2],
  }
  for (const [query, ids] of Object.entries(expected)) assert.deepEqual(await idsOf(api, query), ids, query)
})

/** The lost one was alive for two hours. */
const expectedLong = (): number[] => [4, 3, 2]

test('the next page is where the cursor and the Link header say, with the filters and the range of the first', async () => {
  const api = await openList()
  const found: number[] = []
  let address: string | null = `${SYNCS}?limit=2&since=270m`
  while (address !== null) {
    const response = await api.request(address)
    assert.equal(response.status, 200)
    const page = (await response.json()) as SyncListPage
    assert.equal(page.count, page.syncs.length)
    found.push(...page.syncs.map(({ id }) => id))
    const link = response.headers.get('link') ?? ''
    const first = parseLinkHeader(link).find((entry) => entry.rel.includes('first'))
    assert.equal(first?.uri, `${SYNCS}?since=270m&sort=newest&limit=2`)
    address = nextLink(link)
    assert.equal(address === null, page.next_cursor === null)
    if (address !== null) assert.ok(address.startsWith(`${SYNCS}?`) && address.includes('cursor='))
    // What `270m` meant first is what it means to the end.
    api.clock.advance(10 * HOUR_MS)
  }
  assert.deepEqual(found, [5, 4, 3, 2])
})

test('a cursor of other filters, and anything that is none, is a bad parameter', async () => {
  const api = await openList()
  const { next_cursor } = await api.read<SyncListPage>(`${SYNCS}?limit=2`)
  assert.ok(next_cursor)
  const forged = (place: unknown): string => {
    const [version, marks] = JSON.parse(Buffer.from(next_cursor, 'base64url').toString()) as unknown[]
    return Buffer.from(JSON.stringify([version, marks, place])).toString('base64url')
  }
  assert.equal((await api.request(`${SYNCS}?cursor=${forged({ value: START, id: 1 })}`)).status, 200)
  const bad = [
    `status=failed&cursor=${next_cursor}`,
    `sort=oldest&cursor=${next_cursor}`,
    'cursor=',
    'cursor=%00',
    'cursor=e30',
    `cursor=${'A'.repeat(5000)}`,
    `cursor=${forged({ value: 1.5, id: 1 })}`,
    `cursor=${forged({ value: '1', id: 1 })}`,
    `cursor=${forged({ value: 1e300, id: 1 })}`,
    `cursor=${forged(null)}`,
    `cursor=${next_cursor}&cursor=${next_cursor}`,
  ]
  for (const query of bad) {
    const { parameter } = await assertProblem(await api.request(`${SYNCS}?${query}`), 400)
    assert.equal(parameter, 'cursor', query)
  }
  assert.equal(
    (await api.request(`${SYNCS}?limit=1&cursor=${next_cursor}`)).status,
    200,
    'another limit is fine',
  )
})

test('a parameter that is wrong or not known is named', async () => {
  const api = await openList()
  const bad: Readonly<Record<string, string>> = {
    'state=failed': 'state',
    'user=1': 'user',
    'status=failed,gone': 'status',
    'error_type=bad': 'error_type',
    'limit=501': 'limit',
    'sort=best': 'sort',
    'min_duration=90': 'min_duration',
    'since=soon': 'since',
    'since=1h&until=2h': 'since',
    'text=': 'text',
    'text=%00': 'text',
  }
  for (const [query, name] of Object.entries(bad)) {
    assert.equal((await assertProblem(await api.request(`${SYNCS}?${query}`), 400)).parameter, name, query)
  }
  assert.equal((await api.request(`${BASE}/recent?state=failed`)).status, 200, 'older routes ignore it')
})

test('the courses of a sync come in pages when there are many, and its timeline in the order of events', async () => {
  const api = await openTestApi()
  const started_at = api.clock.now() - HOUR_MS
  const [id = 0] = await api.given(sync.inProgress({ started_at }))
  for (let course = 1; course <= 5; course++) {
    const times = { started_at: started_at + course, finished_at: started_at + 1000 - course }
    await api.syncs.saveCourseOutcome(id, courseOutcome(String(course), times))
  }
  await api.syncs.markLost([id], 'The process is gone.', started_at + 2000)
  const whole = await api.read<CourseOutcomeList>(`${BASE}/sync/${id}/courses`)
  assert.deepEqual([whole.count, whole.next_cursor], [5, null])
  const courses: unknown[] = []
  let query = 'limit=2'
  for (;;) {
    const page = await api.read<CourseOutcomeList>(`${BASE}/sync/${id}/courses?${query}`)
    courses.push(...page.courses)
    if (page.next_cursor === null) break
    query = `limit=2&cursor=${page.next_cursor}`
  }
  assert.deepEqual(courses, whole.courses)

  const kinds: unknown[] = []
  query = 'limit=2'
  for (;;) {
    const page = await api.read<Timeline>(`${BASE}/sync/${id}/timeline?${query}`)
    assert.equal(page.count, page.entries.length)
    kinds.push(...page.entries.map((entry) => entry.course_id ?? entry.new_status))
    if (page.next_cursor === null) break
    query = `limit=2&cursor=${page.next_cursor}`
  }
  assert.deepEqual(kinds, ['in_progress', 5, 4, 3, 2, 1, 'lost'])
  await assertProblem(await api.request(`${BASE}/sync/999/timeline`), 404)
  await assertProblem(await api.request(`${BASE}/sync/999/courses`), 404)
  await assertProblem(await api.request(`${BASE}/sync/${id}/courses?cursor=x`), 400)
})
