import type { LogEvent, LogStream } from '../../core/log-event.ts'

/** What one stream has done since the writer was opened. */
export interface StreamHealth {
  /** Lines handed to the operating system. */
  readonly lines_written: number
  /** Lines that were accepted by level and detail and are in no file: the exact number. */
  readonly lines_dropped: number
  /** Bytes of `lines_written`; a line that had to be written a second time counts once. */
  readonly bytes_written: number
  /** Lines still in memory. */
  readonly pending_lines: number
  /** Times this writer renamed the live file to a backup. */
  readonly rotations: number
  /** Backups beyond the wanted number that this writer deleted. Nobody had archived them: their lines are gone. */
  readonly backups_deleted: number
}

/** The last thing that went wrong; it stays after things are well again, `at` tells how old it is. */
export interface LogFailure {
  /** A system error code such as `ENOSPC`, or `internal`. */
  readonly code: string
  readonly message: string
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string
}

/** Sums over all streams, and each stream by itself. A snapshot: it does not change later. */
export interface LogHealth extends StreamHealth {
  /** The `writer` of every line of this writer. */
  readonly writer: string
  /** Fields left out because their name is not in the allow-list or their value is not flat. */
  readonly fields_dropped: number
  /** Writes refused because the writer was closed; they are not in `lines_dropped`. */
  readonly refused_after_close: number
  readonly last_error: LogFailure | null
  readonly streams: Readonly<Record<LogStream, StreamHealth>>
}

/**
 * Where log events go. Whatever passes `test/logs/writing/log-writer-suite.ts` is one.
 *
 * Every ERROR event of another stream is also written to `errors`, as a line of its own. `(writer, seq)`
 * identifies a line; `seq` counts from 1 across the streams, and a number that is in no file is a line that
 * was dropped.
 */
export interface LogWriter {
  /** Takes the event at once. Never throws and never waits: what cannot be kept is counted in `health`. */
  write(stream: LogStream, event: LogEvent): void
  /**
   * Resolves when every line written before is handed to the operating system and every ERROR line among
   * them is on the disk. Never rejects: when the disk refuses, it resolves after one attempt and
   * `health.pending_lines` and `health.last_error` say so.
   */
  flush(): Promise<void>
  /** Flushes, drops and counts what the disk refused, then refuses further writes silently (counted). */
  close(): Promise<void>
  readonly health: LogHealth
}
