import type { ScheduleRecord } from '../../../src/schedules/schedule-records.ts'
import { isInTrouble } from './schedule-states.ts'

export interface ScheduleChoice {
  /** As it stands in the address; empty for what is shown without it. */
  readonly value: string
  readonly words: string
  readonly holds: (schedule: ScheduleRecord) => boolean
  /** What is said when there is none. */
  readonly none: string
}

const ALL: ScheduleChoice = { value: '', words: 'All', holds: () => true, none: '' }
export const SCHEDULE_CHOICES: readonly ScheduleChoice[] = [
  ALL,
  {
    value: 'trouble',
    words: 'In trouble',
    holds: isInTrouble,
    none: 'No schedule is in trouble: what was due last has started in time.',
  },
  { value: 'paused', words: 'Paused', holds: ({ paused }) => paused, none: 'No schedule is paused.' },
]

export interface ScheduleFilters {
  readonly choice: ScheduleChoice
  readonly search: string
}

export const scheduleFiltersOf = (address: URLSearchParams): ScheduleFilters => ({
  choice: SCHEDULE_CHOICES.find(({ value }) => value === address.get('state')) ?? ALL,
  search: (address.get('search') ?? '').slice(0, 100),
})

/** Those whose name, type or user has what is looked for. */
export function withWords(schedules: readonly ScheduleRecord[], search: string): ScheduleRecord[] {
  const wanted = search.toLowerCase()
  return schedules.filter(({ slug, sync_type, user_id }) =>
    [slug, sync_type, String(user_id ?? '')].some((text) => text.toLowerCase().includes(wanted)),
  )
}

/** The slug of the schedule that is opened; null when there is none. */
export function openedSchedule(address: URLSearchParams): string | null {
  const slug = address.get('schedule') ?? ''
  return /^[a-z0-9_-]{1,50}$/.test(slug) ? slug : null
}
