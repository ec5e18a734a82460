import type { ErasedLines } from '../../../logs/erasure/erase-lines.ts'
import type { UserTraces } from '../../../store/erasure-store.ts'

/** What was erased; it names the user by a hash only. */
export interface ErasureReceipt {
  /** SHA-256 of the user id, in hex: who knows the id can tell that this is its receipt. */
  readonly user_sha256: string
  readonly started_at: string
  readonly finished_at: string
  /** What was found of the user before. */
  readonly found: UserTraces
  readonly database: { readonly rows_deleted: number; readonly left: UserTraces }
  readonly logs: ErasedLines
  /**
   * Null where it is no SQLite file. False when it was too large or in use: then unused parts of it may still have bytes
   * of earlier versions of rows.
   */
  readonly file_rewritten: boolean | null
  /** Null where there is none: the log of SQLite's own changes, which still has the old bytes. */
  readonly write_ahead_log_emptied: boolean | null
  /** Everything was looked for again, and nothing was found. */
  readonly verified: boolean
}
