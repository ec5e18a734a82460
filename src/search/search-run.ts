import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { quickTimestamp } from '../logs/reading/quick-timestamp.ts'
import { unreadable } from '../logs/reading/unreadable-source.ts'
import { redactText } from '../logs/redact.ts'
import { hitKey } from './hit-order.ts'
import { LineContext } from './line-context.ts'
import { LineFinder } from './line-finder.ts'
import type { LineMatcher } from './line-matcher.ts'
import type { LogQuery, SearchEnd, SearchHit, SearchProgress, UnreadableSource } from './log-query.ts'
import type { PendingHit } from './pending-hits.ts'
import type { SearchPage } from './search-page.ts'
import { shownEntry, shownLines } from './shown-line.ts'
import { SourceLane } from './source-lane.ts'
import { OutOfTime, type Turns } from './turns.ts'

export interface SearchRunOptions {
  readonly sources: readonly LogSource[]
  readonly query: LogQuery
  readonly matcher: LineMatcher
  readonly page: SearchPage
  readonly turns: Turns
  readonly zone: LegacyZone
  readonly signal: AbortSignal | undefined
}

/** Between looks at the clock: one for each line and one for each KiB of it. */
const WORK_BETWEEN_LOOKS = 16
/** Holds 50 lines of 5 KiB. */
const CONTEXT_BYTES = 262_144

/**
 * Goes through all sources together. Whichever of them may hold what comes next goes on by a block; so a source is read
 * only when the search comes to its time, and hits are certain as soon as every source is beyond them.
 */
export class SearchRun {
  readonly #options: SearchRunOptions
  readonly #is_newest: boolean
  readonly #range: { readonly since_ms: number; readonly until_ms: number }
  readonly #lanes: readonly SourceLane[]
  readonly #contexts = new Map<SourceLane, LineContext>()
  readonly #finder: LineFinder
  readonly #unreadable: UnreadableSource[] = []
  #malformed_lines = 0
  #bytes_read = 0
  #work = 0

  constructor(options: SearchRunOptions) {
    const { sources, query, matcher, page, turns, zone, signal } = options
    const { order = 'newest' } = query
    this.#options = options
    this.#is_newest = order === 'newest'
    this.#range = page.range
    turns.endOnlyWhen(() => page.hasPassed(this.bound_ms))
    this.#finder = new LineFinder(matcher.clue)
    const margin_bytes = (query.context ?? 0) > 0 ? CONTEXT_BYTES : 0
    const lane_options = { order, ...page.range, margin_bytes, zone, signal }
    this.#lanes = sources.map((source, at) => new SourceLane(source, at, lane_options))
  }

  /** What is still to come is not later (newest first) or not earlier (oldest first); infinite when nothing is. */
  get bound_ms(): number {
    const next = this.#nextLane()
    if (next) return next.bound_ms
    return this.#is_newest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }

  get is_done(): boolean {
    const { page } = this.#options
    return page.is_full || (!page.is_waiting && this.#nextLane() === undefined)
  }

  /** Whether there may be hits behind the page. */
  get has_more(): boolean {
    const { page } = this.#options
    return page.pending.dropped || page.is_waiting || this.#nextLane() !== undefined
  }

  /**
   * The hits that are certain to come next.
   * @param is_last nothing more is read, so that hits are given without some of the lines around them
   */
  *hits(is_last: boolean = false): Generator<SearchHit> {
    const { page } = this.#options
    const bound_ms = this.bound_ms
    for (let hit = page.next(bound_ms, is_last); hit; hit = page.next(bound_ms, is_last)) yield shown(hit)
  }

  /**
   * Reads on by a block.
   * @throws OutOfTime; the signal's reason
   */
  async step(): Promise<void> {
    const lane = this.#incompleteLane() ?? this.#nextLane()
    if (!lane) return
    try {
      await this.#advance(lane)
    } catch (error) {
      this.#options.signal?.throwIfAborted()
      if (error instanceof OutOfTime) throw error
      const { source, reason } = unreadable(lane.source.name, error)
      this.#unreadable.push({ source, reason })
      await this.#endLane(lane)
    }
  }

  progress(): SearchProgress {
    let [bytes_done, bytes_total] = [0, 0]
    for (const lane of this.#lanes) {
      bytes_done += lane.bytes_done
      bytes_total += lane.source.size_bytes
    }
    return { kind: 'progress', bytes_done, bytes_total, hits: this.#options.page.given }
  }

  summary(): Pick<SearchEnd, 'hits' | 'malformed_lines' | 'unreadable' | 'bytes_read'> {
    return {
      hits: this.#options.page.given,
      malformed_lines: this.#malformed_lines,
      unreadable: this.#unreadable,
      bytes_read: this.#bytes_read,
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()))
  }

  /** The open lane that may hold the next hit. */
  #nextLane(): SourceLane | undefined {
    let next: SourceLane | undefined
    for (const lane of this.#lanes) {
      if (!lane.is_open) continue
      if (!next || (this.#is_newest ? lane.bound_ms > next.bound_ms : lane.bound_ms < next.bound_ms))
        next = lane
    }
    return next
  }

  /** A hit may wait for the lines around it though nothing can come before it. */
  #incompleteLane(): SourceLane | undefined {
    const hit = this.#options.page.incomplete(this.bound_ms)
    return hit && this.#lanes[hit.key.source_at]
  }

  async #advance(lane: SourceLane): Promise<void> {
    const { turns } = this.#options
    const read = await lane.next()
    turns.begin()
    if (read) {
      const { bytes, offset } = read
      this.#bytes_read += bytes.length
      const context = this.#contextOf(lane)
      context.enter(bytes)
      await this.#search(lane, bytes, offset, context)
      context.leave(bytes)
      // The lines around a hit may stand beyond the range.
      if (!context.is_waiting) lane.pass(bytes)
    }
    if (!lane.is_open) await this.#endLane(lane)
  }

  async #endLane(lane: SourceLane): Promise<void> {
    this.#contexts.get(lane)?.end()
    this.#contexts.delete(lane)
    await lane.close()
  }

  #contextOf(lane: SourceLane): LineContext {
    const known = this.#contexts.get(lane)
    if (known) return known
    const context = new LineContext(this.#options.query.context ?? 0, lane.is_backward)
    this.#contexts.set(lane, context)
    return context
  }

  async #search(lane: SourceLane, block: Buffer, offset: number, context: LineContext): Promise<void> {
    const { matcher, page, turns } = this.#options
    const { stream, name } = lane.source
    for (const { start, end } of this.#finder.lines(block)) {
      this.#work += 1 + ((end - start) >> 10)
      if (this.#work >= WORK_BETWEEN_LOOKS) {
        this.#work = 0
        if (turns.is_long) await turns.pass()
      }
      if (!this.#mayBeGiven(block, start, end)) continue
      const matched = matcher.match(block, start, end, stream)
      if (!matched) continue
      const { entry, line } = matched
      if (!entry) {
        this.#malformed_lines++
        continue
      }
      const key = hitKey(entry, lane.at, offset + start)
      if (!this.#isInRange(entry.timestamp_ms) || !page.accepts(key)) continue
      const hit: PendingHit = {
        entry,
        line,
        key,
        source: name,
        before: [],
        after: [],
        missing: 0,
        bytes: line.length * 2 + (end - start) + 500,
      }
      context.add(hit, block, start, end)
      page.pending.add(hit)
    }
  }

  /** Most lines of a common text come after all that there is room for; their time is enough to know. */
  #mayBeGiven(block: Buffer, start: number, end: number): boolean {
    const { page, zone } = this.#options
    const { pending } = page
    if (!pending.is_crowded) return true
    const time_ms = quickTimestamp(block, start, end, zone)
    return time_ms === undefined || pending.hasRoomFor(time_ms)
  }

  #isInRange(time_ms: number): boolean {
    return time_ms >= this.#range.since_ms && time_ms < this.#range.until_ms
  }
}

function shown(hit: PendingHit): SearchHit {
  const { entry, line, key, source, before, after } = hit
  return {
    kind: 'hit',
    entry: shownEntry(entry),
    line: redactText(line),
    source,
    offset: key.offset,
    before: shownLines(before),
    after: shownLines(after),
  }
}
