import { systemClock, type Clock } from '../../core/clock.ts'
import { systemErrorCode } from '../../core/errors.ts'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { UTC_ZONE, type LegacyZone } from '../../logs/reading/legacy-zone.ts'
import type { Delivered, DestinationSession, LogDestination } from './destination.ts'
import { noSkips, type LineBatch, type SkipCounts } from './shipped-line.ts'
import { StreamBatches, type MissedLines } from './stream-batches.ts'

/** What a shipper has done since it was made. */
export interface ShippingReport {
  readonly shipped_lines: number
  /** There already: written twice around a crash, or shipped before from another place. */
  readonly copies: number
  /** Older than what is kept, or of somebody who was erased, or not taken. */
  readonly left_out: number
  readonly skipped: SkipCounts
  /** How often lines were deleted before they were shipped. */
  readonly missed: number
}

/** What a shipper tells of itself. */
export type ShippingNews =
  | { readonly kind: 'shipped'; readonly stream: LogStream; readonly delivered: Delivered }
  | { readonly kind: 'missed'; readonly missed: MissedLines }
  /** Another process ships the folder; this one waits for its end. */
  | { readonly kind: 'standby' }
  /** Nothing can be shipped now; the files keep what comes. Told at first and then every hour, until it is back. */
  | { readonly kind: 'waiting'; readonly error: unknown }
  /** Lines are shipped, but old ones have not been dropped for long. Told every hour. */
  | { readonly kind: 'upkeep_failed'; readonly error: unknown }
  | { readonly kind: 'back' }

export interface LogShipperOptions {
  readonly directory: string
  readonly destination: LogDestination
  readonly clock?: Clock
  /** Of times of day that the earlier system wrote without a zone. Default: UTC. */
  readonly zone?: LegacyZone
  /** How often files are looked at when there is nothing new, milliseconds. Default 500. */
  readonly poll_ms?: number
  /** Lines of one transaction at most. Default 20,000. */
  readonly most_lines?: number
  readonly onNews?: (news: ShippingNews) => void
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
const STANDBY_MS = 2000
/** Who ships once does not wait for ever for a destination that is away. */
const ONCE_PATIENCE_MS = 30_000
const TELL_AGAIN_MS = 3_600_000

/**
 * Brings the lines of a log folder to a destination, from where it was last, until it is told to stop. After any error it
 * begins anew at the place that the destination knows, so that nothing is lost; the files are the buffer.
 */
export class LogShipper {
  readonly #options: LogShipperOptions
  readonly #clock: Clock
  readonly #skipped = noSkips()
  #shipped_lines = 0
  #copies = 0
  #left_out = 0
  #missed = 0
  #is_waiting = false
  #pause_ms = FIRST_PAUSE_MS
  #failing_since_ms: number | undefined
  #told_waiting_ms = Number.NEGATIVE_INFINITY
  #told_upkeep_ms = Number.NEGATIVE_INFINITY

  constructor(options: LogShipperOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  get report(): ShippingReport {
    return {
      shipped_lines: this.#shipped_lines,
      copies: this.#copies,
      left_out: this.#left_out,
      skipped: { ...this.#skipped },
      missed: this.#missed,
    }
  }

  /** Ships until the signal aborts, then resolves: whatever goes wrong may be mended while it runs. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#repeat(signal, false)
  }

  /**
   * Ships what there is when it begins, and resolves.
   * @returns false when another process ships the folder
   * @throws what does not pass, or not within half a minute; the signal's reason
   */
  async runOnce(signal: AbortSignal): Promise<boolean> {
    const was_free = await this.#repeat(signal, true)
    signal.throwIfAborted()
    return was_free
  }

  async #repeat(signal: AbortSignal, once: boolean): Promise<boolean> {
    const { destination } = this.#options
    let is_standby = false
    while (!signal.aborted) {
      try {
        await using session = await destination.open(signal)
        if (session === null) {
          if (!is_standby) this.#tell({ kind: 'standby' })
          if (once) return false
          is_standby = true
          await this.#clock.sleep(STANDBY_MS, signal)
          continue
        }
        is_standby = false
        await this.#ship(session, signal, once)
        return true
      } catch (error) {
        if (signal.aborted) break
        await this.#waitAfter(error, signal, once)
      }
    }
    return true
  }

  /** @throws the error, explained, when who ships once need not wait */
  async #waitAfter(error: unknown, signal: AbortSignal, once: boolean): Promise<void> {
    const { destination } = this.#options
    const now_ms = this.#clock.monotonic()
    // Something went well since it was told.
    if (!this.#is_waiting) this.#failing_since_ms = now_ms
    const asked_ms = destination.pauseAfter?.(error) ?? 0
    const failing_ms = now_ms - (this.#failing_since_ms ?? now_ms)
    const may_pass = destination.isPassing(error) || systemErrorCode(error) !== undefined
    if (once && (!may_pass || failing_ms + asked_ms > ONCE_PATIENCE_MS)) throw destination.explain(error)
    if (!this.#is_waiting || now_ms - this.#told_waiting_ms >= TELL_AGAIN_MS) {
      this.#told_waiting_ms = now_ms
      this.#tell({ kind: 'waiting', error: destination.explain(error) })
    }
    this.#is_waiting = true
    const pause_ms = Math.max(asked_ms, this.#pause_ms * (0.5 + Math.random()))
    try {
      await this.#clock.sleep(pause_ms, signal)
    } catch {
      // It is to stop.
    }
    this.#pause_ms = Math.min(this.#pause_ms * 2, LONGEST_PAUSE_MS)
  }

  async #ship(session: DestinationSession, signal: AbortSignal, once: boolean): Promise<void> {
    const { directory, destination, zone = UTC_ZONE, poll_ms = 500 } = this.#options
    const most_lines = this.#options.most_lines ?? destination.most_lines
    const onMissed = (missed: MissedLines): void => {
      this.#missed++
      this.#tell({ kind: 'missed', missed })
    }
    const { places } = session
    await using batches = await StreamBatches.open({
      directory,
      zone,
      places,
      onMissed,
      ...(most_lines === undefined ? {} : { most_lines }),
    })
    // The next batch is read while the one before is on its way.
    let under_way: Promise<void> = Promise.resolve()
    try {
      for (let stream_at = 0, idle = 0; ; stream_at = (stream_at + 1) % LOG_STREAMS.length) {
        const batch = await batches.next(LOG_STREAMS[stream_at] ?? 'operations', signal)
        if (batch) {
          await under_way
          under_way = this.#deliver(session, batch)
          // It is awaited later; until then nobody else looks at it.
          under_way.catch(() => {})
        }
        // Who ships once would never end beside a writer: a batch that is not full has brought the stream to its end.
        idle = batch && !(once && batch.is_last) ? 0 : idle + 1
        if (idle < LOG_STREAMS.length) continue
        await under_way
        if (once) return await session.finish?.()
        await session.keep?.()
        this.#noteBack()
        this.#noteUpkeep()
        await this.#clock.sleep(poll_ms, signal)
        idle = 0
      }
    } finally {
      await under_way
    }
  }

  async #deliver(session: DestinationSession, batch: LineBatch): Promise<void> {
    const delivered = await session.deliver(batch)
    this.#shipped_lines += delivered.new_lines
    this.#copies += delivered.copies
    this.#left_out += delivered.left_out
    for (const [reason, lines] of Object.entries(batch.skipped) as [keyof SkipCounts, number][]) {
      this.#skipped[reason] += lines
    }
    this.#noteBack()
    this.#tell({ kind: 'shipped', stream: batch.stream, delivered })
  }

  #noteUpkeep(): void {
    const { destination } = this.#options
    const now_ms = this.#clock.monotonic()
    const error = destination.upkeep_failure
    if (error === undefined || now_ms - this.#told_upkeep_ms < TELL_AGAIN_MS) return
    this.#told_upkeep_ms = now_ms
    this.#tell({ kind: 'upkeep_failed', error: destination.explain(error) })
  }

  #noteBack(): void {
    this.#pause_ms = FIRST_PAUSE_MS
    if (this.#is_waiting) this.#tell({ kind: 'back' })
    this.#is_waiting = false
  }

  #tell(news: ShippingNews): void {
    this.#options.onNews?.(news)
  }
}
