import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noCounters } from '../../src/core/sync-record.ts'
import type { Change, ChangeFeed } from '../../src/store/change-feed.ts'
import { courseOutcome, START, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { sharedStore, type OpenStore } from './opened-store.ts'

const PAGE = { limit: 100 }

/** What tells one change from another, without its time and id. */
const facts = ({ kind, sync_id, course_id, old_status, status }: Change): unknown[] => [
  kind,
  sync_id,
  course_id,
  old_status,
  status,
]

async function changesAfter(changes: ChangeFeed, place: number): Promise<Change[]> {
  const page = await changes.readAfter(place, PAGE)
  assert.equal(page.lost, false)
  return [...page.changes]
}

/** The contract of a feed of changes. */
export function exerciseChanges(open: OpenStore): void {
  describe('changes', () => {
    const opened = sharedStore(open)

    it('tell of the start, the progress, each course and the end of a sync, with what they are about as it is now', async () => {
      const { syncs, changes } = opened().store
      const place = await changes.latest()
      const before = Date.now()
      const id = await syncs.startSync(syncStart('whole'))
      await syncs.saveProgress(id, syncProgress({ progress_percent: 50 }))
      await syncs.saveCourseOutcome(id, courseOutcome('9'))
      await syncs.saveCourseOutcome(id, courseOutcome('9', { outcome: 'failed', error_type: 'timeout' }))
      await syncs.finishSync(id, syncFinish({ status: 'partial', progress_percent: 100 }))
      const page = await changes.readAfter(place, PAGE)
      assert.deepEqual(page.changes.map(facts), [
        ['sync_started', id, null, null, 'in_progress'],
        ['sync_progress', id, null, null, 'in_progress'],
        ['course_outcome', id, '9', null, 'completed'],
        ['course_outcome', id, '9', 'completed', 'failed'],
        ['sync_status', id, null, 'in_progress', 'partial'],
      ])
      assert.deepEqual(page.syncs, [await syncs.getSync(id)])
      assert.equal(page.syncs[0]?.sync_status, 'partial')
      assert.deepEqual(
        page.courses.map(({ sync_id, course_id, outcome }) => [sync_id, course_id, outcome]),
        [[id, '9', 'failed']],
      )
      assert.equal(page.place, page.changes.at(-1)?.id)
      assert.equal(page.lost, false)
      for (const { changed_at } of page.changes) {
        // Two clocks of one machine that round differently.
        assert.ok(changed_at >= before - 1 && changed_at <= Date.now() + 1, `${changed_at - before} ms`)
      }
      assert.equal(await changes.latest(), page.place)
    })

    it('tell of a lost sync, and of its repair', async () => {
      const { syncs, changes } = opened().store
      const id = await syncs.startSync(syncStart('lost and found'))
      const place = await changes.latest()
      await syncs.markLost([id], 'The process is gone.', START + 1000)
      await syncs.finishSync(id, syncFinish())
      assert.deepEqual((await changesAfter(changes, place)).map(facts), [
        ['sync_status', id, null, 'in_progress', 'lost'],
        ['sync_status', id, null, 'lost', 'completed'],
      ])
    })

    it('tell of no heartbeat, of no progress that shows nothing new, and of nothing that was undone', async () => {
      const { syncs, changes } = opened().store
      const id = await syncs.startSync(syncStart('quiet'))
      await syncs.saveProgress(id, syncProgress({ progress_percent: 5 }))
      const place = await changes.latest()
      await syncs.heartbeat([id], START + 20_000)
      await syncs.saveProgress(id, syncProgress({ progress_percent: 5, heartbeat_at: START + 30_000 }))
      await assert.rejects(syncs.startSync(syncStart('quiet')), { code: 'task_id_taken' })
      await syncs.saveProgress(id, syncProgress({ counters: { ...noCounters(), api_calls_made: 1 } }))
      assert.deepEqual((await changesAfter(changes, place)).map(facts), [
        ['sync_progress', id, null, null, 'in_progress'],
      ])
    })

    it('come page by page, each once and in order', async () => {
      const { syncs, changes } = opened().store
      let place = await changes.latest()
      const ids = await Promise.all(
        Array.from({ length: 25 }, (_, index) => syncs.startSync(syncStart(`page-${index}`))),
      )
      const seen: Change[] = []
      for (;;) {
        const page = await changes.readAfter(place, { limit: 10 })
        assert.ok(page.changes.length <= 10)
        assert.equal(page.place, page.changes.at(-1)?.id ?? place)
        if (page.changes.length === 0) break
        seen.push(...page.changes)
        place = page.place
      }
      assert.deepEqual(
        seen.map(({ sync_id }) => sync_id).toSorted((a, b) => (a ?? 0) - (b ?? 0)),
        ids.toSorted((a, b) => a - b),
      )
      assert.ok(seen.every(({ id }, index) => index === 0 || id > (seen[index - 1]?.id ?? 0)))
    })

    it('are waited for, and then there at once', async () => {
      const { syncs, changes } = opened().store
      const place = await changes.latest()
      const waiting = changes.readAfter(place, { limit: 10, wait_ms: 60_000 })
      const id = await syncs.startSync(syncStart('awaited'))
      const started = performance.now()
      const { changes: found } = await waiting
      assert.deepEqual(
        found.map(({ sync_id }) => sync_id),
        [id],
      )
      // It looks every 100 ms at the latest; a busy machine may delay it.
      assert.ok(performance.now() - started < 2000)
    })

    it('are not waited for longer than asked', async () => {
      const { changes } = opened().store
      const place = await changes.latest()
      const page = await changes.readAfter(place, { limit: 10, wait_ms: 30 })
      assert.deepEqual(page, { changes: [], syncs: [], courses: [], place, lost: false })
    })
  })

  describe('pruning of changes', () => {
    const opened = sharedStore(open)

    it('deletes the oldest beyond the number to keep, and tells who was behind them', async () => {
      const { syncs, changes } = opened().store
      for (let index = 0; index < 10; index++) await syncs.startSync(syncStart(`number-${index}`))
      const all = await changesAfter(changes, 0)
      const latest = await changes.latest()
      assert.equal(await changes.prune({ before: 0, keep: 4, limit: 100 }), 6)
      assert.equal(await changes.prune({ before: 0, keep: 4, limit: 100 }), 0)
      const lost = await changes.readAfter(all[4]?.id ?? 0, { limit: 100, wait_ms: 60_000 })
      assert.deepEqual(lost, { changes: [], syncs: [], courses: [], place: latest, lost: true })
      assert.deepEqual(await changesAfter(changes, all[5]?.id ?? 0), all.slice(6))
    })

    it('deletes the old ones in steps, and an id never comes back', async () => {
      const { syncs, changes } = opened().store
      const latest = await changes.latest()
      const soon = Date.now() + 60_000
      const steps = [3, 1, 0]
      for (const deleted of steps) {
        assert.equal(await changes.prune({ before: soon, keep: 1_000_000, limit: 3 }), deleted)
      }
      assert.equal(await changes.latest(), latest)
      assert.deepEqual(await changesAfter(changes, latest), [])
      assert.equal((await changes.readAfter(latest - 1, PAGE)).lost, true)
      await syncs.startSync(syncStart('after all'))
      const [next] = await changesAfter(changes, latest)
      assert.ok((next?.id ?? 0) > latest)
      assert.equal(await changes.prune({ before: Date.now() - 60_000, keep: 1_000_000, limit: 3 }), 0)
    })

    it('a place that this database never had is told as lost', async () => {
      const { changes } = opened().store
      const latest = await changes.latest()
      const page = await changes.readAfter(latest + 1_000_000, { limit: 10, wait_ms: 60_000 })
      assert.deepEqual([page.lost, page.place], [true, latest])
    })
  })
}
