import { z } from 'zod'
import { LOG_STREAMS } from '../../core/log-event.ts'
import { counted } from '../../core/number-text.ts'
import type { CleanupOptions, CleanupReport, CleanupTotals } from '../../logs/cleanup/cleanup-report.ts'
import type { CleanupStatus } from '../../logs/cleanup/log-directory.ts'
import type { CleanupPlan } from '../../logs/cleanup/plan-cleanup.ts'
import { ok, problem, type Answer, type Members } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

export interface CleanupStarted {
  readonly status: 'started'
  readonly task_id: string
  readonly message: string
}

export interface CleanupInput extends CleanupOptions {
  readonly dry_run: boolean
}

const megabytes = z.number().min(0)
const count = z.int().min(0)

const options: z.ZodType<CleanupOptions> = z.object({
  max_lines: count,
  archive_days: count,
  delete_days: count,
})

const totals: Members<CleanupTotals> = {
  files_archived: count,
  files_shortened: count,
  lines_archived: count,
  bytes_before: count,
  archives_deleted: count,
  bytes_deleted: count,
  errors: z.array(z.string()),
}

const report: z.ZodType<CleanupReport> = z.object({
  task_id: z.string(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
  options,
  scheduled_for: z.string().nullable(),
  stopped_early: z.boolean(),
  ...totals,
  bytes_after: count,
  ratio: z.number().min(0).nullable(),
})

export const cleanupStatusSchema: z.ZodType<CleanupStatus> = z
  .object({
    timestamp: z.iso.datetime(),
    log_files: z.array(z.object({ name: z.string(), size_mb: megabytes, modified: z.iso.datetime() })),
    archives: z.array(z.object({ name: z.string(), size_mb: megabytes, created: z.iso.datetime() })),
    total_log_size_mb: megabytes,
    total_archive_size_mb: megabytes,
    last_cleanup: report.nullable(),
    next_cleanup: z.iso.datetime().nullable(),
    history: z.array(report),
  })
  .meta({ title: 'LogStatus' })

export const cleanupPlanSchema: z.ZodType<CleanupPlan> = z
  .object({
    dry_run: z.literal(true),
    planned_at: z.iso.datetime(),
    options,
    ...totals,
    files: z.array(
      z.object({
        stream: z.enum(LOG_STREAMS),
        name: z.string(),
        reason: z.enum(['age', 'surplus']),
        lines: count,
        bytes: count,
        lines_kept: count,
      }),
    ),
    archives: z.array(z.object({ name: z.string(), bytes: count, created: z.iso.datetime() })),
  })
  .meta({ title: 'CleanupPlan' })

export const cleanupStartedSchema: z.ZodType<CleanupStarted> = z
  .object({ status: z.literal('started'), task_id: z.string(), message: z.string() })
  .meta({ title: 'CleanupStarted' })

export async function getCleanupStatus(_input: unknown, { logs }: ApiServices): Promise<Answer> {
  return ok(await logs.status())
}

export async function startCleanup(
  { dry_run, ...options }: CleanupInput,
  { logs }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  if (dry_run) return ok(await logs.plan(options))
  const { started, task_id } = await logs.startCleanup(options)
  if (!started) {
    return problem(409, 'A log clean-up is running already; wait for it to end.', { task_id })
  }
  await audit.changed('log_cleanup_started', { target: task_id })
  const message =
    `The log clean-up has started: the newest ${counted(options.max_lines, 'line')} of a stream stay outside of archives, ` +
    `rotated files are archived after ${counted(options.archive_days, 'day')} and archives deleted after ` +
    `${counted(options.delete_days, 'day')}.`
  const body: CleanupStarted = { status: 'started', task_id, message }
  // Relative, so that it is right wherever the API is mounted.
  return { status: 202, body, headers: { location: 'cleanup-status' } }
}
