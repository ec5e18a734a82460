import type { SyncedEntity } from '../core/synced-entity.ts'
import type { AuditEntry } from './access-store.ts'

/** What the database has of one of the application's users. */
export interface UserTraces {
  /** Syncs that run now: they would write more. */
  readonly running: number
  readonly syncs: number
  /** Sources that nobody but this user's syncs has read. */
  readonly sources: number
  /** Rows of synced data that came from these sources. */
  readonly synced_rows: Readonly<Partial<Record<SyncedEntity, number>>>
  /** Tokens that may read this user's data by name. */
  readonly tokens: number
  /** Entries of the audit log that name the user. */
  readonly audit_entries: number
}

export interface ErasureStep {
  /** Rows that are gone, those that hung on them included. */
  readonly rows: number
  readonly done: boolean
}

/** Takes everything of one user out of the database, in small transactions, so that others go on meanwhile. */
export interface ErasureStore {
  find(user_id: string): Promise<UserTraces>
  taskIds(user_id: string): Promise<string[]>
  /** Deletes about `limit` rows of the user's ended syncs and what hangs on them. Sums over all users stay. */
  eraseSyncs(user_id: string, limit: number): Promise<ErasureStep>
  /** Deletes about `limit` rows of synced data that nobody but this user's syncs has read. */
  eraseData(user_id: string, limit: number): Promise<ErasureStep>
  /**
   * Deletes the user's own sums and sources, revokes and unnames the tokens that name the user, and takes the user out of
   * the audit log, whose entries stay. The erasure itself is an entry.
   */
  eraseTraces(user_id: string, audit: AuditEntry): Promise<void>
}
