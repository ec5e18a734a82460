import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const NEWLINE = 10
const READ_BYTES = 262_144

export interface SpoolBatch {
  readonly lines: readonly string[]
  /** Hand it back to {@link Lane.done} when the lines are delivered. */
  readonly end: number
}

/** The segments of one process, oldest first: lines are read from the first, and added to the last. */
export class Lane {
  readonly #directory: string
  readonly #names: string[]
  readonly #nextName: (() => string) | null
  readonly #segment_bytes: number
  /** Where the first segment is read from. */
  #read_at = 0
  #writing: { readonly file: number; bytes: number } | null = null
  #bytes: number

  /** @param nextName of a new segment; null for the spool of a process that is gone */
  constructor(
    directory: string,
    names: readonly string[],
    nextName: (() => string) | null,
    segment_bytes = 8_388_608,
  ) {
    this.#directory = directory
    this.#names = [...names]
    this.#nextName = nextName
    this.#segment_bytes = segment_bytes
    this.#bytes = names.reduce(
      (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  }

  /** Bytes that are not delivered yet. */
  get bytes(): number {
    return this.#bytes - this.#read_at
  }

  /**
   * Adds whole lines, each with its newline.
   * @throws system errors; then nothing of them is in the file
   */
  append(text: string): void {
    const bytes = Buffer.from(text)
    const writing = this.#openForWriting()
    const before = writing.bytes
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(writing.file, bytes, written)
    } catch (error) {
      // A full disk takes a part: a torn line would spoil the next one.
      ftruncateSync(writing.file, before)
      throw error
    }
    writing.bytes += bytes.length
    this.#bytes += bytes.length
  }

  /** Makes what was added survive a power cut. */
  sync(): void {
    if (this.#writing !== null) fdatasyncSync(this.#writing.file)
  }

  /** The oldest lines, at least one; null when there are none. What a killed process left torn is passed over. */
  read(max_lines: number, max_bytes: number): SpoolBatch | null {
    for (;;) {
      const name = this.#names[0]
      if (name === undefined) return null
      const batch = readLines(join(this.#directory, name), this.#read_at, max_lines, max_bytes)
      if (batch !== null) return batch
      if (this.#isWritten(name)) return null
      this.#dropFirst()
    }
  }

  /** The lines up to there are delivered. */
  done(end: number): void {
    this.#read_at = end
    const name = this.#names[0]
    if (name === undefined || end < (statSync(join(this.#directory, name)).size ?? 0)) return
    // The one that is written to goes as well: a new one is begun with the next line.
    this.#endWriting(name)
    this.#dropFirst()
  }

  close(): void {
    const name = this.#names.at(-1)
    if (name !== undefined) this.#endWriting(name)
  }

  #openForWriting(): { readonly file: number; bytes: number } {
    if (this.#writing !== null && this.#writing.bytes < this.#segment_bytes) return this.#writing
    if (this.#nextName === null) throw new Error('the spool of a process that is gone is only read')
    if (this.#writing !== null) closeSync(this.#writing.file)
    const name = this.#nextName()
    const file = openSync(join(this.#directory, name), 'wx', 0o600)
    this.#names.push(name)
    this.#writing = { file, bytes: fstatSync(file).size }
    return this.#writing
  }

  #isWritten(name: string): boolean {
    return this.#writing !== null && name === this.#names.at(-1)
  }

  #endWriting(name: string): void {
    if (!this.#isWritten(name) || this.#writing === null) return
    closeSync(this.#writing.file)
    this.#writing = null
  }

  #dropFirst(): void {
    const name = this.#names.shift()
    if (name === undefined) return
    const path = join(this.#directory, name)
    this.#bytes -= statSync(path, { throwIfNoEntry: false })?.size ?? 0
    this.#read_at = 0
    rmSync(path, { force: true })
  }
}

function readLines(path: string, from: number, max_lines: number, max_bytes: number): SpoolBatch | null {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    let bytes = Buffer.alloc(0)
    const lines: string[] = []
    let end = from
    let at = 0
    for (let next = from; ;) {
      const newline = bytes.indexOf(NEWLINE, at)
      if (newline === -1) {
        if (next >= size) break
        const chunk = Buffer.alloc(Math.min(READ_BYTES, size - next))
        const read = readSync(file, chunk, 0, chunk.length, next)
        if (read === 0) break
        next += read
        bytes = Buffer.concat([bytes.subarray(at), chunk.subarray(0, read)])
        at = 0
        continue
      }
      const length = newline + 1 - at
      if (lines.length > 0 && (lines.length >= max_lines || end - from + length > max_bytes)) break
      lines.push(bytes.toString('utf8', at, newline))
      end += length
      at = newline + 1
    }
    return lines.length === 0 ? null : { lines, end }
  } finally {
    closeSync(file)
  }
}
