import type { LogEntry } from '../core/log-entry.ts'
import type { WriterMark } from './tail-place.ts'
import type { TailGap } from './tail-query.ts'

export interface FollowedLine {
  readonly kind: 'line'
  readonly entry: LogEntry | null
  readonly line: string
  readonly source: string
}

/** Something to give, and the place behind it. */
export type Followed = FollowedLine | { readonly kind: 'gap'; readonly reason: TailGap['reason'] }

/** A line that was passed, by its bytes; its mark is made when it is asked for. */
export interface PassedLine {
  readonly file_id: string
  readonly offset: number
  readonly bytes: Buffer | undefined
}

/** Something to give, with the place behind it. */
export interface NextItem {
  readonly followed: Followed
  readonly passed: PassedLine | undefined
  /** See `StreamPlace`; undefined when it stays as it was. */
  readonly given?: readonly WriterMark[]
}
