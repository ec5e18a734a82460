import type { Generated } from 'kysely'

export interface EarlierSystemsTable {
  id: Generated<number>
  name: string
}

export interface EarlierRowsTable {
  system_id: number
  earlier_key: string
  sync_id: number
  task_digest: number
  content_digest: number
}

/** Of an earlier system whose syncs were taken over. */
export interface EarlierTables {
  canvas_sync_earlier_systems: EarlierSystemsTable
  canvas_sync_earlier_rows: EarlierRowsTable
}
