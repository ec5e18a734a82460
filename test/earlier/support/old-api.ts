import { DatabaseSync } from 'node:sqlite'

/**
 * The REST API of the earlier system, written from its two documents alone, over its own table: plain SQL and plain
 * loops. It shares nothing with what it is compared with.
 */
export interface OldRow {
  readonly id: number
  readonly user_id: number
  readonly sync_task_id: string
  readonly sync_start_time: string
  readonly sync_end_time: string | null
  readonly total_duration_seconds: number | null
  readonly sync_status: string
  readonly error_message: string | null
  readonly sync_type: string | null
  readonly target_course_id: string | null
  readonly incremental_sync: number | null
  readonly use_pagination: number | null
  readonly chunk_size: number | null
  readonly sync_metadata: string | null
  readonly [count: string]: string | number | null
}

export type OldAnswer = Record<string, unknown>

export class OldApi {
  readonly #rows: readonly OldRow[]
  readonly #now: number

  /** @param now epoch milliseconds */
  constructor(path: string, now: number) {
    using database = new DatabaseSync(path, { readOnly: true })
    this.#rows = database.prepare('select * from canvas_sync_metrics').all() as unknown as OldRow[]
    this.#now = now
  }

  get rows(): readonly OldRow[] {
    return this.#rows
  }

  sync(id: number): OldAnswer | null {
    const row = this.#rows.find((each) => each.id === id)
    return row === undefined ? null : record(row)
  }

  syncOfTask(task_id: string): OldAnswer | null {
    const row = this.#rows.find((each) => each.sync_task_id === task_id)
    return row === undefined ? null : record(row)
  }

  userSummary(user_id: number, days: number): OldAnswer {
    const rows = this.#since(days).filter((row) => row.user_id === user_id)
    return { user_id, ...summary(rows, days) }
  }

  userSyncs(user_id: number, limit: number, status?: string): OldAnswer {
    const rows = newestFirst(this.#rows)
      .filter((row) => row.user_id === user_id)
      .filter((row) => status === undefined || row.sync_status === status)
      .slice(0, limit)
    return { user_id, count: rows.length, syncs: rows.map(record) }
  }

  summary(days: number): OldAnswer {
    const rows = this.#since(days)
    const calls = sum(rows, 'api_calls_made')
    return {
      ...summary(rows, days),
      average_api_call_duration_ms: calls === 0 ? 0 : sum(rows, 'total_api_duration_ms') / calls,
      unique_users: new Set(rows.map((row) => row.user_id)).size,
    }
  }

  recent(limit: number): OldAnswer {
    const rows = newestFirst(this.#rows).slice(0, limit)
    return { count: rows.length, syncs: rows.map(record) }
  }

  failed(limit: number, days: number): OldAnswer {
    const rows = newestFirst(this.#since(days))
      .filter((row) => row.sync_status === 'failed')
      .slice(0, limit)
    return { count: rows.length, period_days: days, syncs: rows.map(record) }
  }

  performance(days: number): OldAnswer {
    const rows = this.#since(days).filter((row) => row.sync_status === 'completed')
    const durations = rows.map((row) => row.total_duration_seconds ?? 0)
    const count = rows.length
    const per_sync = (total: number): number => (count === 0 ? 0 : total / count)
    return {
      period_days: days,
      sync_count: count,
      duration: {
        min_seconds: count === 0 ? 0 : Math.min(...durations),
        max_seconds: count === 0 ? 0 : Math.max(...durations),
        avg_seconds: per_sync(sum(rows, 'total_duration_seconds')),
        total_seconds: sum(rows, 'total_duration_seconds'),
      },
      api_calls: { total: sum(rows, 'api_calls_made'), avg_per_sync: per_sync(sum(rows, 'api_calls_made')) },
      database: {
        total_operations: sum(rows, 'db_operations'),
        avg_per_sync: per_sync(sum(rows, 'db_operations')),
      },
      items_processed: {
        total_courses: sum(rows, 'courses_processed'),
        total_assignments: sum(rows, 'assignments_processed'),
        total_submissions: sum(rows, 'submissions_processed'),
      },
    }
  }

  #since(days: number): OldRow[] {
    const cutoff = new Date(this.#now - days * 86_400_000).toISOString().replace('T', ' ').slice(0, 23)
    return this.#rows.filter((row) => row.sync_start_time >= cutoff)
  }
}

const sum = (rows: readonly OldRow[], column: string): number =>
  rows.reduce((total, row) => total + Number(row[column] ?? 0), 0)

function summary(rows: readonly OldRow[], days: number): OldAnswer {
  const of = (status: string): number => rows.filter((row) => row.sync_status === status).length
  const successful = of('completed')
  const total_duration = sum(rows, 'total_duration_seconds')
  const newest_error = newestFirst(rows).find((row) => row.error_message !== null)
  return {
    period_days: days,
    total_syncs: rows.length,
    successful_syncs: successful,
    failed_syncs: of('failed'),
    success_rate: rows.length === 0 ? 0 : (successful / rows.length) * 100,
    total_duration_seconds: total_duration,
    average_duration_seconds: rows.length === 0 ? 0 : total_duration / rows.length,
    total_courses_processed: sum(rows, 'courses_processed'),
    total_assignments_processed: sum(rows, 'assignments_processed'),
    total_api_calls: sum(rows, 'api_calls_made'),
    total_api_failures: sum(rows, 'api_calls_failed'),
    recent_error: newest_error?.error_message ?? null,
  }
}

/** SQLAlchemy's `order_by(sync_start_time.desc())`; what starts at the same moment by its id. */
const newestFirst = (rows: readonly OldRow[]): OldRow[] =>
  rows.toSorted((a, b) =>
    a.sync_start_time < b.sync_start_time ? 1 : a.sync_start_time > b.sync_start_time ? -1 : b.id - a.id,
  )

/** `to_dict()`; `datetime.isoformat()` names no zone. */
function record(row: OldRow): OldAnswer {
  const iso = (time: string | null): string | null => time?.replace(' ', 'T') ?? null
  const counts = (name: string, parts: readonly string[]): OldAnswer =>
    Object.fromEntries(parts.map((part) => [part, row[`${name}_${part}`] ?? 0]))
  return {
    id: row.id,
    sync_task_id: row.sync_task_id,
    user_id: row.user_id,
    sync_start_time: iso(row.sync_start_time),
    sync_end_time: iso(row.sync_end_time),
    total_duration_seconds: row.total_duration_seconds,
    sync_status: row.sync_status,
    error_message: row.error_message,
    sync_type: row.sync_type,
    target_course_id: row.target_course_id,
    courses: counts('courses', ['processed', 'created', 'updated']),
    assignments: counts('assignments', ['processed', 'created', 'updated']),
    submissions: counts('submissions', ['processed', 'created', 'updated']),
    grades: counts('grades', ['processed', 'updated']),
    api_metrics: {
      calls_made: row['api_calls_made'] ?? 0,
      calls_failed: row['api_calls_failed'] ?? 0,
      total_duration_ms: row['total_api_duration_ms'] ?? 0,
      rate_limit_hits: row['api_rate_limit_hits'] ?? 0,
    },
    database_metrics: { operations: row['db_operations'] ?? 0, duration_ms: row['db_duration_ms'] ?? 0 },
    data_size_bytes: row['total_data_size_bytes'] ?? 0,
    incremental_sync: row.incremental_sync === 1,
    use_pagination: row.use_pagination === 1,
    chunk_size: row.chunk_size,
    metadata: row.sync_metadata === null ? null : (JSON.parse(row.sync_metadata) as unknown),
  }
}
