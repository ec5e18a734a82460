import type { QueryClient } from '@tanstack/react-query'
import type {
  ScheduleDetails,
  ScheduleList,
  ScheduleRecord,
} from '../../../src/schedules/schedule-records.ts'
import { addressOf, askJson } from '../data/api-client.ts'
import { asked, type Asking } from '../data/asked.ts'

/** Times of each schedule in its strip. */
export const STRIP = 30
/** Times of one schedule in its table. */
const HISTORY = 200
/** What is due comes by itself. */
const AGAIN_MS = 15_000

interface Again {
  readonly refetchInterval: number
}
const again: Again = { refetchInterval: AGAIN_MS }

export const schedulesQuery = (): Asking<ScheduleList> & Again => ({
  ...asked('schedules', '/schedules', { runs: STRIP }),
  ...again,
})
export const scheduleQuery = (slug: string): Asking<ScheduleDetails> & Again => ({
  ...asked('schedules', `/schedules/${encodeURIComponent(slug)}`, { limit: HISTORY }),
  ...again,
})

export async function pauseSchedule(
  queries: QueryClient,
  slug: string,
  action: 'pause' | 'resume',
): Promise<ScheduleRecord> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  const path = `/schedules/${encodeURIComponent(slug)}/${action}`
  const schedule = await askJson<ScheduleRecord>(addressOf(path), init)
  await queries.invalidateQueries({ queryKey: ['schedules'] })
  return schedule
}
