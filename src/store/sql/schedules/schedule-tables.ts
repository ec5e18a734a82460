import type { Generated } from 'kysely'
import type { DueState, ScheduleOrigin } from '../../../core/schedule.ts'

export interface SchedulesTable {
  id: Generated<number>
  slug: string
  sync_type: string
  user_id: string | null
  cron: string | null
  interval_ms: number | null
  time_zone: string
  pauses: string
  margin_ms: number
  max_run_ms: number | null
  owner: string | null
  origin: ScheduleOrigin
  reported_by: string | null
  paused: Generated<0 | 1>
  expected_since: number
  declared_at: number | null
  created_at: number
  updated_at: number
  version: Generated<number>
  due_at: number | null
  due_state: DueState | null
  due_sync_id: number | null
  due_started_at: number | null
}

export interface DueRunsTable {
  schedule_id: number
  due_at: number
  state: DueState
  sync_id: number | null
  decided_at: number | null
}

export interface WatchesTable {
  looked_from: number
  looked_until: number
  database_was_away: Generated<0 | 1>
}
