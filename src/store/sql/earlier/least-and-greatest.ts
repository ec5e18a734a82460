import type { SqlConnection } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'

/** A sync that was counted as completed. */
export interface CountedSync {
  readonly user_id: string | null
  readonly sync_start_time: number
}

type Tier = '5m' | 'hour' | 'day' | 'month'

interface Bucket {
  readonly tier: Tier
  readonly from: number
  readonly to: number
  /** Null: of all users. */
  readonly user_id: string | null
}

const LENGTHS = { '5m': 300_000, hour: 3_600_000, day: 86_400_000 } as const

/**
 * Sums can take a sync out again, the least and the greatest duration cannot: they are looked up again wherever a completed
 * sync was changed.
 */
export async function renewLeastAndGreatest(
  connection: SqlConnection,
  syncs: readonly CountedSync[],
): Promise<void> {
  const buckets = new Map<string, Bucket>()
  for (const { user_id, sync_start_time: at } of syncs) {
    for (const tier of ['5m', 'hour', 'day', 'month'] as const)
      add(buckets, { ...around(tier, at), user_id: null })
    if (user_id === null) continue
    for (const tier of ['day', 'month'] as const) add(buckets, { ...around(tier, at), user_id })
  }
  for (const bucket of buckets.values()) await renew(connection, bucket)
}

function add(buckets: Map<string, Bucket>, bucket: Bucket): void {
  buckets.set(`${bucket.tier} ${bucket.from} ${bucket.user_id ?? ''}`, bucket)
}

function around(tier: Tier, at: number): Omit<Bucket, 'user_id'> {
  if (tier !== 'month') {
    const from = at - (at % LENGTHS[tier])
    return { tier, from, to: from + LENGTHS[tier] }
  }
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { tier, from: Date.UTC(year, month), to: Date.UTC(year, month + 1) }
}

async function renew({ dialect, select }: SqlConnection, bucket: Bucket): Promise<void> {
  const { tier, from, to, user_id } = bucket
  const whose = user_id === null ? '' : ' and user_id = ?'
  const who = user_id === null ? [] : [user_id]
  const rows = `select completed_us as least, completed_us as greatest from canvas_sync_figure_rows
    where sync_status = 'completed' and sync_start_time >= ? and sync_start_time < ?${whose}`
  // Those that were deleted as too old are in the sums as well.
  const deleted = `select duration_min_us, duration_max_us from canvas_sync_totals
    where tier = 'deleted' and sync_status = 'completed' and bucket_start >= ? and bucket_start < ?`
  const all = user_id === null ? `${rows} union all ${deleted}` : rows
  const values = [from, to, ...who, ...(user_id === null ? [from, to] : [])]
  const [found] = await select<{ least: number | null; greatest: number | null }>(
    textFor(dialect, `select min(least) as least, max(greatest) as greatest from (${all}) as durations`),
    values,
  )
  const table = user_id === null ? 'canvas_sync_totals' : 'canvas_sync_user_totals'
  await select(
    textFor(
      dialect,
      `update ${table} set duration_min_us = ?, duration_max_us = ?
       where tier = '${tier}' and sync_status = 'completed' and bucket_start = ?${whose}`,
    ),
    [found?.least ?? null, found?.greatest ?? null, from, ...who],
  )
}
