import type { DueState, Schedule } from '../../src/core/schedule.ts'
import { oracleTimes, type ToldSchedule } from './minute-oracle.ts'
import type { ShownStart } from './memory-schedules.ts'

export const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export interface Span {
  readonly from: number
  readonly until: number
}

/** The monitor is away, and its database may be too. */
export interface YearOutage extends Span {
  readonly database: boolean
}

/**
 * How a job's starts come to the database: it writes them itself, which only an outage of the database prevents; a ping
 * does, and finds nobody while the monitor is away; or they are spooled meanwhile.
 */
type Reports = 'itself' | 'by ping' | 'spooled'

export interface Job {
  readonly schedule: Schedule
  readonly reports: Reports
  readonly told: ToldSchedule | null
  /** Written down, not computed: how early a start may be. */
  readonly early_ms: number
}

/** What became of a time, as somebody who saw everything says. */
export interface Truth {
  readonly due_at: number
  readonly until: number
  readonly state: DueState
  /** Not to be told from the state at the edge of an outage, to the seconds that lie between two signs of life. */
  readonly or: DueState | null
}

const inside = (spans: readonly YearOutage[], at: number): YearOutage | undefined =>
  spans.find(({ from, until }) => from <= at && at <= until)

/** Outages of two minutes to two days, each second one of the database too. */
export function randomOutages(random: () => number, from: number, to: number, count: number): YearOutage[] {
  const spans: YearOutage[] = []
  for (let tries = 0; spans.length < count && tries < 10 * count; tries++) {
    const begin = Math.floor(from + DAY_MS + random() * (to - from - 4 * DAY_MS))
    const until = Math.floor(begin + 2 * MINUTE_MS + random() ** 6 * 2 * DAY_MS)
    const apart = 10 * MINUTE_MS
    if (!spans.some((other) => begin < other.until + apart && until > other.from - apart)) {
      spans.push({ from: begin, until, database: spans.length % 2 === 1 })
    }
  }
  return spans.sort((a, b) => a.from - b.from)
}

let sync_ids = 0

function shown(started_at: number, reports: Reports, outages: readonly YearOutage[]): ShownStart | null {
  const wrote_itself = reports === 'itself'
  const start = { sync_id: ++sync_ids, started_at, wrote_itself }
  const outage = inside(outages, started_at)
  if (outage === undefined || (wrote_itself && !outage.database)) return { ...start, shown_from: started_at }
  return reports === 'spooled' ? { ...start, shown_from: outage.until + 3 * MINUTE_MS } : null
}

/** What the job does: mostly right, at times late, not at all, or twice. */
export function startsOf(
  job: Job,
  year: Span,
  outages: readonly YearOutage[],
  random: () => number,
): ShownStart[] {
  const { schedule, told, early_ms, reports } = job
  const { margin_ms, times } = schedule
  const starts: number[] = []
  const between = (from: number, until: number): number => Math.floor(from + random() * (until - from))
  if (told === null) {
    const interval_ms = times.kind === 'interval' ? times.interval_ms : 0
    let at = year.from
    while (at < year.until) {
      const luck = random()
      if (luck < 0.93) at = between(at + interval_ms / 2, at + interval_ms + margin_ms)
      else if (luck < 0.97) at = between(at + interval_ms + margin_ms, at + 2 * interval_ms)
      else at += 4 * interval_ms
      starts.push(at)
    }
  } else {
    const dues = oracleTimes(told, year.from, year.until)
    for (const [index, due] of dues.entries()) {
      const until = due + margin_ms
      const next_from = (dues[index + 1] ?? year.until + DAY_MS) - early_ms
      const luck = random()
      const in_time = random() < 0.2 ? between(due - early_ms, due) : between(due, due + margin_ms * random())
      if (luck < 0.92) starts.push(in_time)
      if (luck < 0.05) starts.push(between(in_time + 1, Math.max(in_time + 2, Math.min(until, next_from))))
      if (luck > 0.97 && next_from > until + 1) starts.push(between(until + 1, next_from))
    }
  }
  const all = [...new Set(starts)].sort((a, b) => a - b)
  return all.map((at) => shown(at, reports, outages)).filter((start) => start !== null)
}

/** What must be found, from the starts that come to light and the times at which nobody looked. */
export function truthOf(
  job: Job,
  year: Span,
  all_outages: readonly YearOutage[],
  starts: readonly ShownStart[],
): Truth[] {
  const outages = all_outages.filter(({ database }) => database || job.reports !== 'itself')
  return job.told === null
    ? truthOfInterval(job, year, outages, starts)
    : truthOfCron(job, job.told, year, { outages, starts })
}

function truthOfCron(
  { schedule: { margin_ms }, early_ms }: Job,
  told: ToldSchedule,
  year: Span,
  { outages, starts }: { readonly outages: readonly Span[]; readonly starts: readonly ShownStart[] },
): Truth[] {
  const dues = oracleTimes(told, year.from, year.until + 40 * DAY_MS)
  const used = new Set<number>()
  let first = 0
  const take = (from: number, until: number): boolean => {
    while ((starts[first]?.started_at ?? Infinity) < from) first++
    for (let index = first; (starts[index]?.started_at ?? Infinity) <= until; index++) {
      if (used.has(index)) continue
      used.add(index)
      return true
    }
    return false
  }
  const truths: Truth[] = []
  for (const [index, due_at] of dues.entries()) {
    const [from, until] = [due_at - early_ms, due_at + margin_ms]
    const next_from = (dues[index + 1] ?? Infinity) - early_ms
    if (until >= year.until) break
    if (take(from, until)) truths.push({ due_at, until, state: 'started', or: null })
    else {
      const away = whether(outages, from, until)
      const late = away === 'away' ? false : take(until + 1, Math.min(next_from - 1, year.until))
      truths.push({ due_at, until, ...stateOf(away, late) })
    }
  }
  return truths
}

function truthOfInterval(
  { schedule }: Job,
  year: Span,
  outages: readonly Span[],
  starts: readonly ShownStart[],
): Truth[] {
  const { margin_ms, times } = schedule
  const interval_ms = times.kind === 'interval' ? times.interval_ms : 0
  const truths: Truth[] = []
  let counted_from = year.from
  const within = (after: number, until: number): number[] =>
    starts.map(({ started_at }) => started_at).filter((at) => at > after && at <= until)
  for (;;) {
    const due_at = counted_from + interval_ms
    const until = due_at + margin_ms
    if (due_at + interval_ms >= year.until) return truths
    const in_time = within(counted_from, due_at).at(-1) ?? within(due_at, until)[0]
    if (in_time !== undefined) {
      truths.push({ due_at, until, state: 'started', or: null })
      counted_from = in_time
      continue
    }
    const away = whether(outages, counted_from, until)
    const late = away === 'away' ? undefined : within(until, due_at + interval_ms)[0]
    truths.push({ due_at, until, ...stateOf(away, late !== undefined) })
    counted_from = late ?? due_at
  }
}

type Away = 'away' | 'at its edge' | 'here'

/** The monitor writes a sign of life every 15 seconds: of the last ones before an outage nobody can tell. */
function whether(outages: readonly Span[], from: number, until: number): Away {
  if (outages.some((outage) => outage.from < until && outage.until > from)) return 'away'
  return outages.some((outage) => outage.from - 70_000 < until && outage.until > from)
    ? 'at its edge'
    : 'here'
}

function stateOf(away: Away, late: boolean): Pick<Truth, 'state' | 'or'> {
  if (away === 'away') return { state: 'unknown', or: null }
  return { state: late ? 'late' : 'missed', or: away === 'here' ? null : 'unknown' }
}
