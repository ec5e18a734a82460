import { DatabaseSync } from 'node:sqlite'
import { sqliteResultCode } from './sqlite-errors.ts'

const SQLITE_BUSY = 5
const BUSY_TIMEOUT_MS = 5000

/**
 * Writes the whole database anew. What was deleted is overwritten at once, but earlier versions of a row, from before
 * they were changed or moved, stay in unused parts of its pages; nothing else removes them. Nobody can write meanwhile:
 * seconds for a gigabyte.
 *
 * @returns false when others wrote all the time, or a reader held the file
 */
export function rewriteSqliteFile(path: string): boolean {
  using database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('vacuum')
    return true
  } catch (error) {
    if (sqliteResultCode(error) === SQLITE_BUSY) return false
    throw error
  }
}
