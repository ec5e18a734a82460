import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SYNC_STATUSES, type SyncStatus } from '../../src/core/sync-status.ts'
import type { Store } from '../../src/store/store.ts'
import { USER_SORTS, type SyncUser, type UserPageQuery, type UserSort } from '../../src/store/sync-users.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const DAY_MS = 86_400_000
const TODAY = START - (START % DAY_MS)

interface Given {
  readonly id: number
  readonly user_id: string
  readonly at: number
  readonly status: SyncStatus
}

async function give(store: Store, user_id: string, at: number, status: SyncStatus): Promise<Given> {
  const id = await store.syncs.startSync(syncStart(`${user_id} ${at}`, { user_id, started_at: at }))
  const error_type = status === 'failed' ? ('timeout' as const) : null
  if (status === 'lost') await store.syncs.markLost([id], 'Gone.', at + 5)
  else if (status === 'timed_out') await store.syncs.markTimedOut(id, 'Slow.', at + 5, 5)
  else if (status !== 'in_progress')
    await store.syncs.finishSync(
      id,
      syncFinish({ status, error_type, finished_at: at + 9000, duration_ms: 9000 }),
    )
  return { id, user_id, at, status }
}

/** Ids as applications have them, and many users who are alike in all that is sorted by. */
const IDS = [
  'a/b',
  '%2F',
  '"quoted" \'user\'',
  'Zoë',
  '名前',
  '😀',
  'anna',
  'Anna',
  '7',
  '10',
  'x'.repeat(255),
  ...Array.from({ length: 12 }, (_, number) => `alike-${number}`),
]

async function givenUsers(store: Store): Promise<Given[]> {
  const random = seededRandom(23)
  const given: Promise<Given>[] = []
  for (const [index, user_id] of IDS.entries()) {
    if (user_id.startsWith('alike')) {
      given.push(give(store, user_id, START - 5 * DAY_MS, index % 2 === 0 ? 'failed' : 'completed'))
      continue
    }
    for (let run = 0; run < 6; run++) {
      const status = SYNC_STATUSES[Math.floor(random() * SYNC_STATUSES.length)] ?? 'completed'
      given.push(give(store, user_id, START - run * DAY_MS - index * 1000, status))
    }
  }
  return await Promise.all(given)
}

const bytes = (text: string): Buffer => Buffer.from(text)

function naiveUser(
  user_id: string,
  given: readonly Given[],
): Pick<
  SyncUser,
  'user_id' | 'well' | 'last_completed_start_time' | 'last_sync_start_time' | 'last_ended_status'
> {
  const own = given.filter((each) => each.user_id === user_id).toSorted((a, b) => b.at - a.at)
  const ended = own.find(({ status }) => status !== 'in_progress' && status !== 'cancelled')
  return {
    user_id,
    last_sync_start_time: own[0]?.at ?? 0,
    last_ended_status: ended?.status ?? null,
    well: ended === undefined || ended.status === 'completed' ? 1 : 0,
    last_completed_start_time: own.find(({ status }) => status === 'completed')?.at ?? 0,
  }
}

const ORDERS: Readonly<
  Record<UserSort, (a: ReturnType<typeof naiveUser>, b: ReturnType<typeof naiveUser>) => number>
> = {
  trouble: (a, b) =>
    a.well - b.well ||
    a.last_completed_start_time - b.last_completed_start_time ||
    Buffer.compare(bytes(a.user_id), bytes(b.user_id)),
  newest: (a, b) =>
    b.last_sync_start_time - a.last_sync_start_time || Buffer.compare(bytes(b.user_id), bytes(a.user_id)),
  oldest: (a, b) =>
    a.last_sync_start_time - b.last_sync_start_time || Buffer.compare(bytes(a.user_id), bytes(b.user_id)),
  id: (a, b) => Buffer.compare(bytes(a.user_id), bytes(b.user_id)),
}

export function exerciseUsers(open: OpenStore): void {
  describe('the users', () => {
    const opened = sharedStore(open)
    let given: Given[] = []

    const ask = (changes: Partial<UserPageQuery>): UserPageQuery => ({
      sort: 'trouble',
      beats: 4,
      figures_since: TODAY - 2 * DAY_MS,
      limit: 5,
      after: null,
      ...changes,
    })
    async function walk(changes: Partial<UserPageQuery>): Promise<SyncUser[]> {
      const users: SyncUser[] = []
      let after: UserPageQuery['after'] = null
      do {
        const page = await opened().store.users.page(ask({ ...changes, after }))
        assert.ok(page.users.length <= 5)
        users.push(...plain(page.users))
        after = page.next
      } while (after !== null)
      return users
    }

    it('come in each order, page by page, each of them once', async () => {
      given = await givenUsers(opened().store)
      for (const sort of USER_SORTS) {
        for (const user_ids of [undefined, IDS.slice(0, 9), ['nobody'], []]) {
          const expected = IDS.filter((id) => user_ids?.includes(id) ?? true)
            .map((id) => naiveUser(id, given))
            .toSorted(ORDERS[sort])
          const found = await walk({ sort, ...(user_ids === undefined ? {} : { user_ids }) })
          assert.deepEqual(
            found.map(
              ({ beats: _beats, finished: _f, completed: _c, failed: _x, stalest: _s, ...user }) => user,
            ),
            expected.map((user) => user),
            sort,
          )
        }
      }
    })

    it('are found by what is in their id, in any case, and by whether they fail', async () => {
      for (const sort of USER_SORTS) {
        const failing = await walk({ sort, failing: true })
        assert.deepEqual(
          failing.map(({ user_id }) => user_id).toSorted(),
          IDS.filter((id) => naiveUser(id, given).well === 0).toSorted(),
        )
        const named = await walk({ sort, search: 'ANNA' })
        assert.deepEqual(named.map(({ user_id }) => user_id).toSorted(), ['Anna', 'anna'])
        const both = await walk({ sort, search: 'alike', failing: true })
        assert.equal(both.length, 6)
      }
      assert.deepEqual(await walk({ search: '%' }), await walk({ search: '%2F' }))
    })

    it('have their newest runs and the figures of the days that are asked for', async () => {
      for (const user of await walk({ sort: 'id' })) {
        const own = given.filter(({ user_id }) => user_id === user.user_id).toSorted((a, b) => b.at - a.at)
        assert.deepEqual(
          user.beats,
          own.slice(0, 4).map(({ id, at, status }) => ({
            sync_id: id,
            sync_status: status,
            sync_type: 'all',
            sync_start_time: at,
            total_duration_seconds:
              user.beats.find(({ sync_id }) => sync_id === id)?.total_duration_seconds ?? null,
            error_type:
              status === 'failed' ? 'timeout' : status === 'lost' || status === 'timed_out' ? status : null,
          })),
        )
        for (const beat of user.beats.filter(({ sync_status }) => sync_status === 'completed'))
          assert.equal(beat.total_duration_seconds, 9)
        const ended = own.filter(({ at, status }) => at >= TODAY - 2 * DAY_MS && status !== 'in_progress')
        const of = (...statuses: SyncStatus[]): number =>
          ended.filter(({ status }) => statuses.includes(status)).length
        assert.deepEqual(
          [user.finished, user.completed, user.failed],
          [ended.length, of('completed'), of('failed', 'lost', 'timed_out')],
        )
      }
    })

    it('change when a sync ends, and when a lost one ends after all', async () => {
      const { store } = opened()
      const now = async (): Promise<string> => {
        const { users } = await store.users.page(ask({ user_ids: ['late'] }))
        return `${users[0]?.well} ${users[0]?.last_ended_status} ${users[0]?.last_completed_start_time === START}`
      }
      const id = await store.syncs.startSync(syncStart('late', { user_id: 'late' }))
      assert.equal(await now(), '1 null false')
      await store.syncs.markLost([id], 'Gone.', START + 5)
      assert.equal(await now(), '0 lost false')
      await store.syncs.finishSync(id, syncFinish())
      assert.equal(await now(), '1 completed true')
      await give(store, 'late', START - 1000, 'failed')
      assert.equal(await now(), '1 completed true', 'an earlier one says nothing of now')
      await give(store, 'late', START + 1000, 'cancelled')
      assert.equal(await now(), '1 completed true', 'nor one that somebody stopped')
      await give(store, 'late', START + 2000, 'partial')
      assert.equal(await now(), '0 partial true')
    })

    it('tell the stalest list of what they read, but none of which nothing more is expected', async () => {
      const { store } = opened()
      const stalest = async (user_id: string): Promise<SyncUser['stalest']> =>
        plain((await store.users.page(ask({ user_ids: [user_id] }))).users[0]?.stalest ?? null)
      const id = await store.syncs.startSync(syncStart('reader', { user_id: 'reader' }))
      assert.equal(await stalest('reader'), null)
      const source = await store.data.openSource('https://users.test', '1', 1)
      await store.syncs.saveSource(id, source.id, 'all')
      const read = async (listed_by: string, at: number, final: boolean): Promise<void> => {
        const listing = await store.data.beginListing(
          { source_id: source.id, entity: 'sections', listed_by },
          at,
        )
        await store.data.completeListing(listing, { read_through_at: at, deletions: 'accept', final })
      }
      await read('1', 1000, true)
      assert.equal(await stalest('reader'), null)
      await read('2', 5000, false)
      await read('3', 3000, false)
      const expected = { source_id: source.id, entity: 'sections', listed_by: '3', last_complete_at: 3000 }
      assert.deepEqual(await stalest('reader'), expected)
      await store.data.beginListing({ source_id: source.id, entity: 'sections', listed_by: '4' }, 9000)
      assert.deepEqual(await stalest('reader'), { ...expected, listed_by: '4', last_complete_at: null })
    })
  })
}
