import { DatabaseSync } from 'node:sqlite'

/** The table as SQLAlchemy made it in the earlier system. */
export const OLD_TABLE = `create table canvas_sync_metrics (
  id integer not null primary key,
  user_id integer not null,
  sync_task_id varchar(255) not null unique,
  sync_start_time datetime not null,
  sync_end_time datetime,
  total_duration_seconds float,
  sync_status varchar(50),
  error_message text,
  sync_type varchar(50),
  target_course_id varchar(100),
  courses_processed integer, courses_created integer, courses_updated integer,
  assignments_processed integer, assignments_created integer, assignments_updated integer,
  submissions_processed integer, submissions_created integer, submissions_updated integer,
  grades_processed integer, grades_updated integer,
  api_calls_made integer, api_calls_failed integer, total_api_duration_ms float, api_rate_limit_hits integer,
  db_operations integer, db_duration_ms float, total_data_size_bytes integer,
  incremental_sync boolean, use_pagination boolean, chunk_size integer,
  sync_metadata json, created_at datetime, updated_at datetime
)`

export interface OldRows {
  readonly count: number
  /** Of the last row, epoch milliseconds. */
  readonly until: number
  readonly days: number
  readonly users: number
}

/** One row in twenty failed, one in a thousand is in progress for ever. Times are spread evenly; task ids are random. */
export function oldRows({ count, until, days, users }: OldRows): string {
  const at = `(${Math.floor((until - days * 86_400_000) / 1000)} + n * ${days * 86_400} / ${count})`
  const time = (seconds: string): string => `strftime('%Y-%m-%d %H:%M:%f000', ${seconds}, 'unixepoch')`
  return `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count})
    insert into canvas_sync_metrics
    select n, 1 + n * 7919 % ${users}, lower(hex(randomblob(16))), ${time(at)},
      case when n % 1000 <> 0 then ${time(`${at} + 5 + n * 7919 % 300`)} end,
      case when n % 1000 <> 0 then 5 + n * 7919 % 300 + n % 10 / 10.0 end,
      case when n % 1000 = 0 then 'in_progress' when n % 20 = 0 then 'failed' else 'completed' end,
      case when n % 20 = 0 and n % 1000 <> 0 then '401 Client Error: Unauthorized for url: https://canvas.example.edu/api/v1/courses' end,
      'all', null, 25, 2, 23, 340, 15, 325, n % 500, 0, 0, n % 300, 0, 120 + n % 1000, n % 3, 8450.5, 0, 12, 41.2,
      0, 1, 1, 10, case when n % 10 = 0 then '{"scope": "term"}' end, ${time(at)}, ${time(at)}
    from numbers`
}

/** A SQLite file of the earlier system. */
export function makeOldDatabase(path: string, rows: OldRows): void {
  using database = new DatabaseSync(path)
  database.exec('pragma journal_mode = off; pragma synchronous = off; begin')
  database.exec(OLD_TABLE)
  database.exec(oldRows(rows))
  database.exec('commit')
}
