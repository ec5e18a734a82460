import { daysBefore } from './calendar.ts'
import type { ContentSource } from './content-source.ts'
import { assignmentName } from './names.ts'
import { pick } from './random.ts'
import type { AssignmentGroupRecord, AssignmentRecord, CourseRecord, SectionRecord } from './records.ts'

const GROUP_NAMES = ['Assignments', 'Exams', 'Participation', 'Projects']
const POINTS = [10, 20, 50, 100, 5]
const DAY_MS = 86_400_000

export function makeGroups(source: ContentSource, course: CourseRecord): AssignmentGroupRecord[] {
  const count = source.size.assignment_groups_per_course
  return Array.from({ length: count }, (_, index) => ({
    local_id: (course.local_id - 1) * count + index + 1,
    name: pick(GROUP_NAMES, index),
    position: index + 1,
    group_weight: course.has_group_weights ? Math.round(10000 / count) / 100 : 0,
    drop_lowest: index === 0 && course.local_id % 4 === 0 ? 1 : 0,
  }))
}

export function makeAssignments(
  source: ContentSource,
  course: CourseRecord,
  sections: readonly SectionRecord[],
  groups: readonly AssignmentGroupRecord[],
): AssignmentRecord[] {
  const count = source.size.assignments_per_course
  return Array.from({ length: count }, (_, index) => {
    const local_id = (course.local_id - 1) * count + index + 1
    return makeAssignment(source, course, sections, pick(groups, index), local_id, index, count)
  })
}

function makeAssignment(
  source: ContentSource,
  course: CourseRecord,
  sections: readonly SectionRecord[],
  group: AssignmentGroupRecord,
  local_id: number,
  index: number,
  count: number,
): AssignmentRecord {
  const { seed, anchor_ms } = source
  const created_ms = course.created_ms + (index + 1) * 3_600_000
  const due_ms = daysBefore(anchor_ms, 80 - (110 * (index + 0.5)) / count)
  const has_sections = sections.length > 1
  const section = has_sections ? (sections[1]?.local_id ?? null) : null
  const first_due_ms = index % 9 === 5 ? null : due_ms
  return {
    local_id,
    group_local_id: group.local_id,
    points_possible: pick(POINTS, index),
    grading_type: index % 6 === 5 ? 'letter_grade' : 'points',
    submission_type: pick(
      ['online_text_entry', 'online_upload', 'online_quiz', 'on_paper', 'online_url'],
      index,
    ),
    created_ms,
    posts_manually: index % 7 === 6,
    omit_from_final_grade: index % 13 === 12,
    only_section_local_id: index % 8 === 3 ? section : null,
    section_due:
      section !== null && index % 8 === 1 ? { section_local_id: section, due_ms: due_ms + 2 * DAY_MS } : null,
    name: assignmentName(seed, local_id, index + 1),
    position: index + 1,
    first_due_ms,
    due_ms: first_due_ms,
    workflow_state:
      count > 5 && index === count - 1 && course.local_id % 2 === 1 ? 'unpublished' : 'published',
    updated_ms: created_ms + 3_600_000,
  }
}
