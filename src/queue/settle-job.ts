import type { Clock } from '../core/clock.ts'
import type { AfterAttempt, QueueJobResult } from '../core/queued-sync.ts'
import type { SyncStatus } from '../core/sync-status.ts'
import type { Monitor } from '../tracker/monitor.ts'
import type { RunningJob } from './running-job.ts'
import type { SyncQueue } from './sync-queue.ts'

/** What became of a job in this worker's hands. */
export type JobOutcome =
  | { readonly became: 'ended'; readonly status: SyncStatus }
  | { readonly became: 'retried' | 'handed_back' | 'lost_hold' }

export interface AttemptSettlement {
  readonly running: RunningJob
  readonly attempt: number
  readonly after: AfterAttempt
  readonly result: QueueJobResult
}

export interface SettleSurroundings {
  readonly queue: SyncQueue
  readonly monitor: Monitor
  readonly clock: Clock
}

const SETTLE_AGAIN_MS = 1000

/** Says what becomes of the job until the queue has heard it, or it is not ours any more. */
export async function settleJob(
  settlement: AttemptSettlement,
  around: SettleSurroundings,
): Promise<JobOutcome> {
  const { running, attempt, after, result } = settlement
  const { queue, monitor, clock } = around
  const { claim } = running
  const endAttempt = (state: 'ended' | 'handed_back'): Promise<void> =>
    monitor.store.queue.endAttempt(claim.job_id, attempt, state, clock.now())
  let held: boolean | null = null
  for (;;) {
    try {
      // Before others can take it: they count an attempt that nobody has ended. Where it is not given back after all, it
      // comes back when the hold is over.
      if (after.next === 'hand_back') await endAttempt('handed_back')
      held ??= await (after.next === 'end'
        ? queue.end(claim, result)
        : queue.giveBack(claim, after.next === 'retry' ? after.delay_ms : 0))
      if (!held) return await whatBecame(settlement, around)
      // Afterwards: if this worker dies before, whoever takes the job looks at the row of an attempt that nobody has ended.
      if (after.next !== 'hand_back') await endAttempt('ended')
      if (after.next === 'end') return { became: 'ended', status: result.status }
      return { became: after.next === 'retry' ? 'retried' : 'handed_back' }
    } catch {
      // Whoever takes the job when the hold is over finds the row of this sync and ends the job as that says.
      if (!running.mayGoOn()) return { became: 'lost_hold' }
      await clock.sleep(SETTLE_AGAIN_MS)
    }
  }
}

/**
 * The queue says that it is not held. Others have it, or it has ended: cancelled before it began, or by us, and the answer
 * was lost. Then nobody else ends the attempt.
 */
async function whatBecame(
  { running, attempt, result }: AttemptSettlement,
  { queue, monitor, clock }: SettleSurroundings,
): Promise<JobOutcome> {
  const { job_id } = running.claim
  const { queue: store } = monitor.store
  const job = await queue.find(job_id)
  if (job !== null && job.state !== 'ended') return { became: 'lost_hold' }
  const attempts = await store.listAttempts(job_id)
  if (attempts.at(-1)?.attempt !== attempt) return { became: 'lost_hold' }
  await store.endAttempt(job_id, attempt, 'ended', clock.now())
  return { became: 'ended', status: job?.result?.status ?? result.status }
}
