import type { CanvasClientOptions } from '../canvas/types.ts'
import type { Clock } from '../core/clock.ts'
import type { Monitor } from '../tracker/monitor.ts'
import type { EngineObserver } from './engine-context.ts'

export interface RunSyncOptions {
  readonly monitor: Monitor
  /** `https://host` of Canvas; `http://` for loopback only. */
  readonly baseUrl: string
  readonly token: string
  readonly taskId?: string
  readonly userId?: string | number | null
  /** `all`, `courses`, `assignments`, `submissions` or `grades`. Default `all`. */
  readonly syncType?: string
  /** Only these courses. Default: all of the token's owner, or of `account`. */
  readonly courses?: readonly string[]
  /** All courses of this account, which needs an administrator's token. */
  readonly account?: string | null
  /** Reads everything whole instead of what changed. Default false. */
  readonly full?: boolean
  /** Takes missing rows as deleted even when more than a fifth of a list is gone. Default false. */
  readonly acceptDeletions?: boolean
  readonly trigger?: string
  readonly onTaskIdTaken?: 'rename' | 'throw'
  /** Ends the sync as cancelled; all that was read is kept. */
  readonly signal?: AbortSignal
  /** Asked before each write of synced data: false when another process has the work. Default: always. */
  readonly mayWrite?: () => boolean
  /** Courses read at the same time. Default 16; how many calls are in flight is the throttle's business. */
  readonly courseConcurrency?: number
  /** An interrupted sync is continued if its last checkpoint is not older. Default one hour. */
  readonly resumeWindowMs?: number
  /** Submissions are read whole at least this often. Default one day. */
  readonly fullReadEveryMs?: number
  readonly clock?: Clock
  readonly observer?: EngineObserver
  readonly client?: Partial<Omit<CanvasClientOptions, 'base_url' | 'token' | 'observer' | 'traces'>>
}

/** Names what a sync reads: two syncs of one scope continue and compare with each other. */
export function scopeOf(options: Pick<RunSyncOptions, 'syncType' | 'courses' | 'account'>): string {
  const where =
    options.courses !== undefined && options.courses.length > 0
      ? `courses:${[...options.courses].sort().join(',')}`
      : options.account == null
        ? 'self'
        : `account:${options.account}`
  return `${options.syncType ?? 'all'} ${where}`
}
