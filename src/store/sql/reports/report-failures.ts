import { windowParts } from '../../../core/time-buckets.ts'
import type { FailureCount, FailureList, FailureQuery } from '../../reports.ts'
import { ERROR_COUNTS } from '../figures/figure-columns.ts'
import type { SqlConnection } from '../sql-database.ts'
import { joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

/** See `ReportStore.failures`. */
export async function readFailures(
  { dialect, select }: SqlConnection,
  { before, since, until, limit }: FailureQuery,
): Promise<FailureList> {
  const counted = joined(
    [
      ...countsOf({ from: since, to: until }, 'syncs'),
      ...countsOf({ from: before, to: since }, 'syncs_before'),
    ],
    ' union all ',
  )
  if (counted.text === '') return { failures: [], more: false }
  const text = `select g.id as error_group_id, g.error_type, c.syncs, c.syncs_before,
      coalesce((select m.error_message from canvas_sync_metrics m
        where m.error_group_id = g.id order by m.sync_start_time desc, m.id desc limit 1), g.message) as message
    from (select error_group_id, cast(sum(syncs) as double precision) as syncs,
        cast(sum(syncs_before) as double precision) as syncs_before
      from (${counted.text}) as parts group by error_group_id having sum(syncs) > 0
      order by 2 desc, 1 desc limit ?) as c
    join canvas_sync_error_groups g on g.id = c.error_group_id
    order by c.syncs desc, g.id desc`
  const failures = await select<FailureCount>(textFor(dialect, text), [...counted.values, limit + 1])
  return { failures: failures.slice(0, limit), more: failures.length > limit }
}

interface TimeRange {
  readonly from: number
  readonly to: number
}

/** How many syncs of a range each group had, in one column, and 0 in the other. */
function countsOf(range: TimeRange, column: 'syncs' | 'syncs_before'): SqlPiece[] {
  const columns = (count: string): string =>
    column === 'syncs' ? `${count} as syncs, 0 as syncs_before` : `0 as syncs, ${count} as syncs_before`
  return windowParts(range.from, ['day', 'month'], range.to).map(({ tier, from, to }) =>
    tier === 'rows'
      ? piece(
          `select error_group_id, ${columns('1')} from canvas_sync_metrics
           where error_group_id is not null and sync_start_time >= ? and sync_start_time < ?`,
          from,
          to,
        )
      : piece(
          `select error_group_id, ${columns('syncs')} from ${ERROR_COUNTS}
           where tier = '${tier}' and bucket_start >= ? and bucket_start < ?`,
          from,
          to,
        ),
  )
}
