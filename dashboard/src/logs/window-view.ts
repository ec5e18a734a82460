import type { Row } from './line-rows.ts'

export type Side = 'older' | 'newer'

/** `more`: there may be more that way. `end`: there is nothing more. `stopped`: by who looks at it. */
export type EdgeState = 'more' | 'loading' | 'end' | 'stopped' | 'failed'

export interface EdgeView {
  readonly state: EdgeState
  readonly error: Error | null
  /** Of the search that runs, 0 to 1; null when nothing is known yet. */
  readonly progress: number | null
  /** Whether lines that were shown there were let go. */
  readonly dropped: boolean
}

export interface WindowView {
  /** The oldest first. */
  readonly rows: readonly Row[]
  readonly older: EdgeView
  readonly newer: EdgeView
  /** At which end the rows are not the same as before: the place of who reads is kept from the other. */
  readonly changed: Side
  /** When the newest lines were asked for, epoch milliseconds. */
  readonly asked_at_ms: number
  readonly malformed_lines: number
  /** Whether what is around the start has been asked for, with success or without. */
  readonly is_filled: boolean
}

/** Where a window begins to be filled. */
export type WindowStart =
  { readonly from: 'newest' | 'oldest' } | { readonly from: 'time'; readonly at_ms: number }

export interface WindowLimits {
  readonly rows: number
  readonly bytes: number
  /** Lines of one request. */
  readonly page: number
  /** Of the very first one: more than a window shows, so that it is full at once. */
  readonly first: number
}

export const LIMITS: WindowLimits = { rows: 100_000, bytes: 96 * 1_048_576, page: 500, first: 100 }
export const FRESH: EdgeView = { state: 'more', error: null, progress: null, dropped: false }
export const AT_END: EdgeView = { ...FRESH, state: 'end' }
export const EMPTY: WindowView = {
  rows: [],
  older: FRESH,
  newer: AT_END,
  changed: 'older',
  asked_at_ms: 0,
  malformed_lines: 0,
  is_filled: false,
}
