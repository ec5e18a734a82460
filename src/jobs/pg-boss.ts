import type { JobMonitor, JobOptions, JobWork } from './job-options.ts'
import { runMonitored } from './monitored-run.ts'

/** What is read of a job of pg-boss. */
export interface PgBossJob {
  readonly id: string
  /** Of its queue. */
  readonly name: string
  readonly expireInSeconds: number
  /** How often it was begun before; pg-boss before 12 says it only with `includeMetadata`. */
  readonly retryCount?: number
  readonly signal?: AbortSignal
}

const NEVER = new AbortController().signal

/**
 * A handler for `boss.work` that runs each job as a sync. What the work returns and throws is pg-boss's, so that its
 * retries work; a job that pg-boss no longer wants ends as cancelled, one that ran longer than its queue allows as failed.
 *
 * The jobs of a batch run at the same time. When one fails, pg-boss runs all of them again.
 */
export function pgBossJob<J extends PgBossJob, T>(
  monitor: JobMonitor,
  options: JobOptions<J>,
  work: JobWork<J, T>,
): (jobs: J[]) => Promise<T | undefined> {
  return async (jobs) => {
    const started = performance.now()
    const longest_s = Math.max(...jobs.map((job) => job.expireInSeconds))
    const expired = (): string | null =>
      performance.now() - started < longest_s * 1000
        ? null
        : `The job ran longer than the ${longest_s} s that pg-boss gives it.`
    const runs = jobs.map((job) => {
      const { id, name, retryCount = 0, signal = NEVER } = job
      const attempt = {
        job,
        trigger: 'pg-boss',
        name,
        task_id: `${name}:${id}`,
        attempt: retryCount + 1,
        metadata: { job: { queue: name, id } },
        signal,
        failure: () => (signal.aborted ? expired() : null),
      }
      return runMonitored(monitor, options, attempt, (sync) => work(sync, job, signal))
    })
    const ends = await Promise.allSettled(runs)
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    // pg-boss keeps what a single job gives.
    return await runs[0]
  }
}
