import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noCounters, type SyncRow } from '../../src/core/sync-record.ts'
import { UNEXPECTEDLY_EMPTY } from '../../src/core/unexpected-empty.ts'
import type { FinishAnswer, SyncFinish, SyncStart } from '../../src/store/sync-store.ts'
import { courseOutcome, START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const READ = { ...noCounters(), grades_processed: 31 }

export function exerciseEmptySyncs(open: OpenStore): void {
  describe('a sync that read nothing', () => {
    const opened = sharedStore(open)
    const syncs = () => opened().store.syncs
    let runs = 0

    /** A job of its own: syncs that start one after the other. */
    function job(changes: Partial<SyncStart> = {}) {
      const own = { user_id: `reader ${++runs}`, ...changes }
      const job_id = runs
      let number = 0
      return async (
        finish: Partial<SyncFinish> = {},
        more: Partial<SyncStart> = {},
        meanwhile: (sync_id: number) => Promise<unknown> = async () => undefined,
      ): Promise<{ readonly answer: FinishAnswer; readonly row: SyncRow }> => {
        const start = syncStart(`empty ${job_id} ${++number}`, {
          started_at: START + number * 60_000,
          ...own,
          ...more,
        })
        const id = await syncs().startSync(start)
        await meanwhile(id)
        const { target_course_id, incremental_sync } = start
        const answer = await syncs().finishSync(
          id,
          syncFinish({ target_course_id, incremental_sync, ...finish }),
        )
        const row = await syncs().getSync(id)
        assert.ok(row)
        return { answer: plain(answer), row: plain(row) }
      }
    }
    const times = async (count: number, run: () => Promise<unknown>): Promise<void> => {
      for (let time = 0; time < count; time++) await run()
    }
    const isEmpty = ({ answer, row }: { answer: FinishAnswer; row: SyncRow }): boolean => {
      assert.equal(answer.status, row.sync_status)
      assert.equal(row.sync_status === 'failed', row.error_type === 'unexpected_empty')
      return row.sync_status === 'failed'
    }

    it('is judged by those that started before it, and of the same millisecond by those that read something', async () => {
      const run = job()
      await times(3, () => run({ counters: READ }))
      const started_at = START + 7_200_000
      let later: { answer: FinishAnswer; row: SyncRow } | undefined
      const earlier = await run({}, { started_at }, async () => {
        later = await run({ may_be_empty: true }, { started_at })
      })
      assert.equal(later?.row.sync_status, 'completed')
      assert.equal(isEmpty(earlier), true)
    })

    it('stays completed where its job says neither whose nor what it is: others may say as little', async () => {
      const nameless = job({ user_id: null, sync_type: 'all' })
      await times(3, () => nameless({ counters: READ }))
      assert.equal(isEmpty(await nameless()), false)
      const typed = job({ user_id: null, sync_type: 'nightly of this test' })
      await times(3, () => typed({ counters: READ }))
      assert.equal(isEmpty(await typed()), true)
    })

    it('is failed where the three before it read something, and the answer, the row, its change and its group say so', async () => {
      const run = job()
      await times(3, () => run({ counters: READ }))
      const { answer, row } = await run({ progress_percent: 100 })
      const { error_group_id } = answer
      assert.deepEqual(answer, { applied: true, status: 'failed', repaired_from: null, error_group_id })
      assert.ok(error_group_id !== null)
      assert.deepEqual(
        { status: row.sync_status, error_type: row.error_type, error_message: row.error_message },
        UNEXPECTEDLY_EMPTY,
      )
      assert.equal(row.error_group_id, error_group_id)
      const changes = await syncs().listStatusChanges(row.id)
      assert.deepEqual(
        changes.map(({ new_status, reason }) => [new_status, reason]),
        [
          ['in_progress', null],
          ['failed', 'unexpected_empty'],
        ],
      )
      const totals = await opened().store.figures.totals({ since: 0, user_ids: [row.user_id ?? ''] })
      assert.deepEqual([totals.completed, totals.failed], [3, 1])
    })

    it('is failed as often as it comes, until one was said to be right', async () => {
      const run = job()
      await times(3, () => run({ counters: READ }))
      assert.equal(isEmpty(await run()), true)
      assert.equal(isEmpty(await run()), true)
      assert.equal(isEmpty(await run({ may_be_empty: true })), false)
      assert.equal(isEmpty(await run()), false)
    })

    it('stays completed where none ever read anything, or too few did', async () => {
      const nothing = job()
      await times(5, async () => assert.equal(isEmpty(await nothing()), false))
      const seldom = job()
      await times(2, () => seldom({ counters: READ }))
      assert.equal(isEmpty(await seldom()), false)
    })

    it('is compared with completed whole syncs of the same user, type and course that started before it', async () => {
      const others: readonly (readonly [Partial<SyncFinish>, Partial<SyncStart>])[] = [
        [{}, { user_id: 'another' }],
        [{}, { user_id: null }],
        [{}, { sync_type: 'grades' }],
        [{}, { target_course_id: '7' }],
        [{}, { incremental_sync: true }],
        [{ status: 'partial', error_type: 'timeout', error_message: 'No.' }, {}],
        [{}, { started_at: START + 86_400_000 }],
      ]
      for (const [finish, start] of others) {
        const run = job()
        await times(3, () => run({ counters: READ, ...finish }, start))
        assert.equal(isEmpty(await run()), false, JSON.stringify([finish, start]))
        // They are not between those that are like it, either.
        const mixed = job()
        await times(3, () => mixed({ counters: READ }))
        await times(3, () => mixed(finish, start))
        assert.equal(isEmpty(await mixed()), true, JSON.stringify([finish, start]))
      }
    })

    it('is compared also without a user, and of one course', async () => {
      for (const like of [
        { user_id: null, sync_type: 'of nobody' },
        { target_course_id: '10000000000000007' },
        { user_id: null, sync_type: 'of nobody', target_course_id: '10000000000000008' },
      ]) {
        const run = job(like)
        await times(3, () => run({ counters: READ }))
        assert.equal(isEmpty(await run()), true, JSON.stringify(like))
        assert.equal(isEmpty(await run({}, { target_course_id: '5' })), false)
      }
    })

    it('stays completed when it is incremental, has courses or has read something', async () => {
      const run = job()
      await times(3, () => run({ counters: READ }))
      assert.equal(isEmpty(await run({}, { incremental_sync: true })), false)
      const withCourse = (id: number): Promise<void> =>
        syncs().saveCourseOutcome(id, courseOutcome('101', { outcome: 'frozen' }))
      assert.equal(isEmpty(await run({}, {}, withCourse)), false)
    })

    it('is failed also when it was taken for lost and ends after all', async () => {
      const run = job()
      await times(3, () => run({ counters: READ }))
      const { answer, row } = await run({}, {}, (id) => syncs().markLost([id], 'gone', START))
      assert.deepEqual([answer.status, answer.repaired_from], ['failed', 'lost'])
      assert.equal(row.error_type, 'unexpected_empty')
    })
  })
}
