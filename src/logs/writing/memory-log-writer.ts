import { systemClock, type Clock } from '../../core/clock.ts'
import { LOG_STREAMS, type LogEvent, type LogStream } from '../../core/log-event.ts'
import { logFailure, logHealth } from './log-health.ts'
import { LogIntake, type LineSink } from './log-intake.ts'
import type { EncodedLine } from './log-line.ts'
import type { LogFailure, LogHealth, LogWriter, StreamHealth } from './log-writer.ts'
import { streamSettings, type StreamOptionsByName } from './stream-settings.ts'

export interface MemoryLogWriterOptions {
  /** Default: the system's. */
  readonly clock?: Clock
  /** Level and detail per stream count; sizes do not. */
  readonly streams?: StreamOptionsByName
  /** Default: 12 random characters. */
  readonly writer?: string
}

class LineList implements LineSink {
  readonly lines: string[] = []
  #bytes = 0
  #dropped = 0

  push(line: EncodedLine): void {
    this.lines.push(line.toString())
    this.#bytes += line.length
  }

  drop(): void {
    this.#dropped++
  }

  get health(): StreamHealth {
    return {
      lines_written: this.lines.length,
      lines_dropped: this.#dropped,
      bytes_written: this.#bytes,
      pending_lines: 0,
      rotations: 0,
      backups_deleted: 0,
    }
  }
}

/** Keeps every line, encoded as for a file, without bound: for tests. */
export class MemoryLogWriter implements LogWriter {
  readonly #intake: LogIntake
  readonly #streams: Readonly<Record<LogStream, LineList>>
  #last_error: LogFailure | null = null

  constructor(options: MemoryLogWriterOptions = {}) {
    const entries = LOG_STREAMS.map((stream): [LogStream, LineList] => [stream, new LineList()])
    this.#streams = Object.fromEntries(entries) as Record<LogStream, LineList>
    this.#intake = new LogIntake({
      writer: options.writer,
      settings: streamSettings(options.streams),
      sinks: this.#streams,
      clock: options.clock ?? systemClock,
      onFailure: (error) => {
        this.#last_error = logFailure(error, this.#intake.now())
      },
    })
  }

  /** The lines of a stream so far, each with its newline. */
  lines(stream: LogStream): readonly string[] {
    return this.#streams[stream].lines
  }

  /** The lines of a stream so far, parsed. */
  events(stream: LogStream): Record<string, unknown>[] {
    return this.lines(stream).map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  get health(): LogHealth {
    return logHealth(this.#intake, this.#last_error, (stream) => this.#streams[stream].health)
  }

  write(stream: LogStream, event: LogEvent): void {
    this.#intake.write(stream, event)
  }

  async flush(): Promise<void> {
    // Every line is where it stays.
  }

  async close(): Promise<void> {
    this.#intake.close()
  }
}
