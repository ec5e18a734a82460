import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderCourses, usableCheckpoints, wasInterrupted, whyFrozen } from '../../src/engine/course-plan.ts'
import type { ListedCourse } from '../../src/engine/course.ts'
import { overlookedGrades, planSubmissions } from '../../src/engine/submissions-plan.ts'
import { noEntityCounts } from '../../src/core/synced-entity.ts'
import type { SyncErrorType } from '../../src/core/error-types.ts'
import type { SyncStatus } from '../../src/core/sync-status.ts'
import type { ListingState } from '../../src/store/synced-data-store.ts'

const HOUR_MS = 3_600_000
const NOW = Date.parse('2026-11-22T10:00:00Z')

const course = (id: string, state: Partial<ListedCourse> = {}): ListedCourse => ({
  id,
  name: `Course ${id}`,
  restricted: false,
  concluded: false,
  ...state,
})

const listing = (state: Partial<ListingState> = {}): ListingState => ({
  source_id: 1,
  entity: 'submissions',
  listed_by: '1',
  last_listing_at: NOW - HOUR_MS,
  last_complete_at: NOW - HOUR_MS,
  previous_complete_at: null,
  read_through_at: NOW - HOUR_MS,
  row_count: 10,
  deletions_held: 0,
  final: false,
  ...state,
})

test('only a sync that stopped before its end is gone on with', () => {
  const table: [SyncStatus, SyncErrorType | null, boolean][] = [
    ['in_progress', null, false],
    ['completed', null, false],
    ['partial', 'timeout', false],
    ['partial', 'token_revoked', true],
    ['failed', 'network', true],
    ['cancelled', 'cancelled', true],
    ['lost', 'lost', true],
    ['timed_out', 'timed_out', true],
  ]
  for (const [sync_status, error_type, expected] of table) {
    assert.equal(wasInterrupted({ sync_status, error_type }), expected, `${sync_status} ${error_type}`)
  }
  assert.equal(wasInterrupted(null), false)
})

test('checkpoints count together, as long as the newest of them is not too old', () => {
  const checkpoints = [
    { course_id: '1', sync_id: 7, saved_at: NOW - 3 * HOUR_MS },
    { course_id: '2', sync_id: 7, saved_at: NOW - HOUR_MS },
  ]
  assert.deepEqual([...usableCheckpoints(checkpoints, NOW, HOUR_MS).keys()], ['1', '2'])
  assert.equal(usableCheckpoints(checkpoints, NOW + 1, HOUR_MS).size, 0)
  assert.equal(usableCheckpoints([], NOW, HOUR_MS).size, 0)
})

test('courses that failed last time come first, the others keep their order', () => {
  const courses = ['1', '2', '3', '4'].map((id) => course(id))
  const last = [
    { course_id: '1', outcome: 'completed' as const },
    { course_id: '3', outcome: 'failed' as const },
    { course_id: '4', outcome: 'forbidden' as const },
  ]
  assert.deepEqual(
    orderCourses(courses, last).map(({ id }) => id),
    ['3', '1', '2', '4'],
  )
})

test('a restricted course is frozen at once, a concluded one after its last whole read', () => {
  const final = listing({ final: true })
  const read = new Map([['sections' as const, final]])
  assert.match(whyFrozen(course('1', { restricted: true }), ['sections'], new Map()) ?? '', /dates/)
  assert.equal(whyFrozen(course('1'), ['sections'], read), null)
  assert.equal(whyFrozen(course('1', { concluded: true }), ['sections'], new Map()), null)
  assert.match(whyFrozen(course('1', { concluded: true }), ['sections'], read) ?? '', /concluded/)
  assert.equal(whyFrozen(course('1', { concluded: true }), ['sections', 'assignments'], read), null)
})

test('submissions are read by their dates only after a whole read that still holds', () => {
  const facts = {
    full: false,
    concluded: false,
    now: NOW,
    full_read_every_ms: 24 * HOUR_MS,
    state: listing(),
  }
  assert.deepEqual(planSubmissions(facts), { read: 'incremental', since: NOW - HOUR_MS - 600_000 })
  const whole: Parameters<typeof planSubmissions>[0][] = [
    { ...facts, full: true },
    { ...facts, concluded: true },
    { ...facts, state: null },
    { ...facts, state: listing({ last_complete_at: null }) },
    { ...facts, state: listing({ read_through_at: null }) },
    { ...facts, state: listing({ last_complete_at: NOW - 24 * HOUR_MS }) },
    { ...facts, state: listing({ last_complete_at: NOW + HOUR_MS }) },
    { ...facts, state: listing({ deletions_held: 3 }) },
  ]
  for (const one of whole) assert.equal(planSubmissions(one).read, 'full', JSON.stringify(one))
})

test('grades that changed without any submission have been overlooked', () => {
  const none = noEntityCounts()
  assert.equal(overlookedGrades(null, none), false)
  assert.equal(overlookedGrades(none, none), false)
  assert.equal(overlookedGrades({ ...none, regraded: 1 }, none), true)
  assert.equal(overlookedGrades({ ...none, regraded: 1 }, { ...none, updated: 1 }), false)
})
