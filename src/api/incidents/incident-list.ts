import { z } from 'zod'
import {
  INCIDENT_RULES,
  INCIDENT_SEVERITIES,
  INCIDENT_STATES,
  type IncidentRule,
  type IncidentSeverity,
  type IncidentState,
} from '../../core/incident.ts'
import { maySee } from '../../core/access.ts'
import type { IncidentQuery } from '../../store/incidents.ts'
import { otherUsers } from '../access/refusals.ts'
import {
  toChangeRecord,
  toIncidentRecord,
  type IncidentChangeRecord,
  type IncidentRecord,
} from '../../core/incident-record.ts'
import { ok, problem, type Answer, type Members } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { cursor as cursorParameter, readCursor, writeCursor } from '../http/cursor.ts'
import { pageLinks } from '../http/page-links.ts'
import { limit, opaqueId, userId } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { incidentChangeSchema, incidentSchema } from './incident-records.ts'

export interface IncidentListRecord {
  readonly count: number
  readonly incidents: readonly IncidentRecord[]
  /** How many there are of each state, whatever `state` asks for; `resolved` of the last 30 days. */
  readonly states: Readonly<Record<IncidentState, number>>
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

export interface IncidentDetailsRecord {
  readonly incident: IncidentRecord
  /** What happened to it, the oldest first; of very many, the newest. */
  readonly history: readonly IncidentChangeRecord[]
}

const count = z.int().min(0)

export const incidentListSchema: z.ZodType<IncidentListRecord> = z
  .object({
    count,
    incidents: z.array(incidentSchema),
    states: z
      .object({ open: count, acknowledged: count, muted: count, suppressed: count, resolved: count })
      .meta({ title: 'IncidentStates' }),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'IncidentList' })

export const incidentDetailsSchema: z.ZodType<IncidentDetailsRecord> = z
  .object({ incident: incidentSchema, history: z.array(incidentChangeSchema) })
  .meta({ title: 'IncidentDetails' })

interface Filters {
  readonly state: readonly IncidentState[] | undefined
  readonly rule: readonly IncidentRule[] | undefined
  readonly severity: readonly IncidentSeverity[] | undefined
  readonly type: string | undefined
  readonly user_id: string | undefined
}

export interface IncidentListInput extends Filters {
  readonly limit: number
  readonly cursor: string | undefined
}

/** One or more of the words, with commas between them. */
function someOf<Word extends string>(
  words: readonly [Word, ...Word[]] | readonly Word[],
  description: string,
): z.ZodType<readonly Word[] | undefined> {
  const error = `one or more of ${words.join(', ')}, with commas between them`
  return z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(',') : given),
      z.array(z.enum(words as readonly Word[], { error }), { error }).optional(),
    )
    .meta({ description: `${description}, with commas between them` })
}

export const INCIDENT_LIST_PARAMETERS: Members<IncidentListInput> = {
  state: someOf(INCIDENT_STATES, 'Only incidents in these states'),
  rule: someOf(INCIDENT_RULES, 'Only incidents of these rules'),
  severity: someOf(INCIDENT_SEVERITIES, 'Only incidents of these severities'),
  type: opaqueId('Only incidents about syncs of this type alone').optional(),
  user_id: userId.optional().meta({ description: 'Only incidents that touch this user' }),
  limit: limit(20, 100).meta({ description: 'At most so many incidents' }),
  cursor: cursorParameter,
}

const place = z.object({ id: z.int().min(1) })

/** Those that touch users whose data the caller may see, the newest first. */
export async function getIncidents(
  { limit, cursor, ...filters }: IncidentListInput,
  { store, clock }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  const { state, rule, severity, type, user_id } = filters
  if (user_id !== undefined && !maySee(caller, user_id)) return otherUsers(caller)
  const read = readCursor(cursor, filters, place)
  if ('refused' in read) return read.refused
  const user_ids = user_id === undefined ? caller.users : [user_id]
  const query: IncidentQuery = {
    now: clock.now(),
    limit,
    after_id: read.place?.id ?? null,
    ...(user_ids === null ? {} : { user_ids }),
    ...(state === undefined ? {} : { states: state }),
    ...(rule === undefined ? {} : { rules: rule }),
    ...(severity === undefined ? {} : { severities: severity }),
    ...(type === undefined ? {} : { sync_type: type }),
  }
  const page = await store.incidents.list(query)
  if (user_id !== undefined) audit.viewed(user_id)
  const next_cursor = page.next_id === null ? null : writeCursor(filters, { id: page.next_id })
  const list: IncidentListRecord = {
    count: page.incidents.length,
    incidents: page.incidents.map(toIncidentRecord),
    states: page.states,
    next_cursor,
  }
  const address = {
    ...filters,
    state: state?.join(','),
    rule: rule?.join(','),
    severity: severity?.join(','),
    limit,
  }
  return { status: 200, body: list, headers: pageLinks(`${BASE}/incidents`, address, next_cursor) }
}

export const noSuchIncident = (): Answer => problem(404, 'There is no such incident.')

export async function getIncident(
  { id }: { id: number },
  { store }: ApiServices,
  { caller: { users } }: RequestFacts,
): Promise<Answer> {
  const found = await store.incidents.find(id, users ?? undefined)
  if (found === null) return noSuchIncident()
  const details: IncidentDetailsRecord = {
    incident: toIncidentRecord(found.incident),
    history: found.history.map(toChangeRecord),
  }
  return ok(details)
}
