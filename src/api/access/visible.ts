import { maySee, type Caller } from '../../core/access.ts'
import type { SyncRow } from '../../core/sync-record.ts'
import type { RequestAudit } from './request-audit.ts'

/** The sync when the caller may see it, which then goes into the audit log; else null, as if there were none. */
export function visibleTo<Row extends Pick<SyncRow, 'user_id'>>(
  { caller, audit }: { readonly caller: Caller; readonly audit: RequestAudit },
  sync: Row | null,
): Row | null {
  if (sync === null || !maySee(caller, sync.user_id)) return null
  audit.viewed(sync.user_id)
  return sync
}
