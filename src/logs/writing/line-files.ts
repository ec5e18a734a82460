import { resolve } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import type { ComposedLines } from './line-composer.ts'
import { LiveFile } from './live-file.ts'
import { streamSettings, type StreamOptionsByName } from './stream-settings.ts'

const WRITE_BYTES = 65_536
const WAIT_FOR_ROTATION_MS = 5
const NEWLINE = 10

interface StreamFile {
  readonly file: LiveFile
  readonly write_bytes: number
}

/** The five live files, for lines that were composed before. See `LiveFile` for how files are shared and rotated. */
export class LineFiles {
  readonly #clock: Clock
  readonly #files: Readonly<Record<LogStream, StreamFile>>

  constructor(options: {
    readonly directory: string
    readonly clock: Clock
    readonly streams?: StreamOptionsByName | undefined
    /** Told of failures that did not keep lines from being written. */
    readonly onFailure: (error: unknown) => void
  }) {
    const { directory, clock, onFailure } = options
    this.#clock = clock
    const settings = streamSettings(options.streams)
    const files = LOG_STREAMS.map((stream): [LogStream, StreamFile] => {
      const { max_bytes, backups } = settings[stream]
      const path = resolve(directory, `${stream}.log`)
      const write_bytes = Math.min(WRITE_BYTES, Math.max(2048, Math.floor(max_bytes / 16)))
      return [stream, { file: new LiveFile({ path, max_bytes, backups, clock, onFailure }), write_bytes }]
    })
    this.#files = Object.fromEntries(files) as Record<LogStream, StreamFile>
  }

  /**
   * Appends all lines; what was appended is in the hands of the operating system, and errors are on their way to the disk.
   *
   * @param start how far each stream was appended by an earlier call that threw; brought up to date
   * @throws system errors
   */
  async append(lines: ComposedLines, start: Record<LogStream, number>): Promise<void> {
    for (const stream of LOG_STREAMS) {
      const bytes = lines[stream]
      const { file, write_bytes } = this.#files[stream]
      while (start[stream] < bytes.length) {
        const settled = file.append(pieceOf(bytes, start[stream], write_bytes), false)
        start[stream] += settled
        if (settled === 0) await this.#clock.sleep(WAIT_FOR_ROTATION_MS)
      }
    }
    if (lines.errors.length > 0) this.#files.errors.file.requestSync()
  }

  /** Resolves when what is on its way to the disk is there, and closes the files. */
  async close(): Promise<void> {
    for (const stream of LOG_STREAMS) {
      const { file } = this.#files[stream]
      file.close()
      await file.synced()
    }
  }
}

export function noProgress(): Record<LogStream, number> {
  return { operations: 0, api_calls: 0, database: 0, errors: 0, progress: 0 }
}

/** Whole lines from `start` on, of about `size` bytes. */
function pieceOf(bytes: Uint8Array, start: number, size: number): Uint8Array {
  if (bytes.length - start <= size) return bytes.subarray(start)
  const last = bytes.lastIndexOf(NEWLINE, start + size - 1)
  const end = last >= start ? last + 1 : bytes.indexOf(NEWLINE, start + size) + 1
  return bytes.subarray(start, end)
}
