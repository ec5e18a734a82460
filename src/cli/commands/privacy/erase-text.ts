import { amountOf } from '../../../core/entity-words.ts'
import type { UserTraces } from '../../../store/erasure-store.ts'
import { counted, spokenBytes } from '../../numbers.ts'
import { printable, type Terminal } from '../../terminal.ts'
import type { ErasureReceipt } from './erasure-receipt.ts'

export interface ErasurePlan {
  readonly found: UserTraces
  readonly databases_left_by_restore: readonly string[]
  /** Whether other machines may have logs of syncs in this database. */
  readonly is_shared: boolean
}

/** What would go, one line each. */
export function describePlan({ found, databases_left_by_restore, is_shared }: ErasurePlan): string[] {
  const rows = Object.entries(found.synced_rows).map(([entity, count]) => `  ${amountOf(count, entity)}`)
  const lines = [
    `${counted(found.syncs, 'sync')}, with all courses and changes of status${found.running > 0 ? `, ${found.running} running` : ''}`,
    `${counted(found.sources, 'source')} that nobody else’s syncs have read${rows.length > 0 ? ', with' : ''}`,
    ...rows,
    `The name in ${counted(found.tokens, 'token')}, and in ${counted(found.audit_entries, 'line')} of the audit log`,
    'The lines of the user in all logs and archives here',
  ]
  if (is_shared) {
    lines.push(
      'First run it with --logs-only on all other machines that have logs: the database knows more now.',
    )
  }
  lines.push(...databases_left_by_restore.map(leftLine))
  return lines
}

export function describeLogsPlan(log_dir: string, task_ids: number): string[] {
  return [
    `The lines of the user and of ${counted(task_ids, 'sync')} in all logs and archives of ${printable(log_dir)}`,
  ]
}

/** What was done, and what a person still has to do. */
export function describeErased(receipt: ErasureReceipt, terminal: Terminal): string[] {
  const { logs, database, verified, file_rewritten, write_ahead_log_emptied } = receipt
  const mark = verified ? terminal.style('green', '✔', 'stdout') : terminal.style('red', '✘', 'stdout')
  const rows = database === null ? '' : `${counted(database.rows_deleted, 'row')} and `
  const rewritten = `${counted(logs.files, 'file')} and ${counted(logs.archives, 'archive')} rewritten`
  const lines = [
    `${mark} Erased ${rows}${counted(logs.lines, 'log line')} (${rewritten})` +
      `${verified ? '; looked again, nothing is left' : ''}.`,
  ]
  const shipped = receipt.shipped_lines
  if (shipped !== null && shipped.lines + shipped.lines_left > 0) {
    lines.push(`  ${counted(shipped.lines, 'line')} erased that machines had shipped.`)
  }
  if ((shipped?.lines_left ?? 0) > 0) lines.push('  More lines were shipped meanwhile: run this again.')
  const left = database?.left.syncs ?? 0
  if (left > 0) lines.push(`  ${counted(left, 'sync')} began meanwhile: run this again.`)
  if (logs.lines_left > 0) lines.push(`  ${counted(logs.lines_left, 'line')} came meanwhile: run this again.`)
  if (logs.suspicious_lines > 0) {
    lines.push(
      `  The id is in ${counted(logs.suspicious_lines, 'line')} of no known form; look there yourself.`,
    )
  }
  for (const { file, error } of logs.failures)
    lines.push(`  ${printable(file)} could not be read: ${printable(error)}.`)
  if (receipt.spool_bytes > 0) {
    lines.push(
      `  ${spokenBytes(receipt.spool_bytes)} wait for a server and may be of the user: deliver them (spool send), then erase there.`,
    )
  }
  if (file_rewritten === false) {
    lines.push(
      '  Unused parts of the database file may still have old bytes: run this again with --rewrite when nothing runs.',
    )
  }
  if (write_ahead_log_emptied === false) {
    lines.push(
      '  Other programs read the database, so that its -wal file still has old bytes until they stop.',
    )
  }
  lines.push(...receipt.databases_left_by_restore.map((path) => `  ${leftLine(path)}`))
  if (database !== null) lines.push('  Delete backups that are older than this.')
  else if (receipt.task_ids_known === 0) {
    lines.push('  Only lines that name the user were looked for: no database here knows syncs of the user.')
  }
  return lines
}

const leftLine = (path: string): string =>
  `${printable(path)} is left of a restore and was not touched: delete it.`
