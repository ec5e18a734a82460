import type { CleanupOptions } from '../../logs/cleanup/cleanup-report.ts'
import type { CleanupStart, CleanupStatus } from '../../logs/cleanup/log-directory.ts'
import type { CleanupPlan } from '../../logs/cleanup/plan-cleanup.ts'
import type { DirectoryHealth } from '../../logs/directory/directory-health.ts'

/** The log folder as the API sees it; `LogDirectory` is one. */
export interface LogMaintenance {
  status(): Promise<CleanupStatus>
  /** What a clean-up would do; changes nothing. */
  plan(options: CleanupOptions): Promise<CleanupPlan>
  /** Starts a clean-up and returns without waiting for its end. */
  startCleanup(options: CleanupOptions): Promise<CleanupStart>
  /** Whether the log folder exists and can be written. */
  directoryHealth(): Promise<DirectoryHealth>
}
