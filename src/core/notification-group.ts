export interface GroupTimes {
  /** How long the first of a group waits for others, milliseconds. */
  readonly wait_ms: number
  /** How long after that what is new in the group waits, milliseconds. */
  readonly interval_ms: number
}

/**
 * A time that another server has written may lie so far ahead of what it was thought to be here: it has looked at its clock
 * later, or its clock is ahead. What lies further ahead is from before a clock went back.
 */
export const CLOCKS_DIFFER_MS = 300_000

/**
 * When what is new in a group is told, epoch milliseconds: with what waits already, so that a thousand failures are one
 * message; soon where the group was quiet; else no sooner than an interval after the last time.
 *
 * @param last_due_at when the group was or will be told last; null for never
 */
export function groupDue(
  last_due_at: number | null,
  now: number,
  { wait_ms, interval_ms }: GroupTimes,
): number {
  const latest = now + Math.max(wait_ms, interval_ms) + CLOCKS_DIFFER_MS
  if (last_due_at === null || last_due_at > latest) return now + wait_ms
  if (now <= last_due_at) return last_due_at
  return Math.max(now + wait_ms, last_due_at + interval_ms)
}
