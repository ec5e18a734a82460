import { bucketStart, bucketStarts, windowParts } from '../../../core/time-buckets.ts'
import type { ErrorGroupWindow, ErrorTrend } from '../../error-groups.ts'
import { ERROR_COUNTS } from '../figures/figure-columns.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Longer windows are told in months. */
const MOST_DAYS = 120

export function trendOf({ since, now }: Pick<ErrorGroupWindow, 'since' | 'now'>): ErrorTrend {
  const days = (now - since) / DAY_MS
  const bucket = days <= 2 ? 'hour' : days <= MOST_DAYS ? 'day' : 'month'
  // Of all time only the last ten years are drawn.
  const starts = bucketStarts(bucket, Math.max(since, now - 3660 * DAY_MS), now + 1)
  return { bucket, starts }
}

interface CountedPiece {
  readonly error_group_id: number
  readonly at: number
  readonly syncs: number
}

/** How many syncs each of these groups had in each bucket; what is in a day or month is looked up by its key. */
export async function readTrends(
  connection: SqlConnection,
  group_ids: readonly number[],
  { bucket, starts }: ErrorTrend,
  { since, user_ids }: ErrorGroupWindow,
): Promise<Map<number, number[]>> {
  const counts = new Map(group_ids.map((id) => [id, starts.map(() => 0)]))
  if (group_ids.length === 0) return counts
  const whose = user_ids === undefined ? [] : [isOneOf('m.user_id', user_ids)]
  const of_groups = isOneOf('m.error_group_id', group_ids)
  const rows = (from: number, to: number): SqlPiece => {
    const range = piece('m.sync_start_time >= ? and m.sync_start_time < ?', from, to)
    const conditions = joined([of_groups, ...whose, range], ' and ')
    const width = bucket === 'hour' ? HOUR_MS : DAY_MS
    // Days, for months are not all alike.
    const at = `m.sync_start_time - m.sync_start_time % ${width}`
    return piece(
      `select m.error_group_id, ${at} as at, count(*) as syncs from canvas_sync_metrics m
       where ${conditions.text} group by m.error_group_id, ${at}`,
      ...conditions.values,
    )
  }
  const parts = user_ids !== undefined || bucket === 'hour' ? [rows(since, Number.MAX_SAFE_INTEGER)] : []
  if (parts.length === 0) {
    for (const { tier, from, to } of windowParts(since, bucket === 'day' ? ['day'] : ['day', 'month'])) {
      if (from >= to) continue
      if (tier === 'rows') parts.push(rows(from, to))
      else {
        const last = Math.min(to, (starts.at(-1) ?? 0) + 32 * DAY_MS)
        const keys = bucketStarts(tier, Math.max(from, starts[0] ?? 0), last)
        if (keys.length === 0) continue
        const of_buckets = isOneOf('bucket_start', keys)
        const of_these = isOneOf('error_group_id', group_ids)
        parts.push(
          piece(
            `select error_group_id, bucket_start as at, syncs from ${ERROR_COUNTS}
             where tier = '${tier}' and ${of_buckets.text} and ${of_these.text}`,
            ...of_buckets.values,
            ...of_these.values,
          ),
        )
      }
    }
  }
  const all = joined(parts, ' union all ')
  const text = `select error_group_id, at, cast(sum(syncs) as double precision) as syncs
    from (${all.text}) as parts group by error_group_id, at`
  const index = new Map(starts.map((start, position) => [start, position]))
  for (const row of await connection.select<CountedPiece>(textFor(connection.dialect, text), all.values)) {
    const position = index.get(bucketStart(bucket, row.at))
    const own = counts.get(row.error_group_id)
    if (own !== undefined && position !== undefined) own[position] = (own[position] ?? 0) + row.syncs
  }
  return counts
}
