import type { SyncStatus } from './sync-status.ts'

/**
 * Why an event was refused: it is no event of the protocol, a time of it is far ahead of the server's clock, another
 * sync has its task id, or its sync was started with a token of another name.
 */
export const INGEST_REFUSAL_CODES = ['invalid', 'time_ahead', 'task_id_taken', 'not_your_sync'] as const
export type IngestRefusalCode = (typeof INGEST_REFUSAL_CODES)[number]

/** An event that was refused. Sending it again is useless. */
export interface IngestRefusal {
  /** Its place in the request, from 0; of NDJSON, among the lines that are not empty. */
  readonly index: number
  readonly task_id: string | null
  readonly event_id: string | null
  readonly code: IngestRefusalCode
  /** One sentence. */
  readonly error: string
  /** The member that is wrong; null when it is none of its own. */
  readonly parameter: string | null
}

/** A sync that the request was about, as it is now. */
export interface IngestedSync {
  readonly task_id: string
  readonly id: number
  readonly status: SyncStatus
}

/**
 * What became of a request: `accepted + duplicates + rejected` is the number of its events. What was accepted is
 * durable, its lines included.
 */
export interface IngestReport {
  readonly accepted: number
  readonly duplicates: number
  /** Of the accepted, those that came after the end of their sync: in the lines, not in the row. */
  readonly late: number
  readonly rejected: number
  /** The first 100 of the rejected. */
  readonly errors: readonly IngestRefusal[]
  readonly syncs: readonly IngestedSync[]
}
