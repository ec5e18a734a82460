import type { ContentSource } from './content-source.ts'
import { daysBefore } from './calendar.ts'
import { makeAssignments, makeGroups } from './coursework.ts'
import { unit } from './random.ts'
import type {
  CourseContent,
  CourseRecord,
  EnrollmentRecord,
  EnrollmentState,
  SectionRecord,
} from './records.ts'
import type { ResolvedSize } from './size.ts'

/** Makes up all that is in a course but its submissions; always the same for the same seed. */
export function makeContent(source: ContentSource, course: CourseRecord): CourseContent {
  const sections = makeSections(source, course)
  const enrollments = makeStaff(source, course, sections)
  const initial_students = makeStudents(source, course, sections, enrollments)
  const groups = makeGroups(source, course)
  const assignments = makeAssignments(source, course, sections, groups)
  return {
    course,
    sections,
    enrollments,
    groups,
    assignments,
    initial_assignment_count: assignments.length,
    initial_students,
    slot_of_student: new Map(initial_students.map((user_local_id, slot) => [user_local_id, slot])),
    later_rows: [],
    later_row_index: new Map(),
    changed_submissions: new Map(),
  }
}

export function firstLaterEnrollmentLocalId(size: ResolvedSize): number {
  return (size.courses + 1) * 10 + size.students * size.courses_per_student * 2
}

function makeSections(source: ContentSource, course: CourseRecord): SectionRecord[] {
  const count = source.size.sections_per_course
  return Array.from({ length: count }, (_, index) => ({
    local_id: (course.local_id - 1) * count + index + 1,
    name: `Section ${index + 1}`,
    created_ms: course.created_ms,
  }))
}

function makeStaff(
  source: ContentSource,
  course: CourseRecord,
  sections: readonly SectionRecord[],
): EnrollmentRecord[] {
  return course.teacher_local_ids.map((user_local_id, index) => ({
    local_id: course.local_id * 10 + index,
    user_local_id,
    section_local_id: sections[0]?.local_id ?? 0,
    created_ms: daysBefore(source.anchor_ms, 110),
    type: index === 0 ? 'TeacherEnrollment' : 'TaEnrollment',
    state: 'active',
    updated_ms: daysBefore(source.anchor_ms, 100),
  }))
}

function makeStudents(
  source: ContentSource,
  course: CourseRecord,
  sections: readonly SectionRecord[],
  enrollments: EnrollmentRecord[],
): number[] {
  const { seed, placement, anchor_ms } = source
  const places = placement.placesIn(course.local_id)
  const students: number[] = []
  places.forEach((place, slot) => {
    const user_local_id = source.first_student_local_id + placement.studentOfPlace(place)
    // Sections are blocks of slots, so that work assigned to one section leaves whole pages empty for others.
    const section_index = Math.floor((slot * sections.length) / places.length)
    const created_ms = daysBefore(anchor_ms, 60 + 40 * unit(seed, 61, place))
    const first: EnrollmentRecord = {
      local_id: (source.size.courses + 1) * 10 + place * 2,
      user_local_id,
      section_local_id: sections[section_index]?.local_id ?? 0,
      created_ms,
      type: 'StudentEnrollment',
      state: stateOf(unit(seed, 62, place)),
      updated_ms: created_ms,
    }
    enrollments.push(first)
    students.push(user_local_id)
    if (sections.length > 1 && unit(seed, 63, place) < 0.04) {
      const other = sections[(section_index + 1) % sections.length]
      enrollments.push({
        ...first,
        local_id: first.local_id + 1,
        section_local_id: other?.local_id ?? 0,
      })
    }
  })
  return students
}

function stateOf(chance: number): EnrollmentState {
  if (chance < 0.01) return 'invited'
  if (chance < 0.02) return 'inactive'
  if (chance < 0.03) return 'deleted'
  return chance < 0.035 ? 'completed' : 'active'
}
