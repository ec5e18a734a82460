import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { systemErrorCode } from '../../core/errors.ts'
import { makeDirectory } from '../../files/make-directory.ts'
import { readSegmentLines } from './segment-lines.ts'
import { SentNames } from './sent-names.ts'

const SEGMENT = /^\d{6}\.ndjson$/
const NAMES = 'names.ndjson'

interface Segment {
  readonly name: string
  /** Of whole appends. */
  bytes: number
}

export interface SpoolBatch {
  readonly lines: readonly string[]
  readonly segment: object
  readonly end: number
}

/**
 * The events of one process, oldest first, in the segments of a folder: lines are read from the first, and added to the
 * last. A segment whose lines are delivered is deleted.
 */
export class Lane {
  readonly run: string
  readonly names: SentNames
  readonly #directory: string
  readonly #segments: Segment[]
  readonly #segment_bytes: number
  #next_number: number
  /** Where the first segment is read from. */
  #read_at = 0
  /** Of the last segment, while it is added to. */
  #file: number | null = null
  #bytes: number

  constructor(directory: string, run: string, segment_bytes = 8_388_608) {
    this.#directory = directory
    this.run = run
    this.#segment_bytes = segment_bytes
    this.names = new SentNames(join(directory, NAMES), run)
    this.#segments = segmentsIn(directory)
    this.#next_number = Number.parseInt(this.#segments.at(-1)?.name ?? '-1', 10) + 1
    this.#bytes = this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Bytes that are not delivered yet. */
  get bytes(): number {
    return this.#bytes - this.#read_at
  }

  /**
   * Adds whole lines, each with its newline.
   * @throws system errors; then nothing of them is in the lane
   */
  append(text: string): void {
    const bytes = Buffer.from(text)
    const { file, segment } = this.#openForWriting()
    let written = 0
    try {
      while (written < bytes.length) {
        written += writeSync(file, bytes, written, bytes.length - written, segment.bytes + written)
      }
    } catch (error) {
      // A full disk takes a part, which would be a torn line for who finds it.
      ftruncateSync(file, segment.bytes)
      throw error
    }
    segment.bytes += bytes.length
    this.#bytes += bytes.length
  }

  /** Makes what was added survive a power cut. */
  sync(): void {
    if (this.#file !== null) fdatasyncSync(this.#file)
  }

  /**
   * The oldest lines, at least one; null when there are none. What a killed process left torn is passed over, and so is
   * a segment that somebody has deleted.
   * @throws other system errors
   */
  read(max_lines: number, max_bytes: number): SpoolBatch | null {
    for (;;) {
      const segment = this.#segments[0]
      if (segment === undefined) return null
      const path = join(this.#directory, segment.name)
      try {
        const most = { lines: max_lines, bytes: max_bytes }
        const found =
          this.#read_at < segment.bytes ? readSegmentLines(path, this.#read_at, segment.bytes, most) : null
        if (found !== null) return { ...found, segment }
        if (this.#segments.length === 1 && this.#file !== null) return null
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOENT') throw error
      }
      this.#dropFirst()
    }
  }

  /** The lines of the batch are delivered. */
  done({ segment, end }: SpoolBatch): void {
    const first = this.#segments[0]
    if (first === undefined || first !== segment) return
    this.#read_at = end
    if (end < first.bytes) return
    if (this.#segments.length > 1 || this.#file === null) this.#dropFirst()
    else {
      ftruncateSync(this.#file, 0)
      this.#bytes -= first.bytes
      first.bytes = 0
      this.#read_at = 0
    }
  }

  /** Ends adding. A lane without lines leaves nothing behind. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
    if (this.bytes > 0) return
    while (this.#segments.length > 0) this.#dropFirst()
    try {
      this.names.remove()
      rmdirSync(this.#directory)
    } catch {
      // Never made, or somebody put something of their own into it.
    }
  }

  #openForWriting(): { readonly file: number; readonly segment: Segment } {
    const last = this.#segments.at(-1)
    if (this.#file !== null && last !== undefined) {
      if (last.bytes < this.#segment_bytes) return { file: this.#file, segment: last }
      closeSync(this.#file)
      this.#file = null
    }
    makeDirectory(this.#directory)
    const segment = { name: `${String(this.#next_number).padStart(6, '0')}.ndjson`, bytes: 0 }
    const file = openSync(join(this.#directory, segment.name), 'wx', 0o600)
    this.#next_number++
    this.#segments.push(segment)
    this.#file = file
    for (const directory of [this.#directory, dirname(this.#directory)]) syncDirectory(directory)
    return { file, segment }
  }

  #dropFirst(): void {
    const segment = this.#segments.shift()
    if (segment === undefined) return
    if (this.#segments.length === 0 && this.#file !== null) {
      closeSync(this.#file)
      this.#file = null
    }
    this.#bytes -= segment.bytes
    this.#read_at = 0
    try {
      rmSync(join(this.#directory, segment.name), { force: true })
    } catch {
      // It will be sent once more by who finds it, and dropped by the server.
    }
  }
}

function segmentsIn(directory: string): Segment[] {
  let names: string[] = []
  try {
    names = readdirSync(directory)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
  return names
    .filter((name) => SEGMENT.test(name))
    .sort()
    .map((name) => ({ name, bytes: statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0 }))
}

/** A new name survives a power cut only then. */
function syncDirectory(directory: string): void {
  try {
    const file = openSync(directory, 'r')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch {
    // Not every file system can.
  }
}
