import { MonitorError } from '../../core/errors.ts'

const parts = (version: string): number[] => version.split('.').map(Number)

function atLeast(version: string, minimum: string): boolean {
  const have = parts(version)
  const want = parts(minimum)
  for (let index = 0; index < want.length; index++) {
    const difference = (have[index] ?? 0) - (want[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

/**
 * Whether this SQLite has the WAL-reset bug (sqlite.org/wal.html#walresetbug): from 3.7.0 to 3.51.2 two
 * connections that write and checkpoint at once can lose committed transactions. Fixed in 3.51.3, and in the
 * maintenance releases 3.50.7 and 3.44.6.
 */
export function hasWalResetBug(version: string): boolean {
  if (!atLeast(version, '3.7.0') || atLeast(version, '3.51.3')) return false
  if (version.startsWith('3.50.')) return !atLeast(version, '3.50.7')
  if (version.startsWith('3.44.')) return !atLeast(version, '3.44.6')
  return true
}

/** Throws `database_unsupported` when this SQLite may lose what it acknowledged. */
export function guardSqliteVersion(version: string): void {
  if (!hasWalResetBug(version)) return
  throw new MonitorError('database_unsupported', `SQLite ${version} can lose committed data in WAL mode.`, {
    next_step: 'Run with a Node.js that brings SQLite 3.51.3 or newer (24.15 or later).',
  })
}
