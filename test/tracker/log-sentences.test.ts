import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { amountOf, entityWord, milliseconds, readSentence } from '../../src/core/entity-words.ts'
import type { CourseOutcome } from '../../src/core/sync-record.ts'
import {
  callSentence,
  courseSentence,
  databaseSentence,
  deletedSentence,
  heldSentence,
  progressSentence,
  throttleSentence,
} from '../../src/tracker/log-sentences.ts'

const HELD =
  'too much at once, so nothing was deleted; if it is really gone, sync once with --accept-deletions.'
const COURSE: CourseOutcome = {
  course_id: '7',
  outcome: 'completed',
  reason: null,
  error_type: null,
  error_message: null,
  started_at: 0,
  finished_at: 0,
  duration_ms: 3210.4,
  api_calls: 0,
  rows_deleted: 0,
  deletions_held: 0,
  entities: {},
}
const course = (changes: Partial<CourseOutcome>): string => courseSentence({ ...COURSE, ...changes })

const SENTENCES: readonly (readonly [string, string])[] = [
  [amountOf(1, 'courses'), '1 course'],
  [amountOf(1, 'course'), '1 course'],
  [amountOf(0, 'assignment'), '0 assignments'],
  [amountOf(1, 'assignment_groups'), '1 assignment group'],
  [amountOf(2, 'assignment_groups'), '2 assignment groups'],
  [amountOf(1, 'outbox'), '1 row of outbox'],
  [amountOf(2, 'constructor'), '2 rows of constructor'],
  [entityWord('assignment_groups'), 'assignment groups'],
  [entityWord('my_table'), 'my_table'],
  [milliseconds(0), 'less than 1 ms'],
  [milliseconds(0.5), '1 ms'],
  [milliseconds(45.7), '46 ms'],
  [readSentence('courses', { processed: 4, created: 4, updated: 0 }), 'Read 4 courses: 4 new, 0 changed.'],
  [readSentence('grades', { processed: 1, created: null, updated: 1 }), 'Read 1 grade: 1 new or changed.'],
  [callSentence('GET /x', 200, 45.7, null), 'GET /x answered 200 in 46 ms.'],
  [callSentence('GET /x', 403, 45.7, 'forbidden'), 'GET /x answered 403 in 46 ms (forbidden).'],
  [callSentence('GET /x', null, 60_000, 'timeout'), 'GET /x had no answer after 60000 ms (timeout).'],
  [callSentence('GET /x', null, 0, undefined), 'GET /x had no answer after less than 1 ms.'],
  [databaseSentence('sync', '4 courses', 4.2), 'Saved 4 courses in 4 ms.'],
  [databaseSentence('fetch', '1 course', undefined), 'Fetched 1 course.'],
  [databaseSentence('toString', '1 course', 7), 'toString 1 course in 7 ms.'],
  [throttleSentence(1500), 'Canvas throttles: waiting 1500 ms.'],
  [throttleSentence(0), 'Canvas throttles.'],
  [deletedSentence('terms', 1), '1 term is gone from Canvas and marked deleted.'],
  [deletedSentence('terms', 2), '2 terms are gone from Canvas and marked deleted.'],
  [heldSentence('courses', 1), `1 course is missing from Canvas's list: ${HELD}`],
  [heldSentence('courses', 12), `12 courses are missing from Canvas's list: ${HELD}`],
  [progressSentence('2 of 4 courses done', 50), '2 of 4 courses done (50 %).'],
  [progressSentence('Reading courses.', 33.4), 'Reading courses (33 %).'],
  [progressSentence('Reading courses', null), 'Reading courses.'],
  [progressSentence(null, 99.99), '99 % done.'],
  [progressSentence(null, null), 'The sync goes on.'],
  [course({}), 'Course 7 completed in 3210 ms.'],
  [course({ outcome: 'failed' }), 'Course 7 failed after 3210 ms.'],
  [course({ outcome: 'forbidden' }), 'Course 7 is forbidden.'],
  [course({ outcome: 'frozen', reason: 'The term is over.' }), 'Course 7 is frozen (The term is over).'],
  [course({ outcome: 'skipped', reason: 'already read' }), 'Course 7 was skipped (already read).'],
  [course({ deletions_held: 1 }), `Course 7 completed in 3210 ms. 1 row is missing from its lists: ${HELD}`],
  [
    course({ deletions_held: 8 }),
    `Course 7 completed in 3210 ms. 8 rows are missing from its lists: ${HELD}`,
  ],
]

describe('a line says', () => {
  for (const [said, wanted] of SENTENCES) {
    it(wanted, () => {
      assert.equal(said, wanted)
    })
  }
})
