import { z } from 'zod'
import { readQueueStatus, type QueueStatus } from '../../queue/queue-status.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { ApiServices } from '../services.ts'

const count = z.int().min(0)
const waiting = z.number().nullable().meta({
  description: 'How long the oldest one that may run has waited, milliseconds; null when none waits',
})
const time = z.iso.datetime()

export const queueStatusSchema: z.ZodType<QueueStatus> = z
  .object({
    queued: count,
    running: count,
    oldest_waiting_ms: waiting,
    sources: z.array(
      z.object({
        source: z.string(),
        queued: count,
        running: count,
        oldest_waiting_ms: waiting,
        workers: count.meta({ description: 'That have it, live and take syncs' }),
      }),
    ),
    workers: z.array(
      z.object({
        id: z.string(),
        host: z.string(),
        pid: z.int(),
        version: z.string(),
        state: z
          .enum(['working', 'draining', 'silent'])
          .meta({ description: 'silent: nothing was heard of it for 30 s' }),
        concurrency: count,
        running: count,
        started_at: time,
        heartbeat_at: time,
      }),
    ),
  })
  .meta({ title: 'QueueStatus' })

export async function getQueue(_input: object, services: ApiServices): Promise<Answer> {
  return ok(await readQueue(services))
}

/** With SQLite the store has the queue itself. */
export async function readQueue({ store, queue, clock }: ApiServices): Promise<QueueStatus> {
  const now = clock.now()
  const depths = queue ?? { depths: () => store.queue.depths(now) }
  return await readQueueStatus(depths, store.queue, now)
}
