import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noCounters } from '../../src/core/sync-record.ts'
import type { Store } from '../../src/store/store.ts'
import { courseOutcome, START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { sharedStore, type OpenStore } from './opened-store.ts'

interface Ended {
  readonly user_id?: string
  readonly sync_type?: string
  readonly started_at?: number
  readonly seconds: number
  readonly status?: 'completed' | 'failed'
}

let made = 0

async function ended(store: Store, sync: Ended): Promise<number> {
  const { seconds, status = 'completed', started_at = START, ...whose } = sync
  const id = await store.syncs.startSync(syncStart(`timed-${++made}`, { started_at, ...whose }))
  const finished_at = started_at + seconds * 1000
  const counters = { ...noCounters(), api_calls_made: 4, total_api_duration_ms: 2000, db_duration_ms: 50 }
  await store.syncs.finishSync(id, syncFinish({ status, duration_ms: seconds * 1000, finished_at, counters }))
  return id
}

const HOUR_MS = 3_600_000

export function exercisePerformance(open: OpenStore): void {
  describe('performance', () => {
    const opened = sharedStore(open)

    it('tells the durations of each type, the slowest first, of what completed in the window', async () => {
      const { performance } = opened().store
      const { store } = opened()
      for (const seconds of [10, 20, 30, 40]) await ended(store, { sync_type: 'grades', seconds })
      await ended(store, { sync_type: 'all', seconds: 100 })
      await ended(store, { sync_type: 'all', seconds: 9000, status: 'failed' })
      await ended(store, { sync_type: 'old', seconds: 5, started_at: START - 100 * HOUR_MS })
      const list = await performance.byType({ since: START - HOUR_MS })
      assert.equal(list.sampled, false)
      assert.deepEqual(
        list.types.map(({ sync_type, syncs, p50_seconds, p99_seconds }) => [
          sync_type,
          syncs,
          p50_seconds,
          p99_seconds,
        ]),
        [
          ['all', 1, 100, 100],
          ['grades', 4, 20, 40],
        ],
      )
      const grades = list.types[1]
      assert.deepEqual(
        [grades?.api_calls, grades?.api_duration_ms, grades?.db_duration_ms, grades?.oldest_start],
        [16, 8000, 200, START],
      )
    })

    it('leaves out what started behind the end of a window that has one', async () => {
      await using store = (await open()).store
      const early = await ended(store, { sync_type: 'early', user_id: '1', seconds: 10 })
      await store.syncs.saveCourseOutcome(early, courseOutcome('early-course'))
      const until = START + HOUR_MS
      const late = await ended(store, { sync_type: 'late', user_id: '1', seconds: 10, started_at: until })
      await store.syncs.saveCourseOutcome(late, courseOutcome('late-course'))
      for (const whose of [{}, { user_ids: ['1'] }]) {
        const window = { since: START, until, ...whose }
        const { types } = await store.performance.byType(window)
        const { courses } = await store.performance.slowestCourses(window, 10)
        assert.deepEqual(
          [types.map(({ sync_type }) => sync_type), courses.map(({ course_id }) => course_id)],
          [['early'], ['early-course']],
        )
      }
    })

    it('looks at so many types and says that there are more', async () => {
      const opened_alone = await open()
      await using store = opened_alone.store
      for (let type = 0; type < 31; type++) await ended(store, { sync_type: `type-${type}`, seconds: type })
      const list = await store.performance.byType({ since: START - HOUR_MS })
      assert.equal(list.types.length, 30)
      assert.equal(list.sampled, true)
    })

    it('shows who may see some users the types, courses and users of theirs alone', async () => {
      const { store } = opened()
      const whose = { since: START - HOUR_MS, user_ids: ['mine', 'also-mine'] }
      const id = await ended(store, { user_id: 'mine', sync_type: 'secret-type', seconds: 3 })
      await store.syncs.saveCourseOutcome(id, courseOutcome('my-course', { duration_ms: 77 }))
      const others = await ended(store, { user_id: 'other', sync_type: 'their-type', seconds: 3 })
      await store.syncs.saveCourseOutcome(others, courseOutcome('their-course'))
      const { types } = await store.performance.byType(whose)
      assert.deepEqual(
        types.map(({ sync_type }) => sync_type),
        ['secret-type'],
      )
      const { courses, syncs } = await store.performance.slowestCourses(whose, 10)
      assert.deepEqual(
        courses.map(({ course_id }) => course_id),
        ['my-course'],
      )
      assert.equal(syncs, 1)
      const { users } = await store.performance.slowestUsers(whose, 10)
      assert.deepEqual(
        users.map(({ user_id }) => user_id),
        ['mine'],
      )
      const nobody = { since: 0, user_ids: [] }
      assert.deepEqual((await store.performance.byType(nobody)).types, [])
      assert.deepEqual((await store.performance.slowestCourses(nobody, 10)).courses, [])
      assert.deepEqual((await store.performance.slowestUsers(nobody, 10)).users, [])
    })

    it('names the slowest courses of the newest syncs and says how much it looked at', async () => {
      const alone = await open()
      await using store = alone.store
      const first = await ended(store, { seconds: 60 })
      const second = await ended(store, { seconds: 60, started_at: START + HOUR_MS })
      for (const [id, course, duration_ms, outcome] of [
        [first, '101', 1000, 'completed'],
        [second, '101', 3000, 'failed'],
        [first, '102', 5000, 'completed'],
        [first, '103', 900_000, 'skipped'],
      ] as const) {
        await store.syncs.saveCourseOutcome(id, courseOutcome(course, { duration_ms, outcome }))
      }
      const list = await store.performance.slowestCourses({ since: START }, 10)
      assert.deepEqual(list, {
        courses: [
          { course_id: '102', outcomes: 1, failed: 0, mean_ms: 5000, max_ms: 5000 },
          { course_id: '101', outcomes: 2, failed: 1, mean_ms: 2000, max_ms: 3000 },
        ],
        syncs: 2,
        outcomes: 3,
        oldest_start: START,
        sampled: false,
      })
      const { courses } = await store.performance.slowestCourses({ since: START }, 1)
      assert.equal(courses.length, 1)
    })

    it('names the slowest users of the days of the window', async () => {
      const alone = await open()
      await using store = alone.store
      for (const seconds of [10, 30]) await ended(store, { user_id: 'quick', seconds })
      await ended(store, { user_id: 'slow', seconds: 90 })
      await ended(store, { user_id: 'slow', seconds: 5000, status: 'failed' })
      await ended(store, { user_id: 'gone', seconds: 900, started_at: START - 72 * HOUR_MS })
      const list = await store.performance.slowestUsers({ since: START - HOUR_MS }, 10)
      assert.deepEqual(list, {
        users: [
          { user_id: 'slow', syncs: 1, mean_seconds: 90, max_seconds: 90, api_calls: 4 },
          { user_id: 'quick', syncs: 2, mean_seconds: 20, max_seconds: 30, api_calls: 8 },
        ],
        looked_at: 2,
        sampled: false,
      })
    })
  })
}
