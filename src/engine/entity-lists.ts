import type { SyncedEntity } from '../core/synced-entity.ts'
import type { CanvasParams } from '../canvas/types.ts'

/** The entities of a course; each has one list. */
export type CourseEntity = Exclude<SyncedEntity, 'terms' | 'courses'>

export interface EntityList {
  readonly path: string
  readonly params: CanvasParams
  /**
   * Whether rows keep their places while the list is read. Only submissions do: they are paged by id. All other
   * lists are ordered by names or positions, or counted from the start, so that a rename or a deletion in
   * mid-list can hide a row; they are read again until nothing new shows.
   */
  readonly stable: boolean
  /** Whether every page has a Link header, also an only one. Older installations do not page assignment groups. */
  readonly always_linked: boolean
}

/** Canvas's default hides the enrollments of a concluded course, and the inactive ones. */
const ENROLLMENT_STATES = ['active', 'invited', 'creation_pending', 'completed', 'inactive']

/** The REST list of an entity of a course. */
export function courseList(entity: CourseEntity, course_id: string): EntityList {
  const path = `/api/v1/courses/${course_id}`
  switch (entity) {
    case 'sections':
      return { path: `${path}/sections`, params: {}, stable: false, always_linked: true }
    case 'enrollments':
      return {
        path: `${path}/enrollments`,
        params: { state: ENROLLMENT_STATES },
        stable: false,
        always_linked: true,
      }
    case 'assignment_groups':
      return { path: `${path}/assignment_groups`, params: {}, stable: false, always_linked: false }
    case 'assignments':
      // Otherwise due_at is the date of the token's owner, not the assignment's.
      return {
        path: `${path}/assignments`,
        params: { override_assignment_dates: false },
        stable: false,
        always_linked: true,
      }
    case 'submissions':
      return {
        path: `${path}/students/submissions`,
        params: { student_ids: ['all'] },
        stable: true,
        always_linked: true,
      }
  }
}

/** `total_scores` and the like are left out on purpose: grades come with the enrollments. */
const COURSE_INCLUDES = ['term', 'total_students', 'concluded']

export const COURSE_PARAMS: CanvasParams = { include: COURSE_INCLUDES }

export function coursesList(account: string | null): EntityList {
  if (account !== null) {
    const path = `/api/v1/accounts/${account}/courses`
    return { path, params: COURSE_PARAMS, stable: false, always_linked: true }
  }
  // Canvas's default leaves concluded courses out, and a course must not vanish because it ended.
  const state = ['unpublished', 'available', 'completed']
  return {
    path: '/api/v1/courses',
    params: { ...COURSE_PARAMS, state },
    stable: false,
    always_linked: true,
  }
}

export function termsList(root_account: string): EntityList {
  return {
    path: `/api/v1/accounts/${root_account}/terms`,
    params: { workflow_state: ['all'] },
    stable: false,
    always_linked: true,
  }
}

/** The sync types that the engine knows, and the entities of a course that each of them reads. */
export const ENTITIES_OF_SYNC_TYPE: Readonly<Record<string, readonly CourseEntity[]>> = {
  all: ['sections', 'enrollments', 'assignment_groups', 'assignments', 'submissions'],
  courses: ['sections'],
  assignments: ['assignment_groups', 'assignments'],
  submissions: ['submissions'],
  grades: ['enrollments'],
}
