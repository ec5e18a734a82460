import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { nextCronTime } from '../schedules/cron-times.ts'
import type { QueueSchedule, QueueStore } from '../store/queue.ts'
import type { SyncQueue } from './sync-queue.ts'

/**
 * Puts the syncs that are due into the queue; any number of workers may do so at the same time. Times that passed while no
 * worker was there become one sync, for the last of them, and so do those that pass while the last one still waits.
 *
 * They are ours and not pg-boss's, so that a start is due at the same moment at which the same schedule is expected to
 * have one, also on the days on which the clocks change, and with either database.
 *
 * @param unreadable told of a schedule whose times cannot be found here, as in a time zone that this machine does not know
 * @returns how many it put there
 */
export async function fireSchedules(
  store: QueueStore,
  queue: SyncQueue,
  unreadable: (slug: string, error: unknown) => void = () => {},
): Promise<number> {
  const schedules = await store.listSchedules()
  if (schedules.length === 0) return 0
  const now = await queue.now()
  let fired = 0
  for (const schedule of schedules) {
    if (schedule.next_at === null) continue
    let following: number | null
    try {
      following = nextCronTime(schedule, now)
    } catch (error) {
      unreadable(schedule.slug, error)
      continue
    }
    if (await fire(schedule, schedule.next_at, { now, following }, store, queue)) fired++
  }
  return fired
}

async function fire(
  schedule: QueueSchedule,
  due_at: number,
  { now, following }: { readonly now: number; readonly following: number | null },
  store: QueueStore,
  queue: SyncQueue,
): Promise<boolean> {
  const { slug, sync, priority, last_at, last_job_id } = schedule
  if (due_at > now) {
    // Whoever wrote that had a clock that is far ahead: nothing would be due until then.
    if (following !== null && due_at > following)
      await store.advanceSchedule(slug, due_at, { next_at: following, last_at, last_job_id })
    return false
  }
  const last = last_job_id === null ? null : await queue.find(last_job_id)
  if (last?.state === 'queued' && isDeepStrictEqual(last.sync, { ...sync, schedule: slug })) {
    await store.advanceSchedule(slug, due_at, { next_at: following, last_at: due_at, last_job_id })
    return false
  }
  const id = jobIdOf(slug, due_at)
  // First the job, whose id is that of the time: whoever dies in between leaves it to the next to go on.
  const added = await queue.add({ id, sync: { ...sync, schedule: slug }, priority, start_after: now })
  await store.advanceSchedule(slug, due_at, { next_at: following, last_at: due_at, last_job_id: id })
  return added
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
