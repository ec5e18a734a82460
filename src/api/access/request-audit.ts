import type { Caller } from '../../core/access.ts'
import type { AuditEntry } from '../../store/access-store.ts'

/** What an audit entry is about, besides who did it where. */
export interface AuditSubject {
  readonly target?: string
  readonly user_id?: string
}

/** The audit log as a handler sees it: who asks, from where and for which route is known. */
export interface RequestAudit {
  /** The caller is shown data of this user. Written in the background, and seldom when it happens often. */
  viewed(user_id: string | null): void
  /** Something has changed. Resolves when it is on the disk: answer after it. */
  changed(action: string, subject?: AuditSubject): Promise<void>
  /** For changes of the access part itself, which are written together with their entry. */
  entry(action: string, subject?: AuditSubject): AuditEntry
}

/** `token:<id>` for the caller with it, `host:<name>` for one of the application, or what kind of caller it is. */
export function nameOfCaller({ kind, token_id }: Caller): string {
  if (token_id === null) return kind
  return kind === 'host' ? `host:${token_id}` : `token:${token_id}`
}
