import type { LogEntry } from '../../../core/log-entry.ts'
import type { LogValue } from '../../../core/log-event.ts'
import { rounded } from '../../../core/sync-record.ts'
import { redactText } from '../../../logs/redact.ts'
import type { Span } from './time-shares.ts'

/** More is a mistake; so many lines of it are still a number that JSON can hold. */
const MOST = 9e9

/** Of a field of a line, which may hold anything. */
export function amountOf(value: LogValue): number {
  return typeof value === 'number' && value > 0 && value <= MOST ? value : 0
}

/** When the thing that a line tells of went on: the line is written at its end. */
export function spanOf({ timestamp_ms, fields }: LogEntry): Span {
  return { from_ms: timestamp_ms - amountOf(fields['duration_ms']), until_ms: timestamp_ms }
}

/** As the sync itself counts its failed calls. */
export function isFailedCall({ fields: { status, error_type } }: LogEntry): boolean {
  return (error_type !== null && error_type !== undefined) || typeof status !== 'number' || status >= 400
}

/** The calls of one kind. */
export class CallGroup {
  readonly method: string
  readonly endpoint: string
  calls = 0
  failures = 0
  items = 0
  bytes = 0
  throttled = 0
  throttle_wait_ms = 0
  total_ms = 0
  readonly #durations_ms: number[] = []

  constructor(method: string, endpoint: string) {
    this.method = method
    this.endpoint = endpoint
  }

  addCall(entry: LogEntry): void {
    const { duration_ms, items, bytes } = entry.fields
    this.calls++
    if (isFailedCall(entry)) this.failures++
    this.items += Math.round(amountOf(items))
    this.bytes += Math.round(amountOf(bytes))
    this.total_ms += amountOf(duration_ms)
    this.#durations_ms.push(amountOf(duration_ms))
  }

  addThrottle({ fields }: LogEntry): void {
    this.throttled++
    this.throttle_wait_ms += amountOf(fields['wait_ms'])
  }

  figures(): CallFigures {
    const sorted = this.#durations_ms.toSorted((a, b) => a - b)
    return {
      method: redactText(this.method),
      endpoint: redactText(this.endpoint),
      calls: this.calls,
      failures: this.failures,
      items: this.items,
      bytes: this.bytes,
      total_ms: rounded(this.total_ms),
      p50_ms: rankOf(sorted, 0.5),
      p95_ms: rankOf(sorted, 0.95),
      max_ms: rankOf(sorted, 1),
      throttled: this.throttled,
      throttle_wait_ms: rounded(this.throttle_wait_ms),
    }
  }
}

/** The smallest value that at least this share of all are not above; null of none. */
function rankOf(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  return value === undefined ? null : rounded(value)
}

/** What the calls of one kind came to; one call is one attempt. */
export interface CallFigures {
  readonly method: string
  /** The path with each id as `:id`. */
  readonly endpoint: string
  readonly calls: number
  readonly failures: number
  readonly items: number
  readonly bytes: number
  /** Summed over calls that went on at the same time. */
  readonly total_ms: number
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly max_ms: number | null
  /** Refusals of Canvas's throttle. */
  readonly throttled: number
  readonly throttle_wait_ms: number
}
