import { bucketStart, nextBucketStart, type TimeBucket } from '../../../core/time-buckets.ts'
import {
  BIN_COLUMNS,
  DURATIONS,
  ERROR_COUNTS,
  FIGURE_ROWS,
  FINAL_STATUSES,
  SUM_COLUMNS,
  TOTALS,
} from './figure-columns.ts'
import { piece, type SqlPiece } from '../sql-piece.ts'

/** One tier of one table of sums, and what it is the sum of. */
export interface FigureTier {
  readonly table: string
  readonly tier: TimeBucket
  /** What tells the rows of a bucket apart. */
  readonly key: string
  readonly sums: readonly string[]
  /** Has the least and greatest duration too. */
  readonly extremes: boolean
  /** Limits a reading of the table to what its index can find. */
  readonly found_by: string
  /** The rows that should be there for buckets in this range: bucket_start, the key, sums and extremes. */
  expected(range: BucketRange): SqlPiece
}

export interface BucketRange {
  readonly from: number
  readonly to: number
}

/** The buckets of a tier that a day has a part in. */
export function rangeOfDay(tier: TimeBucket, day: number): BucketRange {
  if (tier !== 'month') return { from: day, to: nextBucketStart('day', day) }
  return { from: bucketStart('month', day), to: nextBucketStart('month', day) }
}

const EXTREMES = ['duration_min_us', 'duration_max_us']
const any_status = `sync_status in (${FINAL_STATUSES.map((status) => `'${status}'`).join(', ')})`

interface Table {
  readonly table: string
  readonly key: string
  readonly sums: readonly string[]
  readonly extremes: boolean
  readonly found_by: string
}

const totals: Table = {
  table: TOTALS,
  key: 'sync_status',
  sums: SUM_COLUMNS,
  extremes: true,
  found_by: ` and ${any_status}`,
}
const durations: Table = { table: DURATIONS, key: 'chunk', sums: BIN_COLUMNS, extremes: false, found_by: '' }
const errors: Table = {
  table: ERROR_COUNTS,
  key: 'error_group_id',
  sums: ['syncs'],
  extremes: false,
  found_by: '',
}

/** Everything that hangs on the rows of all users, from the small buckets to the large. */
export const FIGURE_TIERS: readonly FigureTier[] = [
  fromRows(
    totals,
    '5m',
    `select five_minutes_start as bucket_start, sync_status, ${SUM_COLUMNS.join(', ')},
       completed_us as duration_min_us, completed_us as duration_max_us
     from ${FIGURE_ROWS} where sync_start_time >= ? and sync_start_time < ? and (sync_status || '') <> 'in_progress'`,
  ),
  fromTier(totals, 'hour', '5m'),
  fromTier(totals, 'day', 'hour'),
  fromTier(totals, 'month', 'day'),
  fromRows(
    durations,
    'hour',
    `select r.hour_start as bucket_start, b.bin / 16 as chunk,
       ${BIN_COLUMNS.map((name, bin) => `case b.bin % 16 when ${bin} then 1 else 0 end as ${name}`).join(', ')}
     from ${FIGURE_ROWS} r join canvas_sync_duration_bins b
       on b.from_us = (select max(from_us) from canvas_sync_duration_bins where from_us <= r.completed_us)
     where r.sync_start_time >= ? and r.sync_start_time < ? and (r.sync_status || '') = 'completed'`,
  ),
  fromTier(durations, 'day', 'hour'),
  fromTier(durations, 'month', 'day'),
  fromRows(
    errors,
    'day',
    `select day_start as bucket_start, error_group_id, 1 as syncs
     from ${FIGURE_ROWS} where sync_start_time >= ? and sync_start_time < ? and error_group_id is not null`,
  ),
  fromTier(errors, 'month', 'day'),
]

function fromRows(table: Table, tier: TimeBucket, rows: string): FigureTier {
  return {
    ...table,
    tier,
    expected: ({ from, to }) => {
      const deleted = storedOf(table, 'deleted', { from, to })
      const all = piece(`${rows} union all ${deleted.text}`, from, to, ...deleted.values)
      return groupedBy(table, all)
    },
  }
}

function fromTier(table: Table, tier: TimeBucket, finer: TimeBucket): FigureTier {
  return {
    ...table,
    tier,
    expected: (range) => {
      const { text, values } = storedOf(table, finer, range, startOf(tier, range))
      return groupedBy(table, piece(text, ...values))
    },
  }
}

/** The start of the bucket of a larger tier; a range of a month is one month. */
function startOf(tier: TimeBucket, range: BucketRange): string {
  if (tier === 'month') return String(range.from)
  return tier === 'day' ? 'bucket_start - bucket_start % 86400000' : 'bucket_start - bucket_start % 3600000'
}

/** The rows of a tier in a range, as they are, all shards. */
export function storedOf(
  { table, key, sums, extremes, found_by }: Omit<Table, 'expected'>,
  tier: string,
  { from, to }: BucketRange,
  start = 'bucket_start',
): SqlPiece {
  const columns = [key, ...sums, ...(extremes ? EXTREMES : [])]
  return piece(
    `select ${start} as bucket_start, ${columns.join(', ')} from ${table}
     where tier = '${tier}'${found_by} and bucket_start >= ? and bucket_start < ?`,
    from,
    to,
  )
}

function groupedBy({ key, sums, extremes }: Table, rows: SqlPiece): SqlPiece {
  const extreme = extremes
    ? ', min(duration_min_us) as duration_min_us, max(duration_max_us) as duration_max_us'
    : ''
  return piece(
    `select bucket_start, ${key}, ${sums.map((sum) => `sum(${sum}) as ${sum}`).join(', ')}${extreme}
     from (${rows.text}) as found group by bucket_start, ${key}`,
    ...rows.values,
  )
}

export const columnsOf = ({
  key,
  sums,
  extremes,
}: Pick<FigureTier, 'key' | 'sums' | 'extremes'>): string[] => [key, ...sums, ...(extremes ? EXTREMES : [])]

/** The keys of what is on one side only, or differs, of two readings that have the same columns. */
export function differencesOf(
  tier: Pick<FigureTier, 'key' | 'sums' | 'extremes'>,
  actual: SqlPiece,
  expected: SqlPiece,
): SqlPiece {
  const columns = ['bucket_start', ...columnsOf(tier)].join(', ')
  const differs = tier.sums.map((sum) => `sum(side * ${sum}) <> 0`)
  if (tier.extremes) {
    for (const name of EXTREMES) {
      const pick = name === 'duration_min_us' ? 'min' : 'max'
      const of = (side: number): string => `${pick}(case side when ${side} then ${name} end)`
      differs.push(`${of(1)} is distinct from ${of(-1)}`)
    }
  }
  return piece(
    `select bucket_start, ${tier.key} as differing from (
       select 1 as side, ${columns} from (${actual.text}) as actual
       union all select -1 as side, ${columns} from (${expected.text}) as expected
     ) as both_sides group by bucket_start, ${tier.key} having ${differs.join(' or ')}
     order by bucket_start, ${tier.key} limit 100`,
    ...actual.values,
    ...expected.values,
  )
}
