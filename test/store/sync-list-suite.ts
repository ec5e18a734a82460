import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { SYNC_STATUSES, type SyncStatus } from '../../src/core/sync-status.ts'
import type { SyncTotals } from '../../src/store/sync-figures.ts'
import type { SyncFilter } from '../../src/store/sync-store.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'
import { countersOf, makeSyncs, plannedSync, type MadeSync } from './random-syncs.ts'

const NOTHING: SyncTotals = {
  syncs: 0,
  finished: 0,
  completed: 0,
  failed: 0,
  duration_seconds: 0,
  duration_min_seconds: null,
  duration_max_seconds: null,
  courses: 0,
  assignments: 0,
  submissions: 0,
  api_calls: 0,
  api_failures: 0,
  api_duration_ms: 0,
  db_operations: 0,
  users: 0,
}

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined })
const sum = (numbers: number[]): number => numbers.reduce((total, next) => total + next, 0)

/** What {@link SyncTotals} says of these syncs, counted one by one. */
function naiveTotals(syncs: readonly MadeSync[]): SyncTotals {
  const counters = syncs.map((sync) => countersOf(sync.count))
  const durations = syncs.flatMap((sync) => sync.duration_seconds ?? [])
  const having = (...statuses: SyncStatus[]): number =>
    syncs.filter((sync) => statuses.includes(sync.status)).length
  return {
    syncs: syncs.length,
    finished: syncs.length - having('in_progress'),
    completed: having('completed'),
    failed: having('failed', 'lost', 'timed_out'),
    duration_seconds: sum(durations),
    duration_min_seconds: durations.length === 0 ? null : Math.min(...durations),
    duration_max_seconds: durations.length === 0 ? null : Math.max(...durations),
    courses: sum(counters.map((each) => each.courses_processed)),
    assignments: sum(counters.map((each) => each.assignments_processed)),
    submissions: sum(counters.map((each) => each.submissions_processed)),
    api_calls: sum(counters.map((each) => each.api_calls_made)),
    api_failures: sum(counters.map((each) => each.api_calls_failed)),
    api_duration_ms: sum(counters.map((each) => each.total_api_duration_ms)),
    db_operations: sum(counters.map((each) => each.db_operations)),
    users: new Set(syncs.flatMap((sync) => sync.user_id ?? [])).size,
  }
}

/** Floating-point sums depend on the order of their terms. */
const withoutNoise = (totals: SyncTotals): SyncTotals => ({
  ...totals,
  duration_seconds: Number(totals.duration_seconds.toPrecision(12)),
  api_duration_ms: Number(totals.api_duration_ms.toPrecision(12)),
})

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
  describe('lists and sums of syncs', () => {
    const opened = sharedStore(open)
    const syncs = () => opened().store.syncs
    const figures = () => opened().store.figures
    // Each run has a window after all that was made before it.
    let window = START
    const nextWindow = (): number => (window += 1_000_000)

    it('have every number at zero data too', async () => {
      await using empty = (await open()).store
      assert.deepEqual(plain(await empty.figures.totals({ since: 0 })), NOTHING)
      const narrowed = await empty.figures.totals({ since: START, user_id: 'nobody', status: 'completed' })
      assert.deepEqual(plain(narrowed), NOTHING)
      assert.deepEqual(await empty.figures.durationPercentiles(0, [0.5, 0.95]), [null, null])
      assert.deepEqual(await empty.syncs.listSyncs({ limit: 20 }), [])
    })

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

    it('sum up to what counting one by one gives', async () => {
      const status = maybe(fc.constantFrom<SyncStatus>('completed', 'failed', 'in_progress', 'timed_out'))
      const user_id = maybe(fc.constantFrom('1', 'anna', 'nobody'))
      await fc.assert(
        fc.asyncProperty(
          fc.array(plannedSync, { maxLength: 15 }),
          fc.nat(10),
          status,
          user_id,
          async (planned, offset, status, user_id) => {
            const from = nextWindow()
            const made = await makeSyncs(syncs(), from, planned)
            const totals = await figures().totals({
              since: from + offset,
              ...(status === undefined ? {} : { status }),
              ...(user_id === undefined ? {} : { user_id }),
            })
            const counted = made
              .filter((sync) => sync.offset >= offset)
              .filter((sync) => status === undefined || sync.status === status)
              .filter((sync) => user_id === undefined || sync.user_id === user_id)
            assert.deepEqual(withoutNoise(totals), withoutNoise(naiveTotals(counted)))
          },
        ),
        { numRuns: 30 },
      )
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
          assert.deepEqual(await figures().durationPercentiles(from, fractions), expected)
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
      assert.deepEqual(
        await figures().durationPercentiles(from, [0, 0.07, 0.55, 0.95, 1]),
        [1, 7, 55, 95, 100],
      )
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
