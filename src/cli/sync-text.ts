import { errorTypeFacts } from '../core/error-types.ts'
import type { CourseOutcome, SyncRecord } from '../core/sync-record.ts'
import type { SyncStatus } from '../core/sync-status.ts'
import { counted, grouped, spokenDuration } from './numbers.ts'
import { printable, type Terminal } from './terminal.ts'

const MARKS: Readonly<Record<SyncStatus, readonly [string, 'green' | 'yellow' | 'red' | 'cyan' | 'gray']>> = {
  in_progress: ['…', 'cyan'],
  completed: ['✔', 'green'],
  partial: ['◐', 'yellow'],
  failed: ['✘', 'red'],
  cancelled: ['■', 'gray'],
  lost: ['?', 'red'],
  timed_out: ['⏱', 'red'],
}

/** The status as mark and word, so that it is never told by colour alone. */
export function statusText(status: SyncStatus, terminal: Terminal, stream: 'stdout' | 'stderr'): string {
  const [mark, colour] = MARKS[status]
  return terminal.style(colour, `${mark} ${status}`, stream)
}

/** A sync in a few lines for people. */
export function describeSync(record: SyncRecord, terminal: Terminal): string[] {
  const duration =
    record.total_duration_seconds === null
      ? ''
      : ` in ${spokenDuration(record.total_duration_seconds * 1000)}`
  const { api_metrics: api, courses, assignments, submissions, grades, deletions } = record
  const lines = [
    `${statusText(record.sync_status, terminal, 'stdout')}${duration}  sync ${record.id} (${printable(record.sync_task_id)})`,
  ]
  if (record.error_message !== null) lines.push(`  ${printable(record.error_message)}`)
  const facts = errorTypeFacts(record.error_type)
  if (facts !== null) lines.push(`  Next: ${facts.next_step}`)
  if (record.sync_status === 'completed' && courses.processed === 0) {
    lines.push("  Canvas lists no courses for this token. An administrator's token needs --account.")
  }
  const nothing_read = courses.processed + submissions.processed + grades.processed === 0
  if (!nothing_read || record.sync_status === 'completed') {
    lines.push(
      `  courses      ${countText(courses)}`,
      `  assignments  ${countText(assignments)}`,
      `  submissions  ${countText(submissions)}`,
      `  grades       ${grouped(grades.processed)} read, ${grouped(grades.updated)} new or changed`,
    )
  }
  lines.push(
    `  Canvas       ${counted(api.calls_made, 'call')}, ${grouped(api.calls_failed)} failed, ${grouped(api.rate_limit_hits)} throttled, cost ${api.request_cost.toFixed(1)}`,
  )
  if (deletions.deleted > 0)
    lines.push(`  deleted      ${counted(deletions.deleted, 'row')} gone from Canvas`)
  if (deletions.held > 0) {
    lines.push(
      `  held         ${counted(deletions.held, 'row')} missing but kept: too many at once; --accept-deletions takes them as deleted`,
    )
  }
  return lines
}

function countText(count: { processed: number; created: number; updated: number }): string {
  return `${grouped(count.processed)} read, ${grouped(count.created)} new, ${grouped(count.updated)} changed`
}

/** Why a sync did not complete and what to do, on stderr, for whoever gets its record as JSON. */
export function tellProblem(record: SyncRecord, terminal: Terminal): void {
  if (record.error_message === null) return
  terminal.error(`${statusText(record.sync_status, terminal, 'stderr')}: ${printable(record.error_message)}`)
  const facts = errorTypeFacts(record.error_type)
  if (facts !== null) terminal.error(facts.next_step)
}

/** One course outcome in a line. */
export function describeOutcome(outcome: CourseOutcome): string {
  const why = outcome.error_message ?? outcome.reason
  const rows = Object.values(outcome.entities).reduce((sum, counts) => sum + counts.processed, 0)
  const what = why === null ? counted(rows, 'row') : printable(why)
  return `${outcome.outcome.padEnd(9)}  course ${printable(outcome.course_id)}  ${spokenDuration(outcome.duration_ms)}  ${what}`
}
