import type { JobMonitor, JobWork } from './job-options.ts'
import { timedJob, type TimedJob, type TimedJobOptions } from './timed-job.ts'

/** What is read of a job of croner. */
export interface CronerJob {
  /** When the current run began. */
  currentRun(): Date | null
}

/** A function for croner's `Cron` that runs as a sync; `protect: job.skipped` shows the runs that were left out. */
export function cronerJob<T, J extends CronerJob = CronerJob>(
  monitor: JobMonitor,
  options: TimedJobOptions<J>,
  work: JobWork<J, T>,
): TimedJob<J, T> {
  return timedJob(monitor, options, work, { trigger: 'croner', timeOf: (job) => job.currentRun() })
}
