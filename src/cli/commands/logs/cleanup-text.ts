import { spokenBytes } from '../../../core/number-text.ts'
import type { CleanupReport, CleanupTotals } from '../../../logs/cleanup/cleanup-report.ts'
import type { CleanupPlan, PlannedFile } from '../../../logs/cleanup/plan-cleanup.ts'
import { counted } from '../../numbers.ts'
import { printable, type Terminal } from '../../terminal.ts'
import { textTable } from '../../text-table.ts'

/** `2 files archived and 1 shortened (41,000 lines, 12 MB into 1.1 MB), 3 archives deleted` */
export function describeReport(report: CleanupReport): string {
  const { bytes_before, bytes_after, ratio } = report
  const percent = ratio === null ? '' : ` (${Math.round(ratio * 100)} %)`
  return describeTotals(report, `${spokenBytes(bytes_before)} into ${spokenBytes(bytes_after)}${percent}`)
}

/** One line for each problem. */
export function describeErrors({ errors }: CleanupTotals, terminal: Terminal): string[] {
  return errors.map((error) => `${terminal.style('red', '✘', 'stdout')} ${printable(error)}`)
}

/** The whole plan, files and archives first. */
export function describePlan(plan: CleanupPlan, terminal: Terminal): string[] {
  const files = plan.files.map((file) => [
    file.name,
    whatHappens(file),
    counted(file.lines, 'line'),
    spokenBytes(file.bytes),
    whyOf(file, plan),
  ])
  const archives = plan.archives.map(({ name, bytes, created }) => [
    name,
    'would be deleted',
    '',
    spokenBytes(bytes),
    `made on ${created.slice(0, 10)}, kept for ${counted(plan.options.delete_days, 'day')}`,
  ])
  return [
    ...textTable([...files, ...archives], new Set([2, 3])).map(printable),
    ...describeErrors(plan, terminal),
    `A clean-up now: ${describeTotals(plan, spokenBytes(plan.bytes_before))}. Nothing was changed.`,
  ]
}

function describeTotals(totals: CleanupTotals, size: string): string {
  const { files_archived, files_shortened, lines_archived, archives_deleted, bytes_deleted } = totals
  const parts: string[] = []
  if (files_archived > 0) parts.push(`${counted(files_archived, 'file')} archived`)
  if (files_shortened > 0) parts.push(`${counted(files_shortened, 'file')} shortened`)
  if (parts.length > 0)
    parts.push(`${parts.splice(0).join(' and ')}: ${counted(lines_archived, 'line')}, ${size}`)
  if (archives_deleted > 0)
    parts.push(`${counted(archives_deleted, 'archive')} deleted, ${spokenBytes(bytes_deleted)}`)
  return parts.length === 0 ? 'nothing to do' : parts.join('; ')
}

function whatHappens({ name, lines, lines_kept }: PlannedFile): string {
  if (lines_kept === 0) return lines === 0 ? 'is in an archive already' : 'would be archived'
  const rotated = name.endsWith('.log') ? 'rotated and ' : ''
  return `would be ${rotated}shortened to its newest ${counted(lines_kept, 'line')}`
}

function whyOf({ reason }: PlannedFile, { options }: CleanupPlan): string {
  return reason === 'age'
    ? `not written to for ${counted(options.archive_days, 'day')}`
    : `older than the newest ${counted(options.max_lines, 'line')} of its stream`
}
