import { MonitorError } from '../core/errors.ts'
import { isPostgres, sqlitePath } from '../store/open-store.ts'
import { DumpSource } from './dump/dump-source.ts'
import { openFile } from './dump/dump-text.ts'
import type { EarlierSource } from './earlier-source.ts'
import { SqliteSource } from './sources/sqlite-source.ts'

const SQLITE_MAGIC = 'SQLite format 3\0'

/**
 * Opens what `from` names: `sqlite:PATH`, `postgres://…`, or a file, which is a SQLite database or a dump.
 *
 * @throws MonitorError when there is nothing, or no such table in it
 */
export async function openEarlierSource(from: string, table: string): Promise<EarlierSource> {
  if (isPostgres(from)) {
    const { PostgresSource } = await import('./sources/postgres-source.ts')
    return await PostgresSource.open(from, table)
  }
  if (from.startsWith('sqlite:')) return SqliteSource.open(sqlitePath(from), table)
  if (/^(?:mysql|mariadb)(?:\+\w+)?:/i.test(from)) {
    throw new MonitorError('usage', 'A MySQL or MariaDB server is not read directly.', {
      next_step: `Make a dump with mysqldump --single-transaction DATABASE ${table} > dump.sql, and give that file.`,
    })
  }
  return (await isSqlite(from)) ? SqliteSource.open(from, table) : await DumpSource.open(from, table)
}

async function isSqlite(path: string): Promise<boolean> {
  await using handle = await openFile(path)
  const head = Buffer.alloc(SQLITE_MAGIC.length)
  const { bytesRead } = await handle.read(head, 0, head.length, 0)
  return head.toString('latin1', 0, bytesRead) === SQLITE_MAGIC
}
