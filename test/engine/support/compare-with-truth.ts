import { isDeepStrictEqual } from 'node:util'
import { SYNCED_TABLES, type SyncedColumn, type SyncedEntity } from '../../../src/core/synced-entity.ts'
import { VOLATILE_FIELDS, type Simulator, type TruthRow } from '../../../src/simulator/index.ts'
import { isLive, rowsOfCourse, type TableRow, type Tables } from './read-tables.ts'

export type CourseEntity = Exclude<SyncedEntity, 'terms' | 'courses'>
export const COURSE_ENTITIES: readonly CourseEntity[] = [
  'sections',
  'enrollments',
  'assignment_groups',
  'assignments',
  'submissions',
]
export type TrueRows = ReadonlyMap<string, TruthRow>

const LISTED_STATES = ['active', 'invited', 'creation_pending', 'completed', 'inactive']

/** What the tables must hold of one list of a course, as an admin sees it. */
export function trueRowsOfCourse(simulator: Simulator, entity: CourseEntity, course_id: string): TrueRows {
  const { truth } = simulator.university
  switch (entity) {
    case 'enrollments':
      return byId(truth.enrollments(course_id, { states: LISTED_STATES }))
    case 'assignments':
      return byId(truth.assignments(course_id, { override_assignment_dates: false }))
    case 'sections':
    case 'assignment_groups':
    case 'submissions':
      return byId(truth[entity](course_id))
  }
}

export function trueTerms(simulator: Simulator): TrueRows {
  return byId(simulator.university.truth.terms())
}

/** Courses with what the engine asks for besides; a restricted one has nothing but its id. */
export function trueCourses(simulator: Simulator): TrueRows {
  const { truth } = simulator.university
  const terms = trueTerms(simulator)
  const courses = new Map<string, TruthRow>()
  for (const [id, course] of byId(truth.courses())) {
    if (course['access_restricted_by_date'] === true) {
      courses.set(id, course)
      continue
    }
    const students = new Set<unknown>()
    for (const enrollment of truth.enrollments(id, { states: [...LISTED_STATES, 'rejected'] })) {
      if (enrollment['type'] === 'StudentEnrollment') students.add(enrollment['user_id'])
    }
    courses.set(id, {
      ...course,
      term: terms.get(String(course['enrollment_term_id'])),
      total_students: students.size,
      concluded: course['workflow_state'] === 'completed',
    })
  }
  return courses
}

export interface Difference {
  readonly field: string
  readonly table: unknown
  readonly canvas: unknown
}

/** Every column and every field of the JSON in which a row differs from Canvas; nothing when it is true. */
export function differences(entity: SyncedEntity, row: TableRow, truth: TruthRow): Difference[] {
  const found: Difference[] = []
  const note = (field: string, table: unknown, canvas: unknown): void => {
    if (!isDeepStrictEqual(table, canvas)) found.push({ field, table, canvas })
  }
  const volatile = new Set(VOLATILE_FIELDS[entity])
  for (const column of SYNCED_TABLES[entity].columns) {
    if (!volatile.has(column.name)) note(column.name, row[column.name], expectedColumn(truth, column))
  }
  const data = JSON.parse(String(row['data'])) as Record<string, unknown>
  for (const field of new Set([...Object.keys(data), ...Object.keys(truth)])) {
    if (!volatile.has(field)) note(`data.${field}`, data[field], truth[field])
  }
  note('id', row['id'], truth['id'])
  if ('course_id' in row && 'course_id' in truth) note('course_id', row['course_id'], truth['course_id'])
  if (!/^[\w-]{22}(~[\w-]{11})?(\.[\w-]{11})?$/.test(String(row['content_hash']))) {
    note('content_hash', row['content_hash'], 'a hash')
  }
  return found
}

/** The rules of the columns said a second time: missing is null, flags are 0 and 1, ids are text. */
function expectedColumn(truth: TruthRow, { name, type, path }: SyncedColumn): unknown {
  const outer = path === undefined ? truth : ((truth[path[0]] ?? {}) as TruthRow)
  const value = outer[path?.[1] ?? name] ?? null
  return type === 'boolean' && value !== null ? Number(value) : value
}

/** How a list of rows differs from the truth, one line each; `live` rows only. */
export function listProblems(
  entity: SyncedEntity,
  rows: ReadonlyMap<string, TableRow>,
  truth: TrueRows,
): string[] {
  const problems = missingOrWrong(entity, rows, truth)
  for (const [id, row] of rows) {
    if (isLive(row) && !truth.has(id)) problems.push(`${entity} ${id} is in the table, but not in Canvas`)
  }
  return problems
}

export function missingOrWrong(
  entity: SyncedEntity,
  rows: ReadonlyMap<string, TableRow>,
  truth: TrueRows,
): string[] {
  const problems: string[] = []
  for (const [id, true_row] of truth) {
    const row = rows.get(id)
    if (!isLive(row)) {
      problems.push(`${entity} ${id} is in Canvas, but ${row ? 'marked deleted' : 'not in the table'}`)
      continue
    }
    for (const one of differences(entity, row, true_row)) {
      problems.push(`${entity} ${id}: ${one.field} is ${show(one.table)}, in Canvas ${show(one.canvas)}`)
    }
  }
  return problems
}

/** The whole database against the whole university, as an admin sees it; only for a university with no closed course. */
export function compareWithTruth(simulator: Simulator, tables: Tables): string[] {
  const courses = trueCourses(simulator)
  const problems = [
    ...listProblems('terms', tables.terms, trueTerms(simulator)),
    ...listProblems('courses', tables.courses, courses),
  ]
  let rows = 0
  for (const course_id of courses.keys()) {
    for (const entity of COURSE_ENTITIES) {
      const truth = trueRowsOfCourse(simulator, entity, course_id)
      rows += truth.size
      problems.push(...listProblems(entity, rowsOfCourse(tables, entity, course_id), truth))
    }
  }
  if (rows === 0) problems.push('the university is empty: nothing was compared')
  return problems
}

export function byId(rows: Iterable<TruthRow>): Map<string, TruthRow> {
  const map = new Map<string, TruthRow>()
  for (const row of rows) {
    // A truth with an id twice would hide a row.
    if (map.has(String(row['id']))) throw new Error(`truth holds ${String(row['id'])} twice`)
    map.set(String(row['id']), row)
  }
  return map
}

/** At most 40 problems, so that a failure can be read. */
export function report(problems: readonly string[]): string {
  const more = problems.length > 40 ? [`… and ${problems.length - 40} more`] : []
  return ['the tables differ from Canvas:', ...problems.slice(0, 40), ...more].join('\n  ')
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value)
}
