import { z } from 'zod'
import { DUE_STATES, SCHEDULE_ORIGINS } from '../../core/schedule.ts'
import { SYNC_STATUSES } from '../../core/sync-status.ts'
import type {
  DueRunRecord,
  ScheduleDetails,
  ScheduleList,
  ScheduleRecord,
} from '../../schedules/schedule-records.ts'
import { emittedId } from '../syncs/sync-schemas.ts'

const text = z.string()
const time = z.iso.datetime().meta({ examples: ['2026-11-22T02:00:00.000Z'] })
const seconds = z
  .number()
  .min(0)
  .meta({ examples: [900] })

export const scheduleSchema: z.ZodType<ScheduleRecord> = z
  .object({
    slug: text.meta({ examples: ['nightly'] }),
    sync_type: text,
    user_id: emittedId.meta({ description: 'Null: a sync of any user is a run of it' }),
    cron: text.nullable().meta({ description: 'Null where it has an interval', examples: ['0 2 * * *'] }),
    interval_seconds: seconds.nullable().meta({
      description: 'The longest time between two starts; null where it has a cron expression',
      examples: [null],
    }),
    time_zone: text.meta({ examples: ['Europe/Zurich'] }),
    margin_seconds: seconds.meta({ description: 'How late a sync may start' }),
    max_run_seconds: seconds.nullable().meta({ description: 'How long a run may take' }),
    pauses: z.array(
      z.object({
        from: z.iso.date().meta({ examples: ['2026-12-21'] }),
        until: z.iso.date().meta({ description: 'The last day', examples: ['2027-01-03'] }),
        reason: text.nullable(),
      }),
    ),
    owner: text.nullable().meta({ examples: [null] }),
    origin: z.enum(SCHEDULE_ORIGINS),
    paused: z.boolean(),
    created_at: time,
    updated_at: time,
    last_due_at: time.nullable(),
    last_state: z.enum(DUE_STATES).nullable(),
    next_due_at: time
      .nullable()
      .meta({ description: 'Null while it is paused, and when nothing is ever due' }),
  })
  .meta({ title: 'Schedule' })

const dueRunSchema: z.ZodType<DueRunRecord> = z
  .object({
    due_at: time,
    state: z.enum(DUE_STATES),
    decided_at: time.nullable(),
    sync_id: z.int().min(1).nullable(),
    sync_start_time: time.nullable(),
    sync_end_time: time.nullable(),
    sync_status: z.enum(SYNC_STATUSES).nullable(),
  })
  .meta({ title: 'DueRun' })

export const scheduleDetailsSchema: z.ZodType<ScheduleDetails> = z
  .object({
    schedule: scheduleSchema,
    next_due_at: z.array(time).meta({ description: 'If every sync starts when it is due' }),
    due_runs: z.array(dueRunSchema).meta({ description: 'The newest first' }),
  })
  .meta({ title: 'ScheduleDetails' })

export const scheduleListSchema: z.ZodType<ScheduleList> = z
  .object({
    count: z.int().min(0),
    schedules: z.array(scheduleSchema),
    due_runs: z.record(text, z.array(dueRunSchema)).meta({
      description: 'By slug: the newest times of each, as many as `runs` asks for, the newest first',
    }),
  })
  .meta({ title: 'ScheduleList' })
