import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const LEFT = /^(?:before-restore-|[0-9a-f]{8}\.restoring)/

/** Where the database is kept that was there before. */
export function keptPath(path: string, now_ms: number): string {
  const time = new Date(now_ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return `${path}.before-restore-${time}Z`
}

/** Where a backup is brought to this version. */
export function freshPath(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}.restoring`
}

/** What restores have left beside a database: those that were there before, and the work of one that was killed. */
export function leftByRestore(path: string): string[] {
  const folder = dirname(path)
  const beginning = `${basename(path)}.`
  return readdirSync(folder)
    .filter((name) => name.startsWith(beginning) && LEFT.test(name.slice(beginning.length)))
    .toSorted()
    .map((name) => join(folder, name))
}
