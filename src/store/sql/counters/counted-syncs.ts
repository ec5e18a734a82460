import type { SyncStatus } from '../../../core/sync-status.ts'
import {
  COUNTED_SUMS,
  DURATION_LIMITS_SECONDS,
  type CountedSum,
  type ErrorCounts,
  type TypeCounts,
} from '../../counters.ts'
import type { SqlConnection } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'

const COUNTERS = 'canvas_sync_counters'

/** Sums of PostgreSQL's `bigint` are decimal numbers, which come as text. */
const sum = (column: string): string => `cast(sum(${column}) as double precision)`

const LIMIT_COLUMNS: readonly string[] = DURATION_LIMITS_SECONDS.map((limit) => `le_${limit}`)

const BY_TYPE = `select sync_type, sync_status, ${sum('syncs')} as syncs, ${sum('durations')} as durations,
    ${sum('duration_us')} as duration_us, max(last_started_at) as last_started_at,
    max(last_ended_at) as last_ended_at, ${LIMIT_COLUMNS.map((column) => `${sum(column)} as ${column}`).join(', ')}
  from ${COUNTERS} group by sync_type, sync_status order by sync_type, sync_status`

interface TypeRow {
  readonly sync_type: string
  readonly sync_status: SyncStatus
  readonly syncs: number
  readonly durations: number
  readonly duration_us: number
  readonly last_started_at: number
  readonly last_ended_at: number
}

export async function typeCounts({ select }: SqlConnection): Promise<TypeCounts[]> {
  const rows = await select<TypeRow & Readonly<Record<string, number>>>(BY_TYPE, [])
  return rows.map((row) => ({
    sync_type: row.sync_type,
    sync_status: row.sync_status,
    syncs: row.syncs,
    durations: row.durations,
    duration_seconds: row.duration_us / 1_000_000,
    at_most: LIMIT_COLUMNS.map((column) => row[column] ?? 0),
    last_started_at: row.last_started_at,
    last_ended_at: row.last_ended_at,
  }))
}

/** The empty error type is that of syncs without an error. */
const BY_ERROR = `select error_type, ${sum('syncs')} as syncs from ${COUNTERS}
  where error_type <> '' group by error_type order by error_type`

export function errorCounts({ select }: SqlConnection): Promise<ErrorCounts[]> {
  return select<ErrorCounts>(BY_ERROR, [])
}

const OF_ALL = `select ${COUNTED_SUMS.map((column) => `coalesce(${sum(column)}, 0) as ${column}`).join(', ')}
  from ${COUNTERS}`

export async function sumsOfAll({ select }: SqlConnection): Promise<Record<CountedSum, number>> {
  const [row] = await select<Record<CountedSum, number>>(OF_ALL, [])
  return row ?? (Object.fromEntries(COUNTED_SUMS.map((name) => [name, 0])) as Record<CountedSum, number>)
}

interface LastSeen {
  readonly last_courses: number | null
  readonly remaining: number | null
}

const LAST = `select
  (select last_courses from ${COUNTERS} where last_courses is not null
    order by last_ended_at desc, sync_type, sync_status limit 1) as last_courses,
  (select min(last_rate_limit_remaining) from ${COUNTERS} where last_ended_at >= ?) as remaining`

/** Of the sync that ended last, and of those of each type that ended last and since a time. */
export async function lastSeen({ dialect, select }: SqlConnection, since: number): Promise<LastSeen> {
  const [row] = await select<LastSeen>(textFor(dialect, LAST), [since])
  return row ?? { last_courses: null, remaining: null }
}
