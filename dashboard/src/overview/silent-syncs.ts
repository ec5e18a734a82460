import type { SyncRecord } from '../../../src/core/sync-record.ts'

/** Twice as long as the server waits for heartbeats of other hosts before it takes a sync for lost. */
const SILENT_AFTER_MS = 60_000

/** Whether a sync that should run gives no sign of life. Pings of cron jobs tell of the beginning and the end only. */
export function isSilent({ sync_status, heartbeat_at, trigger }: SyncRecord, now_ms: number): boolean {
  return (
    sync_status === 'in_progress' && trigger !== 'ping' && now_ms - Date.parse(heartbeat_at) > SILENT_AFTER_MS
  )
}
