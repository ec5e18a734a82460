import { randomBytes } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import type { LogEvent, LogStream } from '../../core/log-event.ts'
import { isoTimestamps } from './iso-timestamps.ts'
import { LineEncoder, type EncodedLine } from './log-line.ts'
import { keepsEvent, type StreamSettings } from './stream-settings.ts'

/** Where encoded lines of one stream go. */
export interface LineSink {
  /** The line is copied: the next one takes its place. */
  push(line: EncodedLine, is_error: boolean): void
  /** A line that was accepted but could not be encoded. */
  drop(): void
}

/**
 * The half of a writer that is the same wherever lines go: level and detail, the copy of an ERROR, timestamp,
 * writer and seq, the encoding.
 */
export class LogIntake {
  readonly writer: string
  refused_after_close = 0
  #closed = false
  #seq = 0
  readonly #settings: Readonly<Record<LogStream, StreamSettings>>
  readonly #sinks: Readonly<Record<LogStream, LineSink>>
  readonly #clock: Pick<Clock, 'now'>
  readonly #timestamp = isoTimestamps()
  readonly #encoder: LineEncoder
  readonly #onFailure: (error: unknown) => void

  /** @throws MonitorError `config_invalid` for a writer that cannot stand in a line as it is */
  constructor(options: {
    writer: string | undefined
    settings: Readonly<Record<LogStream, StreamSettings>>
    sinks: Readonly<Record<LogStream, LineSink>>
    clock: Pick<Clock, 'now'>
    onFailure: (error: unknown) => void
  }) {
    this.writer = options.writer ?? randomBytes(9).toString('base64url')
    if (!/^[\w-]{1,64}$/.test(this.writer)) {
      throw new MonitorError(
        'config_invalid',
        `writer must be 1 to 64 letters, digits, "_" or "-"; got ${JSON.stringify(this.writer)}.`,
      )
    }
    this.#encoder = new LineEncoder(this.writer)
    this.#settings = options.settings
    this.#sinks = options.sinks
    this.#clock = options.clock
    this.#onFailure = options.onFailure
  }

  write(stream: LogStream, event: LogEvent): void {
    if (this.#closed) {
      this.refused_after_close++
      return
    }
    const is_error = this.#accept(stream, event)
    if (is_error && stream !== 'errors') this.#accept('errors', event)
  }

  get fields_dropped(): number {
    return this.#encoder.fields_dropped
  }

  /** The line of an event of the writer's own; it takes the next seq. */
  encode(event: LogEvent): EncodedLine {
    return this.#encoder.encode(event, this.now(), ++this.#seq)
  }

  /** The clock's time as in the lines. */
  now(): string {
    return this.#timestamp(this.#clock.now())
  }

  close(): void {
    this.#closed = true
  }

  /** Returns whether the event is an ERROR that the stream took. */
  #accept(stream: LogStream, event: LogEvent): boolean {
    const sink: LineSink | undefined = this.#sinks[stream]
    let line: EncodedLine
    let is_error: boolean
    try {
      if (!keepsEvent(this.#settings[stream], event)) return false
      is_error = event.level === 'ERROR'
      line = this.encode(event)
    } catch (error) {
      // What a JavaScript caller hands over may be anything, a getter that throws included; none of it may
      // end the caller's job.
      sink?.drop()
      this.#onFailure(error)
      return false
    }
    sink.push(line, is_error)
    return is_error
  }
}
