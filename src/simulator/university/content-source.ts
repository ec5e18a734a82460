import type { Placement } from './placement.ts'
import type { ResolvedSize } from './size.ts'

/** What the content of a course is made from. */
export interface ContentSource {
  readonly seed: number
  readonly size: ResolvedSize
  readonly placement: Placement
  readonly anchor_ms: number
  readonly first_student_local_id: number
}
