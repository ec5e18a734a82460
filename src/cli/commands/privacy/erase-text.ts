import { printable, type Terminal } from '../../terminal.ts'
import type { UserTraces } from '../../../store/erasure-store.ts'
import type { ErasureReceipt } from './erasure-receipt.ts'

/** What would go, one line each. */
export function describePlan(found: UserTraces): string[] {
  const rows = Object.entries(found.synced_rows).map(([entity, count]) => `  ${count} ${entity}`)
  return [
    `${found.syncs} syncs with their courses and changes of status${found.running > 0 ? `, ${found.running} of them running` : ''}`,
    `${found.sources} sources that nobody else’s syncs have read${rows.length > 0 ? ', with' : ''}`,
    ...rows,
    `${found.tokens} tokens that name the user`,
    `${found.audit_entries} entries of the audit log that name the user (they stay, without the name)`,
    'and the lines of the user in all logs and archives',
  ]
}

/** What was done, and what a person still has to do. */
export function describeErased(receipt: ErasureReceipt, terminal: Terminal): string[] {
  const { logs, database, verified, file_rewritten, write_ahead_log_emptied } = receipt
  const mark = verified ? terminal.style('green', '✔', 'stdout') : terminal.style('red', '✘', 'stdout')
  const lines = [
    `${mark} ${database.rows_deleted} rows and ${logs.lines} log lines are erased` +
      ` (${logs.files} files and ${logs.archives} archives rewritten)${verified ? '; looked again, nothing is left' : ''}.`,
  ]
  if (database.left.syncs > 0) lines.push(`  ${database.left.syncs} syncs began meanwhile: run this again.`)
  if (logs.lines_left > 0) lines.push(`  ${logs.lines_left} lines were written meanwhile: run this again.`)
  if (logs.suspicious_lines > 0) {
    lines.push(`  ${logs.suspicious_lines} lines in no known form hold the id; look at them yourself.`)
  }
  for (const { file, error } of logs.failures)
    lines.push(`  ${printable(file)} could not be read: ${printable(error)}.`)
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
  lines.push('  Delete backups that are older than this.')
  return lines
}
