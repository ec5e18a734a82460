import type { SyncRecord } from '../core/sync-record.ts'
import { tokenIsCause } from '../engine/sync-engine.ts'

/** What a command that is asked about one sync exits with; 4 when the token is the cause, whatever the status. */
export function exitCodeOf(record: Pick<SyncRecord, 'sync_status' | 'error_type'>): number {
  if (tokenIsCause(record)) return 4
  switch (record.sync_status) {
    case 'completed':
    case 'in_progress':
      return 0
    case 'partial':
      return 3
    case 'cancelled':
      return 130
    default:
      return 1
  }
}
