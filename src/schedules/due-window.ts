import type { Schedule } from '../core/schedule.ts'
import type { LastDue, StartQuery } from '../store/schedules.ts'
import type { DueWindow } from './due-state.ts'
import { earlyMs, nextDue, shortestGap } from './schedule-times.ts'

/** After a longer absence what was due before is left out: nobody asks what became of it. */
const MOST_CAUGHT_UP = 1000

type Expected = Pick<Schedule, 'times' | 'pauses' | 'margin_ms' | 'expected_since'>

/** The time that is due after the last that has come; null when nothing is ever due. */
export function dueAfter(schedule: Expected, last: LastDue | null, now: number): number | null {
  const { times, expected_since } = schedule
  const caught_up_ms = MOST_CAUGHT_UP * shortestGap(times)
  if (times.kind === 'cron') {
    return nextDue(schedule, Math.max(last?.due_at ?? 0, expected_since, now - caught_up_ms))
  }
  const reference = Math.max(last?.started_at ?? last?.due_at ?? 0, expected_since)
  const behind = Math.floor((now - caught_up_ms - reference) / times.interval_ms)
  return nextDue(schedule, reference + Math.max(0, behind) * times.interval_ms)
}

/** Which starts count for a time of the schedule. */
export function dueWindow(schedule: Expected, due_at: number): DueWindow {
  const { times, margin_ms } = schedule
  const next = nextDue(schedule, due_at) ?? Number.MAX_SAFE_INTEGER
  const until = due_at + margin_ms
  if (times.kind === 'interval') {
    return { from: due_at - times.interval_ms + 1, until, late_until: Math.max(until, next) }
  }
  const early_ms = earlyMs(schedule)
  return { from: due_at - early_ms, until, late_until: Math.max(until, next - early_ms - 1) }
}

/**
 * What to ask for the starts of a window. Of a cron schedule the first one counts. Of an interval it is the last one
 * before the time, however many there were, because the next time is counted from it.
 */
export function startQueries(
  { id, sync_type, user_id, times }: Pick<Schedule, 'id' | 'sync_type' | 'user_id' | 'times'>,
  due_at: number,
  { from, late_until }: DueWindow,
): StartQuery[] {
  const whose = { schedule_id: id, sync_type, user_id }
  if (times.kind === 'cron') return [{ ...whose, from, until: late_until, pick: 'first' }]
  return [
    { ...whose, from, until: due_at, pick: 'last' },
    { ...whose, from: due_at + 1, until: late_until, pick: 'first' },
  ]
}
