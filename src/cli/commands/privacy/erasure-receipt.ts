import type { ErasedShippedLines } from '../../../fleet-logs/erase-shipped-lines.ts'
import type { ErasedLines } from '../../../logs/erasure/erase-lines.ts'
import type { UserTraces } from '../../../store/erasure-store.ts'

/** What was erased; it names the user by a hash only. */
export interface ErasureReceipt {
  /** SHA-256 of the user id, in hex: who knows the id can tell that this is its receipt. */
  readonly user_sha256: string
  readonly started_at: string
  readonly finished_at: string
  /** What the database had of the user before; null where there is none, with `--logs-only`. */
  readonly found: UserTraces | null
  /** Null with `--logs-only`. */
  readonly database: { readonly rows_deleted: number; readonly left: UserTraces } | null
  readonly logs: ErasedLines
  /** Of so many syncs the lines were found also where they name no user. */
  readonly task_ids_known: number
  /** Of the lines of all machines in PostgreSQL; null where there are none, and with `--logs-only`. */
  readonly shipped_lines: ErasedShippedLines | null
  /** Of any user, left undelivered by jobs that have ended or ran elsewhere: with them the user may come back on the server. */
  readonly spool_bytes: number
  /** Paths beside the SQLite file. They were not touched, and whoever needs none of them deletes them. */
  readonly databases_left_by_restore: readonly string[]
  /**
   * Null where it is no SQLite file. False when it was too large or in use: then unused parts of it may still have bytes
   * of earlier versions of rows.
   */
  readonly file_rewritten: boolean | null
  /** Null where there is none: the log of SQLite's own changes, which still has the old bytes. */
  readonly write_ahead_log_emptied: boolean | null
  /** Everything was looked for again, nothing was found, and nothing is left that was not looked at. */
  readonly verified: boolean
}
