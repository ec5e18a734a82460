import type { QueueStore } from '../store/queue.ts'
import type { SyncQueue } from './sync-queue.ts'

/** `stopping`: its worker hears of it within seconds. */
export type Cancelled = 'cancelled' | 'stopping' | 'ended_before' | 'unknown'

/**
 * Cancels a job. The wish is written first, under the lock under which attempts begin: whoever takes the job later finds it
 * and does not begin. Only its worker ends one that runs, so that no other of its source begins beside it.
 */
export async function cancelJob(
  job_id: string,
  queue: SyncQueue,
  store: QueueStore,
  now: number,
): Promise<Cancelled> {
  const job = await queue.find(job_id)
  if (job === null) return 'unknown'
  if (job.state === 'ended') return 'ended_before'
  const runs = await store.requestCancel(job_id, now)
  // One that is in the queue again may have an attempt that its worker has not yet called ended.
  const waits = !runs || (await queue.find(job_id))?.state === 'queued'
  if (waits && (await queue.cancelWaiting(job_id))) return 'cancelled'
  const after = await queue.find(job_id)
  if (after?.state !== 'ended') return 'stopping'
  return after.result?.status === 'cancelled' ? 'cancelled' : 'ended_before'
}
