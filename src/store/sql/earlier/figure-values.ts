import { EARLIER_COLUMNS, type EarlierColumn, type EarlierSync } from '../../earlier-store.ts'

/** What is added up, as in `canvas_sync_totals`; what no earlier system knows is 0 there. */
export const SUMMED = [
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
] as const
type Summed = (typeof SUMMED)[number]

/** What one sync adds to the figures. */
export interface FigureValues {
  /** In the order of {@link SUMMED}. */
  readonly sums: readonly number[]
  /** Null unless it completed and its duration is known. */
  readonly completed_us: number | null
}

const PLACES = Object.fromEntries(EARLIER_COLUMNS.map((name, place) => [name, place])) as Record<
  EarlierColumn,
  number
>

/** Which columns each count is made of. */
const COUNTED: Partial<Record<Summed, readonly EarlierColumn[]>> = {
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
const COUNTED_PLACES = SUMMED.map((name) => COUNTED[name]?.map((column) => PLACES[column]))
const MOST = 1e12

/** As the view `canvas_sync_figure_rows` has it; a test compares the two. */
export function figureValues({ values }: EarlierSync): FigureValues {
  const seconds = values[PLACES.total_duration_seconds]
  const duration_us = rounded(seconds, 1e7, 1e6)
  const sums = COUNTED_PLACES.map((places) => {
    let count = 0
    if (places !== undefined) for (const place of places) count += Number(values[place])
    return Math.min(Math.max(count, 0), MOST)
  })
  sums[SUMMED.indexOf('syncs')] = 1
  sums[SUMMED.indexOf('duration_us')] = duration_us
  sums[SUMMED.indexOf('api_duration_us')] = rounded(values[PLACES.total_api_duration_ms], 1e10, 1000)
  sums[SUMMED.indexOf('db_duration_us')] = rounded(values[PLACES.db_duration_ms], 1e10, 1000)
  const is_timed = values[PLACES.sync_status] === 'completed' && seconds !== null && seconds !== undefined
  return { sums, completed_us: is_timed ? duration_us : null }
}

/** As SQLite's `round` does it: half up, by cutting off. */
function rounded(value: string | number | null | undefined, most: number, factor: number): number {
  return Math.trunc(Math.min(Math.max(Number(value ?? 0), 0), most) * factor + 0.5)
}
