import type { LogEntry } from '../core/log-entry.ts'
import { compareKeys, type HitKey } from './hit-order.ts'

/** A page is cut when what waits of it takes more memory. */
const MAX_BYTES = 16 * 1_048_576

export interface PendingHit {
  readonly entry: LogEntry
  /** At most 64 KiB. */
  readonly line: string
  readonly key: HitKey
  readonly source: string
  readonly before: string[]
  readonly after: string[]
  /** Lines of its context that the next block of its source holds. */
  missing: number
  bytes: number
}

/**
 * The best of the hits found so far that were not given yet: no more than the page has room for, so that memory does not
 * grow with the number of hits.
 */
export class PendingHits {
  /** The best last, so that taking it moves nothing. */
  readonly #hits: PendingHit[] = []
  readonly #sign: 1 | -1
  #room: number
  #bytes = 0
  #dropped = false

  /** @param room how many hits may still be given */
  constructor(order: 'newest' | 'oldest', room: number) {
    this.#sign = order === 'newest' ? 1 : -1
    this.#room = room
  }

  get room(): number {
    return this.#room
  }

  /** Whether there was no room for a hit: it comes after all that are given. */
  get dropped(): boolean {
    return this.#dropped
  }

  /** Whether a hit more would be one too many. */
  get is_crowded(): boolean {
    return this.#hits.length >= this.#room
  }

  get best(): PendingHit | undefined {
    return this.#hits.at(-1)
  }

  /** Negative when `a` comes after `b` in the order of the search. */
  compare(a: HitKey, b: HitKey): number {
    return compareKeys(a, b) * this.#sign
  }

  /** Whether a hit of this time could still be given. */
  hasRoomFor(timestamp_ms: number): boolean {
    const worst = this.#hits.length < this.#room ? undefined : this.#hits[0]
    const has_room = !worst || (timestamp_ms - worst.key.timestamp_ms) * this.#sign >= 0
    if (!has_room) this.#dropped = true
    return has_room
  }

  /** Takes a hit up, unless a copy of it is there or it comes after all that there is room for. */
  add(hit: PendingHit): void {
    let at = this.#hits.length
    for (let low = 0; low < at;) {
      const middle = (low + at) >> 1
      const order = this.compare(hit.key, this.#hits[middle]!.key)
      if (order === 0) return
      if (order < 0) at = middle
      else low = middle + 1
    }
    this.#hits.splice(at, 0, hit)
    this.#bytes += hit.bytes
    while (this.#hits.length > this.#room) this.#dropWorst()
    while (this.#bytes > MAX_BYTES && this.#hits.length > 1) {
      this.#dropWorst()
      this.#room = this.#hits.length
    }
  }

  /** Removes the best. */
  take(): PendingHit | undefined {
    const hit = this.#hits.pop()
    if (hit) {
      this.#bytes -= hit.bytes
      this.#room--
    }
    return hit
  }

  #dropWorst(): void {
    this.#bytes -= this.#hits.shift()?.bytes ?? 0
    this.#dropped = true
  }
}
