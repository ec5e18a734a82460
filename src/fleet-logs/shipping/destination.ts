import type { LogStream } from '../../core/log-event.ts'
import type { LineBatch } from './shipped-line.ts'

export interface Delivered {
  /** Lines that were not there yet. */
  readonly new_lines: number
  /** Lines that were there already, with the same writer, number and time. */
  readonly copies: number
  /** Lines that are older than what is kept, or of somebody who was erased, or that it does not take. */
  readonly left_out: number
  /** Those of them that it does not take, however often they are sent. */
  readonly refused?: number
}

/** An open way to where lines are brought. After an error it is closed and opened again. */
export interface DestinationSession extends AsyncDisposable {
  /** Up to where each stream was delivered, as the destination knows it. */
  readonly places: ReadonlyMap<LogStream, string>
  /** Resolves when the lines and the place behind them are durable. Called again only after that. */
  deliver(batch: LineBatch): Promise<Delivered>
  /** What is to be done from time to time, between batches. */
  keep?(): Promise<void>
  /** Waits for what goes on beside the shipping: for who ships once. */
  finish?(): Promise<void>
}

/** Where the lines of a log folder are shipped to. */
export interface LogDestination {
  /** For people: `PostgreSQL`. */
  readonly name: string
  /** Lines of one batch at most. Default 20,000. */
  readonly most_lines?: number
  /**
   * Null when somebody else ships the same folder there.
   * @throws what keeps it from being opened; it is tried again
   */
  open(signal: AbortSignal): Promise<DestinationSession | null>
  /** Whether an error may pass soon. A shipper goes on after any; who ships once gives up at another. */
  isPassing(error: unknown): boolean
  /** How long it asks to be left alone after an error, milliseconds. */
  pauseAfter?(error: unknown): number | undefined
  /** What has gone wrong beside the shipping for long; undefined when all is well. */
  readonly upkeep_failure?: unknown
  /** As people can be told it: without passwords and values. */
  explain(error: unknown): unknown
}
