import type { LogEvent, LogStream } from '../core/log-event.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'

/** Older events tell their own time in their lines: a line's timestamp is when the server took it. */
const TOLD_AGE_MS = 10_000

/** Where the lines of events go: adds when an event happened, if that was not just now. */
export class EventLines implements Pick<LogWriter, 'write'> {
  readonly #lines: Pick<LogWriter, 'write'>
  readonly #now_ms: number
  #happened_at: string | null = null

  constructor(lines: Pick<LogWriter, 'write'>, now_ms: number) {
    this.#lines = lines
    this.#now_ms = now_ms
  }

  /** The lines that follow are of an event of this time. */
  setTime(at_ms: number): void {
    this.#happened_at = this.#now_ms - at_ms > TOLD_AGE_MS ? new Date(at_ms).toISOString() : null
  }

  write(stream: LogStream, event: LogEvent): void {
    const happened_at = this.#happened_at
    if (happened_at === null) this.#lines.write(stream, event)
    else this.#lines.write(stream, { ...event, fields: { ...event.fields, happened_at } })
  }
}
