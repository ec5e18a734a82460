import { readSync } from 'node:fs'
import { systemErrorCode } from '../core/errors.ts'
import type { LogStream } from '../core/log-event.ts'
import type { LogEntry } from '../core/log-entry.ts'
import { LOG_FORMS } from '../core/log-entry.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { openPlainSource } from '../logs/reading/open-source.ts'
import { isContinuation, parseLogLine, type LegacyZone } from '../logs/reading/parse-line.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { unreadable, UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import { canonicalLine } from './canonical-line.ts'
import { BEFORE_LINES, LINES, OUT_OF_RANGE_LINES } from './kernel/counters.ts'
import type { Kernel, LeftLine, SeqRange } from './kernel/kernel.ts'

/** A part of a source, by line starts: whole when it is compressed. */
export interface Segment {
  readonly source: LogSource
  readonly from: number
  readonly to: number
}

export interface SkippedLine {
  readonly offset: number
  readonly reason: string
}

/** What one segment held besides the counts, which stay in the kernel. */
export interface SegmentResult {
  /** Lines that count, those of other times too. */
  readonly lines: number
  readonly malformed_lines: number
  /** Of a Python traceback. */
  readonly continuation_lines: number
  readonly examples: readonly SkippedLine[]
  /** Null: too many to tell. */
  readonly seq_ranges: readonly SeqRange[] | null
  /** Of the content, decompressed. */
  readonly bytes: number
  /** Why the source could not be read to its end; null when it was. */
  readonly unreadable: string | null
}

const MAX_EXAMPLES = 20
const NEWLINE = 10

/** Counts the lines of a segment in the kernel; what stands before damage counts. */
export async function scanSegment(
  kernel: Kernel,
  segment: Segment,
  zone: LegacyZone,
  onBytes: (bytes: number) => void,
): Promise<SegmentResult> {
  const reader = new SegmentReader(kernel, segment.source.stream, zone)
  kernel.beginSegment()
  const before = reader.linesSeen()
  let bytes = 0
  const count = (more: number): void => {
    bytes += more
    onBytes(more)
  }
  let reason: string | null = null
  try {
    await readSegment(kernel, segment, reader, count)
  } catch (error) {
    if (!(error instanceof UnreadableSourceError)) throw error
    reason = error.reason
  }
  return {
    lines: reader.linesSeen() - before,
    malformed_lines: reader.malformed_lines,
    continuation_lines: reader.continuation_lines,
    examples: reader.examples,
    seq_ranges: kernel.endSegment(),
    bytes,
    unreadable: reason,
  }
}

async function readSegment(
  kernel: Kernel,
  { source, from, to }: Segment,
  reader: SegmentReader,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const is_plain = source.kind === 'live' || source.kind === 'rotated'
  const handle = is_plain ? await openPlainSource(source) : undefined
  if (!handle) {
    for await (const block of readBlocks(source, { from, to })) {
      reader.pushBlock(block.bytes, block.offset)
      onBytes(block.bytes.length)
    }
    return
  }
  try {
    readPlain(kernel, handle.fd, { from, to, keeps_open_line: source.kind !== 'live' }, reader, onBytes)
  } catch (error) {
    // What the system reports is of the file; anything else is a fault of ours, and the counts are worth nothing.
    if (systemErrorCode(error) === undefined) throw error
    throw unreadable(source.name, error)
  } finally {
    await handle.close()
  }
}

interface PlainRange {
  readonly from: number
  readonly to: number
  readonly keeps_open_line: boolean
}

/** Reads straight into the kernel's memory. */
function readPlain(
  kernel: Kernel,
  descriptor: number,
  { from, to, keeps_open_line }: PlainRange,
  reader: SegmentReader,
  onBytes: (bytes: number) => void,
): void {
  let at = from === 0 ? 0 : lineStartAfter(kernel, descriptor, from - 1)
  while (at < to) {
    const input = kernel.input
    const read = readSync(descriptor, input, 0, input.length - 1, at)
    if (read === 0) return
    // Up to the end of the last line that starts before `to`.
    const last_start = to - 1 - at
    let end =
      last_start < read
        ? input.subarray(0, read).indexOf(NEWLINE, last_start) + 1
        : input.subarray(0, read).lastIndexOf(NEWLINE) + 1
    if (end === 0) end = input.subarray(0, read).lastIndexOf(NEWLINE) + 1
    if (end === 0) {
      const is_last = read < input.length - 1
      if (!is_last) {
        reader.skip(at, 'it is longer than any line may be')
        const next = lineStartAfter(kernel, descriptor, at + read)
        onBytes(next - at)
        at = next
        continue
      }
      if (!keeps_open_line) return
      input[read] = NEWLINE
      end = read + 1
    }
    reader.scanInput(end, at)
    onBytes(end)
    at += end
  }
}

/** Where the first line starts that starts behind `at`; the end of the file when there is none. */
function lineStartAfter(kernel: Kernel, descriptor: number, at: number): number {
  for (let place = at; ;) {
    const input = kernel.input
    const read = readSync(descriptor, input, 0, input.length, place)
    if (read === 0) return place
    const newline = input.subarray(0, read).indexOf(NEWLINE)
    if (newline !== -1) return place + newline + 1
    place += read
  }
}

/** Feeds blocks to the kernel and reads the lines that it leaves. */
class SegmentReader {
  malformed_lines = 0
  continuation_lines = 0
  readonly examples: SkippedLine[] = []
  readonly #kernel: Kernel
  readonly #stream: LogStream
  readonly #zone: LegacyZone

  constructor(kernel: Kernel, stream: LogStream, zone: LegacyZone) {
    this.#kernel = kernel
    this.#stream = stream
    this.#zone = zone
  }

  linesSeen(): number {
    return [LINES, BEFORE_LINES, OUT_OF_RANGE_LINES].reduce(
      (sum, each) => sum + this.#kernel.counter(this.#stream, each),
      0,
    )
  }

  /** A block of whole lines; its last line may lack a newline. */
  pushBlock(block: Uint8Array, offset: number): void {
    for (let at = 0; at < block.length;) {
      const input = this.#kernel.input
      const rest = block.subarray(at, at + input.length - 1)
      const is_rest = at + rest.length === block.length
      let length = is_rest ? rest.length : rest.lastIndexOf(NEWLINE) + 1
      if (length === 0) {
        const newline = block.indexOf(NEWLINE, at)
        this.skip(offset + at, 'it is longer than any line may be')
        at = newline === -1 ? block.length : newline + 1
        continue
      }
      input.set(rest.subarray(0, length))
      const taken = length
      if (input[length - 1] !== NEWLINE) input[length++] = NEWLINE
      this.scanInput(length, offset + at)
      at += taken
    }
  }

  scanInput(length: number, offset: number): void {
    this.#kernel.scan(length, this.#stream, (line) => this.#readLeft(line, offset))
  }

  skip(offset: number, reason: string): void {
    this.malformed_lines++
    if (this.examples.length < MAX_EXAMPLES) this.examples.push({ offset, reason })
  }

  #readLeft({ start, length }: LeftLine, offset: number): void {
    const line = lineText(this.#kernel.input, start, length)
    const entry = parseLogLine(line, this.#stream, this.#zone)
    if (entry && this.#count(entry)) return
    if (!entry && isContinuation(line)) this.continuation_lines++
    else
      this.skip(offset + start, entry ? 'it is longer than any line may be' : 'it has no form that is known')
  }

  #count(entry: LogEntry): boolean {
    return this.#kernel.scanLine(canonicalLine(entry), this.#stream, 1, LOG_FORMS.indexOf(entry.form))
  }
}

function lineText(input: Uint8Array, start: number, length: number): string {
  return Buffer.from(input.buffer, input.byteOffset + start, length).toString()
}
