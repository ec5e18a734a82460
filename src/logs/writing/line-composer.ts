import type { Clock } from '../../core/clock.ts'
import { LOG_STREAMS, type LogEvent, type LogStream } from '../../core/log-event.ts'
import { LogIntake, type LineSink } from './log-intake.ts'
import type { EncodedLine } from './log-line.ts'
import { streamSettings, type StreamOptionsByName } from './stream-settings.ts'

/** Whole lines by stream, ready to be appended. */
export type ComposedLines = Readonly<Record<LogStream, Uint8Array>>

export interface LineComposerOptions {
  readonly clock: Clock
  /** Level and detail count. Default: `STREAM_DEFAULTS`. */
  readonly streams?: StreamOptionsByName | undefined
}

const FIRST_BYTES = 16_384
/** What one large batch has taken is not kept for ever. */
const KEPT_BYTES = 1_048_576
const NOTHING = new Uint8Array()

class ByteSink implements LineSink {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0

  push(line: EncodedLine): void {
    if (this.#length + line.length > this.#bytes.length) this.#grow(this.#length + line.length)
    line.bytes.copy(this.#bytes, this.#length, 0, line.length)
    this.#length += line.length
  }

  drop(): void {
    // A line that cannot be made is one that no reader could use.
  }

  take(): Uint8Array {
    if (this.#length === 0) return NOTHING
    const taken = new Uint8Array(this.#length)
    taken.set(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
    return taken
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

/**
 * Makes lines without writing them, for those who have to keep them elsewhere first. The lines of one batch have one
 * time. Numbers of a batch that is thrown away are in no file, though nothing is lost.
 */
export class LineComposer {
  readonly #sinks: Readonly<Record<LogStream, ByteSink>>
  readonly #intake: LogIntake
  #now_ms = 0
  readonly #clock: Clock

  constructor({ clock, streams }: LineComposerOptions) {
    this.#clock = clock
    const sinks = LOG_STREAMS.map((stream): [LogStream, ByteSink] => [stream, new ByteSink()])
    this.#sinks = Object.fromEntries(sinks) as Record<LogStream, ByteSink>
    this.#intake = new LogIntake({
      writer: undefined,
      settings: streamSettings(streams),
      sinks: this.#sinks,
      clock: { now: () => this.#now_ms },
      onFailure: () => undefined,
    })
  }

  get writer(): string {
    return this.#intake.writer
  }

  /** Begins a batch; what was written and not taken is thrown away. Its time, which never goes back. */
  begin(): number {
    for (const stream of LOG_STREAMS) this.#sinks[stream].take()
    this.#now_ms = Math.max(this.#now_ms, this.#clock.now())
    return this.#now_ms
  }

  write(stream: LogStream, event: LogEvent): void {
    this.#intake.write(stream, event)
  }

  take(): ComposedLines {
    const lines = LOG_STREAMS.map((stream) => [stream, this.#sinks[stream].take()])
    return Object.fromEntries(lines) as ComposedLines
  }
}
