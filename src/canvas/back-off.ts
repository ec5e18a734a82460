const BASE_MS = 500
const CAP_MS = 30_000
const RETRY_AFTER_CAP_MS = 120_000
const THROTTLED_BASE_MS = 5000
const THROTTLED_CAP_MS = 60_000

/**
 * Wait before the attempt after `failures` (>= 1) failed ones: full jitter over 0.5 s, 1, 2, 4 … 30 s, and
 * never less than what the other side asked for.
 */
export function backOff(failures: number, random: number, retry_after_ms: number = 0): number {
  const ceiling_ms = Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1))
  return Math.max(Math.round(random * ceiling_ms), retry_after_ms)
}

/**
 * Wait after the `throttled_in_row`-th (>= 1) throttled answer in a row: 5 s doubling to 60 s, of which the
 * upper half is jitter so that several processes with one token do not come back together.
 *
 * @param deficit how much room the bucket lacks for one more call; it leaks 10 a second
 */
export function throttledBackOff(
  throttled_in_row: number,
  random: number,
  deficit: number,
  retry_after_ms: number = 0,
): number {
  const base_ms = Math.min(THROTTLED_CAP_MS, THROTTLED_BASE_MS * 2 ** (throttled_in_row - 1))
  const jittered_ms = Math.min(THROTTLED_CAP_MS, base_ms * (1 + random / 2))
  // The capped parts never ask for more than a minute, however little the answer says remains.
  const leak_ms = Math.min(THROTTLED_CAP_MS, deficit * 100)
  return Math.round(Math.max(jittered_ms, leak_ms, Math.min(RETRY_AFTER_CAP_MS, retry_after_ms)))
}

/** Milliseconds a `Retry-After` header (seconds or HTTP date) asks for, at most 120 000; undefined if unreadable. */
export function parseRetryAfter(header: string | undefined, now_ms: number): number | undefined {
  const text = header?.trim() ?? ''
  const wait_ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : dateOf(text) - now_ms
  if (Number.isNaN(wait_ms)) return undefined
  return Math.min(RETRY_AFTER_CAP_MS, Math.max(0, wait_ms))
}

/** Only the date form with a month's name: Date.parse reads far more than HTTP allows. */
function dateOf(text: string): number {
  return /^[A-Z][a-z]{2,8},? .*GMT$/.test(text) ? Date.parse(text) : Number.NaN
}
