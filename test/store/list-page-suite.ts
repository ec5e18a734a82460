import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toSyncRecord } from '../../src/core/sync-record.ts'
import type { OutcomePlace, SyncPageQuery } from '../../src/store/sync-lists.ts'
import { courseOutcome, START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { sharedStore, type OpenStore } from './opened-store.ts'

/** How pages are handed over; what is in them is the business of sync-pages.test.ts. */
export function exerciseListPages(open: OpenStore): void {
  describe('pages of lists', () => {
    const opened = sharedStore(open)

    it('are the same as rows and as the text of their records, and go on where they ended', async () => {
      const { syncs, lists } = opened().store
      for (const task_id of ['a', 'b', 'ü"\\', 'd', 'e']) await syncs.startSync(syncStart(task_id))
      const first = await lists.page({ condition: {}, sort: 'newest', limit: 2, after: null })
      assert.deepEqual(
        first.rows.map((row) => row.sync_task_id),
        ['e', 'd'],
      )
      const query: SyncPageQuery = {
        condition: { user_ids: ['42'] },
        sort: 'newest',
        limit: 2,
        after: first.next,
      }
      const second = await lists.page(query)
      const text = await lists.recordPage(query)
      assert.equal(text.count, 2)
      assert.deepEqual(text.next, second.next)
      assert.deepEqual(
        JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text.records)),
        JSON.parse(JSON.stringify(second.rows.map(toSyncRecord))),
      )
      const last = await lists.recordPage({ ...query, after: second.next })
      assert.deepEqual([last.count, last.next], [1, null])
      const none = await lists.recordPage({ ...query, condition: { statuses: [] } })
      assert.equal(Buffer.from(none.records).toString(), '[]')
    })

    it('find a course in the order of the syncs, whichever way its outcome was written', async () => {
      const { syncs, lists } = opened().store
      const ids: number[] = []
      for (const offset of [5, 1, 3]) {
        const id = await syncs.startSync(syncStart(`course-${offset}`, { started_at: START + offset }))
        await syncs.saveCourseOutcome(id, courseOutcome('4711', { reason: 'first' }))
        await syncs.saveCourseOutcome(id, courseOutcome('4711', { reason: 'again' }))
        ids.push(id)
      }
      const { rows } = await lists.page({
        condition: { course_id: '4711' },
        sort: 'newest',
        limit: 9,
        after: null,
      })
      assert.deepEqual(
        rows.map((row) => row.id),
        [ids[0], ids[2], ids[1]],
      )
    })

    it('show the outcomes of a sync by when they started or finished', async () => {
      const { syncs, lists } = opened().store
      const id = await syncs.startSync(syncStart('outcomes'))
      for (let course = 1; course <= 5; course++) {
        const times = { started_at: START + (course % 2), finished_at: START + 10 - course }
        await syncs.saveCourseOutcome(id, courseOutcome(String(course), times))
      }
      await syncs.finishSync(id, syncFinish())
      for (const [order, expected] of [
        ['started', ['2', '4', '1', '3', '5']],
        ['finished', ['5', '4', '3', '2', '1']],
      ] as const) {
        const found: string[] = []
        let after: OutcomePlace | null = null
        do {
          const page = await lists.outcomePage({ sync_id: id, order, limit: 2, after } as const)
          found.push(...page.rows.map((outcome) => outcome.course_id))
          after = page.next
        } while (after !== null)
        assert.deepEqual(found, expected)
      }
    })
  })
}
