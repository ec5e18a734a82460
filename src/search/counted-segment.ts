import type { LogSource } from '../logs/reading/log-source.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import type { Buckets } from './histogram-buckets.ts'
import { LevelCounts } from './level-counts.ts'
import type { LineCounter } from './line-counter.ts'
import type { Turns } from './turns.ts'

/** So much of a segment is read to know what it is like. */
export const SAMPLE_BYTES = 131_072

export interface CountedRange {
  readonly buckets: Buckets
  readonly since_ms: number
  readonly until_ms: number
  readonly signal: AbortSignal | undefined
}

interface Sample {
  readonly by_level: number[]
  readonly bytes: number
  readonly first_ms: number
  readonly last_ms: number
}

/** A stretch of a plain file: first its beginning is counted, later all of it if there is time. */
export class CountedSegment {
  readonly #source: LogSource
  readonly #from: number
  readonly #to: number
  readonly #range: CountedRange
  #exact: LevelCounts | null = null
  #sample: Sample | null = null
  bytes_read = 0

  constructor(source: LogSource, from: number, to: number, range: CountedRange) {
    this.#source = source
    this.#from = from
    this.#to = to
    this.#range = range
  }

  get is_complete(): boolean {
    return this.#exact !== null
  }

  /** When its first line was written, as far as it is known. */
  get first_ms(): number | null {
    return this.#sample?.first_ms ?? null
  }

  get source(): LogSource {
    return this.#source
  }

  /** @throws UnreadableSourceError; OutOfTime; the signal's reason */
  async sample(counter: LineCounter, turns: Turns): Promise<void> {
    if (this.#to - this.#from <= SAMPLE_BYTES) return await this.complete(counter, turns)
    const by_level = [0, 0, 0, 0]
    let [first_ms, last_ms] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const bytes = await this.#read(this.#from + SAMPLE_BYTES, counter, turns, (time_ms, level) => {
      by_level[level]! += 1
      first_ms = Math.min(first_ms, time_ms)
      last_ms = Math.max(last_ms, time_ms)
    })
    this.#sample = { by_level, bytes, first_ms, last_ms }
  }

  /** @throws UnreadableSourceError; OutOfTime; the signal's reason */
  async complete(counter: LineCounter, turns: Turns): Promise<void> {
    const { buckets, since_ms, until_ms } = this.#range
    const counts = new LevelCounts(buckets, since_ms, until_ms)
    await this.#read(this.#to, counter, turns, (time_ms, level) => {
      counts.add(time_ms, level)
    })
    this.#exact = counts
  }

  /** @param next_ms when what follows it in its file begins; null when that is not known */
  addTo(all: LevelCounts, next_ms: number | null): void {
    if (this.#exact) return all.addAll(this.#exact)
    if (!this.#sample || this.#sample.bytes === 0) return
    const { by_level, bytes, first_ms, last_ms } = this.#sample
    if (first_ms > last_ms) return
    const scale = (this.#to - this.#from) / bytes
    const end_ms = Math.max(next_ms ?? first_ms + (last_ms - first_ms) * scale, last_ms + 1)
    for (const [level, count] of by_level.entries()) all.spread(count * scale, level, first_ms, end_ms)
  }

  async #read(
    to: number,
    counter: LineCounter,
    turns: Turns,
    found: (time_ms: number, level: number) => void,
  ): Promise<number> {
    const { signal } = this.#range
    const range = { from: this.#from, to: Math.min(to, this.#to) }
    let bytes_read = 0
    for await (const { bytes } of readBlocks(this.#source, range, signal ? { signal } : {})) {
      turns.begin()
      bytes_read += bytes.length
      this.bytes_read += bytes.length
      const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      await counter.count(block, this.#source.stream, turns, found)
    }
    return bytes_read
  }
}
