import { LOG_LEVELS, type LogLevel } from '../core/log-event.ts'
import type { Buckets } from './histogram-buckets.ts'

/** How many lines of each level are in each bucket of a range. */
export class LevelCounts {
  readonly #buckets: Buckets
  readonly #since_ms: number
  readonly #until_ms: number
  readonly #counts: readonly Float64Array[]

  constructor(buckets: Buckets, since_ms: number, until_ms: number) {
    this.#buckets = buckets
    this.#since_ms = since_ms
    this.#until_ms = until_ms
    this.#counts = LOG_LEVELS.map(() => new Float64Array(buckets.count))
  }

  /** Counts a line, unless it is outside of the range. */
  add(time_ms: number, level: number): void {
    if (time_ms < this.#since_ms || time_ms >= this.#until_ms) return
    const counts = this.#counts[level]
    const { first_ms, bucket_ms } = this.#buckets
    if (counts) counts[Math.floor((time_ms - first_ms) / bucket_ms)]! += 1
  }

  /** Spreads a number of lines evenly over a time; what of it is outside of the range is left out. */
  spread(count: number, level: number, from_ms: number, to_ms: number): void {
    const counts = this.#counts[level]
    if (!counts || count === 0) return
    const { first_ms, bucket_ms } = this.#buckets
    const per_ms = count / Math.max(1, to_ms - from_ms)
    const start_ms = Math.max(from_ms, this.#since_ms)
    const end_ms = Math.min(Math.max(to_ms, from_ms + 1), this.#until_ms)
    for (let at_ms = start_ms; at_ms < end_ms;) {
      const index = Math.floor((at_ms - first_ms) / bucket_ms)
      const next_ms = Math.min(end_ms, first_ms + (index + 1) * bucket_ms)
      counts[index]! += (next_ms - at_ms) * per_ms
      at_ms = next_ms
    }
  }

  addAll(others: LevelCounts): void {
    for (const [level, counts] of this.#counts.entries()) {
      const theirs = others.#counts[level]
      if (theirs) for (let at = 0; at < counts.length; at++) counts[at]! += theirs[at] ?? 0
    }
  }

  /** Whole numbers: estimates are rounded. */
  byLevel(): Readonly<Record<LogLevel, number[]>> {
    const lists = LOG_LEVELS.map((level, at) => [level, [...(this.#counts[at] ?? [])].map(Math.round)])
    return Object.fromEntries(lists) as Readonly<Record<LogLevel, number[]>>
  }
}
