import { z } from 'zod'
import { ok, problem, type Answer } from './answer.ts'
import type { CleanupOptions, LogStatus } from './log-maintenance.ts'
import type { ApiServices } from './services.ts'

export interface CleanupStarted {
  readonly status: 'started'
  readonly task_id: string
  readonly message: string
}

const megabytes = z.number().min(0)

export const logStatusSchema: z.ZodType<LogStatus> = z
  .object({
    timestamp: z.iso.datetime(),
    log_files: z.array(z.object({ name: z.string(), size_mb: megabytes, modified: z.iso.datetime() })),
    archives: z.array(z.object({ name: z.string(), size_mb: megabytes, created: z.iso.datetime() })),
    total_log_size_mb: megabytes,
    total_archive_size_mb: megabytes,
  })
  .meta({ title: 'LogStatus' })

export const cleanupStartedSchema: z.ZodType<CleanupStarted> = z
  .object({ status: z.literal('started'), task_id: z.string(), message: z.string() })
  .meta({ title: 'CleanupStarted' })

export async function getCleanupStatus(_input: unknown, { logs }: ApiServices): Promise<Answer> {
  return ok(await logs.status())
}

export async function startCleanup(options: CleanupOptions, { logs }: ApiServices): Promise<Answer> {
  const { started, task_id } = await logs.startCleanup(options)
  if (!started) {
    return problem(409, 'A log clean-up is running already; wait for it to end.', { task_id })
  }
  const message =
    `The log clean-up has started: at most ${options.max_lines} lines of a stream stay, rotated files are archived ` +
    `after ${options.archive_days} days and archives deleted after ${options.delete_days} days.`
  const body: CleanupStarted = { status: 'started', task_id, message }
  // Relative, so that it is right wherever the API is mounted.
  return { status: 202, body, headers: { location: 'cleanup-status' } }
}
