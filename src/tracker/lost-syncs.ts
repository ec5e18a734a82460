import type { SyncRow } from '../core/sync-record.ts'
import { processStart } from '../logs/directory/process-identity.ts'
import type { SyncStore } from '../store/sync-store.ts'
import { processIdentity, type ProcessIdentity } from './process-identity.ts'

/** After this long without a heartbeat a sync of another host is taken for lost. */
export const LOST_AFTER_MS = 30_000

const RUNNING_LIMIT = 10_000

export interface Liveness {
  readonly self: ProcessIdentity
  /** When the process with this pid started; undefined when there is none, `unknown` where it cannot be told. */
  readonly startOf: (pid: number) => string | undefined
  readonly now: number
}

type RunningSync = Pick<SyncRow, 'host' | 'pid' | 'process_started' | 'heartbeat_at'>

/**
 * Why a sync in progress must be dead, or null when it may live. On the same host (and in the same pid
 * namespace) the process itself is asked, so that one that is stopped or busy is left alone however old its
 * heartbeat is; from another host only the heartbeat can be seen.
 */
export function whyLost(sync: RunningSync, { self, startOf, now }: Liveness): string | null {
  const [space, started] = sync.process_started?.split(' ') ?? []
  if (sync.host === self.host && space === self.pid_space && sync.pid !== null) {
    const start = startOf(sync.pid)
    const alive = start !== undefined && (start === 'unknown' || started === 'unknown' || start === started)
    return alive ? null : `Process ${sync.pid} that ran the sync is gone.`
  }
  const silent_ms = now - sync.heartbeat_at
  if (silent_ms < LOST_AFTER_MS) return null
  return `No heartbeat from ${sync.host ?? 'its host'} for ${Math.round(silent_ms / 1000)} s.`
}

/** Marks the syncs whose process is gone as `lost` and tells of each as soon as it is marked; returns their ids. */
export async function markLostSyncs(
  syncs: SyncStore,
  now: number,
  onLost: (sync: SyncRow, reason: string) => void,
): Promise<number[]> {
  const running = await syncs.listSyncs({ status: 'in_progress', limit: RUNNING_LIMIT })
  const liveness: Liveness = { self: processIdentity(), startOf: processStart, now }
  const lost: number[] = []
  for (const sync of running) {
    const reason = whyLost(sync, liveness)
    if (reason === null) continue
    const marked = await syncs.markLost([sync.id], reason, now)
    if (marked.length === 0) continue
    onLost(sync, reason)
    lost.push(sync.id)
  }
  return lost
}
