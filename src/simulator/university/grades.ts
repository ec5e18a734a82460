import { rowLocalId, submissionOf } from './gradebook.ts'
import { isAssignedTo, sectionsOfStudent } from './roster.ts'
import type { CourseContent } from './records.ts'
import { roundScore } from './submission-state.ts'
import type { World } from './world.ts'

export interface Grades {
  readonly current_score: number | null
  readonly final_score: number | null
  readonly unposted_current_score: number | null
  readonly unposted_final_score: number | null
}

interface Work {
  readonly group_local_id: number
  readonly points_possible: number
  readonly score: number | null
  readonly is_posted: boolean
}

/** `current_*` leaves out what has no grade, `final_*` counts it as 0; both see posted grades only. */
export function gradesOf(world: World, content: CourseContent, user_local_id: number): Grades {
  const works = worksOf(world, content, user_local_id)
  const posted = works.map((work) => (work.is_posted ? work : { ...work, score: null }))
  return {
    current_score: total(content, graded(posted)),
    final_score: total(content, posted),
    unposted_current_score: total(content, graded(works)),
    unposted_final_score: total(content, works),
  }
}

/** The letter of a percentage in Canvas's default scheme. */
export function letterOf(score: number): string {
  const found = LETTERS.find(([minimum]) => score >= minimum)
  return found?.[1] ?? 'F'
}

const LETTERS: readonly (readonly [number, string])[] = [
  [94, 'A'], [90, 'A-'], [87, 'B+'], [84, 'B'], [80, 'B-'], [77, 'C+'], [74, 'C'], [70, 'C-'], [67, 'D+'],
  [64, 'D'], [61, 'D-'],
] // prettier-ignore

function worksOf(world: World, content: CourseContent, user_local_id: number): Work[] {
  const sections = sectionsOfStudent(content, user_local_id)
  const works: Work[] = []
  for (const assignment of content.assignments) {
    if (assignment.workflow_state !== 'published' || assignment.omit_from_final_grade) continue
    if (!isAssignedTo(assignment, sections)) continue
    const local_id = rowLocalId(content, assignment.local_id, user_local_id)
    if (local_id === undefined) continue
    const submission = submissionOf(world, content, { local_id, assignment, user_local_id })
    if (submission.excused) continue
    works.push({
      group_local_id: assignment.group_local_id,
      points_possible: assignment.points_possible,
      score: submission.workflow_state === 'graded' ? submission.score : null,
      is_posted: submission.posted_ms !== null,
    })
  }
  return works
}

function graded(works: readonly Work[]): Work[] {
  return works.filter((work) => work.score !== null)
}

function total(content: CourseContent, works: readonly Work[]): number | null {
  let earned = 0
  let possible = 0
  let weighted = 0
  let weight = 0
  for (const group of content.groups) {
    const counted = dropLowest(
      works.filter((work) => work.group_local_id === group.local_id),
      group.drop_lowest,
    )
    let group_earned = 0
    let group_possible = 0
    for (const work of counted) {
      group_earned += work.score ?? 0
      group_possible += work.points_possible
    }
    if (group_possible === 0) continue
    earned += group_earned
    possible += group_possible
    weighted += (group_earned / group_possible) * group.group_weight
    weight += group.group_weight
  }
  if (possible === 0) return null
  if (!content.course.has_group_weights) return roundScore((100 * earned) / possible)
  return weight === 0 ? null : roundScore((100 * weighted) / weight)
}

/** Drops by share of points; Canvas looks for the best total, which for one dropped row is nearly the same. */
function dropLowest(works: readonly Work[], count: number): readonly Work[] {
  if (count === 0 || works.length <= count) return works
  return works
    .toSorted(
      (left, right) => (left.score ?? 0) / left.points_possible - (right.score ?? 0) / right.points_possible,
    )
    .slice(count)
}
