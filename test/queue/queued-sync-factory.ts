import { randomUUID } from 'node:crypto'
import type { QueuedSync } from '../../src/core/queued-sync.ts'
import type { NewQueueJob } from '../../src/store/queue.ts'

export function queuedSync(source: string, over: Partial<QueuedSync> = {}): QueuedSync {
  return {
    source,
    sync_type: 'all',
    user_id: null,
    courses: [],
    account: null,
    full: false,
    accept_deletions: false,
    trigger: 'queue',
    task_id: null,
    most_attempts: 5,
    schedule: null,
    ...over,
  }
}

export function newJob(source: string, over: Partial<NewQueueJob> = {}): NewQueueJob {
  return { id: randomUUID(), sync: queuedSync(source), priority: 0, start_after: 0, ...over }
}
