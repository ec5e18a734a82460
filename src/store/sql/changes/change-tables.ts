import type { Generated } from 'kysely'
import type { CourseOutcomeStatus, SyncStatus } from '../../../core/sync-status.ts'

export interface ChangesTable {
  id: Generated<number>
  kind: string
  sync_id: number | null
  course_id: string | null
  old_status: SyncStatus | CourseOutcomeStatus | null
  status: SyncStatus | CourseOutcomeStatus | null
  changed_at: number
}

export interface PrunedChangesTable {
  through: number
}

/** What has changed, for those who follow. */
export interface ChangeTables {
  canvas_sync_changes: ChangesTable
  canvas_sync_changes_pruned: PrunedChangesTable
}
