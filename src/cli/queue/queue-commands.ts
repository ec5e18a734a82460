import type { CommandEntry } from '../command-entry.ts'

/** What workers and their queue are handled with. */
export const QUEUE_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'worker',
    summary: 'take syncs out of the queue and run them',
    load: async () => (await import('../commands/worker.ts')).worker,
  },
  {
    name: 'queue add',
    summary: 'put a sync into the queue and print its id',
    load: async () => (await import('../commands/queue/queue.ts')).queueAdd,
  },
  {
    name: 'queue list',
    summary: 'the syncs that run, wait and have ended',
    load: async () => (await import('../commands/queue/queue.ts')).queueList,
  },
  {
    name: 'queue show',
    summary: 'one queued sync and its attempts',
    load: async () => (await import('../commands/queue/queue.ts')).queueShow,
  },
  {
    name: 'queue cancel',
    summary: 'cancel a queued sync, also one that runs',
    load: async () => (await import('../commands/queue/queue.ts')).queueCancel,
  },
  {
    name: 'queue status',
    summary: 'how many syncs wait and run, and which workers live',
    load: async () => (await import('../commands/queue/queue-status.ts')).queueStatus,
  },
  {
    name: 'queue schedule',
    summary: 'put a sync into the queue at the times of a cron expression',
    load: async () => (await import('../commands/queue/queue-schedules.ts')).queueSchedule,
  },
  {
    name: 'queue unschedule',
    summary: 'end a schedule of the queue, and what was expected of it',
    load: async () => (await import('../commands/queue/queue-schedules.ts')).queueUnschedule,
  },
  {
    name: 'queue schedules',
    summary: 'when syncs are put into the queue',
    load: async () => (await import('../commands/queue/queue-schedules.ts')).queueSchedules,
  },
]
