import type { ReadableFile } from '../directory/plain-file.ts'
import { blockBytes, CUT_LINE_BYTES, LARGEST_LINE_BYTES, type ReadBlocksOptions } from './block-options.ts'
import type { ByteRange, LineBlock, LogSource } from './log-source.ts'
import { openPlainSource } from './open-source.ts'
import { UnreadableSourceError } from './unreadable-source.ts'

const NEWLINE = 10
const PIECE_BYTES = 65_536

/**
 * As {@link readBlocks}, the last block first; within a block the lines are in ascending order. Only for plain files,
 * `live` and `rotated`.
 *
 * @throws UnreadableSourceError as `readBlocks`, and for a file that clean-up has moved into an archive meanwhile
 */
export async function* readBlocksBackward(
  source: LogSource,
  range: ByteRange = {},
  options: ReadBlocksOptions = {},
): AsyncGenerator<LineBlock> {
  const handle = await openPlainSource(source)
  if (!handle) throw new UnreadableSourceError(source.name, 'it has been compressed meanwhile')
  await using _ = handle
  const file = new BackwardFile(handle)
  const { size } = await handle.stat()
  const { from = 0, to = size } = range
  const first = from > 0 ? await file.lineEndAfter(from - 1, size) : 0
  const end = to <= 0 ? 0 : to < size ? await file.lineEndAfter(to - 1, size) : size
  if (end <= first) return
  const last_end = await file.lastLineEnd(end, first)
  if (last_end < end && source.kind !== 'live') yield await file.readLine(last_end, end)
  try {
    yield* file.blocks(first, last_end, options)
  } finally {
    await file.settled()
  }
}

/** A plain file in which lines are looked for in both directions. Short reads mean that it was truncated. */
class BackwardFile {
  readonly #handle: ReadableFile
  readonly #piece: Buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)
  /** Being read for a block that may never be asked for. */
  #ahead: Promise<unknown> | undefined

  constructor(handle: ReadableFile) {
    this.#handle = handle
  }

  /** Behind the first newline at or after `at`; `size` when there is none. */
  async lineEndAfter(at: number, size: number): Promise<number> {
    for (let position = at; position < size;) {
      const bytes = await this.#read(this.#piece, position, size)
      if (bytes.length === 0) break
      const newline = bytes.indexOf(NEWLINE)
      if (newline !== -1) return position + newline + 1
      position += bytes.length
    }
    return size
  }

  /** Behind the last newline before `end`; `first` when there is none behind it. */
  async lastLineEnd(end: number, first: number): Promise<number> {
    for (let stop = end; stop > first;) {
      const start = Math.max(first, stop - PIECE_BYTES)
      const newline = (await this.#read(this.#piece, start, stop)).lastIndexOf(NEWLINE)
      if (newline !== -1) return start + newline + 1
      stop = start
    }
    return first
  }

  /** Nothing may be read from a file that is closed, or whose number is another file's by then. */
  async settled(): Promise<void> {
    await this.#ahead
  }

  /** One line as a block of its own, cut when it is too long. */
  async readLine(start: number, end: number): Promise<LineBlock> {
    const length = end - start > LARGEST_LINE_BYTES ? CUT_LINE_BYTES : end - start
    const bytes = await this.#read(Buffer.allocUnsafeSlow(length), start, end)
    return { bytes, offset: start }
  }

  /**
   * The lines from `first` to `end`, which are line starts both. While the caller works on a block, the next is read
   * into a second buffer.
   */
  async *blocks(first: number, end: number, options: ReadBlocksOptions): AsyncGenerator<LineBlock> {
    let length = Math.min(blockBytes(options), end - first)
    let buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)] as const
    const readBefore = (stop: number): Promise<Buffer> => {
      buffers = [buffers[1], buffers[0]]
      return this.#read(buffers[0], Math.max(first, stop - length), stop)
    }
    let reading: Promise<Buffer> | undefined
    for (let stop = end; stop > first;) {
      options.signal?.throwIfAborted()
      const start = Math.max(first, stop - length)
      const bytes = await (reading ?? readBefore(stop))
      reading = undefined
      // What stands before the first newline is the end of a line that starts further ahead.
      const skipped = start === first ? 0 : bytes.indexOf(NEWLINE) + 1
      const whole = bytes.subarray(skipped, bytes.lastIndexOf(NEWLINE) + 1)
      if (whole.length > 0) {
        stop = start + skipped
        reading = stop > first ? readBefore(stop) : undefined
        // Told when its turn comes, if it does.
        this.#ahead = reading?.catch(() => undefined)
        yield { bytes: whole, offset: stop }
      } else if (bytes.length < stop - start) {
        stop = start
      } else if (length < LARGEST_LINE_BYTES) {
        length *= 2
        buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)]
      } else {
        const line_start = await this.lastLineEnd(stop - 1, first)
        yield await this.readLine(line_start, stop)
        stop = line_start
      }
    }
  }

  async #read(buffer: Buffer, from: number, to: number): Promise<Buffer> {
    const wanted = Math.min(buffer.length, to - from)
    let filled = 0
    while (filled < wanted) {
      const { bytesRead } = await this.#handle.read(buffer, filled, wanted - filled, from + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  }
}
