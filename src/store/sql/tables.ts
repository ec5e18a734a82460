import type { Generated, GeneratedAlways } from 'kysely'
import type { ErrorGroupDecision } from '../../core/error-group-state.ts'
import type { ReportPeriod } from '../../core/report-period.ts'
import type { ReportVerdict } from '../../core/report.ts'
import type { SyncErrorType } from '../../core/error-types.ts'
import type {
  IncidentChangeKind,
  IncidentRule,
  IncidentSeverity,
  IncidentState,
} from '../../core/incident.ts'
import type { SyncCounters } from '../../core/sync-record.ts'
import type { CourseOutcomeStatus, SyncStatus } from '../../core/sync-status.ts'
import type { AccessTables } from './access-tables.ts'
import type { ChangeTables } from './changes/change-tables.ts'
import type { EarlierTables } from './earlier/earlier-tables.ts'
import type { IngestTables } from './ingest/ingest-tables.ts'
import type { NotificationTables } from './notifications/notification-tables.ts'
import type { QueueTables } from './queue/queue-tables.ts'
import type { DueRunsTable, SchedulesTable, WatchesTable } from './schedules/schedule-tables.ts'

/** Flags are 0 or 1, times epoch milliseconds, JSON is text: the forms that both engines share. */
type Flag = 0 | 1

/** Counters have a default of 0 in the database. */
type CounterColumns = { [Name in keyof SyncCounters]: Generated<number> }

export interface MetricsTable extends CounterColumns {
  id: Generated<number>
  sync_task_id: string
  user_id: string | null
  sync_start_time: number
  sync_end_time: number | null
  total_duration_seconds: number | null
  sync_status: Generated<SyncStatus>
  error_type: SyncErrorType | null
  error_message: string | null
  sync_type: string
  target_course_id: string | null
  incremental_sync: Flag
  use_pagination: Flag
  chunk_size: number | null
  sync_metadata: string | null
  source_id: number | null
  scope: string | null
  trigger: string
  host: string | null
  pid: number | null
  process_started: string | null
  heartbeat_at: number
  heartbeat_expected: Generated<Flag>
  heartbeat_count: Generated<number>
  running_ms: number | null
  progress_percent: number | null
  progress_current: string | null
  api_rate_limit_remaining_min: number | null
  repaired_from: SyncStatus | null
  error_group_id: number | null
  reported_by: string | null
}

export interface StatusChangesTable {
  id: Generated<number>
  sync_id: number
  old_status: SyncStatus | null
  new_status: SyncStatus
  reason: string | null
  changed_at: number
}

export interface CoursesOutcomeTable {
  sync_id: number
  course_id: string
  outcome: CourseOutcomeStatus
  reason: string | null
  error_type: SyncErrorType | null
  error_message: string | null
  started_at: number
  finished_at: number
  duration_ms: number
  api_calls: number
  rows_deleted: number
  deletions_held: number
  entities: string
  /** When its sync started: see migration 0008. */
  sync_start_time: Generated<number>
}

/** Whose syncs have read a source; kept by triggers. */
export interface SourceUsersTable {
  user_id: string
  source_id: number
}

export interface SourcesTable {
  id: Generated<number>
  base_url: string
  canvas_user_id: string
  first_seen_at: number
  last_connected_at: number
}

export interface CheckpointsTable {
  source_id: number
  scope: string
  course_id: string
  sync_id: number
  saved_at: number
}

export interface ListingsTable {
  source_id: number
  entity: string
  listed_by: string
  last_listing_at: number
  last_complete_at: number | null
  previous_complete_at: number | null
  read_through_at: number | null
  row_count: number | null
  deletions_held: Generated<number>
  final: Generated<Flag>
  /** The last complete read; 0 for none. Made by the database. */
  complete_at: GeneratedAlways<number>
}

export interface MaintenanceTable {
  job: string
  holder: string | null
  held_until: Generated<number>
  done_for: string | null
  done_at: number | null
  report: string | null
}

export interface ErrorGroupsTable {
  id: Generated<number>
  fingerprint: string
  error_type: string | null
  message: string
  first_seen_at: Generated<number>
  decision: 'muted' | 'resolved' | null
  decided_at: number | null
  muted_until: number | null
  came_back_at: number | null
}

export interface ErrorDecisionsTable {
  id: Generated<number>
  error_group_id: number
  decision: ErrorGroupDecision
  decided_at: number
  muted_until: number | null
  reason: string | null
  actor_kind: string
  actor_id: string | null
}

export interface IncidentsTable {
  id: Generated<number>
  rule: IncidentRule
  incident_key: string
  open_key: string | null
  severity: IncidentSeverity
  state: IncidentState
  host: string | null
  source_id: number | null
  sync_type: string | null
  user_id: string | null
  schedule: string | null
  channel: string | null
  error_type: string | null
  facts: Generated<string>
  began_at: number
  opened_at: number
  last_seen_at: number
  last_good_at: number | null
  sync_count: Generated<number>
  user_count: Generated<number>
  last_sync_id: number | null
  explained_by: string | null
  parent_id: number | null
  acknowledged_at: number | null
  acknowledged_by: string | null
  muted_until: number | null
  mute_reason: string | null
  resolved_at: number | null
  resolved_by: string | null
}

export interface IncidentMembersTable {
  incident_id: number
  member: string
  user_id: string | null
  bad: Flag
  sync_count: Generated<number>
  last_sync_id: number | null
  seen_at: number
}

export interface IncidentChangesTable {
  id: Generated<number>
  incident_id: number
  change: IncidentChangeKind
  changed_at: number
  severity: IncidentSeverity
  actor_kind: string
  actor_id: string | null
  reason: string | null
}

export interface IncidentPlacesTable {
  name: string
  place: number
  judged_at: number
}

export interface ReportsTable {
  id: Generated<number>
  period: ReportPeriod
  since: number
  until: number
  made_at: number
  verdict: ReportVerdict
  headline: string
  handed_at: number | null
  content: string
}

export interface ReportRecipientsTable {
  digest: string
  code: string
  unsubscribed_at: number | null
}

/** The monitor's own tables. The synced tables are built from `SYNCED_TABLES` and have no row type of their own. */
export interface Tables
  extends NotificationTables, AccessTables, ChangeTables, EarlierTables, IngestTables, QueueTables {
  canvas_sync_metrics: MetricsTable
  canvas_sync_status_changes: StatusChangesTable
  canvas_sync_courses: CoursesOutcomeTable
  canvas_sync_source_users: SourceUsersTable
  canvas_sync_sources: SourcesTable
  canvas_sync_checkpoints: CheckpointsTable
  canvas_sync_listings: ListingsTable
  canvas_sync_error_groups: ErrorGroupsTable
  canvas_sync_error_decisions: ErrorDecisionsTable
  canvas_sync_maintenance: MaintenanceTable
  canvas_sync_schedules: SchedulesTable
  canvas_sync_due_runs: DueRunsTable
  canvas_sync_watches: WatchesTable
  canvas_sync_reports: ReportsTable
  canvas_sync_report_recipients: ReportRecipientsTable
  canvas_sync_incidents: IncidentsTable
  canvas_sync_incident_members: IncidentMembersTable
  canvas_sync_incident_changes: IncidentChangesTable
  canvas_sync_incident_places: IncidentPlacesTable
}
