import type { FileHandle } from 'node:fs/promises'
import { openPlainFile } from '../logs/directory/plain-file.ts'
import { fileId } from '../logs/reading/list-sources.ts'
import type { LineBlock, LogSource } from '../logs/reading/log-source.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { unreadable } from '../logs/reading/unreadable-source.ts'

const NEWLINE = 10
const CHUNK_BYTES = 262_144
const PIECE_BYTES = 65_536
/** A line that is longer is given in pieces. */
const LONGEST_LINE_BYTES = 16 * 1_048_576
/** So much of what was read is compared before more is read: a file may be cut and filled again between two looks. */
const CHECKED_BYTES = 64

/** The file became shorter, or is another one under the same name and number. */
export class TruncatedError extends Error {}

/** Whole lines with the place of the first; the buffer is the caller's to keep. */
export interface FollowedBlock {
  readonly bytes: Buffer
  readonly offset: number
}

/** A part of a stream: a file that may still grow, or one that cannot. */
export interface FollowedPart {
  readonly name: string
  readonly file_id: string
  /** Undefined when there is nothing more, for now. */
  read(): Promise<FollowedBlock | undefined>
  /** What stands behind the last newline, once nothing more comes. */
  rest(): Promise<FollowedBlock | undefined>
  close(): Promise<void>
}

/** A plain file, live or rotated, from a line start on. */
export class FilePart implements FollowedPart {
  readonly name: string
  readonly file_id: string
  readonly #handle: FileHandle
  #offset: number
  #checked: Buffer = Buffer.alloc(0)

  constructor(
    handle: FileHandle,
    source: { readonly name: string; readonly file_id: string },
    offset: number,
  ) {
    this.#handle = handle
    this.name = source.name
    this.file_id = source.file_id
    this.#offset = offset
  }

  /** Undefined when the file is not where it was listed. @throws UnreadableSourceError */
  static async open(source: LogSource, offset: number): Promise<FilePart | undefined> {
    const { name, file_id } = source
    if (file_id === undefined) throw new RangeError('A source that is followed needs its file_id.')
    const handle = await openPlainFile(source.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw unreadable(name, error)
    })
    if (handle && fileId(await handle.stat({ bigint: true })) === file_id) {
      return new FilePart(handle, { name, file_id }, offset)
    }
    await handle?.close()
    return undefined
  }

  /** Behind the last newline before `end`. */
  async lastLineEnd(end: number): Promise<number> {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
    for (let stop = end; stop > 0;) {
      const start = Math.max(0, stop - PIECE_BYTES)
      const { bytesRead } = await this.#handle.read(piece, 0, stop - start, start)
      const newline = piece.subarray(0, bytesRead).lastIndexOf(NEWLINE)
      if (newline !== -1) return start + newline + 1
      stop = start
    }
    return 0
  }

  /** @throws TruncatedError */
  async read(): Promise<FollowedBlock | undefined> {
    const { size } = await this.#handle.stat()
    if (size < this.#offset) throw new TruncatedError()
    for (let length = CHUNK_BYTES; size > this.#offset; length *= 2) {
      const bytes = await this.#take(Math.min(length, size - this.#offset))
      const end = bytes.length >= LONGEST_LINE_BYTES ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1
      if (end > 0) return this.#passOver(bytes.subarray(0, end))
      if (bytes.length < length) return undefined
    }
    return undefined
  }

  async rest(): Promise<FollowedBlock | undefined> {
    const { size } = await this.#handle.stat()
    const bytes = await this.#take(Math.min(LONGEST_LINE_BYTES, Math.max(0, size - this.#offset)))
    return bytes.length > 0 ? this.#passOver(bytes) : undefined
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  #passOver(bytes: Buffer): FollowedBlock {
    const offset = this.#offset
    this.#offset += bytes.length
    this.#checked = Buffer.from(bytes.subarray(-CHECKED_BYTES))
    return { bytes, offset }
  }

  /** The next bytes, if those before them are still what they were. */
  async #take(length: number): Promise<Buffer> {
    const before = this.#checked.length
    const buffer = Buffer.allocUnsafeSlow(before + length)
    let filled = 0
    while (filled < buffer.length) {
      const at = this.#offset - before + filled
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, at)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    if (filled < before || this.#checked.compare(buffer, 0, before) !== 0) throw new TruncatedError()
    return buffer.subarray(before, filled)
  }
}

/** A compressed file, from a line start on. */
export class CompressedPart implements FollowedPart {
  readonly name: string
  readonly file_id: string
  readonly #blocks: AsyncGenerator<LineBlock>

  constructor(source: LogSource, from: number) {
    this.name = source.name
    this.file_id = source.file_id ?? ''
    this.#blocks = readBlocks(source, { from })
  }

  async read(): Promise<FollowedBlock | undefined> {
    const { value, done } = await this.#blocks.next()
    return done === true ? undefined : { bytes: Buffer.from(value.bytes), offset: value.offset }
  }

  async rest(): Promise<undefined> {
    return undefined
  }

  async close(): Promise<void> {
    await this.#blocks.return(undefined)
  }
}
