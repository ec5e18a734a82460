import type { Settlement } from '../store/notifications.ts'
import type { SendResult } from './channel.ts'

const FIRST_MS = 1000
const LONGEST_MS = 60_000
/** After some twenty minutes. */
const MANY_FAILURES = 24
const SELDOM_MS = 300_000
/** Where only a person can mend it. */
const SLOWLY_MS = 600_000
const LONGEST_ASKED_MS = 3_600_000
/** Added to what a channel asks for, so that several servers do not come back at once. */
const SPREAD_MS = 500

type Times = Pick<Settlement, 'next_allowed_at' | 'retry_at' | 'keeps_batch'>

const READER_FIRST_MS = 60_000
const READER_LONGEST_MS = 900_000
/** What mail servers say of one mailbox: too full, away, not known to them yet, or not there. */
const READER_REFUSED = /^smtp_(?:45[0-2]|55\d)$/

/**
 * When a letter to one reader that was refused is tried again: after 1, 2, 4 … 15 minutes, as servers want it that let nobody
 * in at once. Null for what is about the channel.
 */
export function readerDueAt(result: SendResult, attempts: number, now: number): number | null {
  if (result.outcome === 'sent' || !READER_REFUSED.test(result.error)) return null
  return now + Math.min(READER_LONGEST_MS, READER_FIRST_MS * 2 ** Math.min(20, attempts))
}

/**
 * When a channel is used next after an attempt: once a second at most, after what it asked for, and after failures after
 * 1 s, 2 s, 4 s … 60 s, each shortened by up to a half at random.
 *
 * @param failures how often in a row it has failed before
 * @param random from 0 to 1
 * @param spacing_ms the time between two messages
 */
export function afterAttempt(
  result: SendResult,
  failures: number,
  random: number,
  now: number,
  spacing_ms: number,
): Times {
  const next_allowed_at = now + spacing_ms
  if (result.outcome !== 'again') return { next_allowed_at, retry_at: 0, keeps_batch: false }
  const keeps_batch = result.perhaps === true || result.progress !== undefined
  if (result.retry_after_ms !== undefined) {
    const asked_ms = Math.min(LONGEST_ASKED_MS, Math.max(0, result.retry_after_ms))
    const wait_ms = Math.max(spacing_ms, asked_ms + Math.round(random * SPREAD_MS))
    return { next_allowed_at: now + wait_ms, retry_at: 0, keeps_batch }
  }
  const cap_ms = result.slowly === true ? SLOWLY_MS : failures >= MANY_FAILURES ? SELDOM_MS : LONGEST_MS
  const step_ms = Math.min(cap_ms, FIRST_MS * 2 ** Math.min(20, failures))
  return { next_allowed_at, retry_at: now + Math.round(step_ms * (1 - random / 2)), keeps_batch }
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or a date; undefined when it says nothing that counts. */
export function retryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,7}(?:\.\d{1,3})?$/.test(text)) return Number(text) * 1000
  const at = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
