import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { calendarWeeks } from '../../src/core/calendar-days.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../src/core/sync-status.ts'
import type { DayCounts } from '../../src/store/sync-calendar.ts'
import type { Store } from '../../src/store/store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const HOUR_MS = 3_600_000
const ZONES = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe']

interface Given {
  readonly user_id: string | null
  readonly at: number
  readonly status: SyncStatus
}

async function give(store: Store, { user_id, at, status }: Given): Promise<void> {
  const id = await store.syncs.startSync(syncStart(`day ${user_id} ${at}`, { user_id, started_at: at }))
  if (status === 'in_progress') return
  if (status === 'lost') return void (await store.syncs.markLost([id], 'Gone.', at + 5))
  if (status === 'timed_out') return void (await store.syncs.markTimedOut(id, 'Slow.', at + 5, 5))
  await store.syncs.finishSync(id, syncFinish({ status, finished_at: at + 5 }))
}

/** Around the changes of the clocks, on and beside the borders of days, and anywhere. */
function givenSyncs(): Given[] {
  const random = seededRandom(17)
  const borders = ZONES.flatMap((zone) =>
    calendarWeeks(START, zone, 52)
      .filter(({ start_ms, end_ms }, day) => end_ms - start_ms !== 24 * HOUR_MS || day % 90 === 0)
      .flatMap(({ start_ms }) => [start_ms - 1, start_ms]),
  )
  const anywhere = Array.from({ length: 60 }, () => START - Math.floor(random() * 360 * 24 * HOUR_MS))
  return [...new Set([...borders, ...anywhere])].map((at, index) => ({
    at,
    user_id: [null, '1', '2'][index % 3] ?? null,
    status: SYNC_STATUSES[index % SYNC_STATUSES.length] ?? 'completed',
  }))
}

function naiveDays(given: readonly Given[], bounds: readonly number[]): DayCounts[] {
  return bounds.slice(1).map((end, day) => {
    const of_day = given.filter(({ at }) => at >= (bounds[day] ?? 0) && at < end)
    const of = (...statuses: readonly SyncStatus[]): number =>
      of_day.filter(({ status }) => statuses.includes(status)).length
    return {
      syncs: of_day.length,
      completed: of('completed'),
      partial: of('partial'),
      failed: of('failed', 'lost', 'timed_out'),
      cancelled: of('cancelled'),
      in_progress: of('in_progress'),
    }
  })
}

export function exerciseCalendar(open: OpenStore): void {
  describe('the calendar', () => {
    const opened = sharedStore(open)
    const given = givenSyncs()
    const boundsOf = (zone: string): number[] => {
      const days = calendarWeeks(START, zone, 52)
      return [...days.map(({ start_ms }) => start_ms), days.at(-1)?.end_ms ?? 0]
    }

    it('counts each sync on the day of the zone in which it started, of all and of some users', async () => {
      const { store } = opened()
      await Promise.all(given.map((each) => give(store, each)))
      for (const zone of ZONES) {
        const bounds = boundsOf(zone)
        for (const user_ids of [undefined, ['1'], ['1', '2'], ['nobody']]) {
          const found = await store.calendar.days({ bounds, ...(user_ids === undefined ? {} : { user_ids }) })
          const theirs = given.filter(({ user_id }) => user_ids?.includes(user_id ?? '') ?? true)
          assert.deepEqual(plain(found), { days: naiveDays(theirs, bounds), counted_from: null }, zone)
        }
      }
      assert.ok(given.length > 100)
    })

    it('has nothing for who may see nobody', async () => {
      const { days, counted_from } = await opened().store.calendar.days({
        bounds: boundsOf('UTC'),
        user_ids: [],
      })
      assert.equal(counted_from, null)
      assert.equal(days.length, 52 * 7)
      assert.ok(days.every(({ syncs }) => syncs === 0))
    })

    it('keeps the days of all when rows are deleted, and says from when on those of a user are whole', async () => {
      const { store } = opened()
      const bounds = boundsOf('Europe/Berlin')
      const middle = bounds[180] ?? 0
      const before = await store.calendar.days({ bounds })
      for (let next = (await store.retention.deleteSyncs(middle, null, 1000)).next; next !== null;) {
        ;({ next } = await store.retention.deleteSyncs(middle, next, 1000))
      }
      assert.deepEqual(plain(await store.calendar.days({ bounds })), plain(before))
      const { days, counted_from } = await store.calendar.days({ bounds, user_ids: ['1'] })
      assert.ok(counted_from !== null && counted_from <= middle && bounds.includes(counted_from))
      const theirs = given.filter(({ user_id, at }) => user_id === '1' && at >= counted_from)
      assert.deepEqual(plain(days), naiveDays(theirs, bounds))
    })
  })
}
