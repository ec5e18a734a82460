import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import type { LogStream } from '../../core/log-event.ts'
import { CleanupLock } from '../../logs/cleanup/cleanup-lock.ts'
import type { Delivered, DestinationSession, LogDestination } from '../shipping/destination.ts'
import type { LineBatch, ShippedLine } from '../shipping/shipped-line.ts'
import { exportRequest, probeRequest, type ExportLogsRequest, type LogResource } from './log-records.ts'
import { PositionFile } from './position-file.ts'
import { CollectorAway, postLogs, type Collector, type Posted } from './post-logs.ts'
import { StuckRequest } from './stuck-request.ts'

/** Collectors take a few MiB. */
const LINES_A_REQUEST = 1000
/** A process in another container cannot be looked at: its lock is its life. A request may take half a minute. */
const TOUCH_MS = 30_000
const TAKEN_OVER_MS = 120_000
/** For so long a collector that took something is believed to refuse only what is bad. */
const PROBED_FOR_MS = 60_000

export interface OtlpDestinationOptions {
  readonly directory: string
  readonly collector: Collector
  readonly machine: string | null
  /** Of this program. */
  readonly version: string
  readonly clock?: Clock
}

interface SessionParts {
  readonly lock: CleanupLock
  readonly positions: PositionFile
  readonly stuck: StuckRequest
  readonly signal: AbortSignal
}

/**
 * A collector that takes OTLP logs. Every line comes at least once: the place is kept behind what was taken, so that a
 * process that is killed in between sends a request again.
 */
export class OtlpDestination implements LogDestination {
  readonly name = 'the OpenTelemetry collector'
  /** One request: the place is kept behind each, so that one that fails sends no others again. */
  readonly most_lines: number = LINES_A_REQUEST
  readonly #options: OtlpDestinationOptions
  readonly #stuck = new StuckRequest()

  constructor(options: OtlpDestinationOptions) {
    this.#options = options
  }

  async open(signal: AbortSignal): Promise<DestinationSession | null> {
    const { directory, clock = systemClock } = this.#options
    const path = join(directory, '.otlp.lock')
    const lock = new CleanupLock(path, clock, { foreign_stale_ms: TAKEN_OVER_MS })
    if (lock.tryAcquire(`otlp-${randomUUID()}`) !== undefined) return null
    const positions = await PositionFile.open(directory)
    return new OtlpSession(this.#options, { lock, positions, stuck: this.#stuck, signal })
  }

  pauseAfter(error: unknown): number | undefined {
    return error instanceof CollectorAway ? error.retry_after_ms : undefined
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
  readonly #clock: Clock
  readonly #resource: LogResource
  readonly #lock: CleanupLock
  readonly #positions: PositionFile
  readonly #stuck: StuckRequest
  readonly #signal: AbortSignal
  #touched_ms = Number.NEGATIVE_INFINITY
  #probed_ms = Number.NEGATIVE_INFINITY

  constructor(options: OtlpDestinationOptions, { lock, positions, stuck, signal }: SessionParts) {
    const { machine, version, directory, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.#resource = { machine, version, directory: resolve(directory) }
    this.#lock = lock
    this.#positions = positions
    this.#stuck = stuck
    this.#signal = signal
  }

  get places(): ReadonlyMap<LogStream, string> {
    return this.#positions.places
  }

  async deliver({ lines, stream, place }: LineBatch): Promise<Delivered> {
    let refused = 0
    for (let at = 0; at < lines.length; at += LINES_A_REQUEST) {
      refused += await this.#send(lines.slice(at, at + LINES_A_REQUEST), stream)
    }
    this.#touch()
    await this.#positions.set(stream, place)
    return { new_lines: lines.length - refused, copies: 0, left_out: refused, refused }
  }

  async keep(): Promise<void> {
    if (this.#clock.monotonic() - this.#touched_ms >= TOUCH_MS) this.#touch()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock.release()
  }

  /** @throws CollectorAway when another process has taken the lock: it sends what comes now */
  #touch(): void {
    if (!this.#lock.touch()) throw new CollectorAway('gets the lines from another process')
    this.#touched_ms = this.#clock.monotonic()
  }

  /** How many lines it will never take. */
  async #send(lines: readonly ShippedLine[], stream: LogStream, is_stuck = false): Promise<number> {
    const [first] = lines
    if (first === undefined) return 0
    const stuck = is_stuck || this.#stuck.isStuck(first, this.#clock.monotonic())
    const posted = await this.#post(
      first,
      exportRequest(lines, stream, this.#resource, this.#clock.now()),
      stuck,
    )
    if (posted.kind === 'taken') return Math.min(posted.rejected, lines.length)
    if (posted.kind === 'refused') await this.#probe()
    if (lines.length === 1) return 1
    // One line that it does not like must not cost the others.
    const middle = lines.length >> 1
    return (
      (await this.#send(lines.slice(0, middle), stream, stuck)) +
      (await this.#send(lines.slice(middle), stream, stuck))
    )
  }

  async #post(first: ShippedLine, request: ExportLogsRequest, stuck: boolean): Promise<Posted> {
    this.#touch()
    const { collector } = this.#options
    try {
      return await postLogs(collector, request, this.#signal, this.#clock.now())
    } catch (error) {
      if (!(error instanceof CollectorAway) || error.status !== 500) throw error
      if (stuck) return { kind: 'refused' }
      this.#stuck.failed(first, this.#clock.monotonic())
      throw error
    }
  }

  /**
   * A proxy that wants another header or a port that speaks TLS refuses everything with 400 as well: nothing may be left
   * out as bad before something that is good was taken.
   * @throws CollectorAway
   */
  async #probe(): Promise<void> {
    const now_ms = this.#clock.now()
    if (this.#clock.monotonic() - this.#probed_ms < PROBED_FOR_MS) return
    const request = probeRequest(this.#resource, now_ms)
    const posted = await postLogs(this.#options.collector, request, this.#signal, now_ms)
    if (posted.kind !== 'taken' || posted.rejected > 0) throw new CollectorAway('refuses every line')
    this.#probed_ms = this.#clock.monotonic()
  }
}
