import type {
  CleanupOptions,
  CleanupReport,
  CleanupTotals,
} from '../../../src/logs/cleanup/cleanup-report.ts'
import { counted, spokenBytes } from '../../../src/core/number-text.ts'

/** What a clean-up would do, or has done, in a sentence. */
export function totalsText(totals: CleanupTotals, done: boolean): string {
  const { files_archived, files_shortened, lines_archived, bytes_before } = totals
  const { archives_deleted, bytes_deleted } = totals
  const files = files_archived + files_shortened
  const [archive, remove] = done ? ['Archived', 'deleted'] : ['It would archive', 'delete']
  if (files === 0 && archives_deleted === 0) {
    return done ? 'There was nothing to do.' : 'There would be nothing to do.'
  }
  const archived =
    files === 0
      ? `${archive} nothing`
      : `${archive} ${counted(lines_archived, 'line')} of ${counted(files, 'file')} (${spokenBytes(bytes_before)})`
  const deleted =
    archives_deleted === 0
      ? `${remove} no archive`
      : `${remove} ${counted(archives_deleted, 'archive')} (${spokenBytes(bytes_deleted)})`
  return `${archived} and ${deleted}.`
}

/** `10:1`; null where nothing was made smaller. */
export function ratioText({ ratio }: Pick<CleanupReport, 'ratio'>): string | null {
  return ratio === null || ratio <= 0 ? null : `${Math.max(1, Math.round(1 / ratio))}:1`
}

/** The same clean-up for the shell. */
export function cleanupCommand({ max_lines, archive_days, delete_days }: CleanupOptions): string {
  return `canvas-sync-monitor logs cleanup --max-lines ${max_lines} --archive-days ${archive_days} --delete-days ${delete_days}`
}

export interface CleanupField {
  readonly name: keyof CleanupOptions
  readonly words: string
  readonly unit: string
  readonly least: number
  readonly most: number
}

export const CLEANUP_FIELDS: readonly CleanupField[] = [
  { name: 'max_lines', words: 'Keep the newest of each stream', unit: 'lines', least: 1, most: 10_000_000 },
  { name: 'archive_days', words: 'Archive rotated files after', unit: 'days', least: 0, most: 3650 },
  { name: 'delete_days', words: 'Delete archives after', unit: 'days', least: 1, most: 3650 },
]

/** Null when a field is not a number that the server takes. */
export function optionsOf(texts: Readonly<Record<keyof CleanupOptions, string>>): CleanupOptions | null {
  const right = CLEANUP_FIELDS.every(({ name, least, most }) => {
    const text = texts[name].trim()
    return /^\d{1,8}$/.test(text) && Number(text) >= least && Number(text) <= most
  })
  if (!right) return null
  const { max_lines, archive_days, delete_days } = texts
  return {
    max_lines: Number(max_lines),
    archive_days: Number(archive_days),
    delete_days: Number(delete_days),
  }
}
