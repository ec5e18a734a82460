import type { PackedSyncs } from './packed-syncs.ts'

/** What became of the syncs of a batch: each is in one of the counts, or in `other_system`. */
export interface EarlierAnswer {
  readonly imported: number
  /** Of the imported, those that have the id they had. */
  readonly kept_ids: number
  /** Of the imported, those whose task id another one has: theirs is written with their key behind it. */
  readonly renamed: number
  /** Here already, as they are now. */
  readonly unchanged: number
  /** Here already; the earlier system has changed them since. */
  readonly updated: number
  /** Were here and were deleted, as too old or with all of a user: they do not come back. */
  readonly deleted: number
  /** The monitor has recorded the sync itself. */
  readonly tracked: number
  /** Keys that were taken over before with another task id and another start: they belong to another system. */
  readonly other_system: readonly string[]
}

export interface EarlierBatch {
  /** The name of the earlier system: keys are unique in one. */
  readonly system: string
  /** Some thousand syncs each. No key twice in all of them. */
  readonly pages: readonly PackedSyncs[]
  /** Only look, change nothing. */
  readonly dry_run: boolean
}

/** Syncs that an earlier system has recorded. */
export interface EarlierStore {
  /** Indexes that wait for {@link makePostponedIndex}: see `postpone_indexes` of `openStore`. */
  countPostponedIndexes(): Promise<number>
  /**
   * Makes one of them; answers how many are left. Those that nobody made, as the process was killed, are made by whoever opens
   * the database next.
   */
  makePostponedIndex(): Promise<number>
  /**
   * One transaction. The syncs are in all figures, lists, users and groups of errors as if they had been tracked, but
   * nobody who follows is told, no incident comes of them, and they are not in the counters of Prometheus.
   */
  importSyncs(batch: EarlierBatch): Promise<EarlierAnswer>
}
