import { DURATION_BINS_US, percentilesOf, percentilesOfBins } from '../../../core/duration-bins.ts'
import {
  boundedTime,
  bucketStart,
  bucketStartFrom,
  windowParts,
  type TimeBucket,
} from '../../../core/time-buckets.ts'
import type { DurationPercentiles, FiguresPeriod } from '../../sync-figures.ts'
import { BIN_COLUMNS, DURATIONS, FIGURE_ROWS } from './figure-columns.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

/** Up to so many durations are read one by one. */
const MOST_EXACT = 500
/** Of some users there are no counts: their newest so many durations are read. */
const MOST_OF_USERS = 1000
/** The same for a series, which has a window with two ends. */
const MOST_IN_SERIES = 20_000

const BINS = BIN_COLUMNS.join(', ')
const SUMMED_BINS = BIN_COLUMNS.map((bin) => `sum(${bin}) as ${bin}`).join(', ')

type ChunkRow = Readonly<Record<string, number>>

/** See `SyncFigures.durationPercentiles`. */
export async function readPercentiles(
  connection: SqlConnection,
  period: FiguresPeriod,
  fractions: readonly number[],
): Promise<DurationPercentiles> {
  const range = { from: boundedTime(period.since), to: boundedTime(period.until ?? Number.MAX_SAFE_INTEGER) }
  if (period.user_ids !== undefined)
    return await percentilesOfUsers(connection, range, period.user_ids, fractions)
  const counts = await countBins(connection, period)
  const completed = counts.reduce((sum, count) => sum + count, 0)
  const exact = completed <= MOST_EXACT && !(await wereDeleted(connection, range))
  if (!exact) return { seconds: percentilesOfBins(counts, fractions), exact }
  const durations = await readDurations(connection, range)
  return { seconds: percentilesOf(durations, fractions), exact }
}

async function countBins(
  { dialect, select }: SqlConnection,
  { since, until }: FiguresPeriod,
): Promise<Float64Array> {
  const end = until === undefined ? undefined : bucketStartFrom('hour', until)
  const parts = windowParts(bucketStart('hour', since), ['hour', 'day', 'month'], end)
    .filter(({ tier }) => tier !== 'rows')
    .map(({ tier, from, to }) =>
      piece(
        `select chunk, ${BINS} from ${DURATIONS} where tier = '${tier}' and bucket_start >= ? and bucket_start < ?`,
        from,
        to,
      ),
    )
  if (parts.length === 0) return binsOf([])
  const all = joined(parts, ' union all ')
  const text = `select chunk, ${SUMMED_BINS} from (${all.text}) as parts group by chunk`
  return binsOf(await select<ChunkRow>(textFor(dialect, text), all.values))
}

function binsOf(rows: readonly ChunkRow[]): Float64Array {
  const counts = new Float64Array(DURATION_BINS_US.length + BIN_COLUMNS.length)
  for (const row of rows) {
    let bin = (row['chunk'] ?? 0) * BIN_COLUMNS.length
    for (const name of BIN_COLUMNS) counts[bin++] = row[name] ?? 0
  }
  return counts
}

interface TimeRange {
  readonly from: number
  readonly to: number
}

async function wereDeleted({ dialect, select }: SqlConnection, { from, to }: TimeRange): Promise<boolean> {
  const text = `select 1 as deleted from ${DURATIONS}
    where tier = 'deleted' and bucket_start >= ? and bucket_start < ? limit 1`
  return (await select(textFor(dialect, text), [bucketStart('hour', from), to])).length > 0
}

interface DurationRow {
  readonly total_duration_seconds: number
}

async function readDurations({ dialect, select }: SqlConnection, { from, to }: TimeRange): Promise<number[]> {
  const text = `select total_duration_seconds from canvas_sync_metrics
    where sync_status = 'completed' and sync_start_time >= ? and sync_start_time < ?
      and total_duration_seconds is not null`
  const rows = await select<DurationRow>(textFor(dialect, text), [from, to])
  return rows.map((row) => row.total_duration_seconds)
}

async function percentilesOfUsers(
  { dialect, select }: SqlConnection,
  { from, to }: TimeRange,
  user_ids: readonly string[],
  fractions: readonly number[],
): Promise<DurationPercentiles> {
  const text = textFor(
    dialect,
    `select total_duration_seconds from canvas_sync_metrics
     where user_id = ? and sync_start_time >= ? and sync_start_time < ? and (sync_status || '') = 'completed'
       and coalesce(total_duration_seconds, -1) >= 0
     order by sync_start_time desc limit ?`,
  )
  const each = Math.max(20, Math.floor(MOST_OF_USERS / Math.max(1, user_ids.length)))
  const durations: number[] = []
  let exact = true
  for (const user_id of new Set(user_ids)) {
    const rows = await select<DurationRow>(text, [user_id, from, to, each])
    if (rows.length === each) exact = false
    for (const row of rows) durations.push(row.total_duration_seconds)
  }
  return { seconds: percentilesOf(durations, fractions), exact }
}

export interface SeriesRange {
  readonly bucket: Exclude<TimeBucket, '5m'>
  readonly from: number
  readonly to: number
  readonly user_ids: readonly string[] | undefined
}

/** The percentiles of each bucket that has completed syncs, by its start. */
export async function readPercentileSeries(
  connection: SqlConnection,
  range: SeriesRange,
  fractions: readonly number[],
): Promise<Map<number, (number | null)[]>> {
  const { dialect, select } = connection
  const { bucket, from, to, user_ids } = range
  if (user_ids !== undefined) {
    const durations = await durationsByBucket(connection, range, user_ids)
    return new Map([...durations].map(([start, seconds]) => [start, percentilesOf(seconds, fractions)]))
  }
  const text = `select bucket_start, chunk, ${SUMMED_BINS} from ${DURATIONS}
    where tier = ? and bucket_start >= ? and bucket_start < ? group by bucket_start, chunk`
  const rows = await select<ChunkRow>(textFor(dialect, text), [bucket, from, to])
  const by_start = Map.groupBy(rows, (row) => row['bucket_start'] ?? 0)
  return new Map(
    [...by_start].map(([start, chunks]) => [start, percentilesOfBins(binsOf(chunks), fractions)]),
  )
}

async function durationsByBucket(
  { dialect, select }: SqlConnection,
  { bucket, from, to }: SeriesRange,
  user_ids: readonly string[],
): Promise<Map<number, number[]>> {
  const whose: SqlPiece = isOneOf('user_id', user_ids)
  const text = `select ${bucket}_start as start, completed_us from ${FIGURE_ROWS}
    where ${whose.text} and sync_start_time >= ? and sync_start_time < ? and completed_us is not null
    order by sync_start_time desc limit ${MOST_IN_SERIES}`
  const rows = await select<{ start: number; completed_us: number }>(textFor(dialect, text), [
    ...whose.values,
    from,
    to,
  ])
  const by_start = Map.groupBy(rows, ({ start }) => start)
  return new Map([...by_start].map(([start, of]) => [start, of.map((row) => row.completed_us / 1e6)]))
}
