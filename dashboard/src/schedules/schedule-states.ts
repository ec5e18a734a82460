import type { DueRunRecord, ScheduleRecord } from '../../../src/schedules/schedule-records.ts'
import type { DueState } from '../../../src/core/schedule.ts'
import { dateText } from '../parts/date-text.ts'
import { durationText } from '../parts/number-text.ts'
import type { Mark } from '../parts/mark.ts'

/** What became of a time. Shape and word say what the colour says. */
export const DUE_MARKS: Readonly<Record<DueState, Mark>> = {
  waiting: { shape: 'clock', words: 'Due now', tone: 'quiet' },
  started: { shape: 'check', words: 'On time', tone: 'good' },
  late: { shape: 'exclamation', words: 'Late', tone: 'warn' },
  missed: { shape: 'cross', words: 'Missed', tone: 'bad' },
  unknown: { shape: 'question', words: 'Unknown', tone: 'quiet' },
}

const PAUSED: Mark = { shape: 'barred', words: 'Paused', tone: 'quiet' }
const NEVER: Mark = { shape: 'dash', words: 'Not due yet', tone: 'quiet' }

type Stands = Pick<ScheduleRecord, 'paused' | 'last_state'>

/** How it stands with a schedule. */
export function markOf({ paused, last_state }: Stands): Mark {
  if (paused) return PAUSED
  return last_state === null ? NEVER : DUE_MARKS[last_state]
}

/** Whether somebody should look at it. */
export const isInTrouble = ({ paused, last_state }: Stands): boolean =>
  !paused && (last_state === 'missed' || last_state === 'late')

/** Which times are more than news. */
export const isUnserved = ({ state }: Pick<DueRunRecord, 'state'>): boolean =>
  state === 'missed' || state === 'late' || state === 'unknown'

const COUNTED: readonly (readonly [DueState, string])[] = [
  ['started', 'on time'],
  ['late', 'late'],
  ['missed', 'missed'],
  ['unknown', 'unknown'],
  ['waiting', 'due now'],
]

/** `28 on time, 1 late, 1 missed`: what is in a strip, in words. */
export function stripText(runs: readonly Pick<DueRunRecord, 'state'>[]): string {
  const parts = COUNTED.flatMap(([state, words]) => {
    const count = runs.filter((run) => run.state === state).length
    return count === 0 ? [] : [`${count} ${words}`]
  })
  return parts.length === 0 ? 'not due yet' : parts.join(', ')
}

/** What one tick is called: `Late by 12 min, due 22 Nov, 02:00`. */
export function tickText(run: DueRunRecord, zone: string): string {
  const { words } = DUE_MARKS[run.state]
  const late_seconds = lateSeconds(run)
  const by = run.state === 'late' && late_seconds !== null ? ` by ${durationText(late_seconds)}` : ''
  return `${words}${by}, due ${dateText(Date.parse(run.due_at), zone, 'minute')}`
}

/** How long behind its time its sync started; null where none did, or before its time. */
export function lateSeconds({ due_at, sync_start_time }: DueRunRecord): number | null {
  if (sync_start_time === null) return null
  const seconds = (Date.parse(sync_start_time) - Date.parse(due_at)) / 1000
  return seconds < 1 ? null : Math.round(seconds)
}

/** As bars of runs are drawn: what needs somebody is a bar with a dot below it. */
const TICKS: Readonly<Record<DueState, string>> = {
  started: 'beat beat-completed beat-height-5',
  late: 'beat beat-partial beat-height-7',
  missed: 'beat beat-failed',
  unknown: 'beat beat-cancelled beat-height-5',
  waiting: 'beat beat-in_progress beat-height-5',
}

export const tickClass = (state: DueState): string => TICKS[state]

/** A whole span as people say it: 15 min, not 15 min 0 s. */
export const spanText = (seconds: number): string => durationText(seconds).replace(' 0 s', '')

/** When its syncs start: the cron expression, or how often. */
export const timesText = ({
  cron,
  interval_seconds,
}: Pick<ScheduleRecord, 'cron' | 'interval_seconds'>): string =>
  cron ?? `every ${spanText(interval_seconds ?? 0)}`
