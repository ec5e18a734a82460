import { describe } from 'node:test'
import { itRecords, type RecordCase } from './support/record-cases.ts'
import { trackings } from './support/tracking.ts'

const cases: readonly RecordCase[] = [
  {
    what: 'recordCourse without anything counts one course',
    call: (sync) => sync.recordCourse(),
    counts: { courses_processed: 1, courses_created: 0, courses_updated: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'course_synced',
      created: 0,
      updated: 0,
      count: 1,
      message: 'Read 1 course: 0 new, 0 changed.',
    },
  },
  {
    what: 'recordCourse counts what was created as processed, too',
    call: (sync) => sync.recordCourse({ created: true, courseId: 101, durationMs: 12.34 }),
    counts: { courses_processed: 1, courses_created: 1, courses_updated: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'course_synced',
      course_id: '101',
      created: 1,
      updated: 0,
      count: 1,
      duration_ms: 12.3,
      message: 'Read 1 course: 1 new, 0 changed.',
    },
  },
  {
    what: 'recordAssignment takes numbers',
    call: (sync) => sync.recordAssignment({ created: 2, updated: 15, courseId: '10000000000000007' }),
    counts: { assignments_processed: 17, assignments_created: 2, assignments_updated: 15 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'assignments_synced',
      course_id: '10000000000000007',
      created: 2,
      updated: 15,
      count: 17,
      message: 'Read 17 assignments: 2 new, 15 changed.',
    },
  },
  {
    what: 'recordSubmission takes the number processed from the caller',
    call: (sync) => sync.recordSubmission({ processed: 340, updated: 4 }),
    counts: { submissions_processed: 340, submissions_created: 0, submissions_updated: 4 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'submissions_synced',
      created: 0,
      updated: 4,
      count: 340,
      message: 'Read 340 submissions: 0 new, 4 changed.',
    },
  },
  {
    what: 'recordGrade counts grades',
    call: (sync) => sync.recordGrade({ updated: true }),
    counts: { grades_processed: 1, grades_updated: 1 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'grades_synced',
      created: 0,
      updated: 1,
      count: 1,
      message: 'Read 1 grade: 1 new or changed.',
    },
  },
  {
    what: 'recordDbOperation',
    call: (sync) =>
      sync.recordDbOperation({
        operation: 'update',
        entity: 'assignments',
        count: 17,
        durationMs: 12.44,
        batch: true,
        courseId: 101,
      }),
    counts: { db_operations: 1, db_duration_ms: 12.44 },
    stream: 'database',
    line: {
      level: 'INFO',
      event: 'db_operation',
      operation: 'update',
      entity: 'assignments',
      count: 17,
      duration_ms: 12.4,
      batch: true,
      course_id: '101',
      message: 'Updated 17 assignments in 12 ms.',
    },
  },
  {
    what: 'recordDeletions of rows that are gone',
    call: (sync) => sync.recordDeletions({ entity: 'terms', deleted: 2, held: 0 }),
    counts: { rows_deleted: 2, deletions_held: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'rows_deleted',
      entity: 'terms',
      deleted: 2,
      held: 0,
      message: '2 terms are gone from Canvas and marked deleted.',
    },
  },
  {
    what: 'recordDeletions of rows that are kept',
    call: (sync) => sync.recordDeletions({ entity: 'courses', deleted: 0, held: 12 }),
    counts: { rows_deleted: 0, deletions_held: 12 },
    stream: 'operations',
    line: {
      level: 'WARNING',
      event: 'deletions_held',
      entity: 'courses',
      deleted: 0,
      held: 12,
      message:
        "12 courses are missing from Canvas's list: too much at once, so nothing was deleted; if it is really gone, sync once with --accept-deletions.",
    },
  },
  {
    what: 'recordConnectionTest',
    call: (sync) => sync.recordConnectionTest({ durationMs: 31.4, sourceId: 3 }),
    counts: { api_calls_made: 0 },
    stream: 'operations',
    line: {
      level: 'INFO',
      event: 'connection_tested',
      source_id: 3,
      duration_ms: 31,
      status: 'ok',
      message: 'Canvas accepted the token in 31 ms.',
    },
  },
  {
    what: 'recordProblem',
    call: (sync) => sync.recordProblem({ error_type: 'contract', message: 'Terms could not be read.' }),
    counts: {},
    stream: 'errors',
    line: {
      level: 'ERROR',
      event: 'sync_problem',
      error_type: 'contract',
      next_step:
        'Canvas answered in a form this version does not know: look for a newer version, or report it with the request id.',
      message: 'Terms could not be read.',
    },
  },
  {
    what: 'recordEvent',
    call: (sync) => sync.recordEvent('checkpoint_saved', { course_id: '7' }, 'Course 7 is read.', 'WARNING'),
    counts: {},
    stream: 'operations',
    line: { level: 'WARNING', event: 'checkpoint_saved', course_id: '7', message: 'Course 7 is read.' },
  },
  {
    what: 'progress',
    call: (sync) =>
      sync.progress({ percent: 25.0004, current: 'Processing assignments', completed: 1, total: 4 }),
    counts: { progress_percent: 25.0004, progress_current: 'Processing assignments' },
    stream: 'progress',
    line: {
      level: 'INFO',
      event: 'progress',
      percent: 25,
      current: 'Processing assignments',
      completed: 1,
      total: 4,
      elapsed_ms: 2000,
      remaining_ms: 6000,
      message: 'Processing assignments (25 %).',
    },
  },
]

describe('a record… call counts and writes one line', () => {
  itRecords(trackings(), cases)
})
