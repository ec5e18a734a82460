import { sql, type Kysely } from 'kysely'
import type { SyncTotals, TotalsFilter } from '../sync-figures.ts'
import type { Tables } from './tables.ts'

const METRICS = 'canvas_sync_metrics'

/** Sums over the syncs of a window; everything is 0 when there are none. */
export async function sumSyncs(query: Kysely<Tables>, filter: TotalsFilter): Promise<SyncTotals> {
  let select = query
    .selectFrom(METRICS)
    .select((column) => [
      column.fn.countAll<number>().as('syncs'),
      sql<number>`coalesce(sum(case when sync_status <> 'in_progress' then 1 else 0 end), 0)`.as('finished'),
      sql<number>`coalesce(sum(case when sync_status = 'completed' then 1 else 0 end), 0)`.as('completed'),
      sql<number>`coalesce(sum(case when sync_status in ('failed', 'lost', 'timed_out') then 1 else 0 end), 0)`.as(
        'failed',
      ),
      sql<number>`coalesce(sum(total_duration_seconds), 0)`.as('duration_seconds'),
      sql<number | null>`min(total_duration_seconds)`.as('duration_min_seconds'),
      sql<number | null>`max(total_duration_seconds)`.as('duration_max_seconds'),
      sql<number>`coalesce(sum(courses_processed), 0)`.as('courses'),
      sql<number>`coalesce(sum(assignments_processed), 0)`.as('assignments'),
      sql<number>`coalesce(sum(submissions_processed), 0)`.as('submissions'),
      sql<number>`coalesce(sum(api_calls_made), 0)`.as('api_calls'),
      sql<number>`coalesce(sum(api_calls_failed), 0)`.as('api_failures'),
      sql<number>`coalesce(sum(total_api_duration_ms), 0)`.as('api_duration_ms'),
      sql<number>`coalesce(sum(db_operations), 0)`.as('db_operations'),
      sql<number>`count(distinct user_id)`.as('users'),
    ])
  select = select.where('sync_start_time', '>=', filter.since)
  if (filter.user_id !== undefined) select = select.where('user_id', '=', filter.user_id)
  if (filter.status !== undefined) select = select.where('sync_status', '=', filter.status)
  return await select.executeTakeFirstOrThrow()
}

/** Nearest-rank percentiles of the durations of completed syncs, in seconds; null when there are none. */
export async function durationsAt(
  query: Kysely<Tables>,
  since: number,
  fractions: readonly number[],
): Promise<(number | null)[]> {
  const completed = query
    .selectFrom(METRICS)
    .where('sync_status', '=', 'completed')
    .where('sync_start_time', '>=', since)
    .where('total_duration_seconds', 'is not', null)
  const { count } = await completed
    .select((column) => column.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const values: (number | null)[] = []
  for (const fraction of fractions) {
    // 0.07 * 100 is a little more than 7.
    const rank = Math.max(0, Math.ceil(fraction * count - 1e-9) - 1)
    const row = await completed
      .select('total_duration_seconds')
      .orderBy('total_duration_seconds')
      .offset(rank)
      .limit(1)
      .executeTakeFirst()
    values.push(row?.total_duration_seconds ?? null)
  }
  return values
}
