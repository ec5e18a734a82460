import { compareKeys, type HitKey } from './hit-order.ts'
import type { LogQuery } from './log-query.ts'
import { PendingHits, type PendingHit } from './pending-hits.ts'
import { decodeCursor, encodeCursor, lineHash, type SearchPlace } from './search-cursor.ts'

/**
 * Which hits belong to the page and in which order they are given. A hit is given once no other can come before it.
 */
export class SearchPage {
  readonly pending: PendingHits
  readonly #query: LogQuery
  readonly #limit: number
  readonly #is_newest: boolean
  readonly #start: SearchPlace | undefined
  /** Of the place where the page began, hits that were taken off `pending` and are not given yet. */
  #ready: PendingHit[] = []
  #skipped = 0
  /** A copy may have been written long after its line. */
  readonly #given_lines = new Set<string>()
  #given = 0
  #last: { readonly hit: PendingHit; readonly given: number } | undefined

  /** @throws MonitorError `usage` for a cursor that does not fit */
  constructor(query: LogQuery, limit: number) {
    const { cursor, order = 'newest' } = query
    this.#query = query
    this.#limit = limit
    this.#is_newest = order === 'newest'
    this.#start = cursor === undefined ? undefined : decodeCursor(cursor, query)
    this.pending = new PendingHits(order, limit + (this.#start?.given ?? 0))
  }

  get given(): number {
    return this.#given
  }

  get is_full(): boolean {
    return this.#given >= this.#limit || (this.#ready.length === 0 && this.pending.room === 0)
  }

  /** The query's range, narrowed to what the pages before left. */
  get range(): { readonly since_ms: number; readonly until_ms: number } {
    const { since_ms = Number.NEGATIVE_INFINITY, until_ms = Number.POSITIVE_INFINITY } = this.#query
    const start_ms = this.#start?.timestamp_ms
    if (start_ms === undefined) return { since_ms, until_ms }
    return this.#is_newest
      ? { since_ms, until_ms: Math.min(until_ms, start_ms + 1) }
      : { since_ms: Math.max(since_ms, start_ms), until_ms }
  }

  /** Whether a hit in the range comes after the pages before, as far as one hit tells. */
  accepts(key: HitKey): boolean {
    if (this.#given_lines.size > 0 && key.writer !== null && this.#given_lines.has(lineId(key))) return false
    const start = this.#start
    if (start === undefined || key.timestamp_ms !== start.timestamp_ms) return true
    const { writer, seq } = start
    if (writer === undefined) return start.given === undefined || key.writer === null || !this.#is_newest
    const last = { timestamp_ms: start.timestamp_ms, writer, seq: seq ?? 0, source_at: 0, offset: 0 }
    return compareKeys(key, last) * (this.#is_newest ? -1 : 1) > 0
  }

  /**
   * The next hit that is certain to be the next, if there is one.
   * @param bound_ms what is still to come is not later (newest first) or not earlier (oldest first) than this
   * @param is_last give it even when it lacks lines around it: no more is read
   */
  next(bound_ms: number, is_last: boolean = false): PendingHit | undefined {
    const best = this.#certain(bound_ms)
    if (!best || (best.missing > 0 && !is_last)) return undefined
    if (this.#ready.length > 0) this.#ready.shift()
    else this.pending.take()
    this.#remember(best)
    return best
  }

  /** The hit that is certain to be next but lacks lines around it. */
  incomplete(bound_ms: number): PendingHit | undefined {
    const best = this.#certain(bound_ms)
    return best && best.missing > 0 ? best : undefined
  }

  /** Whether hits were found that are not given yet. */
  get is_waiting(): boolean {
    return this.#ready.length > 0 || this.pending.best !== undefined
  }

  /** Goes on behind the last hit. */
  cursor(): string | null {
    if (!this.#last) return this.#query.cursor ?? null
    const { hit, given } = this.#last
    const { timestamp_ms, writer, seq } = hit.key
    const place =
      writer === null ? { timestamp_ms, given, hash: lineHash(hit.line) } : { timestamp_ms, writer, seq }
    return encodeCursor(place, this.#query)
  }

  /** Whether {@link cursorAt} would be further than where the page began. */
  hasPassed(bound_ms: number): boolean {
    if (this.#given > 0) return true
    const start_ms = this.#start?.timestamp_ms
    const timestamp_ms = this.#is_newest ? Math.floor(bound_ms) : Math.ceil(bound_ms)
    if (!Number.isFinite(bound_ms) || start_ms === undefined) return Number.isFinite(bound_ms)
    return this.#is_newest ? timestamp_ms < start_ms : timestamp_ms > start_ms
  }

  /** Goes on where the search was when its time was up; null when it did not get anywhere. */
  cursorAt(bound_ms: number): string | null {
    if (!this.hasPassed(bound_ms)) return null
    const start_ms = this.#start?.timestamp_ms
    const timestamp_ms = this.#is_newest ? Math.floor(bound_ms) : Math.ceil(bound_ms)
    const is_ahead =
      start_ms === undefined || (this.#is_newest ? timestamp_ms < start_ms : timestamp_ms > start_ms)
    const is_known = Number.isFinite(bound_ms) && is_ahead
    return is_known ? encodeCursor({ timestamp_ms }, this.#query) : this.cursor()
  }

  #certain(bound_ms: number): PendingHit | undefined {
    this.#skipGiven(bound_ms)
    const best = this.#ready[0] ?? this.pending.best
    return best && !this.is_full && this.#isCertain(best, bound_ms) ? best : undefined
  }

  #isCertain(hit: PendingHit, bound_ms: number): boolean {
    const { timestamp_ms } = hit.key
    return this.#is_newest ? timestamp_ms > bound_ms : timestamp_ms < bound_ms
  }

  /** Lines of the earlier system have nothing but their order: those of the pages before are counted off. */
  #skipGiven(bound_ms: number): void {
    const start = this.#start
    if (start?.given === undefined || this.#skipped > 0) return
    const { timestamp_ms, given, hash } = start
    const run: PendingHit[] = []
    for (let best = this.pending.best; best && this.#isCertain(best, bound_ms); best = this.pending.best) {
      if (best.key.timestamp_ms !== timestamp_ms || best.key.writer !== null) break
      run.push(best)
      this.pending.take()
    }
    if (run.length === 0) return
    // More may have been written in the same second since; the last one given is further back then.
    const last = run.findIndex((hit, at) => at >= given - 1 && lineHash(hit.line) === hash)
    this.#skipped = last === -1 ? given : last + 1
    this.#ready = run.slice(this.#skipped)
  }

  #remember(hit: PendingHit): void {
    this.#given++
    if (hit.key.writer !== null) this.#given_lines.add(lineId(hit.key))
    const last = this.#last?.hit.key
    // One that was written too late to be in its place does not move the cursor back.
    if (last && this.pending.compare(hit.key, last) > 0) return
    const is_same = last?.writer === null && last.timestamp_ms === hit.key.timestamp_ms
    const is_start = this.#start?.given !== undefined && hit.key.timestamp_ms === this.#start.timestamp_ms
    const before = is_same ? (this.#last?.given ?? 0) : is_start ? this.#skipped : 0
    this.#last = { hit, given: before + 1 }
  }
}

function lineId({ timestamp_ms, writer, seq }: HitKey): string {
  return `${timestamp_ms} ${seq} ${writer}`
}
