import type { Caller } from '../../core/access.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../core/sync-status.ts'
import type { FiguresWindow, SyncTotals } from '../../store/sync-figures.ts'

type Verdict = 'unfinished' | 'successful' | 'failed' | 'neither'

/**
 * How a sync counts in a success rate, whose base is every finished sync.
 *
 * Only `completed` is a success. `partial` is neither a success, for some courses are stale now, nor a failure,
 * for what it wrote is true; `cancelled` is neither, for somebody wanted it to end. `lost` and `timed_out` are
 * failures: nobody wanted them, and the data is old.
 */
export const VERDICTS: Readonly<Record<SyncStatus, Verdict>> = {
  in_progress: 'unfinished',
  completed: 'successful',
  partial: 'neither',
  failed: 'failed',
  cancelled: 'neither',
  lost: 'failed',
  timed_out: 'failed',
}

/** What `failed_syncs` counts and `/failed` lists. */
export const FAILED_STATUSES: readonly SyncStatus[] = SYNC_STATUSES.filter(
  (status) => VERDICTS[status] === 'failed',
)

/** Per cent from 0 to 100; 0 when nothing has finished. Rounded down, so that 100 means all of them. */
export function successRate(totals: Pick<SyncTotals, 'completed' | 'finished'>): number {
  return totals.finished === 0 ? 0 : Math.floor((totals.completed * 100_000) / totals.finished) / 1000
}

/** 0 when there is nothing to divide by: the dashboards of the earlier system format it as a number. */
export function average(sum: number, count: number): number {
  return count === 0 ? 0 : rounded(sum / count)
}

/** To three decimals: the rest is the noise of floating-point sums. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

const DAY_MS = 86_400_000

/** The start of a window of `days` that ends now, epoch milliseconds. */
export function windowStart(now_ms: number, days: number): number {
  return now_ms - days * DAY_MS
}

/** The syncs of the last days that the caller may see. */
export function windowFor({ users }: Pick<Caller, 'users'>, now_ms: number, days: number): FiguresWindow {
  const since = windowStart(now_ms, days)
  return users === null ? { since } : { since, user_ids: users }
}
