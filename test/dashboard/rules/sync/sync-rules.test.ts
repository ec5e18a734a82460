import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compareSyncs, outcomeChanges, previousOf } from '../../../../dashboard/src/sync/compare-syncs.ts'
import { entityRows } from '../../../../dashboard/src/sync/entity-rows.ts'
import { remainingOf } from '../../../../dashboard/src/sync/estimate.ts'
import { failureGroups } from '../../../../dashboard/src/sync/failure-groups.ts'
import { missingSentence } from '../../../../dashboard/src/sync/missing-sentence.ts'
import { isWorthTelling, statusStory } from '../../../../dashboard/src/sync/status-story.ts'
import { shellText, syncCopies } from '../../../../dashboard/src/sync/sync-commands.ts'
import { verdictSentence } from '../../../../dashboard/src/sync/verdict-sentence.ts'
import { mostTelling, waterfallRows } from '../../../../dashboard/src/sync/waterfall-rows.ts'
import { toCourseOutcomeRecord } from '../../../../src/api/syncs/course-outcome-record.ts'
import type { CourseOutcomeRecord, StatusChangeRecord } from '../../../../src/api/syncs/sync-schemas.ts'
import type { SyncErrorType } from '../../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../../src/core/sync-record.ts'
import { noEntityCounts } from '../../../../src/core/synced-entity.ts'
import { courseOutcome, START } from '../../../support/sync-factory.ts'

const good = (id: string): CourseOutcomeRecord => toCourseOutcomeRecord(courseOutcome(id))

function bad(id: string, error_type: SyncErrorType | null, message = 'It failed.'): CourseOutcomeRecord {
  const outcome = error_type === 'forbidden' ? 'forbidden' : 'failed'
  return toCourseOutcomeRecord(courseOutcome(id, { outcome, error_type, error_message: message }))
}

const many = (count: number, of: (id: string) => CourseOutcomeRecord, from = 1): CourseOutcomeRecord[] =>
  Array.from({ length: count }, (_, number) => of(String(from + number)))

function record(changes: Partial<SyncRecord> = {}): SyncRecord {
  const none = { processed: 0, created: 0, updated: 0 }
  return {
    id: 17,
    sync_task_id: "it's",
    user_id: 42,
    sync_start_time: new Date(START).toISOString(),
    sync_end_time: null,
    total_duration_seconds: 210,
    sync_status: 'completed',
    error_message: null,
    sync_type: 'all',
    target_course_id: null,
    courses: none,
    assignments: none,
    submissions: none,
    grades: { processed: 0, updated: 0 },
    api_metrics: {
      calls_made: 10,
      calls_failed: 0,
      total_duration_ms: 0,
      rate_limit_hits: 0,
      request_cost: 0,
      rate_limit_remaining_min: null,
      throttle_wait_ms: 0,
    },
    database_metrics: { operations: 0, duration_ms: 0 },
    data_size_bytes: 0,
    incremental_sync: true,
    use_pagination: true,
    chunk_size: null,
    metadata: null,
    error_type: null,
    deletions: { deleted: 0, held: 0 },
    progress: { percent: null, current: null },
    heartbeat_at: new Date(START).toISOString(),
    source_id: null,
    trigger: 'manual',
    host: null,
    repaired_from: null,
    records_lost: 0,
    error_group_id: null,
    ...changes,
  }
}

test('the verdict is a sentence that a person understands', () => {
  const cases: readonly (readonly [Partial<SyncRecord>, readonly CourseOutcomeRecord[], string])[] = [
    [{}, many(25, good), 'Completed: 25 courses were read in 3 min 30 s.'],
    [{}, [good('1')], 'Completed: 1 course was read in 3 min 30 s.'],
    [{}, [], 'Completed in 3 min 30 s: nothing had to be read.'],
    [
      { deletions: { deleted: 0, held: 3 } },
      [good('1')],
      'Completed: 1 course was read in 3 min 30 s. 3 rows are missing in Canvas and kept here.',
    ],
    [
      { sync_status: 'partial', error_type: 'token_expired' },
      [...many(23, good), ...many(2, (id) => bad(id, 'token_expired'), 90)],
      'Partial: 2 of 25 courses could not be read because the access token has expired.',
    ],
    [
      { sync_status: 'partial' },
      [good('1'), bad('2', 'timeout'), bad('3', 'timeout'), bad('4', 'forbidden'), bad('5', 'network')],
      "Partial: 4 of 5 courses could not be read because Canvas took too long to answer (2) and the token's owner may not read it (1), and for 1 more reason.",
    ],
    [
      { sync_status: 'failed' },
      many(3, (id) => bad(id, 'network')),
      'Failed: none of 3 courses could be read because Canvas could not be reached.',
    ],
    [
      { sync_status: 'failed', error_type: 'token_revoked' },
      [],
      'Failed: it could not be done because the access token was deleted in Canvas.',
    ],
    [
      { sync_status: 'failed', error_type: 'of another version' as never },
      [],
      'Failed: it could not be done.',
    ],
    [
      { sync_status: 'partial', error_type: 'forbidden' },
      [good('1')],
      "Partial: not everything could be read because the token's owner may not read it.",
    ],
    [
      { sync_status: 'cancelled' },
      many(2, good),
      'Cancelled after 2 courses: the next sync goes on from there.',
    ],
    [
      { sync_status: 'lost' },
      [],
      'Lost before any course was done: its process stopped giving signs of life.',
    ],
    [{ sync_status: 'timed_out' }, [good('1')], 'Timed out after 1 course: it ran longer than its limit.'],
    [
      { repaired_from: 'lost' },
      [good('1')],
      'Completed: 1 course was read in 3 min 30 s. It was taken for lost before it told its end.',
    ],
  ]
  for (const [changes, courses, sentence] of cases) {
    assert.equal(verdictSentence(record(changes), courses), sentence)
  }
})

test('forty courses with one error are one group, and the largest comes first', () => {
  const groups = failureGroups([
    bad('1', 'forbidden'),
    ...many(40, (id) => bad(id, 'timeout', `Course ${id} took too long.`), 100),
    bad('2', null, 'One.'),
    bad('3', null, 'Two.'),
    good('4'),
  ])
  assert.deepEqual(
    groups.map(({ error_type, outcome, courses, next_step }) => {
      return [error_type, outcome, courses.length, next_step !== null]
    }),
    [
      ['timeout', 'failed', 40, true],
      ['forbidden', 'forbidden', 1, true],
      [null, 'failed', 1, false],
      [null, 'failed', 1, false],
    ],
  )
})

test('an estimate is made only when there is something to go by', () => {
  for (const [percent, elapsed_ms, expected] of [
    [null, 60_000, null],
    [1, 60_000, null],
    [50, 1000, null],
    [100, 60_000, null],
    [25, 60_000, 180_000],
  ] as const) {
    assert.equal(remainingOf(percent, elapsed_ms), expected)
  }
})

suite('what is missing of the log lines', () => {
  const reading = { complete: false, cut: null, calls_missing: 0, cleaned_up_at: null, lines_read: 0 }
  test('it is told with its reason', () => {
    assert.equal(missingSentence({ ...reading, complete: true }, 'UTC'), null)
    for (const [changes, words] of [
      [{ cleaned_up_at: '2026-11-22T02:00:00.000Z' }, /cleaned up on 22 Nov,? 02:00/],
      [{}, /no log lines of this sync/],
      [{ lines_read: 5, calls_missing: 1 }, /lines of 1 call are missing\.$/],
      [
        { lines_read: 5, calls_missing: 2, cleaned_up_at: '2026-11-22T02:00:00.000Z' },
        /2 calls .* cleaned up/,
      ],
      [{ cut: 'time' }, /only a part/],
      [{ cut: 'lines', lines_read: 500_000 }, /first 500,000/],
      [{ cut: 'unreadable' }, /cannot be read/],
    ] as const) {
      assert.match(missingSentence({ ...reading, ...changes }, 'UTC') ?? '', words)
    }
  })
})

test('the statuses of a sync are told as a story, where it is one', () => {
  const change = (
    old_status: StatusChangeRecord['old_status'],
    new_status: StatusChangeRecord['new_status'],
    reason: string | null = null,
  ): StatusChangeRecord => ({ old_status, new_status, reason, changed_at: '2026-11-22T10:15:00.000Z' })
  const begun = change(null, 'in_progress')
  const repaired = [
    begun,
    change('in_progress', 'lost', 'Its process is gone.'),
    change('lost', 'completed', 'late_finish'),
  ]
  assert.deepEqual(
    statusStory(repaired).map(({ words }) => words),
    [
      'Started.',
      'Was taken for lost: Its process is gone.',
      'Told its end after all, which counts: ended, completed.',
    ],
  )
  assert.deepEqual(
    statusStory([change('in_progress', 'partial', 'canvas_error')]).map(({ words }) => words),
    ['Ended, partial: Canvas itself failed.'],
  )
  assert.equal(isWorthTelling([begun, change('in_progress', 'completed')]), false)
  assert.equal(isWorthTelling([begun, change('in_progress', 'timed_out')]), true)
  assert.equal(isWorthTelling(repaired), true)
})

test('rows are counted from the record and from the courses, and what nobody counts stays unknown', () => {
  const counts = { ...noEntityCounts(), processed: 5, created: 1, updated: 1, unchanged: 3, held: 2 }
  const course = { ...good('1'), entities: { sections: counts, submissions: counts } }
  const rows = entityRows(
    record({
      courses: { processed: 2, created: 0, updated: 1 },
      submissions: { processed: 5, created: 1, updated: 1 },
      grades: { processed: 4, updated: 3 },
      assignments: { processed: 0, created: 2, updated: 0 },
    }),
    [course, course],
  )
  const of = (name: string): unknown[] => {
    const row = rows.find((each) => each.name === name)
    return [row?.extracted, row?.created, row?.updated, row?.unchanged, row?.held]
  }
  assert.deepEqual(of('Courses'), [2, 0, 1, 1, null])
  assert.deepEqual(of('Submissions'), [5, 1, 1, 3, 4])
  assert.deepEqual(of('Sections'), [10, 2, 2, 6, 4])
  assert.deepEqual(of('Grades'), [4, null, 3, null, null])
  // A job of its own may count what is new and not what it read.
  assert.deepEqual(of('Assignments'), [0, 2, 0, null, null])
})

test('a sync is compared with the newest of its kind, and its courses with those of then', () => {
  const now = record({ id: 9, total_duration_seconds: 20 })
  const listed = [
    record({ id: 9 }),
    record({ id: 8, target_course_id: 5 }),
    record({ id: 7, user_id: null }),
    record({ id: 6, total_duration_seconds: 10 }),
  ]
  const before = previousOf(now, listed)
  assert.equal(before?.id, 6)
  assert.equal(previousOf(now, listed.slice(0, 3)), null)
  const duration = compareSyncs(now, before).find(({ words }) => words === 'Duration')
  assert.deepEqual([duration?.now, duration?.before], [20, 10])
  const changes = outcomeChanges(
    [bad('1', 'timeout'), bad('2', 'timeout'), good('3')],
    [good('1'), bad('2', 'timeout'), bad('3', 'timeout'), bad('4', 'timeout')],
  )
  assert.deepEqual(
    [changes.newly_failing, changes.still_failing, changes.recovered].map((courses) =>
      courses.map(({ course_id }) => course_id),
    ),
    [[1], [2], [3]],
  )
})

test('what is copied is whole, and holds no token', () => {
  assert.equal(shellText("it's"), String.raw`'it'\''s'`)
  const copies = syncCopies(record(), new URL('http://monitor.example:5000/syncs/17?status=failed'))
  const texts = Object.fromEntries(copies.map(({ words, text }) => [words, text]))
  assert.equal(texts['Link'], 'http://monitor.example:5000/syncs/17')
  assert.equal(texts['curl'], 'curl -s http://monitor.example:5000/api/canvas/metrics/sync/17')
  assert.match(texts['curl with a token'] ?? '', /"Authorization: Bearer \$CANVAS_SYNC_TOKEN"/)
  assert.equal(texts['Command'], 'canvas-sync-monitor syncs show 17')
  assert.equal(texts['Its log lines'], String.raw`canvas-sync-monitor logs search --task 'it'\''s'`)
})

test('of hundreds of courses what failed and what took longest is shown, in the order of time', () => {
  const courses = many(300, good).map((course, index) => ({
    ...course,
    duration_ms: index,
    finished_at: new Date(START + 1000 + index).toISOString(),
    ...(index === 5 ? { outcome: 'failed' as const } : {}),
  }))
  const rows = waterfallRows(START, courses, null)
  assert.equal(rows.length, 300)
  const shown = mostTelling(rows, 40)
  assert.equal(shown.length, 40)
  assert.ok(shown.some(({ outcome }) => outcome === 'failed'))
  assert.ok(
    shown.filter(({ outcome }) => outcome !== 'failed').every(({ duration_ms }) => duration_ms >= 261),
  )
  assert.deepEqual(
    shown,
    shown.toSorted((a, b) => a.at_ms - b.at_ms || a.duration_ms - b.duration_ms),
  )
  assert.equal(mostTelling(rows.slice(0, 40), 40).length, 40)
})
