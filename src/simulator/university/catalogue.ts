import { daysBefore } from './calendar.ts'
import { courseName } from './names.ts'
import type { Placement } from './placement.ts'
import { hash, unit } from './random.ts'
import type { AccountRecord, CourseRecord, CourseState, TermRecord } from './records.ts'
import type { ResolvedSize } from './size.ts'

/** Rows that mutations may add to a course before its submission ids would run into the next course's. */
const SPARE_SUBMISSION_IDS = 1_000_000

export const ADMIN_LOCAL_ID = 1
export const FIRST_TEACHER_LOCAL_ID = 2

export function makeAccounts(count: number): AccountRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    local_id: index + 1,
    name: index === 0 ? 'Simulated University' : `Faculty ${index}`,
    parent_local_id: index === 0 ? null : 1,
  }))
}

export function makeTerms(count: number, anchor_ms: number): TermRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    local_id: index + 1,
    name: index === 0 ? 'Default Term' : `Term ${index}`,
    start_ms: index === 0 ? null : daysBefore(anchor_ms, 90 + (count - 1 - index) * 180),
    end_ms: index === 0 ? null : daysBefore(anchor_ms, -40 + (count - 1 - index) * 180),
    created_ms: daysBefore(anchor_ms, 800),
  }))
}

export function makeCourses(
  seed: number,
  size: ResolvedSize,
  placement: Placement,
  anchor_ms: number,
): Map<number, CourseRecord> {
  const courses = new Map<number, CourseRecord>()
  let first_submission_local_id = 1
  for (let local_id = 1; local_id <= size.courses; local_id += 1) {
    courses.set(local_id, makeCourse(seed, size, local_id, first_submission_local_id, anchor_ms))
    first_submission_local_id +=
      placement.sizeOf(local_id) * size.assignments_per_course + SPARE_SUBMISSION_IDS
  }
  return courses
}

function makeCourse(
  seed: number,
  size: ResolvedSize,
  local_id: number,
  first_submission_local_id: number,
  anchor_ms: number,
): CourseRecord {
  return {
    local_id,
    ...courseName(seed, local_id),
    account_local_id: 1 + (hash(seed, 51, local_id) % size.accounts),
    term_local_id: size.terms === 1 || local_id % 11 === 0 ? 1 : size.terms,
    teacher_local_ids: teachersOf(size, local_id),
    created_ms: daysBefore(anchor_ms, 120 + 60 * unit(seed, 52, local_id)),
    has_letter_grades: local_id % 2 === 0,
    has_group_weights: local_id % 3 === 0,
    first_submission_local_id,
    hide_final_grades: false,
    workflow_state: initialState(size.courses, local_id),
    restricted_by_date: 'nobody',
    nicknames: new Map(),
  }
}

/** In a university of six courses or more the last is not yet published and the one before is concluded. */
function initialState(course_count: number, local_id: number): CourseState {
  if (course_count < 6) return 'available'
  if (local_id === course_count) return 'claimed'
  return local_id === course_count - 1 ? 'completed' : 'available'
}

function teachersOf(size: ResolvedSize, local_id: number): number[] {
  const first = FIRST_TEACHER_LOCAL_ID + ((local_id - 1) % size.teachers)
  if (local_id % 3 !== 0 || size.teachers < 2) return [first]
  return [first, FIRST_TEACHER_LOCAL_ID + (local_id % size.teachers)]
}
