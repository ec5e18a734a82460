import type { JsonValue } from '../json.ts'
import type { View } from '../present/view.ts'
import type { CourseContent, CourseRecord } from '../university/records.ts'
import type { World } from '../university/world.ts'
import { isRestricted, roleIn, type CourseRole, type Viewer } from '../viewer.ts'
import { CanvasError } from './canvas-error.ts'
import type { PageLinks } from './pagination.ts'
import type { Query } from './query.ts'

/** What an endpoint knows of the request it answers. */
export interface RequestContext {
  readonly world: World
  readonly viewer: Viewer
  readonly query: Query
  readonly view: View
  readonly params: Readonly<Record<string, string>>
  readonly max_per_page: number
  /** Rows that only some students are assigned are dropped after paging: for students, or for everyone. */
  readonly filters_after_paging: 'students' | 'everyone'
  readonly permission_status: 401 | 403
}

export interface Reply {
  readonly body: JsonValue
  readonly links?: PageLinks
  /** `meta` puts the links into the body, in the JSON-API manner. */
  readonly links_in?: 'header' | 'meta'
  /** Rows that Canvas had to work for; more than the body shows when rows were filtered out. */
  readonly rows: number
}

export function unauthorized(context: RequestContext): CanvasError {
  // The older mode translates the words: nobody may recognise a lack of permission by its text.
  const message =
    context.permission_status === 403
      ? 'user not authorized to perform that action'
      : 'usuario no autorizado para realizar esa acción'
  return new CanvasError(context.permission_status, { status: 'unauthorized', errors: [{ message }] })
}

export interface CourseAccess {
  readonly course: CourseRecord
  readonly content: CourseContent
  readonly role: Exclude<CourseRole, 'none'>
}

/** The course of the path: 404 when there is none or it is deleted, unauthorized when it is not the caller's. */
export function courseOf(context: RequestContext): CourseAccess {
  const { world, viewer } = context
  const local_id = pathId(context, 'course_id', 'sis_course_id', 'C')
  const course = local_id === undefined ? undefined : world.courses.get(local_id)
  if (course === undefined || course.workflow_state === 'deleted') throw CanvasError.notFound()
  const role = roleIn(world, viewer, course)
  if (role === 'none' || (isRestricted(viewer, course) && !viewer.is_admin)) throw unauthorized(context)
  return { course, content: world.content(course), role }
}

/** An id of the path: `12`, `74140000000000012`, `7414~12`, or a SIS id. */
export function pathId(
  context: RequestContext,
  name: string,
  sis_name?: string,
  sis_prefix?: string,
): number | undefined {
  return readId(context.world, context.params[name] ?? '', sis_name, sis_prefix)
}

export function readId(
  world: World,
  text: string,
  sis_name?: string,
  sis_prefix?: string,
): number | undefined {
  const sis =
    sis_name !== undefined && text.startsWith(`${sis_name}:`) ? text.slice(sis_name.length + 1) : null
  if (sis !== null) {
    const digits = sis.startsWith(sis_prefix ?? '') ? sis.slice(sis_prefix?.length ?? 0) : ''
    return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined
  }
  const parts = /^(?:(\d{1,6})~)?(\d{1,19})$/.exec(text)
  if (parts?.[2] === undefined) return undefined
  if (parts[1] !== undefined && Number(parts[1]) !== world.shard_id) return undefined
  const value = BigInt(parts[2])
  if (value >= 10_000_000_000_000n && value / 10_000_000_000_000n !== BigInt(world.shard_id)) return undefined
  return world.localId(value)
}
