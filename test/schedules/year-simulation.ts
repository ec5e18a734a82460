import type { Schedule, SchedulePause, ScheduleTimes } from '../../src/core/schedule.ts'
import { ScheduleWatch } from '../../src/schedules/schedule-watch.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { MemorySchedules } from './memory-schedules.ts'
import {
  MINUTE_MS,
  randomOutages,
  startsOf,
  truthOf,
  type Job,
  type Span,
  type Truth,
  type YearOutage,
} from './year-of-runs.ts'

const HOUR_MS = 60 * MINUTE_MS
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
const WORKING_DAYS = [1, 2, 3, 4, 5]
const DAYS = Array.from({ length: 31 }, (_, day) => day + 1)
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const QUARTERS = [0, 15, 30, 45]

const VACATIONS: readonly SchedulePause[] = [
  { from: '2026-02-02', until: '2026-02-15', reason: 'Between the terms' },
  { from: '2026-05-25', until: '2026-05-25', reason: 'Whit Monday' },
  { from: '2026-06-20', until: '2026-09-13', reason: 'Summer' },
  { from: '2026-12-21', until: '2027-01-03', reason: null },
]

let ids = 0

function scheduleOf(
  times: ScheduleTimes,
  margin_ms: number,
  pauses: readonly SchedulePause[],
  at: number,
): Schedule {
  const slug = `schedule-${++ids}`
  return {
    id: ids,
    slug,
    sync_type: slug,
    user_id: null,
    times,
    pauses,
    margin_ms,
    max_run_ms: null,
    owner: null,
    origin: 'config',
    reported_by: null,
    paused: false,
    // What is due at the very beginning counts.
    expected_since: times.kind === 'cron' ? at - 1 : at,
    created_at: at,
    updated_at: at,
  }
}

function jobsOf(year: Span): Job[] {
  const cron = (
    text: string,
    zone: string,
    form: Partial<Job['told']> & { margin: number; early: number; reports?: Job['reports'] },
  ): Job => ({
    schedule: scheduleOf(
      { kind: 'cron', cron: text, time_zone: zone },
      form.margin * MINUTE_MS,
      form.pauses ?? [],
      year.from,
    ),
    reports: form.reports ?? 'itself',
    early_ms: form.early * MINUTE_MS,
    told: {
      minutes: form.minutes ?? [0],
      hours: form.hours ?? HOURS,
      week_days: form.week_days ?? EVERY_DAY,
      days: form.days ?? DAYS,
      repeating: form.repeating ?? false,
      zone,
      pauses: form.pauses ?? [],
    },
  })
  const interval = (hours: number, margin: number, reports: Job['reports']): Job => ({
    schedule: scheduleOf(
      { kind: 'interval', interval_ms: hours * HOUR_MS, time_zone: 'UTC' },
      margin * MINUTE_MS,
      [],
      year.from,
    ),
    reports,
    early_ms: 0,
    told: null,
  })
  const terms = { pauses: VACATIONS, week_days: WORKING_DAYS }
  const nightly = { minutes: [30], hours: [2], margin: 30, early: 30 }
  return [
    cron('30 2 * * *', 'Europe/Zurich', { ...nightly, reports: 'by ping' }),
    cron('30 2 * * 1-5', 'America/New_York', { ...nightly, ...terms }),
    cron('15,45 1,2 * * *', 'Pacific/Auckland', {
      ...terms,
      week_days: EVERY_DAY,
      minutes: [15, 45],
      hours: [1, 2],
      margin: 10,
      early: 3,
      reports: 'spooled',
    }),
    cron('15 2 * * *', 'Australia/Lord_Howe', { ...nightly, minutes: [15], margin: 240, early: 144 }),
    cron('0 * * * 1-5', 'Europe/Zurich', {
      ...terms,
      repeating: true,
      margin: 20,
      early: 6,
      reports: 'by ping',
    }),
    cron('*/15 8-17 * * 1-5', 'Australia/Lord_Howe', {
      ...terms,
      minutes: QUARTERS,
      hours: HOURS.slice(8, 18),
      repeating: true,
      margin: 5,
      early: 1.5,
    }),
    cron('*/15 1-3 * * 0', 'America/New_York', {
      minutes: QUARTERS,
      hours: [1, 2, 3],
      week_days: [0],
      repeating: true,
      margin: 15,
      early: 1.5,
    }),
    cron('0 6 1 * *', 'Pacific/Auckland', {
      hours: [6],
      days: [1],
      margin: 600,
      early: 600,
      reports: 'by ping',
    }),
    interval(6, 45, 'itself'),
    interval(20, 120, 'by ping'),
  ]
}

/** What a watch has made of a year, and what it should have. */
export interface LivedYear {
  readonly seed: number
  readonly store: MemorySchedules
  readonly jobs: readonly Job[]
  /** Of each job, in the order of its times. */
  readonly expected: readonly (readonly Truth[])[]
  readonly outages: readonly YearOutage[]
  /** What kept looks from their end. */
  readonly errors: readonly unknown[]
  readonly look_count: number
}

export async function liveYear(seed: number): Promise<LivedYear> {
  ids = 0
  const random = seededRandom(seed)
  const year = { from: Date.UTC(2026, 0, 1), until: Date.UTC(2027, 0, 1) }
  const clock = new FakeClock({ start: new Date(year.from).toISOString() })
  const store = new MemorySchedules(() => clock.now())
  const errors: unknown[] = []
  const watch = new ScheduleWatch({ store, clock, onError: (error) => errors.push(error) })
  const outages = randomOutages(random, year.from, year.until, 60)
  const jobs = jobsOf(year)
  const expected = jobs.map((job) => {
    const starts = startsOf(job, year, outages, random)
    store.add(job.schedule)
    store.setStarts(job.schedule.sync_type, starts)
    return truthOf(job, year, outages, starts)
  })

  // Somebody is there every 50 seconds; looks are at random, and within 2 seconds of the end of each margin.
  const looks = new Set<number>()
  for (const { until } of expected.flat()) looks.add(until + 1 + Math.floor(random() * 2000))
  // As soon as the monitor is here again, and for a while: what was due meanwhile is made up for step by step.
  for (const { until } of outages) for (let time = 0; time < 20; time++) looks.add(until + time * 10_000)
  // Of the database only who lives through it knows.
  const tries = new Set(
    outages.filter(({ database }) => database).map(({ from, until }) => Math.floor((from + until) / 2)),
  )
  const signs: number[] = []
  for (let at = year.from; at < year.until; at += 50_000) {
    if (random() < 0.005) looks.add(at)
    else signs.push(at)
  }
  const steps = [...signs, ...looks, ...tries].sort((a, b) => a - b)
  let outage = 0
  for (const at of steps) {
    while ((outages[outage]?.until ?? Infinity) < at) outage++
    const away = outages[outage]
    const is_away = away !== undefined && at > away.from && at < away.until
    if (is_away && !tries.has(at)) continue
    clock.jumpWall(at - clock.now())
    store.is_away = is_away
    if (is_away) {
      await watch.look()
      continue
    }
    if (looks.has(at)) await watch.look()
    else store.sign(at)
  }
  return { seed, store, jobs, expected, outages, errors, look_count: looks.size }
}
