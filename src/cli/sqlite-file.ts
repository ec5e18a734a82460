import { existsSync } from 'node:fs'
import { MonitorError } from '../core/errors.ts'
import { sqlitePath } from '../store/open-store.ts'
import type { CommandContext } from './command.ts'

/**
 * The file of the database, for commands that copy files.
 * @param instead the program that does the same for PostgreSQL
 */
export function sqliteFileOf(database: string, instead: string): string {
  if (isPostgres(database)) {
    throw new MonitorError('usage', 'This command is for SQLite; the database is PostgreSQL.', {
      next_step: `Use ${instead}, which comes with PostgreSQL.`,
    })
  }
  return sqlitePath(database)
}

/** The file of the database; null when it is no SQLite database. */
export function sqliteFileIn(database: string): string | null {
  return isPostgres(database) ? null : sqlitePath(database)
}

const isPostgres = (database: string): boolean => /^postgres(?:ql)?:/.test(database)

/** @throws MonitorError `usage` when there is none or more than one */
export function onePositional({ positionals }: CommandContext, command: string, what: string): string {
  const [only, second] = positionals
  if (only !== undefined && second === undefined) return only
  // A database that is named without its option is the likely mistake.
  const hint = second !== undefined && existsSync(second) ? ' The database is named with --database.' : ''
  throw new MonitorError('usage', `${command} takes one thing: ${what}.`, {
    next_step: `See canvas-sync-monitor ${command} --help.${hint}`,
  })
}

export function spokenSyncs(found: {
  readonly syncs: number
  readonly newest_sync_start_time: number | null
}): string {
  const { syncs, newest_sync_start_time: newest } = found
  const count = syncs === 1 ? '1 sync' : `${syncs} syncs`
  return newest === null ? count : `${count}, the newest of ${new Date(newest).toISOString()}`
}
