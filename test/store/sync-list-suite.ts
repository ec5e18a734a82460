import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { SYNC_STATUSES } from '../../src/core/sync-status.ts'
import type { SyncFilter } from '../../src/store/sync-store.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'
import { makeSyncs, plannedSync, type MadeSync } from './random-syncs.ts'

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined })

function naiveList(syncs: readonly MadeSync[], filter: SyncFilter): number[] {
  return syncs
    .filter((sync) => filter.user_id === undefined || sync.user_id === filter.user_id)
    .filter((sync) => filter.status === undefined || sync.status === filter.status)
    .filter((sync) => filter.statuses === undefined || filter.statuses.includes(sync.status))
    .filter((sync) => filter.sync_type === undefined || sync.sync_type === filter.sync_type)
    .filter((sync) => filter.host === undefined || sync.host === filter.host)
    .filter((sync) => filter.since === undefined || sync.start >= filter.since)
    .sort((a, b) => b.start - a.start || b.id - a.id)
    .slice(0, filter.limit)
    .map((sync) => sync.id)
}

export function exerciseSyncLists(open: OpenStore): void {
  describe('lists of syncs and durations', () => {
    const opened = sharedStore(open)
    const syncs = () => opened().store.syncs
    const figures = () => opened().store.figures
    // Each run has a window after all that was made before it.
    let window = START
    const nextWindow = (): number => (window += 1_000_000)

    it('take every filter alone and together, newest first, the later id first when they started at once', async () => {
      const filters = fc.record({
        user_id: maybe(fc.constantFrom('1', '2', 'anna', 'nobody')),
        status: maybe(fc.constantFrom(...SYNC_STATUSES)),
        statuses: maybe(fc.subarray([...SYNC_STATUSES])),
        sync_type: maybe(fc.constantFrom('all', 'courses', 'grades')),
        host: maybe(fc.constantFrom('worker-1', 'worker-9')),
        since: fc.nat(10),
        limit: fc.integer({ min: 1, max: 12 }),
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(plannedSync, { maxLength: 12 }),
          fc.array(filters, { minLength: 5, maxLength: 10 }),
          async (planned, asked) => {
            const from = nextWindow()
            const made = await makeSyncs(syncs(), from, planned)
            for (const { since, limit, ...given } of asked) {
              const chosen = Object.entries(given).filter(([, value]) => value !== undefined)
              const filter = { ...Object.fromEntries(chosen), since: from + since, limit } as SyncFilter
              const listed = await syncs().listSyncs(filter)
              assert.deepEqual(
                listed.map((row) => row.id),
                naiveList(made, filter),
              )
            }
          },
        ),
        { numRuns: 20 },
      )
    })

    it('go back before the window when no time is given', async () => {
      await makeSyncs(syncs(), nextWindow(), [])
      const all = await syncs().listSyncs({ limit: 100_000 })
      assert.equal((await figures().totals({ since: 0 })).syncs, all.length)
      assert.ok(all.length > 0)
    })

    it('give the duration below which a share of the completed syncs stayed', async () => {
      const percents = fc.array(fc.nat(100), { minLength: 1, maxLength: 4 })
      await fc.assert(
        fc.asyncProperty(fc.array(plannedSync, { maxLength: 25 }), percents, async (planned, percents) => {
          const from = nextWindow()
          const made = await makeSyncs(syncs(), from, planned)
          const durations = made
            .flatMap((sync) => (sync.status === 'completed' ? (sync.duration_seconds ?? []) : []))
            .sort((a, b) => a - b)
          const expected = percents.map((percent) => {
            const enough = durations.findIndex((_, index) => (index + 1) * 100 >= percent * durations.length)
            return durations[enough] ?? null
          })
          const fractions = percents.map((percent) => percent / 100)
          const percentiles = await figures().durationPercentiles({ since: from }, fractions)
          assert.deepEqual(plain(percentiles), { seconds: expected, exact: true })
        }),
        { numRuns: 30 },
      )
    })

    it('are not led a rank too far by the noise of 0.07 x 100', async () => {
      const from = nextWindow()
      const ids = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          syncs().startSync(syncStart(`rank-${index}`, { started_at: from })),
        ),
      )
      await Promise.all(
        ids.map((id, index) => syncs().finishSync(id, syncFinish({ duration_ms: (index + 1) * 1000 }))),
      )
      const { seconds } = await figures().durationPercentiles({ since: from }, [0, 0.07, 0.55, 0.95, 1])
      assert.deepEqual(plain(seconds), [1, 7, 55, 95, 100])
    })

    it('find the last sync of a source and scope that ended', async () => {
      const { data } = opened().store
      const source = await data.openSource('https://canvas.test', '1', START)
      const other = await data.openSource('https://canvas.test', '2', START)
      const ids: number[] = []
      for (const task_id of ['a', 'b', 'c', 'd', 'e']) ids.push(await syncs().startSync(syncStart(task_id)))
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = ids
      for (const id of [a, b, e]) await syncs().saveSource(id, source.id, 'courses')
      await syncs().saveSource(c, source.id, 'account:1')
      await syncs().saveSource(d, other.id, 'courses')
      assert.equal(await syncs().lastEndedSync(source.id, 'courses', e), null)
      await syncs().finishSync(b, syncFinish({ status: 'failed' }))
      for (const id of [a, c, d]) await syncs().finishSync(id, syncFinish())
      const last = await syncs().lastEndedSync(source.id, 'courses', e)
      assert.partialDeepStrictEqual(last, { id: b, source_id: source.id, scope: 'courses' })
      assert.equal((await syncs().lastEndedSync(source.id, 'courses', b))?.id, a)
      assert.equal(await syncs().lastEndedSync(source.id, 'nothing', 0), null)
    })
  })
}
