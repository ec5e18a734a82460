import type { Clock } from '../core/clock.ts'
import { LOG_STREAMS, type LogEvent, type LogStream } from '../core/log-event.ts'
import type { LogHealth, LogWriter, StreamHealth } from '../logs/writing/log-writer.ts'
import { LogEventText } from './log-event-text.ts'
import type { OutboxThread } from './outbox-thread.ts'

/**
 * Sends lines to the server, which writes them into its own streams. Lines of no sync are dropped: the server keeps those of
 * syncs only. Level and detail are the server's; so is the copy of an ERROR in `errors`.
 */
export class RemoteLogWriter implements LogWriter {
  readonly #outbox: OutboxThread
  readonly #clock: Clock
  readonly #text = new LogEventText()
  readonly #streams = new Map(LOG_STREAMS.map((stream) => [stream, { written: 0, dropped: 0 }]))
  #closed = false
  #refused = 0

  constructor(outbox: OutboxThread, clock: Clock) {
    this.#outbox = outbox
    this.#clock = clock
  }

  write(stream: LogStream, event: LogEvent): void {
    if (this.#closed) {
      this.#refused++
      return
    }
    const counts = this.#streams.get(stream)
    try {
      const sent = this.#text.of(stream, event, this.#clock.now(), this.#outbox.nextId())
      if (counts === undefined) return
      if (sent === null) counts.dropped++
      else {
        this.#outbox.addLine(sent)
        counts.written++
      }
    } catch {
      // A getter of the job's own that throws.
      if (counts !== undefined) counts.dropped++
    }
  }

  /** Resolves when the lines are on the disk of this machine. */
  async flush(): Promise<void> {
    await this.#outbox.keep([])
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.flush()
  }

  get health(): LogHealth {
    const streams = Object.fromEntries(
      LOG_STREAMS.map((stream) => [stream, this.#streamHealth(stream)]),
    ) as LogHealth['streams']
    const { pending_events, lost_events, last_error } = this.#outbox.health
    const sum = (name: keyof StreamHealth): number =>
      LOG_STREAMS.reduce((total, stream) => total + streams[stream][name], 0)
    return {
      writer: this.#outbox.run,
      lines_written: sum('lines_written'),
      lines_dropped: sum('lines_dropped') + lost_events,
      bytes_written: 0,
      pending_lines: pending_events,
      rotations: 0,
      backups_deleted: 0,
      fields_dropped: 0,
      refused_after_close: this.#refused,
      last_error:
        last_error === null
          ? null
          : { code: 'remote', message: last_error, at: new Date(this.#clock.now()).toISOString() },
      streams,
    }
  }

  #streamHealth(stream: LogStream): StreamHealth {
    const { written = 0, dropped = 0 } = this.#streams.get(stream) ?? {}
    return {
      lines_written: written,
      lines_dropped: dropped,
      bytes_written: 0,
      pending_lines: 0,
      rotations: 0,
      backups_deleted: 0,
    }
  }
}
