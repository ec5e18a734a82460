import type { CourseOutcome } from '../../../src/core/sync-record.ts'
import type { Simulator, TruthRow } from '../../../src/simulator/index.ts'
import {
  COURSE_ENTITIES,
  differences,
  missingOrWrong,
  trueCourses,
  trueRowsOfCourse,
  trueTerms,
  type CourseEntity,
  type TrueRows,
} from './compare-with-truth.ts'
import { ExpectedDeletions } from './expected-deletions.ts'
import { changedRows, isLive, rowsOfCourse, type TableRow, type Tables } from './read-tables.ts'

/** One run of the engine over the whole account, or over one course. */
export interface Run {
  readonly type: 'all' | 'courses' | 'assignments' | 'grades'
  readonly full: boolean
  readonly accept: boolean
  readonly course_id: string | null
}

const ENTITIES_OF: Readonly<Record<Run['type'], readonly CourseEntity[]>> = {
  all: COURSE_ENTITIES,
  courses: ['sections'],
  assignments: ['assignment_groups', 'assignments'],
  grades: ['enrollments'],
}

interface RunFacts extends Run {
  readonly before: Tables
  readonly after: Tables
  readonly outcomes: ReadonlyMap<string, CourseOutcome>
}

/** What must be true of the tables after each run, kept beside the engine and not taken from it. */
export class TruthModel {
  readonly #simulator: Simulator
  readonly #deletions = new ExpectedDeletions()
  /** Lists that were read after their course was concluded: nothing more is read of them. */
  readonly #final = new Set<string>()
  /** By `assignment/user`: fields that an incremental read need not see. */
  readonly #undated = new Map<string, Set<string>>()

  constructor(simulator: Simulator) {
    this.#simulator = simulator
  }

  noteUndated(assignment_id: string, user_id: string | null, fields: readonly string[]): void {
    const key = `${assignment_id}/${user_id ?? '*'}`
    this.#undated.set(key, new Set([...(this.#undated.get(key) ?? []), ...fields]))
  }

  /** What is wrong with the tables after a run during which nothing happened in the university. */
  check(run: RunFacts): string[] {
    const courses = trueCourses(this.#simulator)
    const problems = [...this.#checkTerms(run), ...this.#checkCourses(run, courses)]
    const known = new Set([...run.before.courses.keys(), ...run.after.courses.keys(), ...courses.keys()])
    for (const course_id of known) {
      const is_asked = run.course_id === null || run.course_id === course_id
      problems.push(...this.#checkCourse(run, courses.get(course_id), course_id, is_asked))
    }
    return problems
  }

  #checkTerms({ after, course_id }: RunFacts): string[] {
    // A run over one course sees the term of that course alone.
    return course_id === null ? missingOrWrong('terms', after.terms, trueTerms(this.#simulator)) : []
  }

  #checkCourses(run: RunFacts, courses: TrueRows): string[] {
    const { before, after, course_id } = run
    const problems: string[] = []
    const shown = new Map([...courses].filter(([id]) => course_id === null || id === course_id))
    const open = new Map([...shown].filter(([, course]) => course['access_restricted_by_date'] !== true))
    // The course itself is more than its row in an account's list.
    const rows = [...open].map(
      ([id, course]) => [id, course_id === null ? course : { ...course, enrollments: [] }] as const,
    )
    problems.push(...missingOrWrong('courses', after.courses, new Map(rows)))
    for (const id of shown.keys()) {
      if (open.has(id) || !before.courses.has(id)) continue
      problems.push(
        ...contentChanges(before.courses.get(id), after.courses.get(id)).map(
          (text) => `restricted course ${id}: ${text}`,
        ),
      )
      if (course_id === null && !isLive(after.courses.get(id)))
        problems.push(`restricted course ${id} is marked deleted`)
    }
    if (course_id === null) {
      problems.push(
        ...this.#deletions.check({
          name: 'courses',
          surely_whole: true,
          deletions: run.accept ? 'accept' : 'brake',
          shown: new Set(shown.keys()),
          before: before.courses,
          after: after.courses,
        }),
      )
    } else {
      const others = (tables: Tables): Map<string, TableRow> =>
        new Map([...tables.courses].filter(([id]) => id !== course_id))
      problems.push(
        ...changedRows(others(before), others(after)).map((text) => `courses that nobody asked for: ${text}`),
      )
    }
    return problems
  }

  #checkCourse(run: RunFacts, course: TruthRow | undefined, course_id: string, is_asked: boolean): string[] {
    const outcome = run.outcomes.get(course_id)
    const is_restricted = course?.['access_restricted_by_date'] === true
    const is_concluded = course?.['workflow_state'] === 'completed'
    const entities = ENTITIES_OF[run.type]
    const is_final = is_concluded && entities.every((entity) => this.#final.has(`${course_id} ${entity}`))
    const again = run.full && run.course_id !== null
    const is_read = is_asked && course !== undefined && !is_restricted && (!is_final || again)
    const problems: string[] = []
    let wanted = is_read ? 'completed' : is_asked ? unreadOutcome(run, course, course_id) : undefined
    let goes_on = is_read
    for (const entity of COURSE_ENTITIES) {
      const before = rowsOfCourse(run.before, entity, course_id)
      const after = rowsOfCourse(run.after, entity, course_id)
      if (!goes_on || !entities.includes(entity)) {
        problems.push(
          ...changedRows(before, after).map(
            (text) => `${entity} of course ${course_id}, which was not to be read: ${text}`,
          ),
        )
        continue
      }
      const truth = trueRowsOfCourse(this.#simulator, entity, course_id)
      const surely_whole = entity !== 'submissions' || run.full || is_concluded
      if (truth.size === 0 && [...before.values()].some(isLive) && !run.accept) {
        // An empty answer is no evidence of anything; an incremental read is not even surprised by it.
        problems.push(...changedRows(before, after).map((text) => `${entity} of ${course_id}: ${text}`))
        if (surely_whole || outcome?.outcome === 'failed') wanted = 'failed'
        goes_on = false
        continue
      }
      problems.push(
        ...(surely_whole
          ? this.#afterWholeRead(entity, after, truth)
          : this.#afterIncremental(before, after, truth)),
      )
      problems.push(
        ...this.#deletions.check({
          name: `${entity} of ${course_id}`,
          surely_whole,
          deletions: is_concluded ? 'never' : run.accept ? 'accept' : 'brake',
          shown: new Set(truth.keys()),
          before,
          after,
        }),
      )
      if (is_concluded) this.#final.add(`${course_id} ${entity}`)
      else this.#final.delete(`${course_id} ${entity}`)
    }
    if (outcome?.outcome !== wanted) {
      problems.push(
        `course ${course_id} is ${outcome?.outcome ?? 'left out'} (${outcome?.error_message ?? outcome?.reason ?? ''}), but should be ${wanted ?? 'left out'}`,
      )
    }
    return problems
  }

  #afterWholeRead(entity: CourseEntity, after: ReadonlyMap<string, TableRow>, truth: TrueRows): string[] {
    if (entity === 'submissions') {
      for (const row of truth.values()) {
        for (const user of [String(row['user_id']), '*']) {
          this.#undated.delete(`${String(row['assignment_id'])}/${user}`)
        }
      }
    }
    return missingOrWrong(entity, after, truth)
  }

  /** Canvas's dates show everything but the noted fields, and these may only be as they were. */
  #afterIncremental(
    before: ReadonlyMap<string, TableRow>,
    after: ReadonlyMap<string, TableRow>,
    truth: TrueRows,
  ): string[] {
    const stale = new Map(truth)
    for (const [id, row] of truth) {
      const [old_row, new_row] = [before.get(id), after.get(id)]
      if (!isLive(old_row) || !isLive(new_row) || old_row['data'] !== new_row['data']) continue
      const allowed = new Set<string>()
      for (const user of [String(row['user_id']), '*']) {
        for (const field of this.#undated.get(`${String(row['assignment_id'])}/${user}`) ?? [])
          allowed.add(field)
      }
      const wrong = differences('submissions', new_row, row).map(({ field }) => field.replace(/^data\./, ''))
      if (wrong.length > 0 && wrong.every((field) => allowed.has(field))) stale.delete(id)
    }
    return missingOrWrong('submissions', after, stale)
  }
}

/** A course that is asked for by name and not there is a failure; one that left the list is told of once. */
function unreadOutcome(run: RunFacts, course: TruthRow | undefined, course_id: string): string | undefined {
  if (course !== undefined) return 'frozen'
  if (run.course_id !== null) return 'failed'
  return isLive(run.before.courses.get(course_id)) ? 'frozen' : undefined
}

function contentChanges(before: TableRow | undefined, after: TableRow | undefined): string[] {
  if (before === undefined || after === undefined) return ['the row is physically gone']
  return Object.keys(before)
    .filter(
      (column) => column !== 'last_seen_at' && column !== 'deleted_at' && before[column] !== after[column],
    )
    .map((column) => `${column} went from ${before[column]} to ${after[column]}`)
}
