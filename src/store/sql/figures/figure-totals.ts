import { SYNC_STATUSES, type SyncStatus } from '../../../core/sync-status.ts'
import { boundedTime, windowParts } from '../../../core/time-buckets.ts'
import type { SyncTotals, TotalsFilter } from '../../sync-figures.ts'
import {
  COLUMN_OF,
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
  type SumColumn,
  type SumRow,
} from './figure-columns.ts'
import type { SqlConnection, SqlDialect } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

interface StatusRow extends SumRow {
  readonly sync_status: SyncStatus
  readonly duration_min_us: number | null
  readonly duration_max_us: number | null
}

/** The statement in parts, for some of the sums. */
interface TotalsSelects {
  readonly of_rows: string
  readonly of_totals: string
  readonly by_status: string
  readonly whole: (parts: string) => string
}

function selectsOf(dialect: SqlDialect, columns: readonly SumColumn[]): TotalsSelects {
  const whole = (parts: string): string =>
    `select sync_status, ${columns.map(summed).join(', ')},
      min(duration_min_us) as duration_min_us, max(duration_max_us) as duration_max_us
    from (${parts}) as parts group by sync_status`
  if (dialect === 'postgres') {
    // All are added up at once: to prepare a sum takes longer than to add a few rows to it.
    const of_row = columns.map((column) => `cast(${column} as bigint) as ${column}`).join(', ')
    return {
      of_rows: `select sync_status, ${of_row}, completed_us as duration_min_us,
        completed_us as duration_max_us from ${FIGURE_ROWS} where `,
      of_totals: `select sync_status, ${columns.join(', ')}, duration_min_us, duration_max_us from `,
      by_status: '',
      whole,
    }
  }
  // Each part adds up its own rows: they come in the order of the status, and hardly any are left to sort.
  const sums = columns.map((column) => `sum(${column}) as ${column}`).join(', ')
  return {
    of_rows: `select sync_status, ${sums}, min(completed_us) as duration_min_us,
      max(completed_us) as duration_max_us from ${FIGURE_ROWS} where `,
    of_totals: `select sync_status, ${sums}, min(duration_min_us) as duration_min_us,
      max(duration_max_us) as duration_max_us from `,
    by_status: ' group by sync_status',
    whole,
  }
}

function columnsFor(sums: TotalsFilter['sums']): readonly SumColumn[] {
  if (sums === undefined) return SUM_COLUMNS
  return [...new Set(['syncs' as const, ...sums.map((name) => COLUMN_OF[name])])]
}

/** See `SyncFigures.totals`. One statement, so that what it sees is of one moment. */
export async function readTotals(
  { dialect, select }: SqlConnection,
  filter: TotalsFilter,
): Promise<SyncTotals> {
  if (filter.user_ids?.length === 0) return totalsOf([], [])
  const statuses =
    filter.status === undefined ? FINAL_STATUSES : FINAL_STATUSES.filter((status) => status === filter.status)
  const columns = columnsFor(filter.sums)
  const selects = selectsOf(dialect, columns)
  const parts: SqlPiece[] = statuses.length === 0 ? [] : endedSyncs(selects, filter, statuses)
  if (filter.status === undefined || filter.status === 'in_progress') {
    const to = filter.until === undefined ? Number.MAX_SAFE_INTEGER : boundedTime(filter.until)
    const running = runningIn({ from: boundedTime(filter.since), to }, filter.user_ids)
    parts.push(piece(selects.of_rows + running.text + selects.by_status, ...running.values))
  }
  if (parts.length === 0) return totalsOf([], [])
  const all = joined(parts, ' union all ')
  const text = selects.whole(all.text)
  return totalsOf(columns, await select<StatusRow>(textFor(dialect, text), all.values))
}

function endedSyncs(
  { of_rows, of_totals, by_status }: TotalsSelects,
  { since, until, user_ids }: TotalsFilter,
  statuses: readonly SyncStatus[],
): SqlPiece[] {
  const parts =
    user_ids === undefined
      ? windowParts(since, ['5m', 'hour', 'day', 'month'], until)
      : windowParts(since, ['day', 'month'], until)
  const whose = user_ids === undefined ? piece('') : isOneOf('user_id', user_ids)
  const and = user_ids === undefined ? '' : ' and '
  return parts.map(({ tier, from, to }) => {
    if (tier === 'rows') {
      const status = user_ids === undefined ? isOneOf('sync_status', statuses) : statusBeside(statuses)
      return piece(
        `${of_rows}${whose.text}${and}sync_start_time >= ? and sync_start_time < ? and ${status.text}${by_status}`,
        ...whose.values,
        from,
        to,
        ...status.values,
      )
    }
    const status = isOneOf('sync_status', statuses)
    return piece(
      `${of_totals}${user_ids === undefined ? TOTALS : USER_TOTALS} where ${whose.text}${and}
        tier = '${tier}' and ${status.text} and bucket_start >= ? and bucket_start < ?${by_status}`,
      ...whose.values,
      ...status.values,
      from,
      to,
    )
  })
}

function totalsOf(columns: readonly SumColumn[], rows: readonly StatusRow[]): SyncTotals {
  const by_status = Object.fromEntries(SYNC_STATUSES.map((status) => [status, 0])) as Record<
    SyncStatus,
    number
  >
  const sums: Record<string, number> = { ...NO_SUMS }
  for (const row of rows) {
    by_status[row.sync_status] = row.syncs
    for (const column of columns) sums[column] = (sums[column] ?? 0) + row[column]
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
