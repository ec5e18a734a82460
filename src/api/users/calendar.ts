import { z } from 'zod'
import { maySee } from '../../core/access.ts'
import { calendarWeeks } from '../../core/calendar-days.ts'
import { isoTime } from '../../core/iso-time.ts'
import { isZone } from '../../core/local-time.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { DayCounts } from '../../store/sync-calendar.ts'
import { otherUsers } from '../access/refusals.ts'
import { ok, type Answer, type Members } from '../http/answer.ts'
import { userId, wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { emittedId, type EmittedId } from '../syncs/sync-schemas.ts'

export interface CalendarDayRecord extends DayCounts {
  /** As the zone has it. */
  readonly date: string
  /** The moment at which it begins; it ends where the next one begins. */
  readonly start: string
}

/** Syncs by the days of a zone, in weeks that begin on a Monday. */
export interface Calendar {
  readonly zone: string
  readonly user_id: EmittedId
  /** Days before it are not counted: rows were deleted, or are too many. Null when all are counted. */
  readonly counted_from: string | null
  /** The end of the last day, which is today. */
  readonly until: string
  readonly days: readonly CalendarDayRecord[]
}

export interface CalendarInput {
  readonly zone: string
  readonly weeks: number
  readonly user_id: string | undefined
}

const MOST_WEEKS = 53
const zone_error = 'the IANA name of a time zone, such as America/New_York'
const count = z.int().min(0)
const time = z.iso.datetime()

export const CALENDAR_PARAMETERS: Members<CalendarInput> = {
  zone: z
    .string({ error: zone_error })
    .max(64, { error: zone_error })
    .refine(isZone, { error: zone_error })
    .default('UTC')
    .meta({ description: 'The zone whose days they are', examples: ['America/New_York'] }),
  weeks: wholeNumber(1, MOST_WEEKS)
    .default(52)
    .meta({ description: 'How many weeks, the present one with them' }),
  user_id: userId.optional().meta({ description: 'Only syncs of this user' }),
}

export const calendarSchema: z.ZodType<Calendar> = z
  .object({
    zone: z.string(),
    user_id: emittedId,
    counted_from: time.nullable().meta({
      description: 'Days before it are not counted: rows were deleted, or are too many',
    }),
    until: time.meta({ description: 'The end of the last day, which is today' }),
    days: z.array(
      z
        .object({
          date: z.iso.date(),
          start: time.meta({ description: 'The moment at which the day begins in the zone' }),
          syncs: count,
          completed: count,
          partial: count,
          failed: count.meta({ description: 'Failed, lost and timed out' }),
          cancelled: count,
          in_progress: count,
        })
        .meta({ title: 'CalendarDay' }),
    ),
  })
  .meta({ title: 'Calendar' })

/** Of the users whose data the caller may see. */
export async function getCalendar(
  { zone, weeks, user_id }: CalendarInput,
  { store, clock }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  if (user_id !== undefined && !maySee(caller, user_id)) return otherUsers(caller)
  const user_ids = user_id === undefined ? caller.users : [user_id]
  // Names are taken in any case; what is kept of a zone is kept once.
  const name = new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone
  const days = calendarWeeks(clock.now(), name, weeks)
  const until = days.at(-1)?.end_ms ?? clock.now()
  const counts = await store.calendar.days({
    bounds: [...days.map(({ start_ms }) => start_ms), until],
    ...(user_ids === null ? {} : { user_ids }),
  })
  if (user_id !== undefined) audit.viewed(user_id)
  const calendar: Calendar = {
    zone,
    user_id: emitUserId(user_id ?? null),
    counted_from: counts.counted_from === null ? null : isoTime(counts.counted_from),
    until: isoTime(until),
    days: days.flatMap(({ date, start_ms }, day) => {
      const of_day = counts.days[day]
      return of_day === undefined ? [] : [{ date, start: isoTime(start_ms), ...of_day }]
    }),
  }
  return ok(calendar)
}
