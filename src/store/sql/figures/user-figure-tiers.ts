import { bucketStartFrom } from '../../../core/time-buckets.ts'
import { FIGURE_ROWS, FINAL_STATUSES, SUM_COLUMNS, USER_TOTALS, USERS } from './figure-columns.ts'
import type { BucketRange, FigureTier } from './figure-tiers.ts'
import type { SqlConnection, SqlDialect } from '../sql-database.ts'
import { piece, textFor, type SqlPiece } from '../sql-piece.ts'

export type UserTier = Omit<FigureTier, 'expected' | 'found_by'> & { readonly tier: 'day' | 'month' }

const tierOf = (tier: 'day' | 'month'): UserTier => ({
  table: USER_TOTALS,
  tier,
  key: 'sync_status',
  sums: SUM_COLUMNS,
  extremes: true,
})

/** The sums of one user, days before months. */
export const USER_TIERS: readonly UserTier[] = [tierOf('day'), tierOf('month')]

const SUMS = SUM_COLUMNS.join(', ')
const any_status = `sync_status in (${FINAL_STATUSES.map((status) => `'${status}'`).join(', ')})`

/** The start of the calendar month (UTC) of a bucket. */
const MONTH_START: Readonly<Record<SqlDialect, string>> = {
  sqlite: `cast(strftime('%s', bucket_start / 1000, 'unixepoch', 'start of month') as integer) * 1000`,
  postgres: `cast(extract(epoch from date_trunc('month', to_timestamp(bucket_start / 1000) at time zone 'UTC')) as bigint) * 1000`,
}

export function storedOfUser(user_id: string, tier: 'day' | 'month', { from, to }: BucketRange): SqlPiece {
  return piece(
    `select bucket_start, sync_status, ${SUMS}, duration_min_us, duration_max_us from ${USER_TOTALS}
     where user_id = ? and tier = '${tier}' and ${any_status} and bucket_start >= ? and bucket_start < ?`,
    user_id,
    from,
    to,
  )
}

/** The sums that should be there: days from the rows, months from the days. */
export function expectedOfUser(
  dialect: SqlDialect,
  user_id: string,
  tier: 'day' | 'month',
  range: BucketRange,
): SqlPiece {
  const stored = storedOfUser(user_id, 'day', range)
  const found =
    tier === 'month'
      ? piece(
          `select ${MONTH_START[dialect]} as bucket_start, sync_status, ${SUMS}, duration_min_us, duration_max_us
           from (${stored.text}) as days`,
          ...stored.values,
        )
      : piece(
          `select day_start as bucket_start, sync_status, ${SUMS},
             completed_us as duration_min_us, completed_us as duration_max_us
           from ${FIGURE_ROWS} where user_id = ? and sync_start_time >= ? and sync_start_time < ?
             and (sync_status || '') <> 'in_progress'`,
          user_id,
          range.from,
          range.to,
        )
  return piece(
    `select bucket_start, sync_status, ${SUM_COLUMNS.map((sum) => `sum(${sum}) as ${sum}`).join(', ')},
       min(duration_min_us) as duration_min_us, max(duration_max_us) as duration_max_us
     from (${found.text}) as found group by bucket_start, sync_status`,
    ...found.values,
  )
}

/** The start of the first day from which on none of the user's rows was deleted. */
export async function wholeFrom({ dialect, select }: SqlConnection, user_id: string): Promise<number> {
  const text = `select whole_from from ${USERS} where user_id = ?`
  const [row] = await select<{ whole_from: number }>(textFor(dialect, text), [user_id])
  const whole_from = row?.whole_from ?? 0
  return whole_from === 0 ? Number.MIN_SAFE_INTEGER : bucketStartFrom('day', whole_from)
}
