export interface UniversitySize {
  /** Root account and the sub-accounts below it. Default 4. */
  readonly accounts?: number
  /** Default 3. */
  readonly terms?: number
  /** Default 12. */
  readonly courses?: number
  /** Default 200, at most 50,000. */
  readonly students?: number
  /** Default one per two courses. */
  readonly teachers?: number
  /** Default 3, or as many as there are courses. */
  readonly courses_per_student?: number
  /** Default 8. */
  readonly assignments_per_course?: number
  /** Default 2. */
  readonly sections_per_course?: number
  /** Default 2. */
  readonly assignment_groups_per_course?: number
}

export type ResolvedSize = Required<UniversitySize>

export function resolveSize(size: UniversitySize = {}): ResolvedSize {
  const courses = size.courses ?? 12
  const resolved = {
    accounts: size.accounts ?? 4,
    terms: size.terms ?? 3,
    courses,
    students: size.students ?? 200,
    teachers: size.teachers ?? Math.max(1, Math.ceil(courses / 2)),
    courses_per_student: Math.min(size.courses_per_student ?? 3, courses),
    assignments_per_course: size.assignments_per_course ?? 8,
    sections_per_course: size.sections_per_course ?? 2,
    assignment_groups_per_course: size.assignment_groups_per_course ?? 2,
  }
  for (const [name, value] of Object.entries(resolved)) {
    if (Number.isSafeInteger(value) && value >= (MINIMUM[name] ?? 0)) continue
    throw new TypeError(`size.${name} must be an integer of at least ${MINIMUM[name] ?? 0}, got ${value}`)
  }
  if (resolved.students > 50_000) {
    throw new TypeError(`size.students must be at most 50000, got ${resolved.students}`)
  }
  return resolved
}

const MINIMUM: Readonly<Record<string, number>> = {
  accounts: 1,
  terms: 1,
  teachers: 1,
  sections_per_course: 1,
  assignment_groups_per_course: 1,
}
