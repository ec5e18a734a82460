import { z } from 'zod'
import {
  INCIDENT_CHANGES,
  INCIDENT_RULES,
  INCIDENT_SEVERITIES,
  INCIDENT_STATES,
} from '../../core/incident.ts'
import type { IncidentChangeRecord, IncidentRecord } from '../../core/incident-record.ts'

const time = z.iso.datetime()
const count = z.int().min(0)
const text = z.string().nullable()
export const incidentId: z.ZodType<number> = z.int().min(1)

export const incidentSchema: z.ZodType<IncidentRecord> = z
  .object({
    id: incidentId,
    rule: z.enum(INCIDENT_RULES),
    severity: z.enum(INCIDENT_SEVERITIES),
    state: z.enum(INCIDENT_STATES),
    subject: z
      .object({
        host: text,
        source_id: z.int().nullable(),
        sync_type: text,
        user_id: z.union([z.string(), z.number()]).nullable(),
        schedule: text,
        channel: text,
        error_type: text,
      })
      .meta({ title: 'IncidentSubject' }),
    words: z
      .object({ title: z.string(), whose: z.string(), cause: text, next_step: z.string() })
      .meta({ title: 'IncidentWords' }),
    facts: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
    began_at: time,
    opened_at: time,
    last_seen_at: time,
    last_good_at: time.nullable(),
    count,
    user_count: count,
    last_sync_id: incidentId.nullable(),
    parent_id: incidentId.nullable(),
    acknowledged_at: time.nullable(),
    acknowledged_by: text,
    muted_until: time.nullable(),
    mute_reason: text,
    resolved_at: time.nullable(),
    resolved_by: text,
  })
  .meta({ title: 'Incident' })

export const incidentChangeSchema: z.ZodType<IncidentChangeRecord> = z
  .object({
    id: z.int().min(1),
    change: z.enum(INCIDENT_CHANGES),
    changed_at: time,
    severity: z.enum(INCIDENT_SEVERITIES),
    actor_kind: z.string(),
    actor_id: text,
    reason: text,
  })
  .meta({ title: 'IncidentChange' })
