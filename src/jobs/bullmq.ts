import type { JobMonitor, JobOptions, JobWork } from './job-options.ts'
import { runMonitored } from './monitored-run.ts'
import { wholePercents } from './whole-percents.ts'

/** What is read of a job of BullMQ. */
export interface BullMqJob {
  readonly id?: string | undefined
  readonly name: string
  readonly queueName: string
  /** When it was added, epoch milliseconds. */
  readonly timestamp: number
  /** How often it was begun, with this time. */
  readonly attemptsStarted: number
  /** How often a worker was gone with it. */
  readonly stalledCounter?: number
  updateProgress(percent: number): Promise<void>
}

export interface BullMqOptions<J> extends JobOptions<J> {
  /** Give `sync.progress` on to `job.updateProgress`, as whole percents. Default false. */
  readonly passProgress?: boolean
}

/** Thrown to put a job back, not because it failed. */
const PUT_BACK: Readonly<Record<string, string>> = {
  DelayedError: 'The job was put back: it runs again later.',
  WaitingError: 'The job was put back into its queue.',
  WaitingChildrenError: 'The job waits for its children.',
  RateLimitError: 'The job was put back: its queue is limited.',
}
/** What `Worker.RateLimitError()` says, whatever its class. */
const RATE_LIMITED = 'bullmq:rateLimitExceeded'

const NEVER = new AbortController().signal

/**
 * A processor for BullMQ's `Worker` that runs each job as a sync. What the work returns and throws is BullMQ's, so that its
 * retries work; `worker.cancelJob` ends the sync as cancelled.
 */
export function bullmqJob<J extends BullMqJob, T>(
  monitor: JobMonitor,
  options: BullMqOptions<J>,
  work: JobWork<J, T>,
): (job: J, token?: string, signal?: AbortSignal) => Promise<T> {
  // BullMQ gives a signal only to a function that has three parameters, none with a default.
  return (job, _token, given) => {
    const signal = given ?? NEVER
    const { id = '', name, queueName, timestamp, attemptsStarted, stalledCounter = 0 } = job
    const attempt = {
      job,
      trigger: 'bullmq',
      name: queueName,
      // An id is used again: once a job is removed, or Redis emptied.
      task_id: `${queueName}:${id}:${timestamp.toString(36)}`,
      attempt: Math.max(1, attemptsStarted),
      metadata: { job: { queue: queueName, name, id, stalled: stalledCounter } },
      signal,
      whyNoFailure: putBack,
      ...(options.passProgress === true
        ? { onProgress: wholePercents((percent) => job.updateProgress(percent)) }
        : {}),
    }
    return runMonitored(monitor, options, attempt, (sync) => work(sync, job, signal))
  }
}

function putBack(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  return PUT_BACK[error.message === RATE_LIMITED ? 'RateLimitError' : error.name] ?? null
}
