import { z } from 'zod'
import { isMonitorError } from '../../core/errors.ts'
import type { ScheduleTerms } from '../../core/schedule.ts'
import { checkSchedule, type GivenPause, type GivenSchedule } from '../../schedules/check-schedule.ts'
import { MOST_SCHEDULES, type ScheduleOutcome } from '../../store/schedules.ts'
import { ok, problem, type Answer, type Members } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { toScheduleRecord, type ScheduleRecord } from '../../schedules/schedule-records.ts'
import { scheduleSchema } from './schedule-schemas.ts'

export interface ScheduleChange {
  readonly outcome: Extract<ScheduleOutcome, 'created' | 'changed' | 'unchanged'>
  readonly schedule: ScheduleRecord
}

export const scheduleChangeSchema: z.ZodType<ScheduleChange> = z
  .object({ outcome: z.enum(['created', 'changed', 'unchanged']), schedule: scheduleSchema })
  .meta({ title: 'ScheduleChange' })

const text = (description: string, example: string | null): z.ZodType<string | null | undefined> =>
  z
    .string({ error: 'text' })
    .nullish()
    .meta({ description, examples: [example] })
const pauses_error = 'a list of objects with from, until and reason'
const pause: z.ZodType<GivenPause> = z.strictObject({
  from: z.string(),
  until: z.string().nullish(),
  reason: z.string().nullish(),
})

/** What they say is checked where schedules are. */
export const DECLARED_PARAMETERS: Members<GivenSchedule> = {
  cron: text('Five fields, or `@daily` and the like; either this or `every`', '0 2 * * *'),
  every: text('The longest time between two starts, such as 6h', null),
  time_zone: text('IANA name; default that of the server', 'Europe/Zurich'),
  margin: text('How late a sync may start; default 5m', '15m'),
  max_run: text('How long a run may take; default no rule of its own', '2h'),
  sync_type: text('Default the slug', 'all'),
  user_id: z
    .union([z.string(), z.int()], { error: 'the id of a user' })
    .nullish()
    .meta({ description: 'Default any user', examples: [42] }),
  owner: text('Who is told: the name of a route of notifications', null),
  pauses: z
    .array(pause, { error: pauses_error })
    .nullish()
    .meta({
      description: 'Days on which nothing is expected; `until` is the last one, default the first',
      examples: [[{ from: '2026-12-21', until: '2027-01-03', reason: 'Vacation' }]],
    }),
}

/** The terms, or why there are none. */
export function readTerms(
  slug: string,
  given: GivenSchedule,
  zone: string,
): { readonly terms: ScheduleTerms } | { readonly refused: Answer } {
  try {
    return { terms: checkSchedule(slug, given, zone) }
  } catch (error) {
    if (isMonitorError(error) && error.code === 'config_invalid') {
      return { refused: problem(400, error.message, { detail: `${error.message} ${error.next_step}` }) }
    }
    throw error
  }
}

export const TOO_MANY: string = `There are ${MOST_SCHEDULES} schedules, which is as many as there may be: delete some first.`
export const DECLARED_BY_CONFIG =
  'The configuration of the server declares this schedule: change it there. It may be paused and resumed here.'

export async function putSchedule(
  { slug, ...given }: { readonly slug: string } & GivenSchedule,
  { store, clock, log_reading }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  const read = readTerms(slug, given, log_reading.zone)
  if ('refused' in read) return read.refused
  const now = clock.now()
  const { user_id } = read.terms
  const entry = audit.entry('schedule_declared', { target: slug, ...(user_id === null ? {} : { user_id }) })
  const by = { origin: 'api', reported_by: null } as const
  const { outcome, schedule } = await store.schedules.declare(read.terms, by, now, entry)
  if (outcome === 'full' || schedule === null) return problem(409, TOO_MANY)
  if (outcome === 'kept') return problem(409, DECLARED_BY_CONFIG)
  const change: ScheduleChange = { outcome, schedule: toScheduleRecord(schedule, now) }
  return ok(change)
}
