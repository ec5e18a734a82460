/**
 * How it stands with a group of errors. `new`: first seen in the last day, and nobody has decided anything. `came_back`: a
 * sync that started after it was resolved ended with it again.
 */
export const ERROR_GROUP_STATES = ['came_back', 'new', 'open', 'muted', 'resolved'] as const
export type ErrorGroupState = (typeof ERROR_GROUP_STATES)[number]

/** Somebody should look at these: nobody has muted or resolved them, or not for good. */
export const UNSETTLED_STATES: readonly ErrorGroupState[] = ['came_back', 'new', 'open']

/** What somebody can do about a group: each is told in its history. */
export const ERROR_GROUP_DECISIONS = ['muted', 'unmuted', 'resolved', 'reopened'] as const
export type ErrorGroupDecision = (typeof ERROR_GROUP_DECISIONS)[number]

/** A group is new for so long. */
export const NEW_FOR_MS = 86_400_000

/** What a state is made of; times are epoch milliseconds. */
export interface ErrorGroupFacts {
  readonly first_seen_at: number
  /** The last one that still counts. */
  readonly decision: 'muted' | 'resolved' | null
  readonly muted_until: number | null
  /** Whether a sync that started after the decision has had the error. */
  readonly seen_since: boolean
}

export function errorGroupState(
  { first_seen_at, decision, muted_until, seen_since }: ErrorGroupFacts,
  now_ms: number,
): ErrorGroupState {
  if (decision === 'muted' && muted_until !== null && muted_until > now_ms) return 'muted'
  if (decision === 'resolved') return seen_since ? 'came_back' : 'resolved'
  return first_seen_at > now_ms - NEW_FOR_MS ? 'new' : 'open'
}
