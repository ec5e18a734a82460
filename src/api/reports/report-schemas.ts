import { z } from 'zod'
import type { Report } from '../../core/report.ts'
import { INCIDENT_SEVERITIES } from '../../core/incident.ts'
import { REPORT_PERIODS } from '../../core/report-period.ts'
import { errorTypeSchema } from '../errors/error-group-records.ts'
import type { Members } from '../http/answer.ts'

const count = z.number().min(0)
const time = z.iso.datetime()
const seconds = z.number().min(0)

const figures: z.ZodType<Report['figures']> = z
  .object({
    syncs: count,
    finished: count,
    completed: count,
    partial: count,
    failed: count,
    cancelled: count,
    lost: count,
    timed_out: count,
    success_rate: z.number().min(0).max(100).nullable().meta({ description: 'Of those that finished' }),
    duration_avg_seconds: seconds.nullable(),
    duration_p50_seconds: seconds.nullable(),
    duration_p95_seconds: seconds.nullable(),
    courses: count,
    assignments: count,
    submissions: count,
    grades: count,
    items_created: count,
    items_updated: count,
    api_calls: count,
    api_failures: count,
    request_cost: count.meta({ description: "In the units of Canvas's limit" }),
    rate_limit_hits: count,
    throttle_wait_seconds: seconds,
  } satisfies Members<Report['figures']>)
  .meta({ title: 'ReportFigures' })

const step: z.ZodType<Report['steps'][number]> = z
  .object({ since: time, completed: count, partial: count, failed: count })
  .meta({ title: 'ReportStep' })

const failure: z.ZodType<Report['failures'][number]> = z
  .object({
    error_group_id: z.int(),
    error_type: errorTypeSchema,
    message: z.string(),
    syncs: count,
    syncs_before: count.meta({ description: 'In the period before' }),
    next_step: z.string().nullable(),
  })
  .meta({ title: 'ReportFailure' })

const freshness: z.ZodType<Report['freshness']> = z
  .object({
    target_seconds: seconds,
    known: z.boolean().meta({ description: 'Whether the sync engine ever read a list' }),
    stale: count,
    never: count,
    more: z.boolean().meta({ description: 'There are more than were counted' }),
    lists: z.array(
      z
        .object({
          host: z.string(),
          canvas_user_id: z.string(),
          entity: z.string(),
          listed_by: z.string(),
          last_complete_at: time.nullable(),
        })
        .meta({ title: 'ReportStaleList' }),
    ),
  })
  .meta({ title: 'ReportFreshness' })

const slowest: z.ZodType<Report['slowest']> = z
  .object({
    types: z.array(
      z
        .object({ sync_type: z.string(), syncs: count, p50_seconds: seconds, p95_seconds: seconds })
        .meta({ title: 'ReportSlowType' }),
    ),
    courses: z.array(
      z
        .object({ course_id: z.string(), outcomes: count, mean_seconds: seconds })
        .meta({ title: 'ReportSlowCourse' }),
    ),
  })
  .meta({ title: 'ReportSlowest' })

const capacity: z.ZodType<Report['capacity']> = z
  .object({
    database_bytes: count,
    log_bytes: count,
    archive_bytes: count,
    growth_bytes: z.number().nullable(),
    in_90_days_bytes: count.nullable(),
  })
  .meta({ title: 'ReportCapacity' })

const incidents: z.ZodType<Report['incidents']> = z
  .object({
    opened: count,
    resolved: count,
    open: count,
    listed: z.array(
      z
        .object({
          id: z.int(),
          severity: z.enum(INCIDENT_SEVERITIES),
          title: z.string(),
          began_at: time,
          resolved_at: time.nullable(),
        })
        .meta({ title: 'ReportIncident' }),
    ),
  })
  .meta({ title: 'ReportIncidents' })
  .nullable()

const schedules: z.ZodType<Report['schedules']> = z
  .object({
    expected: count,
    missed: count,
    late: count,
    unknown: count,
    listed: z.array(z.object({ slug: z.string(), missed: count }).meta({ title: 'ReportMissedSchedule' })),
  })
  .meta({ title: 'ReportSchedules' })
  .nullable()

const delivery: z.ZodType<Report['delivery']> = z
  .object({ sent: count, failed: count, failing_channels: z.array(z.string()) })
  .meta({ title: 'ReportDelivery' })
  .nullable()

export const verdictSchema: z.ZodType<Report['verdict']> = z.enum(['good', 'attention', 'bad'])

export const reportSchema: z.ZodType<Report> = z
  .object({
    period: z.enum(REPORT_PERIODS),
    time_zone: z.string(),
    since: time,
    until: time,
    made_at: time,
    verdict: verdictSchema,
    headline: z.string(),
    figures,
    before: figures,
    steps: z.array(step),
    failures: z.array(failure),
    more_failures: z.boolean(),
    freshness,
    slowest,
    capacity,
    incidents,
    schedules,
    delivery,
  } satisfies Members<Report>)
  .meta({ title: 'Report' })
