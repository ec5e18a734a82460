import type { JobMonitor, JobWork } from './job-options.ts'
import { timedJob, type TimedJob, type TimedJobOptions } from './timed-job.ts'

/** What is read of what node-cron gives to a task. */
export interface NodeCronContext {
  /** When the run was due. */
  readonly date: Date
}

/**
 * A function for node-cron's `schedule` that runs as a sync; `task.on('execution:overlap', job.skipped)` shows the runs
 * that were left out.
 */
export function nodeCronJob<T, J extends NodeCronContext = NodeCronContext>(
  monitor: JobMonitor,
  options: TimedJobOptions<J>,
  work: JobWork<J, T>,
): TimedJob<J, T> {
  return timedJob(monitor, options, work, { trigger: 'node-cron', timeOf: (context) => context.date })
}
