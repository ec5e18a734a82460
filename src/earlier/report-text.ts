import { counted } from '../core/number-text.ts'
import type { SourceNote } from './earlier-source.ts'
import type { ImportReport, NotedRows } from './import-report.ts'
import type { LogImportReport } from './logs/log-import-report.ts'
import type { Correction, Refusal } from './rows/read-row.ts'

const REFUSED: Readonly<Record<Refusal, string>> = {
  start_missing: 'have no start time',
  start_unreadable: 'have a start time that cannot be read',
  status_missing: 'have no status',
  status_unknown: 'have a status that is not known',
  key_missing: 'have neither an id nor a task id',
  task_id_too_long: 'have a task id of more than 255 characters',
  user_id_too_long: 'have a user id of more than 255 characters',
  still_running: 'may still be running',
}

const CORRECTED: Readonly<Record<Correction, string>> = {
  in_progress_is_lost: 'in progress for ever: they are lost now',
  end_missing: 'ended without an end time: it is the start and the duration now',
  end_unreadable: 'had an end time that cannot be read: it is the start and the duration now',
  end_before_start: 'ended before they began: the end is the start and the duration now',
  duration_negative: 'had a negative duration: it is the time from start to end now, or none',
  duration_unreadable: 'had a duration that is no number: it is the time from start to end now',
  count_negative: 'had a negative count: it is 0 now',
  count_unreadable: 'had a count that is no number: it is 0 now',
  task_id_missing: 'had no task id: it is "earlier-" and their id now',
  metadata_unreadable: 'had metadata that is no JSON: it was left out',
  metadata_too_long: 'had metadata of more than 64 KiB: it was left out',
  metadata_no_object: 'had metadata that is no JSON object: it stands under "value" now',
  message_replaced: 'had an error message: its kind is kept, with a sentence of this program',
}

const NOTES: Readonly<Record<SourceNote, string>> = {
  ends_early: 'The dump ends early: make it again and import it, which goes on with what is missing.',
  several_tables:
    'The dump makes the table more than once: import each database by itself, with --table DATABASE.TABLE.',
  rows_too_long: 'Some rows are longer than 16 MiB and were left out.',
  rows_misfit:
    'Some rows have another number of values than the table has columns, and were left out: make the dump again, with --complete-insert.',
}

const MOST_KEYS_TOLD = 5

/** What was done, and what to look at, as lines for people. */
export function describeImport(report: ImportReport): string[] {
  const { rows, from, dry_run, range } = report
  const lines = [
    `${dry_run ? 'Would import' : 'Imported'} ${counted(rows.imported, 'sync')} of ${counted(rows.read, 'row')} of ${from.table} in ${from.place}, in ${(report.duration_ms / 1000).toFixed(1)} s.`,
  ]
  if (range !== null)
    lines.push(`  from ${range.first.slice(0, 10)} to ${range.last.slice(0, 10)}: ${statuses(report)}`)
  const others: readonly (readonly [number, string])[] = [
    [rows.updated, 'had changed since the last import and were written again'],
    [rows.unchanged, 'were here already'],
    [rows.tracked, 'were recorded by this program itself and stay as they are'],
    [rows.deleted, 'were imported before and have been deleted here since: they stay so'],
    [rows.still_running, 'may still be running: import again when they have ended'],
  ]
  for (const [count, what] of others) if (count > 0) lines.push(`  ${counted(count, 'row')} ${what}`)
  lines.push(...noted('Refused', report.refused, REFUSED), ...noted('Corrected', report.corrected, CORRECTED))
  if (report.logs !== null) lines.push('', ...describeLogs(report.logs, dry_run))
  const checks = whatToCheck(report)
  if (checks.length > 0) lines.push('', 'Check next:', ...checks.map((check) => `  - ${check}`))
  if (!report.complete) lines.push('', 'It was interrupted. Run it again: it goes on where it stopped.')
  return lines
}

/** Sentences about what a person should look at; none when all is well. */
export function whatToCheck(report: ImportReport): string[] {
  const { rows, columns, older_than_kept, in_the_future, notes } = report
  const checks: string[] = notes.map((note) => NOTES[note])
  if (in_the_future > 0) {
    checks.push(
      `${counted(in_the_future, 'row')} start more than a day from now: is the time zone right? See --time-zone.`,
    )
  }
  if (columns.missing.length > 0) {
    checks.push(`The table has no column for ${columns.missing.join(', ')}.`)
  }
  if (columns.unknown.length > 0) {
    checks.push(
      `Not imported, as nobody knows what they hold: ${columns.unknown.join(', ')}. --keep-column NAME keeps one in the metadata.`,
    )
  }
  if (columns.renamed.length > 0) {
    const names = columns.renamed.map(({ column, as }) => `${column} as ${as}`)
    checks.push(`Read under other names: ${names.join(', ')}.`)
  }
  if (rows.refused > 0) checks.push('Refused rows are not imported; mend them there and import again.')
  const changed_ids = rows.imported - report.kept_ids
  if (changed_ids > 0) {
    checks.push(
      `${counted(changed_ids, 'sync')} have another id than before, because theirs was taken or is no number: find them by their task id.`,
    )
  }
  if (report.renamed > 0) {
    checks.push(
      `${counted(report.renamed, 'row')} had the task id of another row: theirs ends in "(earlier ID)" now.`,
    )
  }
  if (older_than_kept !== null && older_than_kept.rows > 0) {
    checks.push(
      `${counted(older_than_kept.rows, 'row')} are older than ${counted(older_than_kept.days, 'day')}, and a server deletes such syncs at night; their sums stay. Raise retention.sync_days to keep them.`,
    )
  }
  return checks
}

function statuses({ statuses: all }: ImportReport): string {
  return Object.entries(all)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ')
}

function noted<Reason extends string>(
  title: string,
  notes: readonly NotedRows<Reason>[],
  words: Readonly<Record<Reason, string>>,
): string[] {
  return notes.map(({ reason, rows, keys }) => {
    const shown = keys.slice(0, MOST_KEYS_TOLD).join(', ')
    const which = shown === '' ? '' : ` (id ${shown}${rows > MOST_KEYS_TOLD ? ', …' : ''})`
    return `  ${title}: ${counted(rows, 'row')} ${words[reason]}${which}`
  })
}

function describeLogs(logs: LogImportReport, dry_run: boolean): string[] {
  const { files, days, by_form } = logs
  const lines = [
    `${dry_run ? 'Would import' : 'Imported'} ${counted(logs.lines, 'log line')} of ${counted(files.imported, 'file')} in ${logs.directory}.`,
  ]
  if (days !== null) lines.push(`  from ${days.first} to ${days.last}, ${counted(days.count, 'day')}`)
  const forms = Object.entries(by_form).map(([form, count]) => `${count} ${form}`)
  if (logs.continuations > 0) forms.push(`${logs.continuations} of tracebacks`)
  if (logs.unreadable_lines > 0) forms.push(`${logs.unreadable_lines} in no known form`)
  if (forms.length > 0) lines.push(`  ${forms.join(', ')}`)
  if (files.unchanged > 0) lines.push(`  ${counted(files.unchanged, 'file')} were here already`)
  if (files.unreadable.length > 0) lines.push(`  Cannot be read: ${files.unreadable.join(', ')}`)
  return lines
}
