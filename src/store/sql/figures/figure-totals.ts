import { SYNC_STATUSES, type SyncStatus } from '../../../core/sync-status.ts'
import { boundedTime, windowParts } from '../../../core/time-buckets.ts'
import type { SyncTotals, TotalsFilter } from '../../sync-figures.ts'
import {
  FIGURE_ROWS,
  FINAL_STATUSES,
  NO_SUMS,
  runningIn,
  statusBeside,
  SUM_COLUMNS,
  summed,
  sumsOf,
  TOTALS,
  USER_TOTALS,
  type SumRow,
} from './figure-columns.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

interface StatusRow extends SumRow {
  readonly sync_status: SyncStatus
  readonly duration_min_us: number | null
  readonly duration_max_us: number | null
}

const SUMS = SUM_COLUMNS.map((column) => `sum(${column}) as ${column}`).join(', ')
/** Each part adds up its own rows: they come in the order of the status, and hardly any are left to sort. */
const OF_ROWS = `select sync_status, ${SUMS}, min(completed_us) as duration_min_us,
  max(completed_us) as duration_max_us from ${FIGURE_ROWS} where `
const OF_TOTALS = `select sync_status, ${SUMS}, min(duration_min_us) as duration_min_us,
  max(duration_max_us) as duration_max_us from `
const BY_STATUS = ' group by sync_status'

/** See `SyncFigures.totals`. One statement, so that what it sees is of one moment. */
export async function readTotals(
  { dialect, select }: SqlConnection,
  filter: TotalsFilter,
): Promise<SyncTotals> {
  if (filter.user_ids?.length === 0) return totalsOf([])
  const statuses =
    filter.status === undefined ? FINAL_STATUSES : FINAL_STATUSES.filter((status) => status === filter.status)
  const parts: SqlPiece[] = statuses.length === 0 ? [] : endedSyncs(filter, statuses)
  if (filter.status === undefined || filter.status === 'in_progress') {
    const running = runningIn(
      { from: boundedTime(filter.since), to: Number.MAX_SAFE_INTEGER },
      filter.user_ids,
    )
    parts.push(piece(OF_ROWS + running.text + BY_STATUS, ...running.values))
  }
  const all = joined(parts, ' union all ')
  const text = `select sync_status, ${SUM_COLUMNS.map(summed).join(', ')},
      min(duration_min_us) as duration_min_us, max(duration_max_us) as duration_max_us
    from (${all.text}) as parts group by sync_status`
  return totalsOf(await select<StatusRow>(textFor(dialect, text), all.values))
}

function endedSyncs({ since, user_ids }: TotalsFilter, statuses: readonly SyncStatus[]): SqlPiece[] {
  const parts =
    user_ids === undefined
      ? windowParts(since, ['5m', 'hour', 'day', 'month'])
      : windowParts(since, ['day', 'month'])
  const whose = user_ids === undefined ? piece('') : isOneOf('user_id', user_ids)
  const and = user_ids === undefined ? '' : ' and '
  return parts.map(({ tier, from, to }) => {
    if (tier === 'rows') {
      const status = user_ids === undefined ? isOneOf('sync_status', statuses) : statusBeside(statuses)
      return piece(
        `${OF_ROWS}${whose.text}${and}sync_start_time >= ? and sync_start_time < ? and ${status.text}${BY_STATUS}`,
        ...whose.values,
        from,
        to,
        ...status.values,
      )
    }
    const status = isOneOf('sync_status', statuses)
    return piece(
      `${OF_TOTALS}${user_ids === undefined ? TOTALS : USER_TOTALS} where ${whose.text}${and}
        tier = '${tier}' and ${status.text} and bucket_start >= ? and bucket_start < ?${BY_STATUS}`,
      ...whose.values,
      ...status.values,
      from,
      to,
    )
  })
}

function totalsOf(rows: readonly StatusRow[]): SyncTotals {
  const by_status = Object.fromEntries(SYNC_STATUSES.map((status) => [status, 0])) as Record<
    SyncStatus,
    number
  >
  const sums: Record<string, number> = { ...NO_SUMS }
  for (const row of rows) {
    by_status[row.sync_status] = row.syncs
    for (const column of SUM_COLUMNS) sums[column] = (sums[column] ?? 0) + row[column]
  }
  const completed = rows.find((row) => row.sync_status === 'completed')
  return {
    ...sumsOf(sums as unknown as SumRow),
    finished: (sums['syncs'] ?? 0) - by_status.in_progress,
    completed: by_status.completed,
    failed: by_status.failed + by_status.lost + by_status.timed_out,
    by_status,
    duration_min_seconds: seconds(completed?.duration_min_us),
    duration_max_seconds: seconds(completed?.duration_max_us),
  }
}

const seconds = (microseconds: number | null | undefined): number | null =>
  microseconds === null || microseconds === undefined ? null : microseconds / 1e6
