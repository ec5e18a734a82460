import { z } from 'zod'
import { DURATION_FORMS, parseDuration } from '../core/duration-text.ts'
import { MonitorError } from '../core/errors.ts'
import { isZone } from '../core/local-time.ts'
import type { SchedulePause, ScheduleTerms, ScheduleTimes } from '../core/schedule.ts'
import { cronFault } from './cron-times.ts'
import { shortestGap } from './schedule-times.ts'

/** A schedule as people write it, in the configuration, to the API or with a ping. Durations are texts such as `15m`. */
export interface GivenSchedule {
  /** Five fields, or `@daily` and the like. Either this or `every`. */
  readonly cron?: string | null | undefined
  /** Never longer than so long between two starts. */
  readonly every?: string | null | undefined
  /** IANA name. Default: that of the server. */
  readonly time_zone?: string | null | undefined
  /** How late a sync may start. Default 5 minutes, or the shortest time between two starts where that is less. */
  readonly margin?: string | null | undefined
  /** How long a run may take. Default: no rule of its own. */
  readonly max_run?: string | null | undefined
  /** Default: the slug. */
  readonly sync_type?: string | null | undefined
  /** Default: any. */
  readonly user_id?: string | number | null | undefined
  /** The name of a route of notifications. Default: whoever is told of the type. */
  readonly owner?: string | null | undefined
  /** Days on which nothing is expected. */
  readonly pauses?: readonly GivenPause[] | null | undefined
}

export interface GivenPause {
  /** `2026-12-21` */
  readonly from: string
  /** The last day. Default: the first. */
  readonly until?: string | null | undefined
  readonly reason?: string | null | undefined
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const DEFAULT_MARGIN_MS = 5 * MINUTE_MS
const LONGEST_INTERVAL_MS = 400 * DAY_MS
const LONGEST_RUN_MS = 30 * DAY_MS
const MOST_PAUSES = 100
const LONGEST_ID = 255
const LONGEST_REASON = 200

export const SLUG_RULE = '1 to 50 characters of a-z, 0-9, _ and -'
export const SLUG: RegExp = /^[a-z0-9_-]{1,50}$/
const OWNER = /^[\w.-]{1,50}$/
/** Whatever is no text on one line, half a character, and what turns the direction of what follows. */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

const id_rule = `must be 1 to ${LONGEST_ID} characters on one line`
const lineOf = (longest: number, rule: string): z.ZodType<string> =>
  z
    .string(rule)
    .trim()
    .refine((text) => {
      const { length } = Array.from(text)
      return length > 0 && length <= longest && !NOT_IN_A_LINE.test(text)
    }, rule)

const day_rule = 'must be a day such as 2026-12-21'
const DAY = z.iso.date(day_rule)
const durationFrom = (shortest_ms: number, longest_ms: number, rule: string): z.ZodType<number> =>
  z
    .string(rule)
    .transform((text) => Math.round(parseDuration(text) ?? Number.NaN))
    .refine((duration_ms) => duration_ms >= shortest_ms && duration_ms <= longest_ms, rule)

const pauses_rule = `must be a list of at most ${MOST_PAUSES} days or spans of days`
const PAUSE: z.ZodType<SchedulePause> = z
  .strictObject({
    from: DAY,
    until: DAY.nullish(),
    reason: lineOf(LONGEST_REASON, `must be 1 to ${LONGEST_REASON} characters on one line`).nullish(),
  })
  .transform(({ from, until, reason }) => ({ from, until: until ?? from, reason: reason ?? null }))
  .refine(({ from, until }) => from <= until, 'must not end before they begin')

const minute_rule = `must be ${DURATION_FORMS}, a minute or longer`
const FORM = z.strictObject({
  cron: z
    .string('must be text')
    .trim()
    .superRefine((cron, context) => {
      const fault = cronFault(cron)
      if (fault !== null) context.addIssue({ code: 'custom', message: `must be ${fault}` })
    })
    .nullish(),
  every: durationFrom(MINUTE_MS, LONGEST_INTERVAL_MS, `${minute_rule}, and at most 400d`).nullish(),
  time_zone: z
    .string('must be the IANA name of a time zone')
    .trim()
    .refine(isZone, 'must be the IANA name of a time zone, such as Europe/Zurich')
    .nullish(),
  margin: durationFrom(MINUTE_MS, LONGEST_INTERVAL_MS, minute_rule).nullish(),
  max_run: durationFrom(MINUTE_MS, LONGEST_RUN_MS, `${minute_rule}, and at most 30d`).nullish(),
  sync_type: lineOf(LONGEST_ID, id_rule).nullish(),
  user_id: z.union([z.int().transform(String), lineOf(LONGEST_ID, id_rule)], id_rule).nullish(),
  owner: z.string('must be text').regex(OWNER, 'must be 1 to 50 letters, digits, dots, _ and -').nullish(),
  pauses: z.array(PAUSE, pauses_rule).max(MOST_PAUSES, pauses_rule).nullish(),
})

/**
 * A schedule with everything that was left out.
 *
 * @param slug its name
 * @param zone IANA name for one that names none
 * @throws MonitorError `config_invalid` with a sentence about the first thing that is wrong
 */
export function checkSchedule(slug: string, given: GivenSchedule, zone: string): ScheduleTerms {
  if (!SLUG.test(slug)) throw wrong(`The name of a schedule must be ${SLUG_RULE}`)
  const result = FORM.safeParse(given)
  if (!result.success) {
    const [issue] = result.error.issues
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    if (unknown !== undefined) throw wrong(`The schedule ${slug} has no setting "${unknown}"`)
    const inside = issue?.path.filter((part) => typeof part === 'string').join('.') ?? ''
    const name = inside === '' ? `The schedule ${slug}` : `${inside} of the schedule ${slug}`
    throw wrong(
      `${name} ${inside === '' ? 'must be an object of settings' : (issue?.message ?? 'is not valid')}`,
    )
  }
  const { cron, every, time_zone, margin, max_run, sync_type, user_id, owner, pauses } = result.data
  const times = timesOf({ cron: cron ?? null, every: every ?? null, zone: time_zone ?? zone })
  if (times === null) throw wrong(`The schedule ${slug} must have either cron or every`)
  const gap_ms = shortestGap(times)
  if (margin != null && margin > gap_ms) {
    throw wrong(
      `margin of the schedule ${slug} must not be longer than the shortest time between two starts, ${spokenGap(gap_ms)}`,
    )
  }
  return {
    slug,
    sync_type: sync_type ?? slug,
    user_id: user_id ?? null,
    times,
    pauses: pauses ?? [],
    margin_ms: margin ?? Math.min(DEFAULT_MARGIN_MS, gap_ms),
    max_run_ms: max_run ?? null,
    owner: owner ?? null,
  }
}

function timesOf(given: { cron: string | null; every: number | null; zone: string }): ScheduleTimes | null {
  const { cron, every, zone: time_zone } = given
  if (cron !== null) return every === null ? { kind: 'cron', cron, time_zone } : null
  return every === null ? null : { kind: 'interval', interval_ms: every, time_zone }
}

function wrong(sentence: string): MonitorError {
  return new MonitorError('config_invalid', `${sentence}.`, {
    next_step: 'For example { "cron": "0 2 * * *", "time_zone": "Europe/Zurich", "margin": "15m" }.',
  })
}

function spokenGap(gap_ms: number): string {
  if (gap_ms % DAY_MS === 0) return `${gap_ms / DAY_MS}d`
  return gap_ms % 3_600_000 === 0 ? `${gap_ms / 3_600_000}h` : `${gap_ms / MINUTE_MS}m`
}
