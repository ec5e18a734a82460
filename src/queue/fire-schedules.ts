import { createHash } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { nextCronTime } from '../schedules/cron-times.ts'
import type { QueueSchedule, QueueStore } from '../store/queue.ts'
import type { SyncQueue } from './sync-queue.ts'

/**
 * Puts the syncs that are due into the queue; any number of workers may do so at the same time. Times that passed while no
 * worker was there become one sync, for the last of them.
 *
 * They are ours and not pg-boss's, so that a start is due at the same moment at which the same schedule is expected to
 * have one, also on the days on which the clocks change, and with either database.
 *
 * @returns how many it put there
 */
export async function fireSchedules(store: QueueStore, queue: SyncQueue, clock: Clock): Promise<number> {
  let fired = 0
  for (const schedule of await store.listSchedules()) {
    const now = clock.now()
    const { next_at } = schedule
    if (next_at === null || next_at > now) continue
    const id = jobIdOf(schedule.slug, next_at)
    const { slug, sync, priority } = schedule
    // First the job, whose id is that of the time: whoever dies in between leaves it to the next to go on.
    const added = await queue.add({ id, sync: { ...sync, schedule: slug }, priority, start_after: now })
    const to = { next_at: nextCronTime(schedule, now), last_at: next_at, last_job_id: id }
    await store.advanceSchedule(slug, next_at, to)
    if (added) fired++
  }
  return fired
}

/** The same for everybody: a UUID made of the schedule and its time. */
function jobIdOf(slug: string, due_at: number): string {
  const digest = createHash('sha256').update(`canvas sync schedule\n${slug}\n${due_at}`).digest('hex')
  const variant = ((Number.parseInt(digest.slice(16, 18), 16) & 0x3f) | 0x80).toString(16)
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`]
  return [...parts, `${variant}${digest.slice(18, 20)}`, digest.slice(20, 32)].join('-')
}

/** A schedule as it is kept, due for the first time after now. */
export function newSchedule(
  given: Pick<QueueSchedule, 'slug' | 'cron' | 'time_zone' | 'sync' | 'priority'>,
  now: number,
): QueueSchedule {
  return {
    ...given,
    sync: { ...given.sync, schedule: given.slug },
    created_at: now,
    next_at: nextCronTime(given, now),
    last_at: null,
    last_job_id: null,
  }
}
