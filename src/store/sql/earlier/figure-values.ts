import { SUM_COLUMNS, type SumColumn } from '../figures/figure-columns.ts'
import type { SqlDialect } from '../sql-database.ts'
import { EARLIER_COLUMNS, type EarlierColumn, type EarlierSync } from '../../earlier-sync.ts'

/** What one sync adds to the figures. */
export interface FigureValues {
  /** In the order of {@link SUM_COLUMNS}; what no earlier system knows is 0. */
  readonly sums: readonly number[]
  /** Null unless it completed and its duration is known. */
  readonly completed_us: number | null
}

const PLACES = Object.fromEntries(EARLIER_COLUMNS.map((name, place) => [name, place])) as Record<
  EarlierColumn,
  number
>

/** Which columns each count is made of. */
const COUNTED: Partial<Record<SumColumn, readonly EarlierColumn[]>> = {
  courses: ['courses_processed'],
  assignments: ['assignments_processed'],
  submissions: ['submissions_processed'],
  grades: ['grades_processed'],
  items_created: ['courses_created', 'assignments_created', 'submissions_created'],
  items_updated: ['courses_updated', 'assignments_updated', 'submissions_updated', 'grades_updated'],
  api_calls: ['api_calls_made'],
  api_failures: ['api_calls_failed'],
  rate_limit_hits: ['api_rate_limit_hits'],
  db_operations: ['db_operations'],
  data_bytes: ['total_data_size_bytes'],
}
const COUNTED_PLACES = SUM_COLUMNS.map((name) => COUNTED[name]?.map((column) => PLACES[column]))
const MOST = 1e12

/** As the view `canvas_sync_figure_rows` has it; a test compares the two. */
export function figureValues({ values }: EarlierSync, dialect: SqlDialect): FigureValues {
  const rounded = dialect === 'sqlite' ? halfUp : halfToEven
  const seconds = values[PLACES.total_duration_seconds]
  const duration_us = rounded(bounded(seconds, 1e7) * 1e6)
  const sums = COUNTED_PLACES.map((places) => {
    let count = 0
    if (places !== undefined) for (const place of places) count += Number(values[place])
    return Math.min(Math.max(count, 0), MOST)
  })
  sums[SUM_COLUMNS.indexOf('syncs')] = 1
  sums[SUM_COLUMNS.indexOf('duration_us')] = duration_us
  sums[SUM_COLUMNS.indexOf('api_duration_us')] = rounded(
    bounded(values[PLACES.total_api_duration_ms], 1e10) * 1000,
  )
  sums[SUM_COLUMNS.indexOf('db_duration_us')] = rounded(bounded(values[PLACES.db_duration_ms], 1e10) * 1000)
  const is_timed = values[PLACES.sync_status] === 'completed' && seconds !== null && seconds !== undefined
  return { sums, completed_us: is_timed ? duration_us : null }
}

const bounded = (value: string | number | null | undefined, most: number): number =>
  Math.min(Math.max(Number(value ?? 0), 0), most)

/** As SQLite's `round` does it: half up, by cutting off. */
const halfUp = (value: number): number => Math.trunc(value + 0.5)

/** As PostgreSQL's `round` of a double does it. */
function halfToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}
