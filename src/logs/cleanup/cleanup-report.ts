import { systemErrorCode } from '../../core/errors.ts'
import type { LogEvent } from '../../core/log-event.ts'
import { redactText } from '../redact.ts'

export interface CleanupOptions {
  /** Lines of each stream that may remain outside of archives. */
  readonly max_lines: number
  /** Age in days from which rotated files are archived. */
  readonly archive_days: number
  /** Age in days from which archives are deleted. */
  readonly delete_days: number
}

/** What one clean-up did. */
export interface CleanupReport {
  readonly task_id: string
  /** ISO 8601 UTC with milliseconds. */
  readonly started_at: string
  readonly finished_at: string
  readonly files_archived: number
  readonly lines_archived: number
  /** Bytes of the log files that went into archives. */
  readonly bytes_before: number
  /** Bytes of the archives made from them. */
  readonly bytes_after: number
  /** `bytes_after / bytes_before`; null when nothing was archived. */
  readonly ratio: number | null
  readonly archives_deleted: number
  /** A sentence for each thing that could not be done; the next clean-up tries it again. */
  readonly errors: readonly string[]
}

const MAX_ERRORS = 50
const REASON_LIMIT = 200

/** A report while its clean-up runs. */
export class CleanupTally {
  files_archived = 0
  lines_archived = 0
  bytes_before = 0
  bytes_after = 0
  archives_deleted = 0
  readonly errors: string[] = []

  /** @param what the part of the sentence before the reason: `operations.log.000001 could not be archived` */
  fail(what: string, error: unknown): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push(`${what}: ${reasonOf(error)}.`)
  }

  report(task_id: string, started_at: string, finished_at: string): CleanupReport {
    const { files_archived, lines_archived, bytes_before, bytes_after, archives_deleted } = this
    const ratio = bytes_before === 0 ? null : Math.round((bytes_after / bytes_before) * 10_000) / 10_000
    return {
      task_id,
      started_at,
      finished_at,
      files_archived,
      lines_archived,
      bytes_before,
      bytes_after,
      ratio,
      archives_deleted,
      errors: [...this.errors],
    }
  }
}

/** The code of a system error, whose message would hold paths; otherwise the message. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'it was stopped'
  const message = error instanceof Error ? error.message : String(error)
  return systemErrorCode(error) ?? redactText(message).slice(0, REASON_LIMIT)
}

export function startedEvent(task_id: string, options: CleanupOptions): LogEvent {
  const { max_lines, archive_days, delete_days } = options
  return {
    level: 'INFO',
    event: 'cleanup_started',
    task_id,
    user_id: null,
    fields: {},
    message:
      `Log clean-up started: at most ${max_lines} lines of a stream stay outside of archives, rotated files ` +
      `are archived after ${archive_days} days, archives deleted after ${delete_days} days.`,
  }
}

export function completedEvent(report: CleanupReport, duration_ms: number): LogEvent {
  const { files_archived, lines_archived, bytes_before, bytes_after, archives_deleted, errors } = report
  const problems = errors.length === 0 ? '' : ` ${errors.length} problems, the first: ${errors[0]}`
  return {
    level: errors.length === 0 ? 'INFO' : 'WARNING',
    event: 'cleanup_completed',
    task_id: report.task_id,
    user_id: null,
    fields: {
      files: files_archived,
      lines: lines_archived,
      bytes: bytes_before,
      deleted: archives_deleted,
      failed: errors.length,
      duration_ms: Math.round(duration_ms),
    },
    message:
      `Log clean-up done: ${files_archived} files (${bytes_before} bytes) archived into ${bytes_after} bytes, ` +
      `${archives_deleted} archives deleted.${problems}`,
  }
}
