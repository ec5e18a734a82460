import type { QueueStatus, SourceStatus, WorkerStatus } from '../../../src/queue/queue-status.ts'
import { counted } from '../../../src/core/number-text.ts'
import type { Mark } from '../parts/mark.ts'

export const WORKER_MARKS: Readonly<Record<WorkerStatus['state'], Mark>> = {
  working: { shape: 'check', words: 'Working', tone: 'good' },
  draining: { shape: 'clock', words: 'Draining', tone: 'quiet' },
  silent: { shape: 'exclamation', words: 'Silent', tone: 'warn' },
}

/** Where nobody ever queued a sync or started a worker there is nothing to show. */
export const isUsed = ({ sources, workers }: QueueStatus): boolean => sources.length > 0 || workers.length > 0

/** Its syncs wait, and nobody is there to take them. */
export const isUnattended = ({ queued, workers }: SourceStatus): boolean => queued > 0 && workers === 0

/** What needs somebody first. */
export const orderedSources = ({ sources }: QueueStatus): readonly SourceStatus[] =>
  sources.toSorted((a, b) => Number(isUnattended(b)) - Number(isUnattended(a)))

/** Those that live first, then who was heard of last. Rows of workers that died are kept for weeks. */
export const orderedWorkers = ({ workers }: QueueStatus): readonly WorkerStatus[] =>
  workers.toSorted((a, b) => {
    const [silent_a, silent_b] = [a.state === 'silent', b.state === 'silent']
    if (silent_a !== silent_b) return Number(silent_a) - Number(silent_b)
    return silent_a ? Date.parse(b.heartbeat_at) - Date.parse(a.heartbeat_at) : 0
  })

export interface QueueProblem {
  readonly words: string
  /** A line for the shell of a machine that has the source. */
  readonly command: string
}

/** Null while somebody is there for all that waits. */
export function queueProblem({ sources }: QueueStatus): QueueProblem | null {
  const alone = sources.filter(isUnattended)
  const [first] = alone
  if (first === undefined) return null
  const waiting = alone.reduce((total, { queued }) => total + queued, 0)
  const whose = alone.length === 1 ? first.source : counted(alone.length, 'source')
  const has = alone.length === 1 ? 'has that source' : 'has these sources'
  return {
    words: `${counted(waiting, 'sync')} of ${whose} ${waiting === 1 ? 'waits' : 'wait'}, and no living worker ${has}.`,
    command: `canvas-sync-monitor worker --source ${first.source}`,
  }
}
