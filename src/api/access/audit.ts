import { z } from 'zod'
import type { AuditQuery, AuditRecord } from '../../store/access-store.ts'
import { parseTime, TIME_FORMS } from '../../core/time-range.ts'
import type { Answer, Members } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { pageLinks } from '../http/page-links.ts'
import { badParameter, opaqueId, wholeNumber } from '../http/parameters.ts'
import type { ApiServices } from '../services.ts'

/** One thing that was done. */
export interface AuditInfo extends Omit<AuditRecord, 'at'> {
  readonly at: string
}

export interface AuditPage {
  readonly count: number
  readonly entries: readonly AuditInfo[]
  /** Goes on with what is older; null at the end. */
  readonly next_cursor: string | null
}

const text = z.string().nullable()

export const auditPageSchema: z.ZodType<AuditPage> = z
  .object({
    count: z.int().min(0),
    entries: z.array(
      z.object({
        id: z.int(),
        at: z.iso.datetime(),
        actor_kind: z.string(),
        actor_id: text,
        action: z.string(),
        target: text,
        user_id: text,
        route: text,
        address: text,
      }),
    ),
    next_cursor: text,
  })
  .meta({ title: 'AuditPage' })

export interface AuditInput {
  readonly action: string | undefined
  readonly token_id: string | undefined
  readonly user_id: string | undefined
  readonly since: string | undefined
  readonly until: string | undefined
  readonly limit: number
  readonly cursor: string | undefined
}

const optional = (description: string): z.ZodType<string | undefined> => opaqueId(description).optional()
const cursor_error = 'the cursor of the answer before'

export const AUDIT_PARAMETERS: Members<AuditInput> = {
  action: optional('Only this action: viewed, signed_in, token_created, …'),
  token_id: optional('Only what was done with this token, by its public id'),
  user_id: optional('Only what was about this user'),
  since: optional('From then on: 2026-11-22T10:15:30Z, 2026-11-22, 2h, yesterday'),
  until: optional('Before then; a whole day is included'),
  limit: wholeNumber(1, 1000).default(100).meta({ description: 'At most so many entries' }),
  cursor: z
    .string({ error: cursor_error })
    .regex(/^\d{1,15}$/, { error: cursor_error })
    .optional()
    .meta({ description: 'Of the answer before: goes on with what is older' }),
}

export async function listAudit(input: AuditInput, services: ApiServices): Promise<Answer> {
  const { store, clock, log_reading } = services
  const context = { now_ms: clock.now(), zone: log_reading.zone }
  const moments: { since?: number; until?: number } = {}
  for (const bound of ['since', 'until'] as const) {
    const given = input[bound]
    if (given === undefined) continue
    const moment = parseTime(given, bound, context)
    if (moment === null) return badParameter(bound, TIME_FORMS)
    moments[bound] = moment
  }
  const query: AuditQuery = {
    ...moments,
    ...(input.action === undefined ? {} : { action: input.action }),
    ...(input.token_id === undefined ? {} : { actor_id: input.token_id }),
    ...(input.user_id === undefined ? {} : { user_id: input.user_id }),
    limit: input.limit,
    before_id: input.cursor === undefined ? null : Number(input.cursor),
  }
  const records = await store.access.listAudit(query)
  const last = records.at(-1)
  const page: AuditPage = {
    count: records.length,
    entries: records.map((record) => ({ ...record, at: new Date(record.at).toISOString() })),
    next_cursor: last === undefined || records.length < input.limit ? null : String(last.id),
  }
  const { cursor: _, ...query_parts } = input
  return { status: 200, body: page, headers: pageLinks(`${BASE}/audit`, query_parts, page.next_cursor) }
}
