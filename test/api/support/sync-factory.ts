import type { SyncErrorType } from '../../../src/core/error-types.ts'
import { noCounters, type SyncCounters, type SyncMetadata } from '../../../src/core/sync-record.ts'
import type { FinishStatus } from '../../../src/core/sync-status.ts'
import type { SyncProgress, SyncStore } from '../../../src/store/sync-store.ts'

/** What a test wants to be special about a sync; the rest is ordinary. */
export interface SyncDetails {
  readonly task_id?: string
  readonly user_id?: string | null
  readonly sync_type?: string
  readonly target_course_id?: string | null
  /** Default: an hour before `now`. */
  readonly started_at?: number
  /** Default: 60. */
  readonly duration_seconds?: number
  readonly counters?: Partial<SyncCounters>
  readonly error_type?: SyncErrorType
  readonly error_message?: string | null
  readonly metadata?: SyncMetadata
}

/** Writes one sync into a store and returns its id. */
export type GivenSync = (syncs: SyncStore, now: number) => Promise<number>

const HOUR_MS = 3_600_000
let made = 0

async function start(syncs: SyncStore, now: number, details: SyncDetails): Promise<number> {
  made++
  return await syncs.startSync({
    sync_task_id: details.task_id ?? `task-${made}`,
    user_id: details.user_id === undefined ? '42' : details.user_id,
    sync_type: details.sync_type ?? 'all',
    target_course_id: details.target_course_id ?? null,
    incremental_sync: false,
    use_pagination: true,
    chunk_size: null,
    sync_metadata: details.metadata ?? null,
    trigger: 'manual',
    host: 'worker-1',
    pid: 4711,
    process_started: null,
    started_at: details.started_at ?? now - HOUR_MS,
  })
}

function progressOf(details: SyncDetails, at: number): SyncProgress {
  return {
    counters: { ...noCounters(), ...details.counters },
    heartbeat_at: at,
    progress_percent: null,
    progress_current: null,
    api_rate_limit_remaining_min: null,
    target_course_id: details.target_course_id ?? null,
    incremental_sync: false,
    chunk_size: null,
    sync_metadata: details.metadata ?? null,
  }
}

function finished(status: FinishStatus, details: SyncDetails): GivenSync {
  return async (syncs, now) => {
    const id = await start(syncs, now, details)
    const duration_ms = (details.duration_seconds ?? 60) * 1000
    const finished_at = (details.started_at ?? now - HOUR_MS) + duration_ms
    await syncs.finishSync(id, {
      ...progressOf(details, finished_at),
      status,
      error_type: details.error_type ?? null,
      error_message: details.error_message ?? null,
      finished_at,
      duration_ms,
    })
    return id
  }
}

/** Syncs by the state they are in. */
export const sync = {
  completed: (details: SyncDetails = {}): GivenSync => finished('completed', details),
  partial: (details: SyncDetails = {}): GivenSync =>
    finished('partial', { error_type: 'forbidden', error_message: 'One course was refused.', ...details }),
  failed: (details: SyncDetails = {}): GivenSync =>
    finished('failed', { error_type: 'token_expired', error_message: 'The token has expired.', ...details }),
  cancelled: (details: SyncDetails = {}): GivenSync =>
    finished('cancelled', { error_type: 'cancelled', error_message: 'Stopped by hand.', ...details }),
  inProgress:
    (details: SyncDetails = {}): GivenSync =>
    async (syncs, now) => {
      const id = await start(syncs, now, details)
      await syncs.saveProgress(id, progressOf(details, now))
      return id
    },
  lost:
    (details: SyncDetails = {}): GivenSync =>
    async (syncs, now) => {
      const id = await sync.inProgress(details)(syncs, now)
      await syncs.markLost([id], details.error_message ?? 'The process is gone.', now)
      return id
    },
} as const
