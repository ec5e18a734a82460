import { SYNC_STATUSES } from '../../../core/sync-status.ts'
import { SERIES_SUMS, type SERIES_PERCENTILES, type SeriesMetric } from '../../sync-figures.ts'
import { COLUMN_OF, type SumColumn } from './figure-columns.ts'

/** A metric from sums of its bucket; the names are columns of {@link AGGREGATES}. */
export interface Recipe {
  readonly needs: readonly string[]
  value(sums: Readonly<Record<string, number>>): number | null
}

type Percentile = (typeof SERIES_PERCENTILES)[number]

export const PERCENTILE_FRACTIONS: Readonly<Record<Percentile, number>> = {
  duration_p50_seconds: 0.5,
  duration_p95_seconds: 0.95,
  duration_p99_seconds: 0.99,
}

/** What is read of each source of a bucket, and how it is put together; by the name of the sum. */
export const AGGREGATES: Readonly<Record<string, { readonly column: string; readonly sum: string }>> = {
  syncs: { column: 'syncs', sum: 'sum(syncs)' },
  completed_us: {
    column: 'duration_us',
    sum: `sum(case when sync_status = 'completed' then duration_us else 0 end)`,
  },
  min_us: { column: 'duration_min_us', sum: 'min(duration_min_us)' },
  max_us: { column: 'duration_max_us', sum: 'max(duration_max_us)' },
  ...Object.fromEntries(
    SYNC_STATUSES.map((status) => [
      status,
      { column: 'syncs', sum: `sum(case when sync_status = '${status}' then syncs else 0 end)` },
    ]),
  ),
  ...Object.fromEntries(
    SERIES_SUMS.map((name) => COLUMN_OF[name]).map((column) => [column, { column, sum: `sum(${column})` }]),
  ),
}

const ratio = (sum: number | undefined, count: number | undefined): number | null =>
  count === undefined || count === 0 ? null : (sum ?? 0) / count
const asSeconds = (microseconds: number | null | undefined): number | null =>
  microseconds === null || microseconds === undefined ? null : microseconds / 1e6

const RECIPES: Readonly<Record<string, Recipe>> = {
  success_rate: {
    needs: ['syncs', 'in_progress', 'completed'],
    value: (sums) => {
      const rate = ratio(sums['completed'], (sums['syncs'] ?? 0) - (sums['in_progress'] ?? 0))
      // Rounded down, so that 100 means all of them.
      return rate === null ? null : Math.floor(rate * 100_000) / 1000
    },
  },
  duration_avg_seconds: {
    needs: ['completed_us', 'completed'],
    value: (sums) => asSeconds(ratio(sums['completed_us'], sums['completed'])),
  },
  duration_min_seconds: { needs: ['min_us'], value: (sums) => asSeconds(sums['min_us']) },
  duration_max_seconds: { needs: ['max_us'], value: (sums) => asSeconds(sums['max_us']) },
  api_call_avg_ms: {
    needs: ['api_duration_us', 'api_calls'],
    value: (sums) => {
      const average_us = ratio(sums['api_duration_us'], sums['api_calls'])
      return average_us === null ? null : average_us / 1000
    },
  },
}

/** How many of the unit of a column are one of its metric; 1 when it is not here. */
const DIVISORS: Readonly<Partial<Record<SumColumn, number>>> = {
  api_duration_us: 1000,
  db_duration_us: 1000,
  throttle_wait_us: 1e6,
  request_cost_thousandths: 1000,
}

export function recipeOf(metric: SeriesMetric): Recipe {
  const known = RECIPES[metric]
  if (known !== undefined) return known
  const sum = SERIES_SUMS.find((name) => name === metric)
  if (sum === undefined) return { needs: [metric], value: (sums) => sums[metric] ?? 0 }
  const column = COLUMN_OF[sum]
  const divisor = DIVISORS[column] ?? 1
  return { needs: [column], value: (sums) => (sums[column] ?? 0) / divisor }
}

export const isPercentile = (metric: SeriesMetric): metric is Percentile => metric in PERCENTILE_FRACTIONS
