import * as fc from '../support/fast-check.ts'
import { noCounters } from '../../src/core/sync-record.ts'
import type { FinishStatus, SyncStatus } from '../../src/core/sync-status.ts'
import type { SyncStore } from '../../src/store/sync-store.ts'
import { syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'

/** A sync as a test wants it to be, whatever way leads there. */
export interface PlannedSync {
  readonly user_id: string | null
  readonly sync_type: string
  readonly host: string
  /** Milliseconds after the beginning of the run's window. */
  readonly offset: number
  readonly status: Exclude<SyncStatus, 'timed_out'>
  readonly duration_ms: number
  readonly count: number
}

export const plannedSync: fc.Arbitrary<PlannedSync> = fc.record({
  user_id: fc.constantFrom('1', '2', 'anna', null),
  sync_type: fc.constantFrom('all', 'courses'),
  host: fc.constantFrom('worker-1', 'worker-2'),
  offset: fc.nat(10),
  status: fc.constantFrom('in_progress', 'completed', 'partial', 'failed', 'cancelled', 'lost'),
  duration_ms: fc.oneof(fc.nat(5000), fc.double({ min: 0, max: 1e6, noNaN: true })),
  count: fc.nat(1000),
})

export interface MadeSync extends PlannedSync {
  readonly id: number
  readonly start: number
  readonly duration_seconds: number | null
}

export function countersOf(count: number): ReturnType<typeof noCounters> {
  return {
    ...noCounters(),
    courses_processed: count,
    assignments_processed: count * 2,
    submissions_processed: count * 3,
    api_calls_made: count * 4,
    api_calls_failed: count % 3,
    total_api_duration_ms: count / 7,
    throttle_wait_ms: count / 11,
    api_request_cost: count / 13,
    db_operations: count * 5,
  }
}

let made = 0

/** Makes the planned syncs, all starting at or after `from`, in the order given. */
export async function makeSyncs(
  syncs: SyncStore,
  from: number,
  planned: readonly PlannedSync[],
): Promise<MadeSync[]> {
  const ids: number[] = []
  for (const { user_id, sync_type, host, offset } of planned) {
    const started_at = from + offset
    ids.push(await syncs.startSync(syncStart(`made-${++made}`, { user_id, sync_type, host, started_at })))
  }
  return await Promise.all(
    planned.map(async (plan, index) => {
      const id = ids[index] ?? 0
      const start = from + plan.offset
      return { ...plan, id, start, duration_seconds: await end(syncs, id, start, plan) }
    }),
  )
}

async function end(syncs: SyncStore, id: number, start: number, plan: PlannedSync): Promise<number | null> {
  const counters = countersOf(plan.count)
  if (plan.status === 'in_progress' || plan.status === 'lost') {
    const heartbeat_at = start + Math.trunc(plan.duration_ms)
    await syncs.saveProgress(id, syncProgress({ counters, heartbeat_at }))
    if (plan.status === 'in_progress') return null
    await syncs.markLost([id], 'Gone.', heartbeat_at)
    return (heartbeat_at - start) / 1000
  }
  const status: FinishStatus = plan.status
  await syncs.finishSync(id, syncFinish({ counters, status, duration_ms: plan.duration_ms }))
  return plan.duration_ms / 1000
}
