import { z } from 'zod'
import { LOG_FORMS } from '../core/log-entry.ts'
import { LOG_LEVELS, LOG_STREAMS } from '../core/log-event.ts'
import type { AnalysisReport } from './report.ts'

const count = z.int().min(0)
const amount = z.number().min(0)
const time = z.iso.datetime({ precision: 3 })
const counts = z.record(z.string(), count)

const histogramBar = z.strictObject({ from_ms: amount, to_ms: amount.nullable(), count })
const duration = z.strictObject({
  count,
  total_ms: amount,
  min_ms: amount.nullable(),
  mean_ms: amount.nullable(),
  p50_ms: amount.nullable(),
  p95_ms: amount.nullable(),
  p99_ms: amount.nullable(),
  max_ms: amount.nullable(),
  histogram: z.array(histogramBar),
})
const group = z.strictObject({
  key: z.string(),
  count,
  failed: count,
  total_ms: amount,
  mean_ms: amount.nullable(),
  max_ms: amount.nullable(),
  p95_ms: amount.nullable(),
  first_seen: time,
  last_seen: time,
})
const groups = z.strictObject({
  distinct: count,
  exact: z.boolean(),
  top: z.array(group),
  other_lines: count,
})
const streamGroups = { users: groups, courses: groups, tasks: groups }
const hourCount = z.strictObject({ hour: z.int().min(0).max(23), count, failed: count })
const dayCount = z.strictObject({
  day: z.iso.date(),
  count,
  failed: count,
  throttled: count,
  mean_ms: amount.nullable(),
})
const stream = {
  levels: z.record(z.enum(LOG_LEVELS), count),
  by_event: counts,
  duration,
  groups: z.strictObject(streamGroups),
  by_hour: z.array(hourCount),
  by_day: z.array(dayCount),
}

const operations = z.strictObject({
  total_lines: count,
  sync_tasks: count,
  connections_tested: count,
  courses_processed: count,
  assignments_synced: count,
  total_elapsed_time: amount,
  ...stream,
  by_status: counts,
  by_sync_type: counts,
  slowest_tasks: z.array(group),
})
const api_calls = z.strictObject({
  total_calls: count,
  by_method: counts,
  by_endpoint: counts,
  status_codes: counts,
  total_duration_ms: amount,
  paginated_requests: count,
  ...stream,
  failed_calls: count,
  error_types: counts,
  groups: z.strictObject({ ...streamGroups, methods: groups, endpoints: groups, statuses: groups }),
  slowest_endpoints: z.array(group),
  slowest_courses: z.array(group),
  slowest_tasks: z.array(group),
  throttling: z.strictObject({
    throttled_calls: count,
    cost_total: amount,
    cost_mean: amount.nullable(),
    cost_max: amount.nullable(),
    rate_limit_remaining_min: z.number().nullable(),
  }),
  retries: z.strictObject({
    retried_calls: count,
    recovered: count,
    still_failed: count,
    max_attempt: count.nullable(),
  }),
  total_items: count,
  total_bytes: count,
})
const database = z.strictObject({
  total_operations: count,
  by_operation: counts,
  by_entity: counts,
  total_records_affected: count,
  batch_operations: count,
  ...stream,
  groups: z.strictObject({ ...streamGroups, operations: groups, entities: groups }),
})
const example = z.strictObject({
  timestamp: time,
  task_id: z.string().nullable(),
  user_id: z.union([z.string(), z.number(), z.null()]),
  course_id: z.string().nullable(),
  error_type: z.string().nullable(),
  operation: z.string().nullable(),
  message: z.string(),
})
const errorGroup = z.strictObject({
  fingerprint: z.string().regex(/^[\da-f]{12}$/),
  error_type: z.string().nullable(),
  operation: z.string().nullable(),
  pattern: z.string(),
  count,
  first_seen: time,
  last_seen: time,
  example,
})
const errors = z.strictObject({
  total_errors: count,
  by_type: counts,
  by_user: counts,
  by_course: counts,
  recent_errors: z.array(example).max(10),
  ...stream,
  by_operation: counts,
  fingerprints: z.array(errorGroup).max(100),
  distinct_fingerprints: count,
})
const taskProgress = z.strictObject({
  entries: count,
  last_percent: z.number().nullable(),
  elapsed_ms: z.number().nullable(),
  first_seen: time,
  last_seen: time,
})
const progress = z.strictObject({
  total_entries: count,
  ...stream,
  tasks: z.record(z.string(), taskProgress),
})
const period = z.strictObject({ since: time, until: time })
const trend = z.strictObject({
  name: z.enum([
    'api_calls',
    'failed_calls',
    'throttled_calls',
    'mean_duration_ms',
    'p95_duration_ms',
    'errors',
  ]),
  current: amount.nullable(),
  previous: amount.nullable(),
  change_percent: z.number().nullable(),
})
const skipped = z.strictObject({
  malformed_lines: count,
  continuation_lines: count,
  duplicate_lines: count,
  blank_lines: count,
  out_of_range_lines: count,
  examples: z.array(z.strictObject({ source: z.string(), line_bytes_at: count, reason: z.string() })),
  unreadable_sources: z.array(z.strictObject({ source: z.string(), reason: z.string() })),
})
const report = z.strictObject({
  generated_at: time,
  duration_ms: amount,
  range: z.strictObject({
    since: time.nullable(),
    until: time.nullable(),
    first: time.nullable(),
    last: time.nullable(),
    time_zone: z.string(),
  }),
  total_lines: count,
  lines_by_form: z.record(z.enum(LOG_FORMS), count),
  operations,
  api_calls,
  database,
  errors,
  progress,
  trends: z.strictObject({ current: period, previous: period, figures: z.array(trend) }).nullable(),
  sources: z.array(
    z.strictObject({ name: z.string(), stream: z.enum(LOG_STREAMS), bytes: count, lines: count }),
  ),
  skipped,
})

/** As {@link AnalysisReport} has it: nothing in it can be changed. */
type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value

/** Does not compile when the schema has a field more, less or other than the type. */
function exactly<Schema extends z.ZodType<AnalysisReport>>(
  schema: AnalysisReport extends Frozen<z.infer<Schema>> ? Schema : never,
): z.ZodType<AnalysisReport> {
  return schema
}

/** What `analyze --json` prints: every field of {@link AnalysisReport} and no other. */
export const ANALYSIS_REPORT_SCHEMA: z.ZodType<AnalysisReport> = exactly(report)
