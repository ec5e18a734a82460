import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import type { LogStream } from '../../core/log-event.ts'
import { CleanupLock } from '../../logs/cleanup/cleanup-lock.ts'
import type { Delivered, DestinationSession, LogDestination } from '../shipping/destination.ts'
import type { LineBatch, ShippedLine } from '../shipping/shipped-line.ts'
import { exportRequest, type LogResource } from './log-records.ts'
import { PositionFile } from './position-file.ts'
import { CollectorAway, postLogs, type Collector } from './post-logs.ts'

/** Collectors take a few MiB. */
const LINES_A_REQUEST = 1000

export interface OtlpDestinationOptions {
  readonly directory: string
  readonly collector: Collector
  readonly machine: string | null
  /** Of this program. */
  readonly version: string
  readonly clock?: Clock
}

/**
 * A collector that takes OTLP logs. Every line comes at least once: the place is kept behind what was taken, so that a
 * process that is killed in between sends a request again.
 */
export class OtlpDestination implements LogDestination {
  readonly name = 'the OpenTelemetry collector'
  readonly #options: OtlpDestinationOptions

  constructor(options: OtlpDestinationOptions) {
    this.#options = options
  }

  async open(signal: AbortSignal): Promise<DestinationSession | null> {
    const { directory, clock = systemClock } = this.#options
    const lock = new CleanupLock(join(directory, '.otlp.lock'), clock)
    if (lock.tryAcquire(`otlp-${randomUUID()}`) !== undefined) return null
    return new OtlpSession(this.#options, lock, await PositionFile.open(directory), signal)
  }

  isPassing(error: unknown): boolean {
    return error instanceof CollectorAway
  }

  explain(error: unknown): unknown {
    if (!(error instanceof CollectorAway)) return error
    return new MonitorError('network', error.message, {
      next_step:
        'Check that it runs and takes logs over HTTP at the address of otlp_logs; the files keep the lines.',
    })
  }
}

class OtlpSession implements DestinationSession {
  readonly #options: OtlpDestinationOptions
  readonly #resource: LogResource
  readonly #lock: CleanupLock
  readonly #positions: PositionFile
  readonly #signal: AbortSignal

  constructor(
    options: OtlpDestinationOptions,
    lock: CleanupLock,
    positions: PositionFile,
    signal: AbortSignal,
  ) {
    const { machine, version, directory } = options
    this.#options = options
    this.#resource = { machine, version, directory: resolve(directory) }
    this.#lock = lock
    this.#positions = positions
    this.#signal = signal
  }

  get places(): ReadonlyMap<LogStream, string> {
    return this.#positions.places
  }

  async deliver({ lines, stream, place }: LineBatch): Promise<Delivered> {
    let rejected = 0
    for (let at = 0; at < lines.length; at += LINES_A_REQUEST) {
      rejected += await this.#send(lines.slice(at, at + LINES_A_REQUEST), stream)
    }
    this.#lock.touch()
    await this.#positions.set(stream, place)
    return { new_lines: lines.length - rejected, copies: 0, left_out: rejected }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock.release()
  }

  /** How many lines it will never take. */
  async #send(lines: readonly ShippedLine[], stream: LogStream): Promise<number> {
    const { collector, clock = systemClock } = this.#options
    const now_ms = clock.now()
    const posted = await this.#post(() =>
      postLogs(collector, exportRequest(lines, stream, this.#resource, now_ms), this.#signal, now_ms),
    )
    if (posted.kind === 'taken') return posted.rejected
    if (lines.length === 1) return 1
    // One line that it does not like must not cost the others.
    const middle = lines.length >> 1
    return (
      (await this.#send(lines.slice(0, middle), stream)) + (await this.#send(lines.slice(middle), stream))
    )
  }

  /** Waits as long as the collector asks, once; then the shipper's own pauses count. */
  async #post<Answer>(post: () => Promise<Answer>): Promise<Answer> {
    try {
      return await post()
    } catch (error) {
      if (!(error instanceof CollectorAway) || error.retry_after_ms === undefined) throw error
      await (this.#options.clock ?? systemClock).sleep(error.retry_after_ms, this.#signal)
      return await post()
    }
  }
}
