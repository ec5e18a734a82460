import { isoTime } from '../core/iso-time.ts'
import type { JobMonitor, JobOptions, JobWork } from './job-options.ts'
import { runMonitored } from './monitored-run.ts'
import { warnOnce } from './unrecorded.ts'

export interface TimedJobOptions<J> extends JobOptions<J> {
  /** What the job is called; also the type of its syncs. */
  readonly syncType: string
}

/** A function for a scheduler in this process, and what goes with it. */
export interface TimedJob<J, T> {
  (job: J): Promise<T>
  /** Records that a run was left out because the one before still went on, as a cancelled sync. */
  readonly skipped: (job?: J) => void
  /** Resolves when nothing of it runs. */
  readonly idle: () => Promise<void>
}

const NEVER = new AbortController().signal

/**
 * @param trigger the name of the library
 * @param timeOf when the run was due, as far as the library says
 */
export function timedJob<J, T>(
  monitor: JobMonitor,
  options: TimedJobOptions<J>,
  work: JobWork<J, T>,
  { trigger, timeOf }: { readonly trigger: string; readonly timeOf: (job: J) => Date | null | undefined },
): TimedJob<J, T> {
  const running = new Set<Promise<unknown>>()
  const name = options.syncType
  const until_end = <R>(run: Promise<R>): Promise<R> => {
    running.add(run)
    const forget = (): void => {
      running.delete(run)
    }
    run.then(forget, forget)
    return run
  }
  const run = (job: J): Promise<T> => {
    const task_id = `${name}:${secondOf(() => timeOf(job))}`
    const attempt = { job, trigger, name, task_id, attempt: 1, metadata: {}, signal: NEVER }
    return until_end(runMonitored(monitor, options, attempt, (sync) => work(sync, job, NEVER)))
  }
  const skip = async (): Promise<void> => {
    try {
      const { userId } = options
      const whose = typeof userId === 'function' ? null : (userId ?? null)
      const sync = await monitor.startSync({ syncType: name, userId: whose, trigger })
      await sync.cancel('The run before it still went on.')
    } catch (error) {
      warnOnce(`A run of ${name} that was left out is not recorded`, error)
    }
  }
  const idle = async (): Promise<void> => {
    await Promise.allSettled(running)
  }
  return Object.assign(run, { skipped: () => void until_end(skip()), idle })
}

/** `2026-11-23T02:00:00.000Z`: two processes that run the same job at the same time get the same. */
function secondOf(timeOf: () => Date | null | undefined): string {
  let at_ms = Number.NaN
  try {
    at_ms = timeOf()?.getTime() ?? Number.NaN
  } catch {
    // Called by hand, a job has nothing of its library: it is due now.
  }
  return isoTime(Math.floor((Number.isNaN(at_ms) ? Date.now() : at_ms) / 1000) * 1000)
}
