import type { Clock } from '../core/clock.ts'
import { parseArchiveName } from '../logs/archives/archive-name.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { seekTime, seekTimeEnd } from '../logs/reading/seek-time.ts'
import { unreadable } from '../logs/reading/unreadable-source.ts'
import { CountedSegment, SAMPLE_BYTES, type CountedRange } from './counted-segment.ts'
import { LevelCounts } from './level-counts.ts'
import type { LineCounter } from './line-counter.ts'
import type { LineHistogram } from './histogram-query.ts'
import { disorderOf, firstTimes } from './line-time.ts'
import type { UnreadableSource } from './log-query.ts'
import { OutOfTime, Turns } from './turns.ts'

/** Of all plain files together; so at most 32 MiB are read of samples. */
const MOST_SEGMENTS = 256
/** What is left of the time when the plain files have had theirs is for the compressed ones. */
const PART_OF_PLAIN = 0.7

export interface HistogramRunOptions {
  readonly sources: readonly LogSource[]
  readonly range: CountedRange
  readonly counter: LineCounter
  readonly zone: LegacyZone
  readonly clock: Clock
  readonly time_budget_ms: number
}

/** Counts first roughly, then as exactly as there is time for. */
export class HistogramRun {
  readonly #options: HistogramRunOptions
  /** In the order of each file. */
  #segments: CountedSegment[] = []
  readonly #compressed: LevelCounts
  readonly #uncounted: string[] = []
  readonly #unreadable: UnreadableSource[] = []
  #bytes_read = 0

  constructor(options: HistogramRunOptions) {
    const { buckets, since_ms, until_ms } = options.range
    this.#options = options
    this.#compressed = new LevelCounts(buckets, since_ms, until_ms)
  }

  /** @throws the signal's reason */
  async count(): Promise<void> {
    const { sources, counter, time_budget_ms } = this.#options
    // Samples are few; without them nothing could be said.
    const sampling = this.#turns(Number.POSITIVE_INFINITY)
    const plain_turns = this.#turns(time_budget_ms * PART_OF_PLAIN)
    const all_turns = this.#turns(time_budget_ms)
    this.#segments = await this.#plainSegments(sources.filter(isPlain))
    await this.#each(this.#segments, (segment) => segment.sample(counter, sampling))
    await this.#each(this.#segments.toReversed(), async (segment) => {
      if (!segment.is_complete) await segment.complete(counter, plain_turns)
    })
    for (const source of sources.toReversed()) {
      if (!isPlain(source) && this.#mayBeInRange(source)) await this.#countCompressed(source, all_turns)
    }
  }

  result(): Pick<LineHistogram, 'counts' | 'is_exact' | 'uncounted' | 'unreadable' | 'bytes_read'> {
    const { buckets, since_ms, until_ms } = this.#options.range
    const all = new LevelCounts(buckets, since_ms, until_ms)
    all.addAll(this.#compressed)
    let bytes_read = this.#bytes_read
    for (const [at, segment] of this.#segments.entries()) {
      const next = this.#segments[at + 1]
      segment.addTo(all, next?.source === segment.source ? next.first_ms : null)
      bytes_read += segment.bytes_read
    }
    const is_exact = this.#uncounted.length === 0 && this.#segments.every((segment) => segment.is_complete)
    const [uncounted, unreadable_sources] = [this.#uncounted, this.#unreadable]
    return { counts: all.byLevel(), is_exact, uncounted, unreadable: unreadable_sources, bytes_read }
  }

  #turns(budget_ms: number): Turns {
    const turns = new Turns(this.#options.clock, budget_ms, this.#options.range.signal)
    turns.endOnlyWhen(() => true)
    return turns
  }

  /** Stretches of about the same length of all files together. */
  async #plainSegments(sources: readonly LogSource[]): Promise<CountedSegment[]> {
    const { range, zone } = this.#options
    const parts: { readonly source: LogSource; readonly from: number; readonly to: number }[] = []
    for (const source of sources) {
      range.signal?.throwIfAborted()
      try {
        const from = await seekTime(source, range.since_ms, zone)
        const to = Math.min(source.size_bytes, await seekTimeEnd(source, range.until_ms, zone))
        if (to > from) parts.push({ source, from, to })
      } catch (error) {
        this.#note(source, error)
      }
    }
    const total = parts.reduce((sum, { from, to }) => sum + to - from, 0)
    const length = Math.max(SAMPLE_BYTES, Math.ceil(total / MOST_SEGMENTS))
    return parts.flatMap(({ source, from, to }) =>
      Array.from({ length: Math.ceil((to - from) / length) }, (_, at) => {
        const start = from + at * length
        return new CountedSegment(source, start, Math.min(to, start + length), range)
      }),
    )
  }

  /** Ends without a word when the time is up. */
  async #each(
    segments: readonly CountedSegment[],
    work: (segment: CountedSegment) => Promise<void>,
  ): Promise<void> {
    const unread = new Set<LogSource>()
    for (const segment of segments) {
      if (unread.has(segment.source)) continue
      try {
        await work(segment)
      } catch (error) {
        if (error instanceof OutOfTime) return
        this.#note(segment.source, error)
        unread.add(segment.source)
      }
    }
  }

  /** A file that was compressed before the range begins holds nothing of it. */
  #mayBeInRange({ name, modified_ms }: LogSource): boolean {
    const archive = parseArchiveName(name.slice(name.lastIndexOf('/') + 1))
    const latest_ms = (archive?.created_ms ?? modified_ms) + 1000 + disorderOf(this.#options.zone)
    return latest_ms >= this.#options.range.since_ms
  }

  async #countCompressed(source: LogSource, turns: Turns): Promise<void> {
    const { range, counter, zone } = this.#options
    const counts = new LevelCounts(range.buckets, range.since_ms, range.until_ms)
    try {
      for await (const { bytes } of readBlocks(source, {}, range.signal ? { signal: range.signal } : {})) {
        turns.begin()
        this.#bytes_read += bytes.length
        const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        const first_ms = firstTimes(block, zone)?.earliest_ms
        if (first_ms !== undefined && first_ms - disorderOf(zone) >= range.until_ms) break
        await counter.count(block, source.stream, turns, (time_ms, level) => {
          counts.add(time_ms, level)
        })
      }
    } catch (error) {
      if (error instanceof OutOfTime) {
        this.#uncounted.push(source.name)
        return
      }
      this.#note(source, error)
    }
    this.#compressed.addAll(counts)
  }

  #note(source: LogSource, error: unknown): void {
    this.#options.range.signal?.throwIfAborted()
    if (this.#unreadable.some((known) => known.source === source.name)) return
    const { source: name, reason } = unreadable(source.name, error)
    this.#unreadable.push({ source: name, reason })
  }
}

function isPlain({ kind }: LogSource): boolean {
  return kind === 'live' || kind === 'rotated'
}
