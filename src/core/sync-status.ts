/** Every status of a sync. The monitor alone sets `lost` (heartbeats stopped) and `timed_out`. */
export const SYNC_STATUSES = [
  'in_progress',
  'completed',
  'partial',
  'failed',
  'cancelled',
  'lost',
  'timed_out',
] as const
export type SyncStatus = (typeof SYNC_STATUSES)[number]

/** The statuses that a job itself may report at its end. */
export type FinishStatus = 'completed' | 'partial' | 'failed' | 'cancelled'

export const COURSE_OUTCOMES = ['completed', 'failed', 'skipped', 'forbidden', 'frozen'] as const
export type CourseOutcomeStatus = (typeof COURSE_OUTCOMES)[number]

/**
 * Whether a sync may go from `from` to `to`. Final statuses do not change, except that a late finish repairs
 * `lost`: the process was alive after all, and what it says is truer than what we concluded.
 */
export function canBecome(from: SyncStatus, to: SyncStatus): boolean {
  if (from === 'in_progress') return to !== 'in_progress'
  return from === 'lost' && (to === 'completed' || to === 'partial' || to === 'failed' || to === 'cancelled')
}
