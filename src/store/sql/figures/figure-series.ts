import { bucketStart, bucketStartFrom, bucketStarts } from '../../../core/time-buckets.ts'
import type { SeriesMetric, SeriesPoint, SeriesQuery } from '../../sync-figures.ts'
import { readPercentileSeries, type SeriesRange } from './duration-figures.ts'
import { FIGURE_ROWS, FINAL_STATUSES, runningIn, TOTALS, USER_TOTALS } from './figure-columns.ts'
import { AGGREGATES, isPercentile, PERCENTILE_FRACTIONS, recipeOf } from './series-recipes.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

type Sums = Readonly<Record<string, number>>
type Range = Omit<SeriesRange, 'bucket'> & Pick<SeriesQuery, 'bucket'>

/** See `SyncFigures.series`. */
export async function readSeries(connection: SqlConnection, query: SeriesQuery): Promise<SeriesPoint[]> {
  const { bucket, metrics, user_ids } = query
  const starts = bucketStarts(bucket, query.since, query.until)
  const range: Range = {
    bucket,
    from: bucketStart(bucket, query.since),
    to: bucketStartFrom(bucket, query.until),
    user_ids,
  }
  const is_empty = starts.length === 0 || user_ids?.length === 0
  const sums = is_empty ? new Map<number, Sums>() : await readSums(connection, range, metrics)
  const percentiles = is_empty ? new Map<number, Values>() : await readRanks(connection, range, metrics)
  const recipes = metrics.map((metric) => (isPercentile(metric) ? null : recipeOf(metric)))
  return starts.map((start) => {
    const of_bucket = sums.get(start) ?? {}
    const seconds = percentiles.get(start) ?? []
    let rank = 0
    const values = recipes.map((recipe) =>
      recipe === null ? (seconds[rank++] ?? null) : recipe.value(of_bucket),
    )
    return { start, values }
  })
}

type Values = readonly (number | null)[]

async function readRanks(
  connection: SqlConnection,
  { bucket, ...range }: Range,
  metrics: readonly SeriesMetric[],
): Promise<ReadonlyMap<number, Values>> {
  const fractions = metrics.filter(isPercentile).map((metric) => PERCENTILE_FRACTIONS[metric])
  if (fractions.length === 0 || bucket === '5m') return new Map()
  return await readPercentileSeries(connection, { ...range, bucket }, fractions)
}

/** The sums that the metrics need, by the start of the bucket; only of buckets that have syncs. */
async function readSums(
  { dialect, select }: SqlConnection,
  range: Range,
  metrics: readonly SeriesMetric[],
): Promise<Map<number, Sums>> {
  const needed = [
    ...new Set(metrics.flatMap((metric) => (isPercentile(metric) ? [] : recipeOf(metric).needs))),
  ]
  if (needed.length === 0) return new Map()
  const columns = [...new Set(['syncs', ...needed.map((name) => AGGREGATES[name]?.column ?? name)])]
  const all = joined(sourcesOf(range, columns), ' union all ')
  const sums = needed.map((name) => `cast(${AGGREGATES[name]?.sum ?? name} as double precision) as ${name}`)
  const text = `select start, ${sums.join(', ')} from (${all.text}) as parts group by start`
  const rows = await select<Sums & { start: number }>(textFor(dialect, text), all.values)
  return new Map(rows.map((row) => [row.start, row]))
}

const START_COLUMNS = {
  '5m': 'five_minutes_start',
  hour: 'hour_start',
  day: 'day_start',
  month: 'month_start',
} as const

function sourcesOf({ bucket, from, to, user_ids }: Range, columns: readonly string[]): SqlPiece[] {
  const of_rows = columns.map((column) =>
    /^duration_m(?:in|ax)_us$/.test(column) ? `completed_us as ${column}` : column,
  )
  const rows = `select ${START_COLUMNS[bucket]} as start, sync_status, ${of_rows.join(', ')} from ${FIGURE_ROWS} where `
  const totals = `select bucket_start as start, sync_status, ${columns.join(', ')} from `
  const ended = isOneOf('sync_status', FINAL_STATUSES)
  const in_range = piece(
    `tier = '${bucket}' and ${ended.text} and bucket_start >= ? and bucket_start < ?`,
    ...ended.values,
    from,
    to,
  )
  const running = runningIn({ from, to }, user_ids)
  const of_running = piece(rows + running.text, ...running.values)
  if (user_ids === undefined) {
    return [piece(`${totals}${TOTALS} where ${in_range.text}`, ...in_range.values), of_running]
  }
  const whose = isOneOf('user_id', user_ids)
  if (bucket === 'day' || bucket === 'month') {
    const text = `${totals}${USER_TOTALS} where ${whose.text} and ${in_range.text}`
    return [piece(text, ...whose.values, ...in_range.values), of_running]
  }
  // A user has no sums of less than a day, and in so short a window few rows.
  const text = `${rows}${whose.text} and sync_start_time >= ? and sync_start_time < ?`
  return [piece(text, ...whose.values, from, to)]
}
