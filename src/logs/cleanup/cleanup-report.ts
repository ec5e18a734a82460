import { MonitorError, systemErrorCode } from '../../core/errors.ts'
import type { LogEvent } from '../../core/log-event.ts'
import { counted } from '../../core/number-text.ts'
import { redactText } from '../redact.ts'

export interface CleanupOptions {
  /** The newest lines of each stream that stay outside of archives, as long as their file is not old. */
  readonly max_lines: number
  /** Age in days from which rotated files are archived. */
  readonly archive_days: number
  /** Age in days from which archives are deleted. */
  readonly delete_days: number
}

/** What a clean-up takes when nothing else is said, on request and every night. */
export const CLEANUP_DEFAULTS: CleanupOptions = { max_lines: 10_000, archive_days: 7, delete_days: 30 }

/** What a clean-up comes to: planned or done. */
export interface CleanupTotals {
  /** Files that went whole. */
  readonly files_archived: number
  /** Files whose older lines went and whose newest stayed. */
  readonly files_shortened: number
  readonly lines_archived: number
  /** Bytes of the log files that went into archives. */
  readonly bytes_before: number
  readonly archives_deleted: number
  readonly bytes_deleted: number
  /** A sentence for each thing that could not be done; the next clean-up tries it again. */
  readonly errors: readonly string[]
}

/** What one clean-up did. */
export interface CleanupReport extends CleanupTotals {
  readonly task_id: string
  /** ISO 8601 UTC with milliseconds. */
  readonly started_at: string
  readonly finished_at: string
  readonly options: CleanupOptions
  /** The night it was for: `2026-11-23T02:00 Europe/Zurich`; null when somebody asked for it. */
  readonly scheduled_for: string | null
  /** It was told to end before it was done; a night is then not done either. */
  readonly stopped_early: boolean
  /** Bytes of the archives made. */
  readonly bytes_after: number
  /** `bytes_after / bytes_before`; null when nothing was archived. */
  readonly ratio: number | null
}

/** @throws MonitorError `config_invalid` for an option that is not a whole number from 0 */
export function checkCleanupOptions(options: CleanupOptions): void {
  for (const name of ['max_lines', 'archive_days', 'delete_days'] as const) {
    if (Number.isSafeInteger(options[name]) && options[name] >= 0) continue
    const got = `got ${options[name]}`
    throw new MonitorError('config_invalid', `${name} must be a whole number of at least 0; ${got}.`)
  }
}

/** The options alone, of a schedule or a configuration that has more in it. */
export function cleanupOptions({ max_lines, archive_days, delete_days }: CleanupOptions): CleanupOptions {
  return { max_lines, archive_days, delete_days }
}

const MAX_ERRORS = 50
const REASON_LIMIT = 200

/** The totals of a clean-up while it runs. */
export class CleanupTally {
  #files_archived = 0
  #files_shortened = 0
  #lines_archived = 0
  #bytes_before = 0
  #bytes_after = 0
  #archives_deleted = 0
  #bytes_deleted = 0
  readonly #errors: string[] = []

  addFile(file: {
    readonly is_whole: boolean
    readonly lines: number
    readonly bytes: number
    readonly archive_bytes: number
  }): void {
    if (file.is_whole) this.#files_archived++
    else this.#files_shortened++
    this.#lines_archived += file.lines
    this.#bytes_before += file.bytes
    this.#bytes_after += file.archive_bytes
  }

  addDeletedArchive(bytes: number): void {
    this.#archives_deleted++
    this.#bytes_deleted += bytes
  }

  /** @param what the part of the sentence before the reason: `operations.log.000001 could not be archived` */
  fail(what: string, error: unknown): void {
    if (this.#errors.length < MAX_ERRORS) this.#errors.push(`${what}: ${reasonOf(error)}.`)
  }

  totals(): CleanupTotals {
    return {
      files_archived: this.#files_archived,
      files_shortened: this.#files_shortened,
      lines_archived: this.#lines_archived,
      bytes_before: this.#bytes_before,
      archives_deleted: this.#archives_deleted,
      bytes_deleted: this.#bytes_deleted,
      errors: [...this.#errors],
    }
  }

  report(run: Omit<CleanupReport, keyof CleanupTotals | 'bytes_after' | 'ratio'>): CleanupReport {
    const bytes_after = this.#bytes_after
    const ratio = this.#bytes_before === 0 ? null : roundedRatio(bytes_after / this.#bytes_before)
    return { ...run, ...this.totals(), bytes_after, ratio }
  }
}

function roundedRatio(ratio: number): number {
  return Math.round(ratio * 10_000) / 10_000
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
      `Log clean-up started: the newest ${counted(max_lines, 'line')} of a stream stay outside of archives, rotated files ` +
      `are archived after ${counted(archive_days, 'day')}, archives deleted after ${counted(delete_days, 'day')}.`,
  }
}

export function completedEvent(report: CleanupReport, duration_ms: number): LogEvent {
  const { files_archived, files_shortened, lines_archived, bytes_before, bytes_after, errors } = report
  const problems = errors.length === 0 ? '' : ` ${counted(errors.length, 'problem')}, the first: ${errors[0]}`
  return {
    level: errors.length === 0 ? 'INFO' : 'WARNING',
    event: 'cleanup_completed',
    task_id: report.task_id,
    user_id: null,
    fields: {
      files: files_archived + files_shortened,
      lines: lines_archived,
      bytes: bytes_before,
      deleted: report.archives_deleted,
      failed: errors.length,
      duration_ms: Math.round(duration_ms),
    },
    message:
      `Log clean-up done: ${counted(files_archived, 'file')} and the older lines of ${files_shortened} more ` +
      `(${counted(bytes_before, 'byte')}) archived into ${counted(bytes_after, 'byte')}, ` +
      `${counted(report.archives_deleted, 'archive')} deleted.${problems}`,
  }
}
