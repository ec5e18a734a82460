/** Rows of syncs and what hung on them. */
export interface DeletedSyncRows {
  readonly syncs: number
  readonly courses: number
  readonly status_changes: number
}

/** Where a walk through the syncs, oldest first, stands. */
export interface SyncPlace {
  readonly sync_start_time: number
  readonly id: number
}

export interface DeletionStep {
  readonly deleted: DeletedSyncRows
  /** Where the next step goes on; null when no sync is older than asked. */
  readonly next: SyncPlace | null
  /** How long it kept others from writing, milliseconds, without the commit. */
  readonly held_ms: number
}

/** What a job of the night was taken for: `taken`, or why not. */
export type JobTurn = 'taken' | 'held' | 'done'

export interface JobTake {
  readonly job: string
  /** Unique to the process. */
  readonly holder: string
  /** Which night it is to be done for; null does it whatever was done before. */
  readonly done_for: string | null
  /** Epoch milliseconds. */
  readonly now: number
  /** After this long without {@link RetentionStore.keepJob} somebody else may take it. */
  readonly lease_ms: number
}

/** What goes, and when. Times are epoch milliseconds. */
export interface RetentionStore {
  /** The syncs, and what hangs on them, that {@link deleteSyncs} would delete. */
  countSyncs(before: number): Promise<DeletedSyncRows>
  /**
   * One small transaction: deletes about `rows` rows of ended syncs that started and ended before a time, with all that
   * hangs on them. A running one stays, and so does the newest ended one of each source and scope, which the next sync
   * of that scope is judged by. Roll-ups stay as they are.
   */
  deleteSyncs(before: number, after: SyncPlace | null, rows: number): Promise<DeletionStep>
  /** Space inside the database's files that new rows will use, bytes; null where the engine does not tell. */
  reusableBytes(): Promise<number | null>

  /** Counts a night as done for a job that was never done for any, so that the next night is its first. */
  beginJob(job: string, night: string): Promise<void>
  /** Of all who ask at the same time one gets the job. */
  takeJob(take: JobTake): Promise<JobTurn>
  /** Says that the holder still works; false when somebody else has the job by now. */
  keepJob(take: JobTake): Promise<boolean>
  /** Gives the job back: done, with a report, or not done (null) and to be taken again. */
  endJob(take: JobTake, report: string | null): Promise<void>
}
