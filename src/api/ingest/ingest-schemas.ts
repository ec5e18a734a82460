import { z } from 'zod'
import { COURSE_OUTCOMES, SYNC_STATUSES } from '../../core/sync-status.ts'
import { ERROR_TYPE_FACTS } from '../../core/error-types.ts'
import {
  DB_OPERATIONS,
  INGEST_LIMITS,
  INGEST_REFUSAL_CODES,
  type IngestReport,
} from '../../core/ingest-event.ts'
import { LOG_LEVELS, LOG_STREAMS } from '../../core/log-event.ts'
import { noCounters } from '../../core/sync-record.ts'
import { noEntityCounts, SYNCED_ENTITIES } from '../../core/synced-entity.ts'

/**
 * The events as the document describes them. Requests are checked by `src/ingest/check-event.ts`, which is faster and
 * says the same; a test holds one against the other.
 */
const MOST = 1e12
const { name_length, text_length } = INGEST_LIMITS

const name = (longest: number): z.ZodString => z.string().min(1).max(longest)
const id = (longest: number = name_length): z.ZodType => z.union([name(longest), z.int()])
const text = z.string().max(text_length)
const whole = z.number().min(0).max(MOST).multipleOf(1)
const amount = z.number().min(0).max(MOST)
const anyNumber = z.number().min(-MOST).max(MOST)
const percent = z.number().min(0).max(100)
const status_code = z.number().min(0).max(999).multipleOf(1)
const time = z.union([
  z.iso.datetime({ offset: true, local: false }),
  z.number().min(1e12).max(9_999_999_999_999),
])
const flagOrWhole = z.union([z.boolean(), whole])
const metadata = z.record(z.string(), z.unknown())
const error_types = Object.keys(ERROR_TYPE_FACTS).filter((type) => type !== 'lost' && type !== 'timed_out')
const error_type = z.enum(error_types)

const base = {
  task_id: id().meta({ description: 'The sync, by the id of the caller' }),
  at: time.optional().meta({ description: 'When it happened; default now' }),
  quiet: z.boolean().optional(),
}
const event_id = id(INGEST_LIMITS.event_id_length).meta({
  description: 'Unique within the sync: one that was taken before changes nothing',
})
const withId = { ...base, id: event_id }
const withoutId = { ...base, id: event_id.optional() }

const failure = {
  error_type: error_type.nullish(),
  error_message: z.string().nullish(),
  exception: z.object({ name: text, message: z.string().nullish(), place: text.nullish() }).nullish(),
}
const count = {
  updated: flagOrWhole.optional(),
  count: whole.optional(),
  course_id: id().nullish(),
  duration_ms: amount.optional(),
}

const counters = z
  .object(
    Object.fromEntries(
      Object.keys(noCounters()).map((counter) => [
        counter,
        (counter.endsWith('_ms') || counter === 'api_request_cost' ? amount : whole).optional(),
      ]),
    ),
  )
  .partial()
const entity_counts = z.strictObject(
  Object.fromEntries(Object.keys(noEntityCounts()).map((counted) => [counted, whole.optional()])),
)
const entities = z.strictObject(
  Object.fromEntries(SYNCED_ENTITIES.map((entity) => [entity, entity_counts.optional()])),
)

const counted = ['course', 'assignment', 'submission'].map((type) =>
  z.object({ type: z.literal(type), ...withId, created: flagOrWhole.optional(), ...count }),
)

export const ingestEventSchema: z.ZodType = z
  .union([
    z.object({
      type: z.literal('start'),
      ...withoutId,
      user_id: id().nullish(),
      sync_type: name(name_length).optional(),
      target_course_id: id().nullish(),
      incremental: z.boolean().optional(),
      use_pagination: z.boolean().optional(),
      chunk_size: whole.nullish(),
      metadata: metadata.nullish(),
      trigger: name(name_length).optional(),
      host: name(name_length).nullish(),
      started_at: time.optional(),
      heartbeat_expected: z.boolean().optional(),
    }),
    z.object({ type: z.literal('heartbeat'), ...withoutId, running_ms: amount.nullish() }),
    z.object({
      type: z.literal('progress'),
      ...withId,
      percent: percent.nullish(),
      current: z.string().nullish(),
      completed: whole.nullish(),
      total: whole.nullish(),
    }),
    ...counted,
    z.object({ type: z.literal('grade'), ...withId, ...count }),
    z.object({
      type: z.literal('api_call'),
      ...withId,
      endpoint: text,
      status: status_code.nullable(),
      duration_ms: amount,
      method: name(name_length).optional(),
      items: whole.nullish(),
      page: whole.nullish(),
      attempt: whole.nullish(),
      request_cost: amount.nullish(),
      rate_limit_remaining: anyNumber.nullish(),
      bytes: whole.nullish(),
      request_id: name(name_length).nullish(),
      error_type: name(name_length).nullish(),
      course_id: id().nullish(),
      will_retry: z.boolean().optional(),
    }),
    z.object({
      type: z.literal('rate_limit'),
      ...withId,
      wait_ms: amount.optional(),
      status: status_code.nullish(),
      endpoint: text.nullish(),
      rate_limit_remaining: anyNumber.nullish(),
    }),
    z.object({
      type: z.literal('db_operation'),
      ...withId,
      operation: z.enum(DB_OPERATIONS),
      entity: name(name_length),
      count: whole.optional(),
      duration_ms: amount.optional(),
      batch: z.boolean().optional(),
      course_id: id().nullish(),
    }),
    z.object({
      type: z.literal('deletions'),
      ...withId,
      entity: name(name_length),
      deleted: whole,
      held: whole,
    }),
    z.object({ type: z.literal('connection_test'), ...withId, duration_ms: amount }),
    z.object({ type: z.literal('problem'), ...withId, error_type, message: z.string() }),
    z.object({
      type: z.literal('course_outcome'),
      ...withId,
      course_id: id(),
      outcome: z.enum(COURSE_OUTCOMES),
      reason: z.string().nullish(),
      started_at: time.optional(),
      finished_at: time.optional(),
      duration_ms: amount.optional(),
      api_calls: whole.optional(),
      rows_deleted: whole.optional(),
      deletions_held: whole.optional(),
      entities: entities.optional(),
      ...failure,
    }),
    z.object({
      type: z.literal('log'),
      ...withId,
      stream: z.enum(LOG_STREAMS),
      level: z.enum(LOG_LEVELS).optional(),
      event: z.string().regex(/^[a-z][a-z\d_]{0,63}$/),
      fields: z.record(z.string(), z.union([text, z.number(), z.boolean(), z.null()])).optional(),
      message: z.string(),
    }),
    z.object({
      type: z.literal('state'),
      ...withId,
      counters: counters.optional(),
      running_ms: amount.nullish(),
      progress_percent: percent.nullish(),
      progress_current: z.string().nullish(),
      api_rate_limit_remaining_min: anyNumber.nullish(),
      target_course_id: id().nullish(),
      incremental_sync: z.boolean().optional(),
      chunk_size: whole.nullish(),
      sync_metadata: metadata.nullish(),
    }),
    z.object({
      type: z.literal('finish'),
      ...withoutId,
      status: z.enum(['completed', 'partial', 'failed', 'cancelled']).optional(),
      finished_at: time.optional(),
      duration_ms: amount.optional(),
      may_be_empty: z.boolean().optional(),
      ...failure,
    }),
  ])
  .meta({
    title: 'IngestEvent',
    examples: [{ type: 'start', task_id: 'nightly-42', user_id: 7, sync_type: 'grades' }],
  })

export const ingestEventListSchema: z.ZodType = z
  .object({ events: z.array(ingestEventSchema).max(INGEST_LIMITS.events) })
  .meta({
    title: 'IngestEvents',
    examples: [
      {
        events: [
          { type: 'start', task_id: 'nightly-42' },
          { type: 'finish', task_id: 'nightly-42' },
        ],
      },
    ],
  })

export const ingestReportSchema: z.ZodType<IngestReport> = z
  .object({
    accepted: z.int().min(0),
    duplicates: z.int().min(0),
    late: z.int().min(0),
    rejected: z.int().min(0),
    errors: z.array(
      z.object({
        index: z.int().min(0),
        task_id: z.string().nullable(),
        event_id: z.string().nullable(),
        code: z.enum(INGEST_REFUSAL_CODES),
        error: z.string(),
        parameter: z.string().nullable(),
      }),
    ),
    syncs: z.array(z.object({ task_id: z.string(), id: z.int(), status: z.enum(SYNC_STATUSES) })),
  })
  .meta({ title: 'IngestReport' })
