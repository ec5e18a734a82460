import { resolve } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import { LOG_STREAMS, type LogEvent, type LogStream } from '../../core/log-event.ts'
import { flushAtExit } from './exit-flush.ts'
import { logFailure, logHealth } from './log-health.ts'
import { LogIntake } from './log-intake.ts'
import type { LogFailure, LogHealth, LogWriter } from './log-writer.ts'
import { streamSettings, type StreamOptionsByName } from './stream-settings.ts'
import { StreamWriter, type DrainMode, type DrainResult } from './stream-writer.ts'

export interface FileLogWriterOptions {
  /** Holds `operations.log` and the others; created when missing. */
  readonly directory: string
  /** Default: the system's. */
  readonly clock?: Clock
  /** Per stream: level, detail, size and number of backups. Default: `STREAM_DEFAULTS`. */
  readonly streams?: StreamOptionsByName
  /** Milliseconds a line waits for others before all are written together. Default 20. */
  readonly flush_interval_ms?: number
  /**
   * The `writer` of every line; must be unique among all writers of the directory. Default: 12 random
   * characters.
   */
  readonly writer?: string
}

/**
 * Opens the five log files of a directory, which other processes may have open too.
 *
 * @throws MonitorError `not_writable` when the directory or a file in it cannot be created or written, or a
 * log file is a symbolic link; `config_invalid` for an option out of range
 */
export function openFileLogWriter(options: FileLogWriterOptions): FileLogWriter {
  return new FileLogWriter(options)
}

const WAIT_FOR_ROTATION_MS = 5

/** Writes each stream to `<directory>/<stream>.log`. See `LiveFile` for how files are shared and rotated. */
export class FileLogWriter implements LogWriter {
  readonly #clock: Clock
  readonly #interval_ms: number
  readonly #intake: LogIntake
  readonly #streams: Readonly<Record<LogStream, StreamWriter>>
  readonly #endExitFlush: () => void
  #last_error: LogFailure | null = null
  #stopTicking: (() => void) | undefined
  #immediate: NodeJS.Immediate | undefined
  #closing: Promise<void> | undefined

  constructor(options: FileLogWriterOptions) {
    this.#clock = options.clock ?? systemClock
    this.#interval_ms = options.flush_interval_ms ?? 20
    if (!(this.#interval_ms >= 1 && this.#interval_ms <= 60_000)) {
      const got = `got ${this.#interval_ms}`
      throw new MonitorError('config_invalid', `flush_interval_ms must be from 1 to 60000; ${got}.`)
    }
    const settings = streamSettings(options.streams)
    const onFailure = (error: unknown): void => this.#fail(error)
    const openStream = (stream: LogStream): StreamWriter =>
      new StreamWriter({
        path: resolve(options.directory, `${stream}.log`),
        settings: settings[stream],
        clock: this.#clock,
        onPending: (soon) => this.#wake(soon),
        onFailure,
        lossNotice: (count) =>
          this.#intake.encode(lossEvent(stream, count, this.#last_error?.code ?? 'unknown')),
        deletionNotice: (count) =>
          this.#intake.encode(deletionEvent(stream, count, settings[stream].backups)),
      })
    const streams = LOG_STREAMS.map((stream): [LogStream, StreamWriter] => [stream, openStream(stream)])
    this.#streams = Object.fromEntries(streams) as Record<LogStream, StreamWriter>
    const { writer } = options
    this.#intake = new LogIntake({ writer, settings, sinks: this.#streams, clock: this.#clock, onFailure })
    for (const [stream, file] of streams) this.#openOrExplain(stream, file, options.directory)
    this.#endExitFlush = flushAtExit(() => this.#drain('final'))
  }

  get health(): LogHealth {
    return logHealth(this.#intake, this.#last_error, (stream) => this.#streams[stream].health)
  }

  write(stream: LogStream, event: LogEvent): void {
    try {
      this.#intake.write(stream, event)
    } catch (error) {
      this.#fail(error)
    }
  }

  async flush(): Promise<void> {
    while (this.#drain('now') === 'waiting') await this.#clock.sleep(WAIT_FOR_ROTATION_MS)
    await Promise.all(LOG_STREAMS.map((stream) => this.#streams[stream].synced()))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#intake.close()
    await this.flush()
    this.#stopTimers()
    this.#endExitFlush()
    for (const stream of LOG_STREAMS) this.#streams[stream].close()
  }

  #openOrExplain(stream: LogStream, file: StreamWriter, directory: string): void {
    try {
      file.open()
    } catch (error) {
      for (const opened of LOG_STREAMS) this.#streams[opened].close()
      const { code, message } = logFailure(error, '')
      const reason =
        code === 'ELOOP' ? 'it is a symbolic link, which is refused' : code === 'internal' ? message : code
      throw new MonitorError('not_writable', `Cannot write ${stream}.log in ${directory}: ${reason}.`, {
        cause: error,
        next_step:
          code === 'ELOOP'
            ? `Remove the link ${stream}.log, or choose another log directory.`
            : 'Let the user this runs as create and write files there, or choose another log directory.',
      })
    }
  }

  /** Lines wait: have them written at the next tick, or as soon as the event loop runs. */
  #wake(soon: boolean): void {
    this.#stopTicking ??= this.#clock.every(this.#interval_ms, () => this.#tick())
    if (!soon || this.#immediate) return
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined
      this.#drain('usual')
    })
    this.#immediate.unref()
  }

  #tick(): void {
    if (this.#drain('usual') === 'empty') this.#stopTimers()
  }

  #stopTimers(): void {
    this.#stopTicking?.()
    this.#stopTicking = undefined
    clearImmediate(this.#immediate)
    this.#immediate = undefined
  }

  /** `waiting` if any stream waits for another process, else `blocked` if any disk refuses. */
  #drain(mode: DrainMode): DrainResult {
    let result: DrainResult = 'empty'
    for (const stream of LOG_STREAMS) {
      const drained = this.#streams[stream].drain(mode)
      if (drained === 'waiting' || result === 'empty') result = drained
    }
    return result
  }

  #fail(error: unknown): void {
    try {
      this.#last_error = logFailure(error, this.#intake.now())
    } catch {
      // A clock that fails too leaves the time unknown; the failure of the lines is counted all the same.
      this.#last_error = logFailure(error, '')
    }
  }
}

function lossEvent(stream: LogStream, count: number, reason: string): LogEvent {
  const lines = count === 1 ? '1 line of this log was' : `${count} lines of this log were`
  return {
    level: 'WARNING',
    event: 'log_lines_lost',
    task_id: null,
    user_id: null,
    fields: { stream, count, reason },
    message: `${lines} lost because writing failed (${reason}).`,
  }
}

function deletionEvent(stream: LogStream, count: number, kept: number): LogEvent {
  const backups = count === 1 ? '1 backup of this log was' : `${count} backups of this log were`
  return {
    level: 'WARNING',
    event: 'log_backups_deleted',
    task_id: null,
    user_id: null,
    fields: { stream, count },
    message: `${backups} deleted before being archived, as no more than ${kept} are kept.`,
  }
}
