import { anchorOf, daysBefore } from './calendar.ts'
import { FIRST_TEACHER_LOCAL_ID, makeAccounts, makeCourses, makeTerms } from './catalogue.ts'
import { firstLaterEnrollmentLocalId, makeContent } from './course-content.ts'
import { personName, type PersonName } from './names.ts'
import { placeStudents, type Placement } from './placement.ts'
import type { AccountRecord, CourseContent, CourseRecord, TermRecord, UserRecord } from './records.ts'
import { resolveSize, type ResolvedSize, type UniversitySize } from './size.ts'

const ID_SHARD_FACTOR = 10_000_000_000_000n
/** Rows of course content kept ready; what nobody has changed can be made up again. */
const KEPT_ROWS = 60_000

/** The state of the university: what cannot be made up again from the seed, and what is in use. */
export class World {
  readonly seed: number
  readonly size: ResolvedSize
  readonly shard_id: number
  readonly anchor_ms: number
  readonly now: () => number
  readonly placement: Placement
  readonly accounts: readonly AccountRecord[]
  readonly terms: readonly TermRecord[]
  readonly courses: ReadonlyMap<number, CourseRecord>
  readonly first_student_local_id: number
  /** Grows with every mutation; whoever caches something derived compares it. */
  version = 0
  /** Absolute URLs begin with this; known once the server listens. */
  base_url = ''
  readonly #changed_names = new Map<number, PersonName>()
  readonly #changed_contents = new Map<number, CourseContent>()
  readonly #ready_contents = new Map<number, CourseContent>()
  readonly #later_courses_of_user = new Map<number, Set<number>>()
  readonly #courses_of_teacher = new Map<number, number[]>()
  #ready_rows = 0
  #next_user_local_id: number
  #next_local_id: Record<'enrollment' | 'section' | 'assignment', number>

  constructor(options: { seed: number; size?: UniversitySize; shard_id: number; now: () => number }) {
    this.seed = options.seed
    this.size = resolveSize(options.size)
    this.shard_id = options.shard_id
    this.now = options.now
    this.anchor_ms = anchorOf(options.now())
    this.placement = placeStudents(this.seed, this.size)
    this.accounts = makeAccounts(this.size.accounts)
    this.terms = makeTerms(this.size.terms, this.anchor_ms)
    this.courses = makeCourses(this.seed, this.size, this.placement, this.anchor_ms)
    this.first_student_local_id = FIRST_TEACHER_LOCAL_ID + this.size.teachers
    this.#next_user_local_id = this.first_student_local_id + this.size.students
    this.#next_local_id = {
      enrollment: firstLaterEnrollmentLocalId(this.size),
      section: this.size.courses * this.size.sections_per_course + 1,
      assignment: this.size.courses * this.size.assignments_per_course + 1,
    }
    for (const course of this.courses.values()) {
      for (const teacher of course.teacher_local_ids) {
        const list = this.#courses_of_teacher.get(teacher)
        if (list === undefined) this.#courses_of_teacher.set(teacher, [course.local_id])
        else list.push(course.local_id)
      }
    }
  }

  /** What the API shows: `shard * 10^13 + local`, beyond 2^53 from shard 901 on. */
  id(local_id: number): bigint {
    if (local_id < 0) return BigInt(local_id)
    return BigInt(this.shard_id) * ID_SHARD_FACTOR + BigInt(local_id)
  }

  localId(id: bigint | number | string): number {
    const value = BigInt(id)
    return Number(value >= ID_SHARD_FACTOR ? value % ID_SHARD_FACTOR : value)
  }

  user(local_id: number): UserRecord | undefined {
    if (local_id < 1 || local_id >= this.#next_user_local_id) return undefined
    const name = this.#changed_names.get(local_id) ?? personName(this.seed, local_id)
    return {
      local_id,
      name: name.name,
      sortable_name: name.sortable_name,
      created_ms: daysBefore(this.anchor_ms, 700),
    }
  }

  setName(user_local_id: number, name: PersonName): void {
    this.#changed_names.set(user_local_id, name)
  }

  addUser(name: PersonName | undefined): number {
    const local_id = this.#next_user_local_id
    this.#next_user_local_id += 1
    if (name !== undefined) this.#changed_names.set(local_id, name)
    return local_id
  }

  nextLocalId(kind: 'enrollment' | 'section' | 'assignment'): number {
    const local_id = this.#next_local_id[kind]
    this.#next_local_id[kind] += 1
    return local_id
  }

  content(course: CourseRecord): CourseContent {
    const kept = this.#changed_contents.get(course.local_id) ?? this.#ready_contents.get(course.local_id)
    if (kept !== undefined) return kept
    const content = makeContent(this, course)
    this.#ready_contents.set(course.local_id, content)
    this.#ready_rows += rowCount(content)
    for (const [course_local_id, oldest] of this.#ready_contents) {
      if (this.#ready_rows <= KEPT_ROWS || oldest === content) break
      this.#ready_contents.delete(course_local_id)
      this.#ready_rows -= rowCount(oldest)
    }
    return content
  }

  /** As {@link World.content}, for somebody who will change it: from now on it is kept for ever. */
  changingContent(course: CourseRecord): CourseContent {
    this.version += 1
    const content = this.content(course)
    if (this.#ready_contents.delete(course.local_id)) this.#ready_rows -= rowCount(content)
    this.#changed_contents.set(course.local_id, content)
    return content
  }

  noteCourseOfUser(user_local_id: number, course_local_id: number): void {
    const courses = this.#later_courses_of_user.get(user_local_id) ?? new Set()
    courses.add(course_local_id)
    this.#later_courses_of_user.set(user_local_id, courses)
  }

  /** Courses in which the user has, or has had, an enrollment. */
  coursesOfUser(user_local_id: number): CourseRecord[] {
    const local_ids = new Set(this.#courses_of_teacher.get(user_local_id))
    const student_index = user_local_id - this.first_student_local_id
    if (student_index >= 0 && student_index < this.size.students) {
      for (const course of this.placement.coursesOf(student_index)) local_ids.add(course)
    }
    for (const course of this.#later_courses_of_user.get(user_local_id) ?? []) local_ids.add(course)
    return [...local_ids]
      .sort((left, right) => left - right)
      .flatMap((local_id) => this.courses.get(local_id) ?? [])
  }
}

function rowCount(content: CourseContent): number {
  return content.enrollments.length + content.assignments.length + 50
}
