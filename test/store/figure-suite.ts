import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../src/core/sync-status.ts'
import { bucketStart, TIME_BUCKETS, type TimeBucket } from '../../src/core/time-buckets.ts'
import type { FigureDifference, FiguresPlace, SyncFigures } from '../../src/store/sync-figures.ts'
import { START } from '../support/sync-factory.ts'
import { History, startTime, step, USERS } from './figure-history.ts'
import { naiveTotals, type CountedSync } from './naive-figures.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const DAY_MS = 86_400_000

/** Every difference that a whole check finds. */
export async function checkAll(figures: SyncFigures): Promise<FigureDifference[]> {
  const differences: FigureDifference[] = []
  let place: FiguresPlace | null = null
  do {
    const step = await figures.check(place)
    differences.push(...step.differences)
    place = step.next
  } while (place !== null)
  return differences
}

export async function rebuildAll(figures: SyncFigures): Promise<void> {
  for (let place = await figures.rebuild(null); place !== null;) place = await figures.rebuild(place)
}

export function exerciseFigures(open: OpenStore): void {
  describe('figures', () => {
    const opened = sharedStore(open)
    const figures = () => opened().store.figures
    // All runs of all tests make one long history in one store.
    const history = new History(opened)
    const live = () => history.syncs.filter((sync) => !sync.deleted)

    it('are the same as counting one by one, whatever happened to the syncs', async () => {
      const asked = fc.record({
        since: startTime,
        status: fc.option(fc.constantFrom(...SYNC_STATUSES), { nil: undefined }),
        user_ids: fc.option(fc.subarray([...USERS, 'nobody']), { nil: undefined }),
        until: fc.option(startTime, { nil: undefined }),
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 10, maxLength: 40 }),
          fc.array(asked, { minLength: 4, maxLength: 8 }),
          async (steps, questions) => {
            for (const step of steps) await history.do(step)
            assert.deepEqual(plain(await checkAll(figures())), [])
            for (const { since, status, user_ids, until } of questions) {
              const end = until === undefined ? {} : { until }
              const window = { since, ...end, ...(user_ids === undefined ? {} : { user_ids }) }
              const filter = status === undefined ? window : { ...window, status }
              const expected = naiveTotals(history.syncs, since, user_ids, status, until)
              assert.deepEqual(plain(await figures().totals(filter)), expected)
              const { api_calls, data_bytes } = await figures().totals({ ...filter, sums: ['api_calls'] })
              assert.deepEqual({ api_calls, data_bytes }, { api_calls: expected.api_calls, data_bytes: 0 })
            }
          },
        ),
        { numRuns: 12 },
      )
      const seen = new Set(history.syncs.map((sync) => sync.status))
      assert.deepEqual(
        [...SYNC_STATUSES].filter((status) => !seen.has(status)),
        [],
      )
      assert.ok(history.syncs.some((sync) => sync.deleted))
    })

    it('count each user of a window once', async () => {
      for (const since of [0, START - 50 * DAY_MS, START - DAY_MS, START + DAY_MS]) {
        const users = new Set(
          history.syncs.flatMap((sync) => (sync.start >= since ? (sync.user_id ?? []) : [])),
        )
        assert.equal(await figures().countUsers({ since }), users.size)
        const some = [...users].filter((user_id) => user_id !== '2').length
        assert.equal(await figures().countUsers({ since, user_ids: ['1', 'anna', 'nobody'] }), some)
        assert.equal(await figures().countUsers({ since, user_ids: [] }), 0)
      }
    })

    it('have a series whose points add up to what counting gives, with zeros where nothing was', async () => {
      const spans: Readonly<Record<TimeBucket, number>> = { '5m': 1, hour: 9, day: 100, month: 130 }
      for (const bucket of TIME_BUCKETS) {
        for (const user_ids of [undefined, ['1', 'anna'], []]) {
          const since = START - spans[bucket] * DAY_MS
          const whose = user_ids === undefined ? {} : { user_ids }
          const points = await figures().series({
            metrics: ['failed', 'syncs', 'api_calls', 'duration_max_seconds'],
            bucket,
            since,
            until: START + 1,
            ...whose,
          })
          assert.equal(points[0]?.start, bucketStart(bucket, since))
          assert.equal(points.at(-1)?.start, bucketStart(bucket, START))
          const kept = bucket === '5m' || bucket === 'hour' ? user_ids !== undefined : false
          for (const { start, values } of points) {
            const of = history.syncs
              .filter((sync) => bucketStart(bucket, sync.start) === start && !(kept && sync.deleted))
              .filter((sync) => user_ids === undefined || user_ids.includes(sync.user_id ?? '-'))
            const { failed, timed_out, lost, syncs, api_calls, duration_max_seconds } = sumOf(of)
            assert.ok(timed_out + lost >= 0)
            assert.deepEqual(plain(values), [failed, syncs, api_calls, duration_max_seconds], String(start))
          }
        }
      }
    })

    it('know the newest error, and group errors whose numbers differ', async () => {
      for (const since of [0, START - 50 * DAY_MS + 777, START - 3 * DAY_MS]) {
        for (const user_ids of [undefined, ['anna', '2']]) {
          const window = user_ids === undefined ? { since } : { since, user_ids }
          const whose = live().filter(
            (sync) => user_ids === undefined || user_ids.includes(sync.user_id ?? '-'),
          )
          const wrong = whose
            .filter((sync) => sync.start >= since && sync.fingerprint !== null && sync.message !== null)
            .sort((a, b) => b.start - a.start || b.id - a.id)
          assert.equal(await figures().recentError(window), wrong[0]?.message ?? null)
          const { groups } = await opened().store.errorGroups.list({ ...window, now: START, limit: 100 })
          // Deleted syncs stay counted where a whole day of the window holds them, for all users.
          const day = since === 0 ? 0 : bucketStart('day', since) + DAY_MS
          const counted = (user_ids === undefined ? history.syncs : whose).filter(
            (sync) => sync.start >= (sync.deleted ? day : since) && sync.fingerprint !== null,
          )
          const by_fingerprint = Map.groupBy(counted, (sync) => sync.fingerprint)
          assert.deepEqual(
            groups.map((group) => group.syncs).sort((a, b) => a - b),
            [...by_fingerprint.values()].map((syncs) => syncs.length).sort((a, b) => a - b),
          )
          for (const group of groups.filter(({ last_sync_id }) => last_sync_id !== null)) {
            const newest = live().find((sync) => sync.id === group.last_sync_id)
            assert.equal(group.message, newest?.message ?? '')
            assert.equal(group.last_seen_at, newest?.start)
            const own = whose.filter((sync) => sync.fingerprint === newest?.fingerprint)
            const first = Math.min(...own.map((sync) => sync.start))
            if (user_ids === undefined) assert.ok(group.first_seen_at <= first)
            else assert.equal(group.first_seen_at, first)
          }
        }
      }
    })

    it('stay the same when they are made anew', async () => {
      const before = plain(await figures().totals({ since: 0 }))
      const anna = plain(await figures().totals({ since: 0, user_ids: ['anna'] }))
      await rebuildAll(figures())
      assert.deepEqual(await checkAll(figures()), [])
      assert.deepEqual(plain(await figures().totals({ since: 0 })), before)
      assert.deepEqual(plain(await figures().totals({ since: 0, user_ids: ['anna'] })), anna)
      assert.ok(anna.finished > 0)
    })

    it('have every number at zero data too', async () => {
      await using empty = (await open()).store
      const nothing = naiveTotals([], 0)
      assert.deepEqual(plain(await empty.figures.totals({ since: 0 })), nothing)
      const narrowed = { since: START, user_ids: ['nobody'], status: 'completed' } as const
      assert.deepEqual(plain(await empty.figures.totals(narrowed)), nothing)
      assert.equal(await empty.figures.countUsers({ since: 0 }), 0)
      assert.equal(await empty.figures.recentError({ since: 0 }), null)
      assert.deepEqual(await checkAll(empty.figures), [])
      const day = { bucket: 'day', since: START, until: START + 1 } as const
      const metrics = ['syncs', 'success_rate', 'duration_p95_seconds', 'db_duration_ms'] as const
      const [point] = await empty.figures.series({ ...day, metrics })
      assert.deepEqual(point?.values, [0, null, null, 0])
    })
  })
}

function sumOf(syncs: readonly CountedSync[]) {
  const totals = naiveTotals(
    syncs.map((sync) => ({ ...sync, deleted: false })),
    Number.MIN_SAFE_INTEGER,
  )
  const { failed, timed_out, lost }: Record<SyncStatus, number> = totals.by_status
  return { ...totals, failed, timed_out, lost }
}
