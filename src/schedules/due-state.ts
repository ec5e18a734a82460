import type { DueState } from '../core/schedule.ts'

/** From when to when a sync could start without the database showing it, epoch milliseconds. */
export interface Outage {
  readonly from: number
  readonly until: number
}

/**
 * When a start would not have come to light. Syncs that write to the database themselves need no server for that; reports
 * need one, and a ping that finds none is never repeated.
 *
 * | the newest sync | a server away | the database away too |
 * |---|---|---|
 * | wrote itself | seen | blind |
 * | was reported | blind | blind |
 * | there is none | blind: how they will come nobody knows | blind |
 */
export function blindTimes(
  gaps: readonly (Outage & { readonly database_was_away: boolean })[],
  newest_wrote_itself: boolean | null,
): readonly Outage[] {
  return newest_wrote_itself === true ? gaps.filter(({ database_was_away }) => database_was_away) : gaps
}

/** What starts count for one time of a schedule. All are epoch milliseconds and belong to what they bound. */
export interface DueWindow {
  /** A start from then on counts, though it is early. */
  readonly from: number
  /** The last moment at which a sync is in time: when it is due, and the margin. */
  readonly until: number
  /** The last moment before starts count for the next time. Not before `until`. */
  readonly late_until: number
}

export interface Start {
  readonly sync_id: number
  readonly started_at: number
}

export const overlaps = ({ from, until }: Outage, window: Pick<DueWindow, 'from' | 'until'>): boolean =>
  from < window.until && until > window.from

export interface DueDecision {
  readonly state: DueState
  /** The start that it is served by; null when there is none. */
  readonly start: Start | null
}

/**
 * What has become of one time of a schedule.
 *
 * | a start in time | margin over | blind in the window | a start behind the margin | state |
 * |---|---|---|---|---|
 * | yes | – | – | – | `started`: what the database shows counts, whoever was away |
 * | no | no | – | – | `waiting` |
 * | no | yes | yes | – | `unknown`: a start need not have come to the database, and one behind the margin may be a second one |
 * | no | yes | no | yes | `late` |
 * | no | yes | no | no | `missed` |
 *
 * @param starts those that serve no other time, in any order
 * @param outages in which a start of this schedule would not have come to light, see {@link blindTimes}
 */
export function dueState(
  window: DueWindow,
  starts: readonly Start[],
  now: number,
  outages: readonly Outage[],
): DueDecision {
  const firstBetween = (from: number, until: number): Start | null => {
    const within = starts.filter(({ started_at }) => started_at >= from && started_at <= until)
    return within.sort((a, b) => a.started_at - b.started_at || a.sync_id - b.sync_id)[0] ?? null
  }
  const in_time = firstBetween(window.from, window.until)
  if (in_time !== null) return { state: 'started', start: in_time }
  if (now <= window.until) return { state: 'waiting', start: null }
  if (outages.some((outage) => overlaps(outage, window))) return { state: 'unknown', start: null }
  const late = firstBetween(window.until + 1, window.late_until)
  return late === null ? { state: 'missed', start: null } : { state: 'late', start: late }
}
