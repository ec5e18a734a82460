import type { Viewer } from '../viewer.ts'
import type { World } from '../university/world.ts'

/** What every presenter needs to know of the request. */
export interface View {
  readonly world: World
  readonly viewer: Viewer
  readonly now_ms: number
  /** Changes with each request unless volatile fields are switched off. */
  readonly verifier: string
  includes(name: string): boolean
}
