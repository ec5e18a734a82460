import type { QueueStatus } from '../../queue/queue-status.ts'
import type { QueueAttempt, QueueJob } from '../../store/queue.ts'
import { counted, spokenDuration } from '../numbers.ts'
import { printable } from '../terminal.ts'
import { textTable } from '../text-table.ts'

/** A job as `--json` shows it: times are ISO. */
export function queueJobRecord(job: QueueJob): Record<string, unknown> {
  const { id, sync, priority, state, result } = job
  return {
    id,
    state,
    ...sync,
    priority,
    created_at: isoOf(job.created_at),
    start_after: isoOf(job.start_after),
    taken_at: isoOf(job.taken_at),
    ended_at: isoOf(job.ended_at),
    result,
  }
}

export function attemptRecord(attempt: QueueAttempt): Record<string, unknown> {
  const { attempt: number, sync_task_id, worker_id, host, pid, state } = attempt
  return {
    attempt: number,
    sync_task_id,
    worker_id,
    host,
    pid,
    state,
    started_at: isoOf(attempt.started_at),
    ended_at: isoOf(attempt.ended_at),
  }
}

export function jobTable(jobs: readonly QueueJob[]): string[] {
  const rows = jobs.map((job) => [
    job.id,
    stateText(job),
    printable(job.sync.source),
    job.sync.sync_type,
    printable(job.sync.user_id ?? '-'),
    String(job.priority),
    second(job.created_at),
  ])
  return textTable([['job', 'state', 'source', 'type', 'user', 'priority', 'made (UTC)'], ...rows])
}

/** `3 syncs waiting, the oldest for 4 min 05 s; 1 running` */
export function waitingText({ queued, running, oldest_waiting_ms }: QueueStatus): string {
  const waits = oldest_waiting_ms === null ? '' : `, the oldest for ${spokenDuration(oldest_waiting_ms)}`
  return `${counted(queued, 'sync')} waiting${waits}; ${running} running`
}

/** `queued`, `running`, or how it ended. */
export function stateText({ state, result }: QueueJob): string {
  return state === 'ended' ? (result?.status ?? 'ended') : state
}

export function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}

export function second(time: number | null): string {
  return isoOf(time)?.slice(0, 19).replace('T', ' ') ?? '-'
}
