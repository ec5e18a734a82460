import { systemClock } from '../core/clock.ts'
import type { SyncMetadata } from '../core/sync-record.ts'
import type { ProgressSoFar, Sync, SyncOptions } from '../tracker/types.ts'
import { attemptTaskId, retrySentence, type EarlierAttempt } from './attempts.ts'
import type { FromJob, JobMonitor, JobOptions } from './job-options.ts'
import { runUnrecorded, warnOnce } from './unrecorded.ts'

/** One attempt of a job, as its library tells of it. */
export interface JobAttempt<J> {
  readonly job: J
  /** What started it: the name of the library. */
  readonly trigger: string
  /** The type of its syncs where none is given. */
  readonly name: string
  /** Unique among all jobs, and the same in each attempt. */
  readonly task_id: string
  /** From 1. */
  readonly attempt: number
  /** The library's own words for it. */
  readonly metadata: SyncMetadata
  readonly signal: AbortSignal
  readonly onProgress?: (progress: ProgressSoFar) => void
  /** What a throw means that is no failure of the job: the sync is cancelled with this sentence. Null: it failed. */
  readonly whyNoFailure?: (error: unknown) => string | null
  /** What to say of a failure in place of the error; null: the error itself. */
  readonly failure?: (error: unknown) => string | null
}

/** How long a retry waits to hear what became of the attempt before. */
const EARLIER_WAIT_MS = 2000

/**
 * Runs a job as a sync. What it returns and throws is the job's own, untouched, whatever becomes of the recording.
 */
export async function runMonitored<J, T>(
  monitor: JobMonitor,
  options: JobOptions<J>,
  attempt: JobAttempt<J>,
  work: (sync: Sync) => Promise<T>,
): Promise<T> {
  const begun: Promise<T>[] = []
  const run = (sync: Sync): Promise<T> => {
    const end = endAsMeant(sync, attempt, work)
    begun.push(end)
    return end
  }
  try {
    const earlier = attempt.attempt > 1 ? await earlierAttempt(monitor, options, attempt) : null
    return await monitor.track(syncOptions(options, attempt, earlier), (sync) => {
      if (earlier !== null) tellRetry(sync, attempt.attempt, earlier)
      return run(sync)
    })
  } catch (error) {
    const [job_end] = begun
    if (job_end !== undefined) return await job_end
    warnOnce(`A run of ${attempt.name} is not recorded`, error)
    return await runUnrecorded(run)
  }
}

async function endAsMeant<J, T>(
  sync: Sync,
  { signal, whyNoFailure, failure }: JobAttempt<J>,
  work: (sync: Sync) => Promise<T>,
): Promise<T> {
  try {
    return await work(sync)
  } catch (error) {
    const told = failure?.(error) ?? null
    const no_failure = whyNoFailure?.(error) ?? (signal.aborted ? cancelSentence(signal.reason) : null)
    // The first end counts: the failure that comes after is not written.
    const ending =
      told !== null
        ? sync.completeFailure(told)
        : no_failure !== null
          ? sync.cancel(no_failure)
          : Promise.resolve()
    await ending.catch(() => undefined)
    throw error
  }
}

/** A text is who cancelled speaking; an error may hold anything. */
function cancelSentence(reason: unknown): string {
  return typeof reason === 'string' && reason.trim() !== ''
    ? `The job was cancelled: ${reason}`
    : 'The job was cancelled.'
}

function syncOptions<J>(
  options: JobOptions<J>,
  { job, trigger, name, attempt, metadata, onProgress, ...own }: JobAttempt<J>,
  earlier: EarlierAttempt | null,
): SyncOptions {
  const given = taken(options.metadata, job) ?? {}
  const retry = earlier === null ? {} : { retry_of: earlier.task_id, retry_after: earlier.status }
  return {
    taskId: attemptTaskId(jobTaskId(options, { job, ...own }), attempt),
    syncType: idText(taken(options.syncType, job)) ?? idText(name) ?? 'all',
    userId: idText(taken(options.userId, job)) ?? null,
    trigger,
    metadata: { ...metadata, ...retry, ...given },
    mayBeEmpty: options.mayBeEmpty === true,
    ...(onProgress === undefined ? {} : { onProgress }),
  }
}

function jobTaskId<J>(
  { taskId }: JobOptions<J>,
  { job, task_id }: Pick<JobAttempt<J>, 'job' | 'task_id'>,
): string {
  return idText(taken(taskId, job)) ?? task_id
}

/** Nothing where the job's own function throws: the job is worth more than its record. */
function taken<J, T>(given: FromJob<J, T> | undefined, job: J): T | undefined {
  try {
    return typeof given === 'function' ? (given as (job: J) => T)(job) : given
  } catch (error) {
    warnOnce('What a job is recorded as cannot be taken from it', error)
    return undefined
  }
}

/** What fits into a column; nothing for what says nothing. */
function idText(id: string | number | null | undefined): string | undefined {
  const text = id == null ? '' : String(id).slice(0, 255)
  return text === '' ? undefined : text
}

/** Of a killed worker of this machine it is told before anybody looks. */
async function earlierAttempt<J>(
  monitor: JobMonitor,
  options: JobOptions<J>,
  attempt: JobAttempt<J>,
): Promise<EarlierAttempt> {
  const task_id = attemptTaskId(jobTaskId(options, attempt), attempt.attempt - 1)
  const { store } = monitor
  if (store === undefined) return { task_id, status: null }
  const asked = (async () => {
    await monitor.markLostSyncs?.()
    return (await store.syncs.getSyncByTaskId(task_id))?.sync_status ?? null
  })()
  const heard = new AbortController()
  const waited = systemClock.sleep(EARLIER_WAIT_MS, heard.signal).then(() => null)
  const status = await Promise.race([asked, waited]).catch(() => null)
  heard.abort()
  waited.catch(() => undefined)
  return { task_id, status }
}

function tellRetry(sync: Sync, attempt: number, earlier: EarlierAttempt): void {
  const fields = { attempt, status: earlier.status }
  const level = earlier.status === 'lost' ? 'WARNING' : 'INFO'
  sync.recordEvent('sync_retried', fields, retrySentence(attempt, earlier), level)
}
