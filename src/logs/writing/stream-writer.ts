import type { Clock } from '../../core/clock.ts'
import { LineQueue } from './line-queue.ts'
import { LiveFile } from './live-file.ts'
import type { LineSink } from './log-intake.ts'
import type { EncodedLine } from './log-line.ts'
import type { StreamHealth } from './log-writer.ts'
import type { StreamSettings } from './stream-settings.ts'

/** Lines beyond this many bytes in memory are dropped and counted. */
export const QUEUE_LIMIT_BYTES: number = 8 * 1_048_576
/** A caller that never lets the event loop run writes at this point itself instead of filling the queue. */
const SELF_DRAIN_BYTES = 1_048_576
/** From here on a rotation that another process holds up is not waited for. */
const NO_WAIT_BYTES = 4 * 1_048_576
const WRITE_BYTES = 65_536
const FIRST_RETRY_MS = 20
const LAST_RETRY_MS = 500

export interface StreamWriterOptions {
  readonly path: string
  readonly settings: StreamSettings
  readonly clock: Clock
  /** Told when lines wait that were not waiting before; `soon` when a whole write's worth does. */
  readonly onPending: (soon: boolean) => void
  readonly onFailure: (error: unknown) => void
  /** The line that tells readers of `count` lost lines. */
  readonly lossNotice: (count: number) => EncodedLine
  /** The line that tells readers of `count` backups that were deleted. */
  readonly deletionNotice: (count: number) => EncodedLine
}

/** How hard to try: `usual` respects the back-off, `now` does not, `final` also waits for nobody. */
export type DrainMode = 'usual' | 'now' | 'final'
/** `blocked`: the disk refuses; `waiting`: another process is about to rotate. */
export type DrainResult = 'empty' | 'blocked' | 'waiting'

/** One stream: lines wait in memory and go to the live file many at a time. */
export class StreamWriter implements LineSink {
  readonly #options: StreamWriterOptions
  readonly #queue: LineQueue
  readonly #live: LiveFile
  readonly #write_bytes: number
  #lines_written = 0
  #lines_dropped = 0
  #bytes_written = 0
  #losses_told = 0
  #deletions_told = 0
  #sync_wanted = false
  #closed = false
  #retry_delay_ms = 0
  #retry_at_ms = -Infinity

  constructor(options: StreamWriterOptions) {
    this.#options = options
    const { max_bytes, backups } = options.settings
    // Small writes for small files: several processes overshoot the size by one write each.
    this.#write_bytes = Math.min(WRITE_BYTES, Math.max(2048, Math.floor(max_bytes / 16)))
    this.#queue = new LineQueue(this.#write_bytes)
    const { path, clock, onFailure } = options
    this.#live = new LiveFile({ path, max_bytes, backups, clock, onFailure })
  }

  get health(): StreamHealth {
    return {
      lines_written: this.#lines_written,
      lines_dropped: this.#lines_dropped,
      bytes_written: this.#bytes_written,
      pending_lines: this.#queue.lines,
      rotations: this.#live.rotations,
      backups_deleted: this.#live.backups_deleted,
    }
  }

  /** @throws system errors when the live file cannot be opened */
  open(): void {
    this.#live.open()
  }

  push(line: EncodedLine, is_error: boolean): void {
    if (this.#queue.bytes + line.length > QUEUE_LIMIT_BYTES) {
      this.#lines_dropped++
      return
    }
    this.#queue.push(line)
    if (is_error) {
      this.#sync_wanted = true
      this.#live.wantSync()
      this.drain('usual')
    } else if (this.#queue.bytes >= SELF_DRAIN_BYTES) {
      this.drain('usual')
    }
    if (this.#queue.lines > 0) this.#options.onPending(this.#queue.bytes >= WRITE_BYTES)
  }

  drop(): void {
    this.#lines_dropped++
  }

  /** Writes what waits. Never throws: a failure is told, and tried again later and later. */
  drain(mode: DrainMode): DrainResult {
    if (this.#closed) return 'empty'
    const now_ms = this.#options.clock.monotonic()
    if (mode === 'usual' && now_ms < this.#retry_at_ms) return 'blocked'
    try {
      if (!this.#writeQueued(mode)) return 'waiting'
      if (this.#tellWhatIsMissing() && !this.#writeQueued(mode)) return 'waiting'
    } catch (error) {
      this.#retry_delay_ms = Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.#retry_delay_ms * 2))
      this.#retry_at_ms = now_ms + this.#retry_delay_ms
      this.#options.onFailure(error)
      return 'blocked'
    }
    this.#retry_delay_ms = 0
    if (this.#sync_wanted) {
      this.#sync_wanted = false
      this.#live.requestSync()
    }
    return 'empty'
  }

  /** Resolves when the ERROR lines written so far are on the disk. */
  async synced(): Promise<void> {
    await this.#live.synced()
  }

  /** Drops and counts what still waits, and closes the file. */
  close(): void {
    this.#closed = true
    for (let head = this.#queue.head(); head; head = this.#queue.head()) {
      this.#lines_dropped += this.#queue.consume(head.length)
    }
    this.#live.close()
  }

  /** Returns false when it has to wait for another process. */
  #writeQueued(mode: DrainMode): boolean {
    for (let head = this.#queue.head(); head; head = this.#queue.head()) {
      const must_not_wait = mode === 'final' || this.#queue.bytes >= NO_WAIT_BYTES
      const settled = this.#live.append(head, must_not_wait)
      if (settled === 0) return false
      this.#lines_written += this.#queue.consume(settled)
      this.#bytes_written += settled
    }
    return true
  }

  /** Returns whether there was anything to tell. A deletion that this leads to is told the next time. */
  #tellWhatIsMissing(): boolean {
    const lost = this.#lines_dropped - this.#losses_told
    const deleted = this.#live.backups_deleted - this.#deletions_told
    this.#losses_told += lost
    this.#deletions_told += deleted
    if (lost > 0) this.#queue.push(this.#options.lossNotice(lost))
    // Who wants no backups need not be told that there is none.
    const tells_deletion = deleted > 0 && this.#options.settings.backups > 0
    if (tells_deletion) this.#queue.push(this.#options.deletionNotice(deleted))
    return lost > 0 || tells_deletion
  }
}
