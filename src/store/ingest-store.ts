import type { CourseOutcome, SyncCounters, SyncRow } from '../core/sync-record.ts'
import type { SyncStatus } from '../core/sync-status.ts'
import type { SyncProblem } from '../core/verdict.ts'
import type { StatusChange } from './sync-store.ts'

/** A sync that a request is about. */
export interface ReportedTask {
  readonly task_id: string
  readonly event_ids: readonly string[]
  /** Whether its courses are needed, because it ends without saying how. */
  readonly judged: boolean
}

export interface RunSought {
  readonly task_id_prefix: string
  readonly trigger: string
  /** Null: only what belongs to nobody. */
  readonly reported_by: string | null
}

/** What is known of a sync before a request is applied. */
export interface KnownSync {
  readonly sync: SyncRow
  readonly heartbeat_expected: boolean
  /** The name of the token that it was started with; null when it belongs to nobody. */
  readonly reported_by: string | null
  /** False: its row was made by another event, and a start may still come. */
  readonly started: boolean
  readonly problems: readonly SyncProblem[]
  /** Empty unless they were asked for. */
  readonly outcomes: readonly Pick<CourseOutcome, 'course_id' | 'outcome' | 'error_type'>[]
  /** Of the events asked about, those that were taken before. */
  readonly taken: readonly string[]
}

/** The columns of a row besides its counters; all but the first group change with most requests. */
export type ReportedRow = Pick<
  SyncRow,
  | 'user_id'
  | 'sync_type'
  | 'trigger'
  | 'host'
  | 'sync_start_time'
  | 'sync_status'
  | 'error_type'
  | 'error_message'
  | 'sync_end_time'
  | 'total_duration_seconds'
  | 'repaired_from'
  | 'use_pagination'
  // with most requests
  | 'heartbeat_at'
  | 'running_ms'
  | 'progress_percent'
  | 'progress_current'
  | 'api_rate_limit_remaining_min'
  | 'target_course_id'
  | 'incremental_sync'
  | 'chunk_size'
  | 'sync_metadata'
> & { readonly heartbeat_expected: boolean }

/** What a request does to one sync. */
export interface SyncReport {
  readonly task_id: string
  /** Null when there is none yet. */
  readonly sync_id: number | null
  /** Whose it will be, when there is none yet; it never changes. */
  readonly reported_by: string | null
  /** The status that it must still have; null when there is none yet. */
  readonly status_before: SyncStatus | null
  /** None of them was taken before. */
  readonly event_ids: readonly string[]
  /** Null: only late events, the row stays. */
  readonly row: ReportedRow | null
  /** Whether more than progress has changed in the row. */
  readonly reshaped: boolean
  /** Whether a start that came late has moved the start time, which stands with the courses, too. */
  readonly start_moved: boolean
  readonly added: Readonly<SyncCounters>
  /** What counters are at least afterwards. */
  readonly floors: Readonly<Partial<SyncCounters>>
  readonly outcomes: readonly CourseOutcome[]
  readonly changes: readonly Omit<StatusChange, 'sync_id'>[]
  /** It has read nothing, as far as is known, and would be completed: those before it are to be asked. */
  readonly asks_before: boolean
  /** Null when there is nothing to note. `late_events` are added to those noted before. */
  readonly notes: {
    readonly started: boolean
    readonly late_events: number
    readonly problems: readonly SyncProblem[]
  } | null
}

/** The lines of a batch, and whose. */
export interface BatchLines {
  readonly writer: string
  /** Of the writer, rising. */
  readonly batch: number
  readonly taken_at: number
  readonly lines: Uint8Array
}

export interface IngestBatch {
  readonly reports: readonly SyncReport[]
  /** Kept until they are confirmed; null when there are none. */
  readonly lines: BatchLines | null
  /** All batches of `writer` up to this one have their lines in the files. */
  readonly confirmed: { readonly writer: string; readonly batch: number } | null
}

export interface IngestAnswer {
  /** The ids of the rows, in the order of the reports; empty when there are conflicts. */
  readonly sync_ids: readonly number[]
  /** Task ids about which something else is true than the reports assumed; then nothing was applied. */
  readonly conflicts: readonly string[]
  /** Task ids of those that have read nothing where the syncs before them read something; nothing was applied then, either. */
  readonly empty: readonly string[]
}

/** Who writes lines, for the one that finds it gone. */
export interface LineWriter {
  readonly writer: string
  /** The absolute path of the log directory. */
  readonly directory: string
  readonly host: string
  readonly pid: number
  readonly process_started: string
  readonly opened_at: number
}

/** A step of {@link IngestStore.forgetEvents}. */
export interface ForgottenEvents {
  readonly syncs: number
  /** Where the next step begins; null when this was the last one. */
  readonly next: number | null
}

/** Reports of syncs that run elsewhere: each event is taken once, with its row and its lines in one transaction. */
export interface IngestStore {
  /** What is known of the syncs that exist, by task id. */
  find(tasks: readonly ReportedTask[]): Promise<KnownSync[]>
  /**
   * The task id of the newest sync in progress that has this trigger, whose task id begins so, and that belongs to this
   * reporter or to nobody; null when there is none.
   */
  newestRun(run: RunSought): Promise<string | null>
  /** All of the batch or, at the first conflict, nothing of it. */
  apply(batch: IngestBatch): Promise<IngestAnswer>
  openWriter(writer: LineWriter): Promise<void>
  listWriters(host: string, directory: string): Promise<LineWriter[]>
  /** Takes a writer over from a process that is gone; false when another one was quicker. */
  claimWriter(gone: LineWriter, by: Pick<LineWriter, 'pid' | 'process_started'>): Promise<boolean>
  /** Batches whose lines may not be in their files, oldest first. */
  unconfirmedLines(writer: string): Promise<BatchLines[]>
  /** Forgets the lines of a writer up to a batch. */
  confirmLines(writer: string, batch: number): Promise<void>
  /** Forgets a writer and all its lines. */
  closeWriter(writer: string): Promise<void>
  /**
   * Forgets the ids of events of syncs that ended before this time, and their notes: an event that is sent again after
   * that counts as late. Looks at the next `limit` syncs that have any, in the order of their ids.
   *
   * @param after where the last step ended; 0 to begin
   */
  forgetEvents(ended_before: number, after: number, limit: number): Promise<ForgottenEvents>
}
