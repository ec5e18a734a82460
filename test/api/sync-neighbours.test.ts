import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { SyncListPage } from '../../src/api/syncs/list.ts'
import type { SyncNeighbours } from '../../src/api/syncs/neighbours.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { SYNC_SORTS } from '../../src/store/sync-lists.ts'
import { listedSync, makeListed } from '../store/listed-syncs.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const QUERIES = [
  '',
  'status=completed',
  'status=failed,partial',
  'user_id=1',
  'course_id=7',
  'min_duration=1s',
]

/** Whoever goes from neighbour to neighbour sees the list, in its order, both ways. */
async function assertWalk(api: TestApi, query: string): Promise<void> {
  const { syncs } = await api.read<SyncListPage>(`${BASE}/syncs?limit=500&${query}`)
  const ids = syncs.map(({ id }) => id)
  for (const [index, id] of ids.entries()) {
    assert.deepEqual(
      await api.read<SyncNeighbours>(`${BASE}/sync/${id}/neighbours?${query}`),
      { sync_id: id, previous: ids[index - 1] ?? null, next: ids[index + 1] ?? null, complete: true },
      query,
    )
  }
}

async function walkEveryList(api: TestApi): Promise<void> {
  // Many start at the same time and took as long: the ids decide.
  for (const each of fc.sample(listedSync, { numRuns: 25, seed: 17 })) {
    await makeListed(api.syncs, { ...each, source_id: null })
  }
  for (const sort of SYNC_SORTS) {
    for (const query of QUERIES) await assertWalk(api, `sort=${sort}&${query}`)
  }
}

suite('the syncs beside one', () => {
  test('on SQLite they are those above and below it in each list', async () => {
    await walkEveryList(await openTestApi())
  })

  test('on PostgreSQL too', async () => {
    await using store = await PostgresStore.open(await (await startPostgres()).createDatabase())
    await walkEveryList(await openTestApi({ store }))
  })

  test('one that does not fit any more has a place in the list all the same', async () => {
    const api = await openTestApi()
    const now = api.clock.now()
    const hours_ago = (hours: number): number => now - hours * 3_600_000
    const [older, between, newer, running] = await api.given(
      sync.failed({ started_at: hours_ago(4) }),
      sync.completed({ started_at: hours_ago(3) }),
      sync.failed({ started_at: hours_ago(2) }),
      sync.inProgress({ started_at: hours_ago(1) }),
    )
    const beside = (id: number | undefined, query: string): Promise<SyncNeighbours> =>
      api.read<SyncNeighbours>(`${BASE}/sync/${id}/neighbours?${query}`)
    const found = await beside(between, 'status=failed')
    assert.deepEqual([found.previous, found.next], [newer, older])
    const by_duration = await beside(running, 'sort=longest')
    assert.deepEqual([by_duration.previous, by_duration.next], [null, null])
  })

  test('it says when it looked at many without finding one that fits', async () => {
    const api = await openTestApi()
    const { lists } = api.store
    let pages = 0
    lists.page = async () => {
      pages++
      return await Promise.resolve({ rows: [], next: { value: 1, id: 1 } })
    }
    const [id] = await api.given(sync.completed())
    const { previous, next, complete } = await api.read<SyncNeighbours>(
      `${BASE}/sync/${id}/neighbours?host=x`,
    )
    assert.deepEqual([previous, next, complete], [null, null, false])
    assert.ok(pages <= 12, `${pages} pages`)
  })

  test('a mistyped filter is named, and no sync is told', async () => {
    const api = await openTestApi()
    const [id] = await api.given(sync.completed())
    const { parameter } = await assertProblem(await api.request(`${BASE}/sync/${id}/neighbours?state=1`), 400)
    assert.equal(parameter, 'state')
    await assertProblem(await api.request(`${BASE}/sync/999/neighbours`), 404)
  })

  test('who may see one user goes from one of its syncs to the next of them, and learns of no others', async () => {
    const { server, store, token, send } = await openGuardedServer()
    const now = Date.now()
    const made: number[] = []
    for (const [index, user_id] of ['42', '7', '42', '7'].entries()) {
      made.push(await sync.completed({ user_id, started_at: now - index * 60_000 })(store.syncs, now))
    }
    const [of_42, of_7, older_of_42] = made
    const of_user = await token(['read:user:42'])
    const ask = (id: number | undefined, query = ''): Promise<Response> =>
      send('GET', `${server.url}${BASE}/sync/${id}/neighbours${query}`, of_user)
    assert.equal(((await (await ask(of_42)).json()) as SyncNeighbours).next, older_of_42)
    assert.equal((await ask(of_7)).status, 404)
    assert.equal((await ask(of_42, '?user_id=7')).status, 403)
  })
})
