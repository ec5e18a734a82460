import type { LogEntry } from '../../core/log-entry.ts'
import { entriesOf } from './block-entries.ts'
import type { LegacyZone } from './legacy-zone.ts'
import type { LineBlock, LogSource } from './log-source.ts'
import { quickTimestamp } from './quick-timestamp.ts'
import { readBlocks } from './read-blocks.ts'
import { DISORDER_MS, seekTime } from './seek-time.ts'
import type { SkippedCounter } from './skipped-lines.ts'
import { unreadable } from './unreadable-source.ts'

/** How many lines of one file are held and sorted: a line that stands further behind its place comes late. */
export const SORT_WINDOW_LINES = 2048

/** How much earlier than its first lines a file may have one; more makes more files open at the same time. */
const START_SLACK_MS = 10_000
const BLOCK_BYTES = 262_144
const LOOK_BYTES = 16_384
const NEWLINE = 10

export interface LaneOptions {
  readonly since_ms: number
  readonly until_ms: number
  readonly zone: LegacyZone
  readonly signal: AbortSignal | undefined
  readonly skipped: SkippedCounter
}

/** The entries of one source within a time range, in order of time, some ahead of whoever takes them. */
export class EntryLane {
  readonly #source: LogSource
  readonly #options: LaneOptions
  #blocks: AsyncGenerator<LineBlock> | undefined
  /** Sorted; before `#next` taken already. */
  #held: LogEntry[] = []
  #next = 0
  #starts_ms = Number.NEGATIVE_INFINITY
  #has_ended = false

  constructor(source: LogSource, options: LaneOptions) {
    this.#source = source
    this.#options = options
  }

  /** No entry is earlier; known once {@link look} has looked. */
  get starts_ms(): number {
    return this.#starts_ms
  }

  get is_open(): boolean {
    return this.#blocks !== undefined
  }

  /** The next entry; undefined when more has to be read first, or there is none. */
  get head(): LogEntry | undefined {
    const ahead = this.#has_ended ? 0 : SORT_WINDOW_LINES
    return this.#held.length - this.#next > ahead ? this.#held[this.#next] : undefined
  }

  take(): void {
    this.#next++
  }

  /** Whether nothing is left to give or to read. */
  get is_done(): boolean {
    return this.#has_ended && this.head === undefined
  }

  /** Looks when the source begins. */
  async look(): Promise<void> {
    const { since_ms, until_ms } = this.#options
    await this.#guard(async () => {
      const first_ms = await this.#firstTime()
      this.#starts_ms = Math.max(first_ms - START_SLACK_MS, since_ms)
      this.#has_ended = first_ms - DISORDER_MS >= until_ms
    })
  }

  async open(): Promise<void> {
    await this.#guard(async () => {
      const { since_ms, zone, signal } = this.#options
      const { kind } = this.#source
      const is_plain = kind === 'live' || kind === 'rotated'
      const is_bounded = is_plain && since_ms !== Number.NEGATIVE_INFINITY
      const from = is_bounded ? await seekTime(this.#source, since_ms, zone) : 0
      const block_bytes = is_plain ? Math.min(BLOCK_BYTES, this.#source.size_bytes + 1) : BLOCK_BYTES
      const options = { block_bytes, ...(signal && { signal }) }
      this.#blocks = readBlocks(this.#source, { from }, options)
    })
    await this.refill()
  }

  /** Reads on until there are entries to give and enough behind them to sort, or the source ends. */
  async refill(): Promise<void> {
    const held = this.#held.slice(this.#next)
    await this.#guard(async () => {
      while (!this.#has_ended && held.length < 2 * SORT_WINDOW_LINES) {
        const block = await this.#blocks?.next()
        if (block?.done !== false) this.#has_ended = true
        else this.#hold(block.value, held)
      }
    })
    this.#held = held.sort((a, b) => a.timestamp_ms - b.timestamp_ms)
    this.#next = 0
    if (this.#has_ended) await this.close()
  }

  async close(): Promise<void> {
    await this.#blocks?.return(undefined)
  }

  #hold(block: LineBlock, held: LogEntry[]): void {
    const { since_ms, until_ms, zone, skipped } = this.#options
    let earliest_ms = Number.POSITIVE_INFINITY
    for (const entry of entriesOf(block, this.#source.stream, zone, skipped)) {
      const { timestamp_ms } = entry
      if (timestamp_ms < earliest_ms) earliest_ms = timestamp_ms
      if (timestamp_ms >= since_ms && timestamp_ms < until_ms) held.push(entry)
    }
    // Infinite for a block without entries, which says nothing.
    this.#has_ended = earliest_ms !== Number.POSITIVE_INFINITY && earliest_ms - DISORDER_MS >= until_ms
  }

  /** The earliest of the first lines; negative infinity when they have no time. */
  async #firstTime(): Promise<number> {
    const { zone, signal } = this.#options
    const options = { block_bytes: LOOK_BYTES, ...(signal && { signal }) }
    let first_ms = Number.POSITIVE_INFINITY
    for await (const { bytes } of readBlocks(this.#source, {}, options)) {
      for (let start = 0; start < bytes.length;) {
        const newline = bytes.indexOf(NEWLINE, start)
        const end = newline === -1 ? bytes.length : newline
        first_ms = Math.min(first_ms, quickTimestamp(bytes, start, end, zone) ?? first_ms)
        start = end + 1
      }
      break
    }
    return first_ms === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : first_ms
  }

  /** What cannot be read is counted; the other sources go on. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.signal?.throwIfAborted()
      const { source, reason } = unreadable(this.#source.name, error)
      this.#options.skipped.addUnreadable(source, reason)
      this.#has_ended = true
    }
  }
}
