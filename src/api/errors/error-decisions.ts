import { z } from 'zod'
import type { ErrorGroupDecision, ErrorGroupState } from '../../core/error-group-state.ts'
import { parseDuration } from '../../core/duration-text.ts'
import { isoTime } from '../../core/iso-time.ts'
import { ok, type Answer } from '../http/answer.ts'
import { badParameter } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { noSuchGroup } from './error-details.ts'
import { stateSchema, time } from './error-group-records.ts'

/** How it stands with a group after somebody decided. */
export interface ErrorGroupOutcomeRecord {
  readonly id: number
  readonly state: ErrorGroupState
  readonly muted_until: string | null
  /** False when it was so already. */
  readonly changed: boolean
}

export const errorGroupOutcomeSchema: z.ZodType<ErrorGroupOutcomeRecord> = z
  .object({ id: z.int().min(1), state: stateSchema, muted_until: time.nullable(), changed: z.boolean() })
  .meta({ title: 'ErrorGroupOutcome' })

const LONGEST_REASON = 500
/** What is muted comes back by itself: nobody remembers it in a year. */
const LONGEST_MUTE_DAYS = 366
const DAY_MS = 86_400_000

const until_error = `a time to come, such as 2026-11-22T10:15:30Z, or how long from now, such as 7d; at most ${LONGEST_MUTE_DAYS} days`
const MOMENT = z.iso.datetime({ offset: true })
export const muteUntil: z.ZodType<string> = z
  .string({ error: until_error })
  .refine((given) => parseDuration(given) !== null || MOMENT.safeParse(given).success, {
    error: until_error,
  })
  .meta({
    description: `A time to come, or how long from now; at most ${LONGEST_MUTE_DAYS} days`,
    examples: ['7d'],
  })

/** Whatever is no text on one line, half a character, and what turns the direction of what follows. */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

const reason_error = `1 to ${LONGEST_REASON} characters on one line`
export const muteReason: z.ZodType<string> = z
  .string({ error: reason_error })
  .max(LONGEST_REASON * 2, { error: reason_error })
  .refine(
    (given) => {
      const reason = given.trim()
      const { length } = Array.from(reason)
      return length > 0 && length <= LONGEST_REASON && !NOT_IN_A_LINE.test(reason)
    },
    { error: reason_error },
  )
  .meta({
    minLength: 1,
    maxLength: LONGEST_REASON,
    description: 'Why, for the others: no names, no e-mail addresses',
    examples: ['Canvas is being upgraded'],
  })

export async function muteErrorGroup(
  { id, until, reason }: { id: number; until: string; reason: string },
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const now = services.clock.now()
  const ahead_ms = Math.ceil(parseDuration(until) ?? Date.parse(until) - now)
  if (!(ahead_ms > 0 && ahead_ms <= LONGEST_MUTE_DAYS * DAY_MS)) return badParameter('until', until_error)
  const muted_until = now + ahead_ms
  return await decide({ id, decision: 'muted', muted_until, reason: reason.trim() }, services, request)
}

type Decide = (input: { id: number }, services: ApiServices, request: RequestFacts) => Promise<Answer>

export const deciding =
  (decision: Exclude<ErrorGroupDecision, 'muted'>): Decide =>
  ({ id }, services, request) =>
    decide({ id, decision, muted_until: null, reason: null }, services, request)

interface Decision {
  readonly id: number
  readonly decision: ErrorGroupDecision
  readonly muted_until: number | null
  readonly reason: string | null
}

async function decide(
  decision: Decision,
  { store, clock }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  const { id } = decision
  const outcome = await store.errorGroups.decide({
    ...decision,
    decided_at: clock.now(),
    // The reason stays out of it: the audit log holds no text of people.
    audit: audit.entry(`error_group_${decision.decision}`, { target: String(id) }),
  })
  if (outcome === null) return noSuchGroup()
  const { state, muted_until, changed } = outcome
  const told: ErrorGroupOutcomeRecord = {
    id,
    state,
    muted_until: muted_until === null ? null : isoTime(muted_until),
    changed,
  }
  return ok(told)
}
