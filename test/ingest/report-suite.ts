import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SyncRow } from '../../src/core/sync-record.ts'
import type { Store } from '../../src/store/store.ts'
import { ingestWorld, type IngestWorld } from './support/ingest-world.ts'

/** What becomes of the events of one sync. */
export function exerciseReports(store: () => Store): void {
  const row = async (task_id: string): Promise<SyncRow> => {
    const found = await store().syncs.getSyncByTaskId(task_id)
    assert.ok(found, `there is no sync ${task_id}`)
    return found
  }
  const statuses = async (task_id: string): Promise<unknown[]> => {
    const changes = await store().syncs.listStatusChanges((await row(task_id)).id)
    return changes.map(({ old_status, new_status, reason }) => [old_status, new_status, reason])
  }
  const world = (): IngestWorld => ingestWorld(store())

  describe('a sync that is reported', () => {
    it('begins with any event, and a start that comes later says whose it is', async () => {
      const { open, lines, clock } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const outcome = { type: 'course_outcome', course_id: task_id, outcome: 'completed', quiet: true }
      await ingest.take([
        { type: 'assignment', task_id, id: 1, created: 2 },
        { ...outcome, task_id, id: 2 },
      ])
      assert.equal((await row(task_id)).user_id, null)
      clock.advance(1000)
      const started_at = clock.now() - 5000
      const start = { type: 'start', task_id, user_id: 42, sync_type: 'grades', host: 'h', started_at }
      const { syncs } = await ingest.take([start, { type: 'finish', task_id, duration_ms: 4321 }])
      const { sync_status, user_id, sync_type, host, sync_start_time, total_duration_seconds } =
        await row(task_id)
      assert.deepEqual(
        { sync_status, user_id, sync_type, host, sync_start_time, total_duration_seconds },
        {
          sync_status: 'completed',
          user_id: '42',
          sync_type: 'grades',
          host: 'h',
          sync_start_time: started_at,
          total_duration_seconds: 4.321,
        },
      )
      assert.equal((await row(task_id)).assignments_created, 2)
      // The list of a course's syncs goes by the start that stands with the course.
      const condition = { course_id: task_id, since: started_at, until: started_at + 1 }
      const { rows } = await store().lists.page({ condition, sort: 'newest', limit: 5, after: null })
      assert.deepEqual(
        rows.map(({ sync_task_id }) => sync_task_id),
        [task_id],
      )
      assert.deepEqual(syncs, [{ task_id, id: (await row(task_id)).id, status: 'completed' }])
      assert.deepEqual(await statuses(task_id), [
        [null, 'in_progress', null],
        ['in_progress', 'completed', null],
      ])
      assert.deepEqual(
        lines().map(({ event, user_id }) => [event, user_id]),
        [
          ['assignments_synced', null],
          ['sync_started', 42],
          ['sync_completed', 42],
        ],
      )
    })

    it('takes the same start again as a duplicate, and refuses another one with all that comes with it', async () => {
      const { open } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const start = { type: 'start', task_id, user_id: 'a' }
      await ingest.take([start])
      for (const again of [start, { ...start, id: 'another id' }]) {
        const { accepted, duplicates, rejected } = await ingest.take([again])
        assert.deepEqual({ accepted, duplicates, rejected }, { accepted: 0, duplicates: 1, rejected: 0 })
      }
      const other = { ...start, user_id: 'b' }
      const report = await ingest.take([other, { type: 'course', task_id, id: 1 }])
      assert.deepEqual([report.accepted, report.rejected], [0, 2])
      assert.deepEqual(
        report.errors.map(({ index, parameter }) => [index, parameter]),
        [
          [0, 'task_id'],
          [1, 'task_id'],
        ],
      )
      assert.equal((await row(task_id)).courses_processed, 0)
    })

    it('writes the lines of events that come after the end, counts them as late and leaves the row', async () => {
      const { open, lines } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      await ingest.take([
        { type: 'start', task_id },
        { type: 'finish', task_id },
      ])
      const before = await row(task_id)
      const late = await ingest.take([
        { type: 'course', task_id, id: 1 },
        { type: 'finish', task_id, id: 'second', status: 'failed' },
      ])
      assert.deepEqual([late.accepted, late.late, late.syncs[0]?.status], [2, 2, 'completed'])
      assert.deepEqual(await row(task_id), before)
      const again = await ingest.take([{ type: 'course', task_id, id: 1 }])
      assert.deepEqual([again.accepted, again.duplicates], [0, 1])
      assert.deepEqual(
        lines().map(({ event }) => event),
        ['sync_started', 'sync_completed', 'course_synced', 'sync_ended_late'],
      )
    })

    it('is repaired by its finish when it was taken for lost, with all that it did meanwhile', async () => {
      const { open, lines } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      await ingest.take([{ type: 'start', task_id }])
      await store().syncs.markLost([(await row(task_id)).id], 'No heartbeat.', 1_800_000_000_000)
      const { late } = await ingest.take([{ type: 'course', task_id, id: 1 }])
      assert.equal(late, 0)
      assert.equal((await row(task_id)).sync_status, 'lost')
      await ingest.take([{ type: 'finish', task_id }])
      const { sync_status, repaired_from, error_type, courses_processed } = await row(task_id)
      assert.deepEqual(
        { sync_status, repaired_from, error_type, courses_processed },
        { sync_status: 'completed', repaired_from: 'lost', error_type: null, courses_processed: 1 },
      )
      assert.deepEqual((await statuses(task_id)).at(-1), ['lost', 'completed', 'late_finish'])
      assert.equal(lines().at(-1)?.['event'], 'sync_repaired')
    })

    it('stays timed out, whatever comes later', async () => {
      const { open } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      await ingest.take([{ type: 'start', task_id }])
      await store().syncs.markTimedOut((await row(task_id)).id, 'Too long.', 1_800_000_000_000, 5000)
      const { late, syncs } = await ingest.take([{ type: 'finish', task_id }])
      assert.deepEqual([late, syncs[0]?.status], [1, 'timed_out'])
      assert.equal((await row(task_id)).sync_status, 'timed_out')
    })

    it('is judged by its courses and problems, also those of earlier requests', async () => {
      const { open } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const outcome = (course_id: number, outcome: string, more: object = {}): object => {
        return { type: 'course_outcome', task_id, id: `o${course_id}${outcome}`, course_id, outcome, ...more }
      }
      await ingest.take([{ type: 'start', task_id }, outcome(1, 'completed', { rows_deleted: 3 })])
      await ingest.take([outcome(2, 'failed', { error_type: 'timeout', error_message: 'Too slow.' })])
      await ingest.take([
        { type: 'problem', task_id, id: 'p', error_type: 'forbidden', message: 'No terms.' },
      ])
      await ingest.take([{ type: 'finish', task_id }])
      const { sync_status, error_type, error_message, rows_deleted, id } = await row(task_id)
      assert.deepEqual(
        { sync_status, error_type, rows_deleted, error_message },
        {
          sync_status: 'partial',
          error_type: 'timeout',
          rows_deleted: 3,
          error_message: '1 of 2 courses failed: timeout (course 2). No terms.',
        },
      )
      const courses = await store().syncs.listCourseOutcomes(id)
      assert.deepEqual(
        courses.map(({ course_id, outcome, error_message }) => [course_id, outcome, error_message]),
        [
          ['1', 'completed', null],
          ['2', 'failed', 'Too slow.'],
        ],
      )
    })

    it('keeps the largest of absolute counters, in whatever order they come, and adds events to them', async () => {
      const { open, lines } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const state = (id: number, courses_processed: number, percent: number): object => ({
        type: 'state',
        task_id,
        id,
        counters: { courses_processed, api_request_cost: courses_processed / 4, of_the_future: 7 },
        progress_percent: percent,
        sync_metadata: { number: id },
      })
      await ingest.take([{ type: 'start', task_id, quiet: true }, state(1, 5, 20)])
      await ingest.take([state(3, 9, 60)])
      await ingest.take([state(2, 7, 40)])
      const now = await row(task_id)
      assert.deepEqual([now.courses_processed, now.api_request_cost, now.progress_percent], [9, 2.25, 60])
      await ingest.take([
        { type: 'course', task_id, id: 'more' },
        { type: 'course', task_id, id: 'q', quiet: true },
      ])
      assert.equal((await row(task_id)).courses_processed, 10)
      assert.deepEqual(
        lines().map(({ event }) => event),
        ['course_synced'],
      )
    })

    it('keeps what calls say of the rate limit when a state that says nothing of it comes with them', async () => {
      const { open } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const call = { type: 'api_call', task_id, endpoint: '/courses', status: 200, duration_ms: 1 }
      await ingest.take([
        { ...call, id: 1, rate_limit_remaining: 300 },
        { type: 'state', task_id, id: 2, counters: {} },
        { ...call, id: 3, rate_limit_remaining: 400 },
      ])
      assert.equal((await row(task_id)).api_rate_limit_remaining_min, 300)
      await ingest.take([{ type: 'state', task_id, id: 4, api_rate_limit_remaining_min: 200 }])
      await ingest.take([{ type: 'state', task_id, id: 5 }])
      assert.equal((await row(task_id)).api_rate_limit_remaining_min, 200)
    })

    it('need not be heard of when it says so, and each event is a sign of life', async () => {
      const { open } = world()
      await using ingest = await open()
      const [silent, heard] = [crypto.randomUUID(), crypto.randomUUID()]
      await ingest.take([
        { type: 'start', task_id: silent, heartbeat_expected: false },
        { type: 'start', task_id: heard },
      ])
      await ingest.take([{ type: 'heartbeat', task_id: heard, running_ms: 1234.5 }])
      await ingest.take([{ type: 'heartbeat', task_id: heard }])
      const running = await store().syncs.listRunning(null, 10_000)
      const told = new Map(running.map((sync) => [sync.sync_task_id, sync]))
      assert.equal(told.get(silent)?.heartbeat_expected, false)
      assert.equal(told.get(heard)?.heartbeat_expected, true)
      assert.equal(told.get(heard)?.heartbeat_count, 2)
      assert.equal(told.get(heard)?.running_ms, 1235)
    })

    it('tells the time of an older event in its line', async () => {
      const { open, lines, clock } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const hour_ago = new Date(clock.now() - 3_600_000).toISOString()
      await ingest.take([
        { type: 'course', task_id, id: 1, at: hour_ago },
        { type: 'course', task_id, id: 2, at: clock.now() - 9000 },
      ])
      assert.deepEqual(
        lines().map(({ happened_at, timestamp }) => [happened_at, timestamp]),
        [
          [hour_ago, '2026-11-22T10:15:00.000Z'],
          [undefined, '2026-11-22T10:15:00.000Z'],
        ],
      )
    })

    it('is not begun by an event that is far ahead, while what happened long ago is taken', async () => {
      const { open, clock } = world()
      await using ingest = await open()
      const [ahead, past] = [crypto.randomUUID(), crypto.randomUUID()]
      const later = clock.now() + 600_000
      const report = await ingest.take([
        { type: 'start', task_id: ahead, started_at: later },
        { type: 'heartbeat', task_id: ahead, at: later },
        { type: 'start', task_id: past, started_at: '2020-02-29T00:00:00Z' },
        { type: 'finish', task_id: past, at: new Date(clock.now() + 60_000).toISOString() },
      ])
      assert.deepEqual([report.accepted, report.rejected], [2, 2])
      assert.deepEqual(
        report.errors.map(({ index, code, parameter }) => [index, code, parameter]),
        [
          [0, 'time_ahead', 'started_at'],
          [1, 'time_ahead', 'at'],
        ],
      )
      assert.equal(await store().syncs.getSyncByTaskId(ahead), null)
      assert.equal((await row(past)).sync_start_time, Date.UTC(2020, 1, 29))
      // When its time has come it is no longer ahead.
      clock.advance(300_000)
      assert.equal((await ingest.take([{ type: 'start', task_id: ahead, started_at: later }])).accepted, 1)
    })

    it('refuses what is no event and takes the rest, with a sentence for each', async () => {
      const { open } = world()
      await using ingest = await open()
      const task_id = crypto.randomUUID()
      const report = await ingest.take([
        { type: 'start', task_id },
        { type: 'course', task_id },
        { type: 'course', task_id, id: 1, created: -1 },
        17,
        { type: 'course', task_id, id: 2 },
      ])
      assert.deepEqual([report.accepted, report.rejected], [2, 3])
      assert.deepEqual(
        report.errors.map(({ index, task_id: told, event_id, parameter }) => [
          index,
          told,
          event_id,
          parameter,
        ]),
        [
          [1, task_id, null, 'id'],
          [2, task_id, '1', 'created'],
          [3, null, null, null],
        ],
      )
      for (const { error } of report.errors) assert.match(error, /^[A-Za-z].*\.$/)
      const many = await ingest.take(Array.from({ length: 500 }, () => 'no event'))
      assert.deepEqual([many.rejected, many.errors.length], [500, 100])
    })
  })
}
