import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { noCounters, type SyncRow } from '../../src/core/sync-record.ts'
import { canBecome, type FinishStatus, type SyncStatus } from '../../src/core/sync-status.ts'
import { noEntityCounts } from '../../src/core/synced-entity.ts'
import type { FinishAnswer } from '../../src/store/sync-store.ts'
import { courseOutcome, START, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const UNUSUAL = 'Ünïcode 漢字 👩🏽‍🎓 "quotes" \'; drop table x; -- \n\t\\'

export function exerciseSyncs(open: OpenStore): void {
  describe('one sync', () => {
    const opened = sharedStore(open)
    const syncs = () => opened().store.syncs
    const read = async (sync_id: number): Promise<SyncRow> => {
      const row = await syncs().getSync(sync_id)
      assert.ok(row)
      return row
    }

    it('is in progress from its start, with its first heartbeat and nothing counted', async () => {
      const id = await syncs().startSync(syncStart('fresh', { sync_metadata: { note: 'x' } }))
      const expected: SyncRow = {
        ...noCounters(),
        id,
        sync_task_id: 'fresh',
        user_id: '42',
        sync_start_time: START,
        sync_end_time: null,
        total_duration_seconds: null,
        sync_status: 'in_progress',
        error_type: null,
        error_message: null,
        sync_type: 'all',
        target_course_id: null,
        incremental_sync: false,
        use_pagination: true,
        chunk_size: null,
        sync_metadata: { note: 'x' },
        source_id: null,
        scope: null,
        trigger: 'manual',
        host: 'worker-1',
        pid: 4711,
        process_started: '881234',
        heartbeat_at: START,
        heartbeat_count: 0,
        running_ms: null,
        progress_percent: null,
        progress_current: null,
        api_rate_limit_remaining_min: null,
        repaired_from: null,
        error_group_id: null,
      }
      assert.deepEqual(plain(await syncs().getSync(id)), expected)
      assert.deepEqual(plain(await syncs().getSyncByTaskId('fresh')), expected)
      const change = { sync_id: id, old_status: null, new_status: 'in_progress', reason: null }
      assert.deepEqual(plain(await syncs().listStatusChanges(id)), [{ ...change, changed_at: START }])
    })

    it('is null when there is none of that id or task id', async () => {
      assert.equal(await syncs().getSync(987_654), null)
      assert.equal(await syncs().getSyncByTaskId('never started'), null)
      assert.deepEqual(await syncs().listStatusChanges(987_654), [])
    })

    it('keeps unusual text, large ids and fractions exactly', async () => {
      const given = {
        user_id: '9007199254740993',
        target_course_id: '10000000000000007',
        host: UNUSUAL,
        sync_metadata: { [UNUSUAL]: [1.1, null, { deep: UNUSUAL }] },
      }
      const id = await syncs().startSync(syncStart(UNUSUAL, given))
      const counters = { ...noCounters(), total_api_duration_ms: 0.1 + 0.2, api_request_cost: 1e-9 }
      const progress = { ...given, counters, progress_percent: 33.333333333333336 }
      await syncs().saveProgress(id, syncProgress({ ...progress, progress_current: UNUSUAL }))
      const row = await syncs().getSyncByTaskId(UNUSUAL)
      assert.partialDeepStrictEqual(row, { ...given, ...counters, progress_percent: 33.333333333333336 })
      assert.equal(row?.progress_current, UNUSUAL)
    })

    it('refuses a task id that is taken, also when two ask at once, and undoes nothing else', async () => {
      const asked = ['twin', 'twin', 'alone'].map((task_id) => syncs().startSync(syncStart(task_id)))
      const [first, second, alone] = await Promise.allSettled(asked)
      assert.notEqual(first?.status, second?.status)
      assert.equal(alone?.status, 'fulfilled')
      assert.ok(await syncs().getSyncByTaskId('alone'))
      await assert.rejects(syncs().startSync(syncStart('twin')), {
        name: 'MonitorError',
        code: 'task_id_taken',
        message: /twin/,
        next_step: /./,
      })
    })

    it('takes what its progress says in place of what it said before, and lives by it', async () => {
      const id = await syncs().startSync(syncStart('talks'))
      const counters = { ...noCounters(), courses_processed: 3, records_lost: 1 }
      await syncs().saveProgress(id, syncProgress({ counters, chunk_size: 10, progress_percent: 20 }))
      const later = { incremental_sync: true, target_course_id: '9', api_rate_limit_remaining_min: 599.5 }
      const progress = syncProgress({ ...later, heartbeat_at: START + 2000, sync_metadata: { a: 1 } })
      assert.equal(await syncs().saveProgress(id, progress), true)
      const { counters: none, ...told } = progress
      assert.partialDeepStrictEqual(await read(id), { ...none, ...told, sync_status: 'in_progress' })
    })

    it('does not listen to progress or heartbeats when it has ended', async () => {
      const id = await syncs().startSync(syncStart('ended'))
      await syncs().finishSync(id, syncFinish())
      const before = await read(id)
      assert.equal(await syncs().saveProgress(id, syncProgress({ progress_percent: 1 })), false)
      await syncs().heartbeat([id], START + 999_999)
      assert.deepEqual(await read(id), before)
      assert.equal(await syncs().saveProgress(987_654, syncProgress()), false)
    })

    it('lives by heartbeats of many at once', async () => {
      const ids = await Promise.all(
        ['h1', 'h2', 'h3'].map((task_id) => syncs().startSync(syncStart(task_id))),
      )
      await syncs().heartbeat([], START + 1)
      await syncs().heartbeat([...ids.slice(1), 987_654], START + 7000)
      const beats = await Promise.all(ids.map(async (id) => (await read(id)).heartbeat_at - START))
      assert.deepEqual(beats, [0, 7000, 7000])
    })

    it('ends with all that its finish says, and with a change of status', async () => {
      const id = await syncs().startSync(syncStart('finishes'))
      const counters = { ...noCounters(), grades_updated: 4, deletions_held: 2 }
      const error = { error_type: 'throttled', error_message: 'Canvas throttled us.' } as const
      const finish = syncFinish({ counters, status: 'failed', ...error })
      const answered = await syncs().finishSync(id, finish)
      const { error_group_id } = await read(id)
      assert.notEqual(error_group_id, null)
      const answer: FinishAnswer = { applied: true, status: 'failed', repaired_from: null, error_group_id }
      assert.deepEqual(answered, answer)
      assert.deepEqual(await syncs().finishSync(id, finish), { ...answer, applied: false })
      const ended = { sync_status: 'failed', sync_end_time: START + 210_500, total_duration_seconds: 210.5 }
      assert.partialDeepStrictEqual(await read(id), { ...counters, ...error, ...ended, repaired_from: null })
      const [, change, ...more] = await syncs().listStatusChanges(id)
      const expected = { sync_id: id, old_status: 'in_progress', new_status: 'failed', reason: 'throttled' }
      assert.deepEqual(plain(change), { ...expected, changed_at: START + 210_500 })
      assert.deepEqual(more, [])
    })

    it('cannot be finished when it does not exist', async () => {
      await assert.rejects(syncs().finishSync(987_654, syncFinish()), { code: 'not_found_locally' })
    })

    it('ends once when two finishes come at once', async () => {
      const id = await syncs().startSync(syncStart('raced'))
      const statuses: FinishStatus[] = ['completed', 'failed', 'cancelled']
      const answers = await Promise.all(
        statuses.map((status) => syncs().finishSync(id, syncFinish({ status }))),
      )
      const { sync_status } = await read(id)
      assert.equal(answers.filter((answer) => answer.applied).length, 1)
      assert.ok(answers.every((answer) => answer.status === sync_status))
      assert.equal((await syncs().listStatusChanges(id)).length, 2)
    })

    it('is lost as of its last heartbeat, with the reason', async () => {
      const id = await syncs().startSync(syncStart('vanishes'))
      const ended = await syncs().startSync(syncStart('ended meanwhile'))
      await syncs().finishSync(ended, syncFinish())
      await syncs().heartbeat([id], START + 5250)
      assert.deepEqual(await syncs().markLost([id, ended, 987_654], 'Gone.', START + 90_000), [id])
      assert.deepEqual(await syncs().markLost([id], 'Gone again.', START + 99_000), [])
      const lost = { sync_status: 'lost', error_type: 'lost', error_message: 'Gone.' }
      const until = { sync_end_time: START + 5250, total_duration_seconds: 5.25 }
      assert.partialDeepStrictEqual(await read(id), { ...lost, ...until })
      const change = (await syncs().listStatusChanges(id)).at(-1)
      assert.partialDeepStrictEqual(change, { old_status: 'in_progress', new_status: 'lost' })
      assert.partialDeepStrictEqual(change, { reason: 'Gone.', changed_at: START + 90_000 })
    })

    it('is never lost before it started, though the clock went back', async () => {
      const id = await syncs().startSync(syncStart('back in time'))
      await syncs().heartbeat([id], START - 3_600_000)
      await syncs().markLost([id], 'Gone.', START)
      const row = await read(id)
      assert.equal(row.total_duration_seconds, 0)
      assert.equal(row.sync_end_time, START)
    })

    it('repairs lost with a late finish, and says so', async () => {
      const id = await syncs().startSync(syncStart('late'))
      await syncs().markLost([id], 'Gone.', START + 90_000)
      const answer = await syncs().finishSync(id, syncFinish({ finished_at: START + 95_000 }))
      assert.deepEqual(answer, {
        applied: true,
        status: 'completed',
        repaired_from: 'lost',
        error_group_id: null,
      })
      const repaired = { sync_status: 'completed', repaired_from: 'lost', error_type: null }
      assert.partialDeepStrictEqual(await read(id), { ...repaired, error_message: null })
      const change = (await syncs().listStatusChanges(id)).at(-1)
      assert.partialDeepStrictEqual(change, { old_status: 'lost', reason: 'late_finish' })
    })

    it('goes through no change of status but those that canBecome allows', async () => {
      type Move = FinishStatus | 'lost' | 'progress'
      const moves = fc.constantFrom<Move[]>(
        ...(['completed', 'partial', 'failed', 'cancelled', 'lost', 'progress'] as const),
      )
      let runs = 0
      await fc.assert(
        fc.asyncProperty(fc.array(moves, { minLength: 1, maxLength: 5 }), async (sequence) => {
          const id = await syncs().startSync(syncStart(`moves-${++runs}`))
          const path: SyncStatus[] = ['in_progress']
          const make = async (move: Move): Promise<boolean> => {
            if (move === 'progress') return await syncs().saveProgress(id, syncProgress())
            if (move === 'lost') return (await syncs().markLost([id], 'Gone.', START)).length === 1
            return (await syncs().finishSync(id, syncFinish({ status: move }))).applied
          }
          for (const move of sequence) {
            const at = path.at(-1) ?? 'in_progress'
            const allowed = move === 'progress' ? at === 'in_progress' : canBecome(at, move)
            assert.equal(await make(move), allowed, `${at} to ${move}`)
            if (allowed && move !== 'progress') path.push(move)
          }
          assert.equal((await read(id)).sync_status, path.at(-1))
          const changes = await syncs().listStatusChanges(id)
          const expected = path.map((status, index) => [path[index - 1] ?? null, status])
          assert.deepEqual(
            changes.map((change) => [change.old_status, change.new_status]),
            expected,
          )
        }),
        { numRuns: 60 },
      )
    })

    it('keeps one outcome per course, the last one told, in the order of their beginning', async () => {
      const id = await syncs().startSync(syncStart('courses'))
      const other = await syncs().startSync(syncStart('other courses'))
      const counts = { ...noEntityCounts(), processed: 3, created: 1, updated: 1, unchanged: 1 }
      const failed = courseOutcome('10', { outcome: 'failed', error_type: 'timeout', reason: UNUSUAL })
      await syncs().saveCourseOutcome(id, courseOutcome('9', { started_at: START + 5 }))
      await syncs().saveCourseOutcome(id, failed)
      await syncs().saveCourseOutcome(other, courseOutcome('10'))
      const again = courseOutcome('9', { started_at: START + 1, entities: { assignments: counts } })
      await syncs().saveCourseOutcome(id, again)
      assert.deepEqual(plain(await syncs().listCourseOutcomes(id)), [failed, again])
      assert.equal((await syncs().listCourseOutcomes(other)).length, 1)
    })
  })
}
