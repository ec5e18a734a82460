import { isMonitorError, MonitorError } from '../core/errors.ts'
import { afterAttempt, type AfterAttempt, type QueueJobResult } from '../core/queued-sync.ts'
import type { SyncRecord, SyncRow } from '../core/sync-record.ts'
import { runSync } from '../engine/sync-engine.ts'
import type { AttemptBegun } from '../store/queue.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { processIdentity } from '../tracker/process-identity.ts'
import type { RunningJob } from './running-job.ts'
import { settleJob, type JobOutcome, type SettleSurroundings } from './settle-job.ts'

/** Where a source is, and its token: known on the machine of a worker alone. */
export interface QueueSource {
  readonly name: string
  readonly base_url: string
  /** Read anew for each sync, so that a new token needs no restart. @throws MonitorError `token_missing` */
  readonly readToken: () => string
}

export interface JobSurroundings extends SettleSurroundings {
  readonly sources: ReadonlyMap<string, QueueSource>
  readonly worker_id: string
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * One attempt of a job: a sync with a row of its own, and then what the job becomes. Throws only what keeps an attempt from
 * beginning, as a database that is away.
 */
export async function runJob(running: RunningJob, around: JobSurroundings): Promise<JobOutcome> {
  const { monitor, clock, worker_id } = around
  const { job, token, job_id } = running.taken
  const { sync } = job
  if (!running.mayGoOn()) return { became: 'lost_hold' }
  const { stop_reason } = running
  if (stop_reason === 'hand_back') {
    const held = await around.queue.giveBack(running.claim, 0)
    return { became: held ? 'handed_back' : 'lost_hold' }
  }
  const { host, pid, process_started } = processIdentity()
  const begun = await monitor.store.queue.beginAttempt({
    job_id,
    token,
    source: sync.source,
    task_id: sync.task_id ?? job_id,
    worker_id,
    host,
    pid,
    process_started,
    now: clock.now(),
  })
  // A later attempt has begun: this process was away for longer than it knew.
  if (begun === null) return { became: 'lost_hold' }
  const settle = (after: AfterAttempt, result: QueueJobResult): Promise<JobOutcome> =>
    settleJob({ running, attempt: begun.attempt, after, result }, around)
  const known = await endFormer(begun.abandoned, around)
  if (known !== null) return await settle({ next: 'end' }, known)
  if (begun.cancel_requested) return await settle({ next: 'end' }, endedWithout('cancelled'))
  if (begun.counted >= sync.most_attempts)
    return await settle({ next: 'end' }, await lastResult(job_id, begun.attempt, around))
  const record = await syncOf(running, begun, around)
  if (!running.mayGoOn()) return { became: 'lost_hold' }
  const after = afterAttempt(
    {
      status: record.sync_status,
      error_type: record.error_type,
      cancel_requested: running.stop_reason === 'cancel',
      handing_back: running.stop_reason === 'hand_back',
      attempts: begun.counted + 1,
      most_attempts: sync.most_attempts,
    },
    around.random(),
  )
  const { sync_status: status, error_type, id } = record
  return await settle(after, { status, error_type, sync_id: id === 0 ? null : id })
}

const endedWithout = (status: 'cancelled' | 'lost'): QueueJobResult => ({
  status,
  error_type: status,
  sync_id: null,
})

/** Ends the rows of attempts whose worker is silent. The result when one of them had come to its end after all. */
async function endFormer(
  task_ids: readonly string[],
  { monitor, clock, worker_id }: JobSurroundings,
): Promise<QueueJobResult | null> {
  for (const task_id of task_ids) {
    const row = await monitor.store.syncs.getSyncByTaskId(task_id)
    if (row === null) continue
    const reason = `Its worker was silent: ${worker_id} took the job over.`
    const [lost] = await monitor.store.syncs.markLost([row.id], reason, clock.now())
    if (lost !== undefined) {
      const fields = { error_type: 'lost', operation: 'sync', host: row.host, pid: row.pid }
      const line = { level: 'ERROR', event: 'sync_lost', task_id, user_id: row.user_id, fields } as const
      monitor.logs.write('errors', { ...line, message: reason })
      continue
    }
    const known = resultOf(await monitor.store.syncs.getSync(row.id))
    if (known !== null) return known
  }
  return null
}

/** Only what a worker would have ended the job with as well. */
function resultOf(row: SyncRow | null): QueueJobResult | null {
  if (row === null || (row.sync_status !== 'completed' && row.sync_status !== 'partial')) return null
  return { status: row.sync_status, error_type: row.error_type, sync_id: row.id }
}

/** Of a job whose attempts are used up: how the last of them ended. */
async function lastResult(
  job_id: string,
  attempt: number,
  { monitor }: JobSurroundings,
): Promise<QueueJobResult> {
  const { queue, syncs } = monitor.store
  const former = (await queue.listAttempts(job_id)).filter((each) => each.attempt < attempt)
  const last = former.findLast(({ state }) => state !== 'handed_back')
  const row = last === undefined ? null : await syncs.getSyncByTaskId(last.sync_task_id)
  if (row === null) return endedWithout('lost')
  if (row.sync_status === 'failed') return { status: 'failed', error_type: row.error_type, sync_id: row.id }
  return { ...endedWithout('lost'), sync_id: row.id }
}

async function syncOf(
  running: RunningJob,
  { sync_task_id }: AttemptBegun,
  { monitor, sources, clock }: JobSurroundings,
): Promise<SyncRecord> {
  const { sync } = running.taken.job
  const source = sources.get(sync.source)
  let token = ''
  try {
    if (source === undefined) throw unknownSource(sync.source)
    token = source.readToken()
  } catch (error) {
    return await failedStart(error, sync_task_id, running, monitor)
  }
  try {
    return await runSync({
      monitor,
      baseUrl: source.base_url,
      token,
      taskId: sync_task_id,
      onTaskIdTaken: 'throw',
      userId: sync.user_id,
      syncType: sync.sync_type,
      courses: sync.courses,
      account: sync.account,
      full: sync.full,
      acceptDeletions: sync.accept_deletions,
      trigger: sync.trigger,
      signal: running.signal,
      clock,
      mayWrite: running.mayGoOn,
      client: { may_send: running.mayGoOn },
    })
  } catch (error) {
    return await failedStart(error, sync_task_id, running, monitor)
  }
}

function unknownSource(name: string): MonitorError {
  return new MonitorError('config_invalid', `This worker has no source "${name}".`, {
    next_step: 'Add it to "sources" in the configuration file of the machines that run workers.',
  })
}

/** What could not even begin has a row too: a sync that silently never ran is the worst of all. */
async function failedStart(
  error: unknown,
  taskId: string,
  running: RunningJob,
  monitor: Monitor,
): Promise<SyncRecord> {
  const { sync } = running.taken.job
  const { user_id: userId, sync_type: syncType, trigger } = sync
  const row = await monitor.startSync({ taskId, userId, syncType, trigger })
  return await row.completeFailure(isMonitorError(error) ? error : new Error('The sync could not begin.'))
}
