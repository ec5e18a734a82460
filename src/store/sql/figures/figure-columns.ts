import { SYNC_STATUSES, type SyncStatus } from '../../../core/sync-status.ts'
import type { SyncSums } from '../../sync-figures.ts'
import { isOneOf, piece, type SqlPiece } from '../sql-piece.ts'

/** The view that says what one row adds to the figures. */
export const FIGURE_ROWS = 'canvas_sync_figure_rows'
export const TOTALS = 'canvas_sync_totals'
export const USER_TOTALS = 'canvas_sync_user_totals'
export const USERS = 'canvas_sync_users'
export const DURATIONS = 'canvas_sync_durations'
export const ERROR_COUNTS = 'canvas_sync_error_counts'

/** Whole numbers in the tables of sums. */
export const SUM_COLUMNS = [
  'syncs',
  'duration_us',
  'courses',
  'assignments',
  'submissions',
  'grades',
  'items_created',
  'items_updated',
  'api_calls',
  'api_failures',
  'api_duration_us',
  'rate_limit_hits',
  'db_operations',
  'db_duration_us',
  'data_bytes',
  'throttle_wait_us',
  'request_cost_thousandths',
] as const
export type SumColumn = (typeof SUM_COLUMNS)[number]

/** The column of each sum, in smaller units where those are whole. */
export const COLUMN_OF: Readonly<Record<keyof SyncSums, SumColumn>> = {
  syncs: 'syncs',
  duration_seconds: 'duration_us',
  courses: 'courses',
  assignments: 'assignments',
  submissions: 'submissions',
  grades: 'grades',
  items_created: 'items_created',
  items_updated: 'items_updated',
  api_calls: 'api_calls',
  api_failures: 'api_failures',
  api_duration_ms: 'api_duration_us',
  rate_limit_hits: 'rate_limit_hits',
  db_operations: 'db_operations',
  db_duration_ms: 'db_duration_us',
  data_bytes: 'data_bytes',
  throttle_wait_seconds: 'throttle_wait_us',
  request_cost: 'request_cost_thousandths',
}

export const BIN_COLUMNS: readonly string[] = Array.from({ length: 16 }, (_, bin) => `b${bin}`)

export type SumRow = Readonly<Record<SumColumn, number>>

export const FINAL_STATUSES: readonly SyncStatus[] = SYNC_STATUSES.filter(
  (status) => status !== 'in_progress',
)

/** Neither engine gives a sum beyond 2^53 as a number of its own accord. */
export const summed = (column: string): string => `cast(sum(${column}) as double precision) as ${column}`

export function sumsOf(row: SumRow): SyncSums {
  const {
    duration_us,
    api_duration_us,
    db_duration_us,
    throttle_wait_us,
    request_cost_thousandths,
    ...counts
  } = row
  return {
    ...counts,
    duration_seconds: duration_us / 1e6,
    api_duration_ms: api_duration_us / 1000,
    db_duration_ms: db_duration_us / 1000,
    throttle_wait_seconds: throttle_wait_us / 1e6,
    request_cost: request_cost_thousandths / 1000,
  }
}

export const NO_SUMS: SumRow = Object.fromEntries(
  SUM_COLUMNS.map((column) => [column, 0]),
) as unknown as SumRow

/** Keeps the planner from an index that begins with the status where another one has far fewer rows. */
export const statusBeside = (statuses: readonly SyncStatus[]): SqlPiece =>
  isOneOf(`(sync_status || '')`, statuses)

/** Syncs that run, in a window: few, found by their status. */
export function runningIn(
  range: { readonly from: number; readonly to: number },
  users: readonly string[] | undefined,
): SqlPiece {
  const window = piece(
    `sync_status = 'in_progress' and sync_start_time >= ? and sync_start_time < ?`,
    range.from,
    range.to,
  )
  if (users === undefined) return window
  const whose = isOneOf(`(user_id || '')`, users)
  return piece(`${window.text} and ${whose.text}`, ...window.values, ...whose.values)
}
