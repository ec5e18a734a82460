import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { FinishStatus } from '../../src/core/sync-status.ts'
import type { DeletedSyncRows, JobTake, SyncPlace } from '../../src/store/retention-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { FiguresPlace } from '../../src/store/sync-figures.ts'
import { courseOutcome, START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const DAY_MS = 86_400_000

/** A sync of a random history: what it is, and what may hang on it. */
interface Lived {
  readonly start: number
  readonly status: FinishStatus | 'in_progress' | 'lost' | 'timed_out'
  readonly duration_ms: number
  readonly scope: string | null
  readonly user_id: string | null
  readonly courses: number
}

const lived: fc.Arbitrary<Lived> = fc.record({
  start: fc.integer({ min: 0, max: 20 }).map((days) => START + days * DAY_MS),
  status: fc.constantFrom<Lived['status'][]>(
    ...(['in_progress', 'completed', 'partial', 'failed', 'cancelled', 'lost', 'timed_out'] as const),
  ),
  duration_ms: fc.oneof(
    fc.nat(5000),
    fc.integer({ min: 0, max: 5 }).map((days) => days * DAY_MS),
  ),
  scope: fc.constantFrom('courses', 'account:1', null),
  user_id: fc.constantFrom('1', '2', null),
  courses: fc.oneof({ weight: 5, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(40) }),
})

let made = 0

async function live(store: Store, source_id: number, sync: Lived): Promise<number> {
  const { syncs } = store
  const { user_id, start, status, scope, duration_ms } = sync
  const id = await syncs.startSync(syncStart(`lived-${++made}`, { user_id, started_at: start }))
  if (scope !== null) await syncs.saveSource(id, source_id, scope)
  for (let course = 0; course < sync.courses; course++) {
    await syncs.saveCourseOutcome(id, courseOutcome(String(course)))
  }
  const end = start + duration_ms
  if (status === 'lost') {
    await syncs.heartbeat([id], end)
    await syncs.markLost([id], 'Gone.', end)
  } else if (status === 'timed_out') await syncs.markTimedOut(id, 'Too long.', end, duration_ms)
  else if (status !== 'in_progress')
    await syncs.finishSync(id, syncFinish({ status, finished_at: end, duration_ms }))
  return id
}

/** Deletes step by step until nothing is left to delete. */
async function prune(store: Store, before: number, rows: number): Promise<DeletedSyncRows> {
  const sum = { syncs: 0, courses: 0, status_changes: 0 }
  let place: SyncPlace | null = null
  do {
    const { deleted, next } = await store.retention.deleteSyncs(before, place, rows)
    assert.ok(deleted.syncs + deleted.courses + deleted.status_changes <= 2 * rows + 3, 'a step is small')
    sum.syncs += deleted.syncs
    sum.courses += deleted.courses
    sum.status_changes += deleted.status_changes
    place = next
  } while (place !== null)
  return sum
}

async function assertFiguresAgree(store: Store): Promise<void> {
  let place: FiguresPlace | null = null
  do {
    const { differences, next } = await store.figures.check(place)
    assert.deepEqual(differences, [])
    place = next
  } while (place !== null)
}

/** What goes when it is old, what never goes, and who does it. */
export function exerciseRetention(open: OpenStore): void {
  describe('old syncs', () => {
    const opened = sharedStore(open)

    it('go with all that hangs on them, but no running or younger one, nor the newest of a scope; sums stay', async () => {
      let runs = 0
      const history = fc.array(fc.array(lived, { minLength: 1, maxLength: 8 }), { maxLength: 3 })
      const cut = fc.record({ days: fc.integer({ min: 0, max: 25 }), rows: fc.constantFrom(3, 7, 50, 500) })
      await fc.assert(
        fc.asyncProperty(history, fc.array(cut, { minLength: 3, maxLength: 3 }), async (turns, cuts) => {
          const { store } = opened()
          const { id: source_id } = await store.data.openSource('https://canvas.test', `run-${++runs}`, 1)
          const all = new Map<number, Lived>()
          const expected = new Map<number, Lived>()
          for (const [index, turn] of turns.entries()) {
            for (const sync of turn) {
              const id = await live(store, source_id, sync)
              all.set(id, sync)
              expected.set(id, sync)
            }
            const { days, rows } = cuts[index] ?? { days: 0, rows: 50 }
            const before = START + days * DAY_MS
            const newest = new Map<string, number>()
            for (const [id, { scope, status }] of expected) {
              if (scope !== null && status !== 'in_progress') newest.set(scope, id)
            }
            for (const [id, { start, status, duration_ms, scope }] of expected) {
              const old = status !== 'in_progress' && start < before && start + duration_ms < before
              if (old && (scope === null || newest.get(scope) !== id)) expected.delete(id)
            }
            const totals = await store.figures.totals({ since: START })
            const planned = await store.retention.countSyncs(before)
            const deleted = await prune(store, before, rows)
            assert.deepEqual(plain(deleted), plain(planned), 'what was counted before is what went')
            assert.equal((await store.figures.totals({ since: START })).syncs, totals.syncs)
          }
          for (const [id, { courses }] of all) {
            const row = await store.syncs.getSync(id)
            const there = expected.has(id)
            assert.equal(row !== null, there, JSON.stringify(all.get(id)))
            assert.equal((await store.syncs.listCourseOutcomes(id)).length, there ? courses : 0)
            assert.equal((await store.syncs.listStatusChanges(id)).length > 0, there)
          }
          await assertFiguresAgree(store)
          // The next run starts with what stays at the end of this one: nothing that can go.
          await prune(store, START + 100 * DAY_MS, 500)
        }),
        { numRuns: process.env['LONG_TESTS'] === '1' ? 200 : 25 },
      )
    })

    it('go in pieces when much hangs on one, and nobody sees half of its row', async () => {
      const { store } = opened()
      const sync = { start: START, status: 'completed', duration_ms: 5, scope: null, user_id: '9' } as const
      const id = await live(store, 0, { ...sync, courses: 95 })
      const steps: number[] = []
      let place: SyncPlace | null = null
      do {
        const step = await store.retention.deleteSyncs(START + DAY_MS, place, 20)
        steps.push(step.deleted.courses)
        place = step.next
        const row = await store.syncs.getSync(id)
        assert.equal(row === null, place === null)
      } while (place !== null)
      assert.deepEqual(steps, [20, 20, 20, 35])
    })
  })

  describe('a job of the night', () => {
    const opened = sharedStore(open)
    const take = (changes: Partial<JobTake> = {}): JobTake => ({
      job: 'prune',
      holder: 'a',
      done_for: 'night 1',
      now: START,
      lease_ms: 60_000,
      ...changes,
    })

    it('is taken by one of all who ask at once, and is done once a night', async () => {
      const { retention } = opened().store
      const holders = ['a', 'b', 'c', 'd']
      const turns = await Promise.all(holders.map((holder) => retention.takeJob(take({ holder }))))
      assert.deepEqual(turns.toSorted(), ['held', 'held', 'held', 'taken'])
      const holder = holders[turns.indexOf('taken')] ?? ''
      assert.equal(await retention.keepJob(take({ holder: 'somebody' })), false)
      assert.equal(await retention.keepJob(take({ holder, now: START + 30_000 })), true)
      assert.equal(await retention.takeJob(take({ holder: 'e', now: START + 80_000 })), 'held')
      await retention.endJob(take({ holder }), '{}')
      assert.equal(await retention.takeJob(take({ holder: 'e' })), 'done')
      assert.equal(await retention.takeJob(take({ holder: 'e', done_for: 'night 2' })), 'taken')
      await retention.endJob(take({ holder: 'e', done_for: 'night 2' }), null)
      assert.equal(await retention.takeJob(take({ holder: 'f', done_for: 'night 2' })), 'taken')
    })

    it('counts a night as done once it has begun, but no night after one that was done', async () => {
      const { retention } = opened().store
      const job = 'begun'
      await retention.beginJob(job, 'night 1')
      assert.equal(await retention.takeJob(take({ job })), 'done')
      assert.equal(await retention.takeJob(take({ job, done_for: 'night 2' })), 'taken')
      await retention.endJob(take({ job, done_for: 'night 2' }), '{}')
      await retention.beginJob(job, 'night 3')
      assert.equal(await retention.takeJob(take({ job, done_for: 'night 3' })), 'taken')
    })

    it('is taken over when its holder says nothing, or when a clock went back', async () => {
      const { retention } = opened().store
      const job = 'other'
      assert.equal(await retention.takeJob(take({ job })), 'taken')
      assert.equal(await retention.takeJob(take({ job, holder: 'b', now: START + 60_000 })), 'taken')
      assert.equal(await retention.keepJob(take({ job })), false)
      assert.equal(await retention.takeJob(take({ job, holder: 'c', now: START - 3_600_000 })), 'taken')
      await retention.endJob(take({ job, holder: 'b' }), '{}')
      assert.equal(await retention.takeJob(take({ job, holder: 'd', now: START - 3_600_000 })), 'held')
    })
  })
}
