import { z } from 'zod'
import { parseDuration } from '../../core/duration-text.ts'
import type { IncidentDecision } from '../../store/incidents.ts'
import { muteReason, muteUntil } from '../errors/error-decisions.ts'
import { toIncidentRecord, type IncidentRecord } from '../../core/incident-record.ts'
import { ok, problemSchema, type Answer } from '../http/answer.ts'
import { badParameter, wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { noSuchIncident } from './incident-list.ts'
import { incidentSchema } from './incident-records.ts'

/** How it stands with an incident after somebody decided. */
export interface IncidentOutcomeRecord {
  readonly incident: IncidentRecord
  /** False when it was so already, or is resolved. */
  readonly changed: boolean
}

export const incidentOutcomeSchema: z.ZodType<IncidentOutcomeRecord> = z
  .object({ incident: incidentSchema, changed: z.boolean() })
  .meta({ title: 'IncidentOutcome' })

export const DECIDED: Readonly<Record<200 | 404, z.ZodType>> = {
  200: incidentOutcomeSchema,
  404: problemSchema,
}

/** What is muted comes back by itself: nobody remembers it in a year. */
const LONGEST_MUTE_MS = 366 * 86_400_000

export const pathId: z.ZodType<number> = wholeNumber(1, Number.MAX_SAFE_INTEGER).meta({
  description: 'The id of the incident',
})
export const incidentMuteUntil: z.ZodType<string> = muteUntil
export const incidentReason: z.ZodType<string> = muteReason

type Decided = Omit<IncidentDecision, 'decided_at' | 'audit'>

export async function muteIncident(
  { id, until, reason }: { id: number; until: string; reason: string },
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const now = services.clock.now()
  const ahead_ms = Math.ceil(parseDuration(until) ?? Date.parse(until) - now)
  if (!(ahead_ms > 0 && ahead_ms <= LONGEST_MUTE_MS)) {
    return badParameter('until', 'a time to come, at most 366 days from now')
  }
  const muted = { id, decision: 'muted', muted_until: now + ahead_ms, reason: reason.trim() } as const
  return await decide(muted, services, request)
}

export function resolveIncident(
  { id, reason }: { id: number; reason: string },
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  return decide({ id, decision: 'resolved', muted_until: null, reason: reason.trim() }, services, request)
}

type Decide = (input: { id: number }, services: ApiServices, request: RequestFacts) => Promise<Answer>

export const deciding =
  (decision: 'acknowledged' | 'unmuted'): Decide =>
  ({ id }, services, request) =>
    decide({ id, decision, muted_until: null, reason: null }, services, request)

async function decide(
  decided: Decided,
  { store, clock }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  const outcome = await store.incidents.decide({
    ...decided,
    decided_at: clock.now(),
    // The reason stays out of it: the audit log holds no text of people.
    audit: audit.entry(`incident_${decided.decision}`, { target: String(decided.id) }),
  })
  if (outcome === null) return noSuchIncident()
  const told: IncidentOutcomeRecord = {
    incident: toIncidentRecord(outcome.incident),
    changed: outcome.changed,
  }
  return ok(told)
}
