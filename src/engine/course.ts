import { isCanvasId } from '../core/canvas-id.ts'
import { MonitorError } from '../core/errors.ts'
import type { CanvasObject } from './row-mapper.ts'

/** What the engine needs to know of a course that a list showed. */
export interface ListedCourse {
  readonly id: string
  /** Null when Canvas hides it: the course is outside its dates. */
  readonly name: string | null
  /** Canvas shows only its id until its dates are right again. */
  readonly restricted: boolean
  /** Nothing in it is expected to change any more. */
  readonly concluded: boolean
  /** Why it could not be read by its id. */
  readonly refused?: MonitorError
}

/** Names are only for a display: no more of one is kept than fits a line. */
const NAME_LENGTH = 200

/** @throws MonitorError `contract` when it has no usable id */
export function listedCourse(object: CanvasObject): ListedCourse {
  const { id, name } = object
  if (!isCanvasId(id)) throw new MonitorError('contract', 'Canvas sent a course without a usable id.')
  return {
    id,
    name: typeof name === 'string' ? name.slice(0, NAME_LENGTH) : null,
    restricted: object['access_restricted_by_date'] === true,
    concluded: object['workflow_state'] === 'completed' || object['concluded'] === true,
  }
}
