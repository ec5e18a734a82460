import { statSync } from 'node:fs'
import type { DatabaseFacts } from '../../system-store.ts'
import type { SqlConnection } from '../sql-database.ts'

export async function databaseFacts({ dialect, select }: SqlConnection): Promise<DatabaseFacts> {
  return dialect === 'sqlite' ? await ofSqlite(select) : await ofPostgres(select)
}

interface SqliteRow {
  readonly version: string
  readonly size_bytes: number
  readonly reusable_bytes: number
  readonly file: string
}

async function ofSqlite(select: SqlConnection['select']): Promise<DatabaseFacts> {
  const text = `select sqlite_version() as version, page_count * page_size as size_bytes,
      freelist_count * page_size as reusable_bytes, file
    from pragma_page_count, pragma_freelist_count, pragma_page_size, pragma_database_list where name = 'main'`
  const [row] = await select<SqliteRow>(text, [])
  const { version, size_bytes, reusable_bytes, file } = row ?? {
    version: '',
    size_bytes: 0,
    reusable_bytes: 0,
    file: '',
  }
  return {
    engine: 'sqlite',
    version,
    size_bytes,
    write_ahead_bytes: statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    reusable_bytes,
    connections: null,
    connections_most: null,
  }
}

interface PostgresRow {
  readonly version: string
  readonly size_bytes: number
  readonly connections: number
  readonly connections_most: number
}

async function ofPostgres(select: SqlConnection['select']): Promise<DatabaseFacts> {
  const text = `select current_setting('server_version') as version,
      pg_database_size(current_database()) as size_bytes,
      (select count(*) from pg_stat_activity where datname = current_database()) as connections,
      cast(current_setting('max_connections') as integer) as connections_most`
  const [row] = await select<PostgresRow>(text, [])
  return {
    engine: 'postgres',
    version: row?.version ?? '',
    size_bytes: row?.size_bytes ?? 0,
    write_ahead_bytes: null,
    reusable_bytes: null,
    connections: row?.connections ?? 0,
    connections_most: row?.connections_most ?? 0,
  }
}
