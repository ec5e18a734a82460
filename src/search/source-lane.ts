import { parseArchiveName } from '../logs/archives/archive-name.ts'
import type { LineBlock, LogSource } from '../logs/reading/log-source.ts'
import { readBlocks, readBlocksBackward, type ReadBlocksOptions } from '../logs/reading/read-blocks.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { seekTime, seekTimeEnd } from '../logs/reading/seek-time.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import { disorderOf, firstTimes, lastTimes } from './line-time.ts'

const MEBIBYTE = 1_048_576
/** Small blocks first, so that hits come at once; then large ones, which cost less. */
const FIRST_BLOCK_BYTES = 131_072
const FIRST_LOOK_BYTES = 16_384

export interface LaneOptions {
  readonly order: 'newest' | 'oldest'
  /** Lines outside of these times are not wanted: from `since_ms`, before `until_ms`. */
  readonly since_ms: number
  readonly until_ms: number
  /** Bytes to read beyond the range on either side, for the lines around hits. */
  readonly margin_bytes: number
  readonly zone: LegacyZone
  readonly signal: AbortSignal | undefined
}

/**
 * One source on the way through its lines, in the direction of the search where its form allows it: a compressed file is
 * read upward in any case.
 */
export class SourceLane {
  readonly source: LogSource
  /** The number of the source in the listing. */
  readonly at: number
  readonly #options: LaneOptions
  readonly #disorder_ms: number
  #blocks: AsyncGenerator<LineBlock> | undefined
  #bound_ms: number
  #is_open = true
  #is_backward: boolean
  #has_looked = false
  #bytes_left: number

  constructor(source: LogSource, at: number, options: LaneOptions) {
    this.source = source
    this.at = at
    this.#options = options
    this.#disorder_ms = disorderOf(options.zone)
    this.#is_backward = isPlain(source) && options.order === 'newest'
    this.#bound_ms = options.order === 'newest' ? this.#latestTime() : Number.NEGATIVE_INFINITY
    this.#bytes_left = source.size_bytes
    if (this.#latestTime() < options.since_ms) this.#end()
  }

  get is_open(): boolean {
    return this.#is_open
  }

  /** Whether blocks come last first; known when the first has come. */
  get is_backward(): boolean {
    return this.#is_backward
  }

  /** While open: no line to come is later than this in a search of the newest, none earlier in one of the oldest. */
  get bound_ms(): number {
    return this.#bound_ms
  }

  /** Of the source's stored bytes, those that were read or need not be. */
  get bytes_done(): number {
    return this.source.size_bytes - this.#bytes_left
  }

  /**
   * The next lines; undefined when only the bound has changed, or the lane has ended.
   * @throws UnreadableSourceError; the signal's reason
   */
  async next(): Promise<Buffered | undefined> {
    if (!this.#blocks) {
      if (await this.#lookFirst()) return undefined
      this.#blocks = await this.#open()
    }
    const { value, done } = await this.#blocks.next()
    if (done === true) {
      this.#end()
      return undefined
    }
    // How far a compressed file is cannot be told from its content.
    if (isPlain(this.source)) this.#bytes_left = Math.max(0, this.#bytes_left - value.bytes.length)
    return { bytes: bufferOf(value.bytes), offset: value.offset }
  }

  /** Tells the lane that the lines of a block are dealt with. */
  pass(block: Buffer): void {
    const { order, since_ms, until_ms, zone } = this.#options
    if (this.#is_backward) {
      const read_ms = firstTimes(block, zone)?.latest_ms
      if (read_ms !== undefined) this.#bound_ms = Math.min(this.#bound_ms, read_ms + this.#disorder_ms)
      if (this.#bound_ms < since_ms) this.#end()
      return
    }
    const read_ms = lastTimes(block, zone)?.earliest_ms
    if (read_ms === undefined) return
    const bound_ms = read_ms - this.#disorder_ms
    if (order === 'oldest') this.#bound_ms = Math.max(this.#bound_ms, bound_ms)
    if (bound_ms >= until_ms) this.#end()
  }

  async close(): Promise<void> {
    this.#end()
    await this.#blocks?.return(undefined)
    this.#blocks = undefined
  }

  #end(): void {
    this.#is_open = false
    this.#bytes_left = 0
  }

  /** A search of the oldest has to know when a source begins before it gives what comes later. */
  async #lookFirst(): Promise<boolean> {
    const { order, until_ms, zone, signal } = this.#options
    if (order === 'newest' || this.#has_looked) return false
    this.#has_looked = true
    const look = readBlocks(this.source, {}, { block_bytes: FIRST_LOOK_BYTES, ...(signal ? { signal } : {}) })
    for await (const { bytes } of look) {
      const first_ms = firstTimes(bufferOf(bytes), zone)?.earliest_ms
      if (first_ms === undefined) continue
      this.#bound_ms = first_ms - this.#disorder_ms
      if (this.#bound_ms >= until_ms) this.#end()
      break
    }
    return true
  }

  async #open(): Promise<AsyncGenerator<LineBlock>> {
    const { source } = this
    const { since_ms, until_ms, margin_bytes, zone, signal } = this.#options
    const options = signal ? { signal } : {}
    if (!isPlain(source)) return readBlocks(source, {}, options)
    let [from, to] = [0, source.size_bytes]
    if (this.#is_backward && until_ms !== Number.POSITIVE_INFINITY) {
      to = Math.min(to, (await seekTimeEnd(source, until_ms, zone)) + margin_bytes)
    }
    if (!this.#is_backward && since_ms !== Number.NEGATIVE_INFINITY) {
      from = Math.max(0, (await seekTime(source, since_ms, zone)) - margin_bytes)
    }
    this.#bytes_left = to - from
    return this.#is_backward ? this.#downward(from, to, options) : upward(source, from, to, options)
  }

  /** Clean-up may have moved the file into an archive since it was listed; then it is read upward, as a whole. */
  async *#downward(from: number, to: number, options: ReadBlocksOptions): AsyncGenerator<LineBlock> {
    const { source } = this
    const middle = Math.max(from, to - MEBIBYTE)
    let has_begun = false
    try {
      for await (const block of readBlocksBackward(source, { from: middle, to }, small(options))) {
        has_begun = true
        yield block
      }
      if (middle > from) yield* readBlocksBackward(source, { from, to: middle }, options)
    } catch (error) {
      if (has_begun || !(error instanceof UnreadableSourceError)) throw error
      this.#is_backward = false
      yield* readBlocks(source, {}, options)
    }
  }

  /**
   * No line of the source is later. A file that cannot be read from its end was compressed after its last line was
   * written, which its name or its time on the disk tells.
   */
  #latestTime(): number {
    const { source } = this
    if (isPlain(source)) return Number.POSITIVE_INFINITY
    const archive = parseArchiveName(source.name.slice(source.name.lastIndexOf('/') + 1))
    return (archive?.created_ms ?? source.modified_ms) + 1000 + this.#disorder_ms
  }
}

interface Buffered extends LineBlock {
  readonly bytes: Buffer
}

async function* upward(
  source: LogSource,
  from: number,
  to: number,
  options: ReadBlocksOptions,
): AsyncGenerator<LineBlock> {
  const middle = Math.min(to, from + MEBIBYTE)
  yield* readBlocks(source, { from, to: middle }, small(options))
  if (middle < to) yield* readBlocks(source, { from: middle, to }, options)
}

function small(options: ReadBlocksOptions): ReadBlocksOptions {
  return { ...options, block_bytes: FIRST_BLOCK_BYTES }
}

function isPlain({ kind }: LogSource): boolean {
  return kind === 'live' || kind === 'rotated'
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
