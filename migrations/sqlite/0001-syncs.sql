-- The monitor's own tables. Times are epoch milliseconds (UTC), flags 0 or 1. No student data.

create table canvas_sync_sources (
  id integer primary key,
  base_url text not null,
  canvas_user_id text not null,
  first_seen_at integer not null,
  last_connected_at integer not null,
  unique (base_url, canvas_user_id)
);

create table canvas_sync_metrics (
  id integer primary key,
  sync_task_id text not null unique,
  user_id text,
  sync_start_time integer not null,
  sync_end_time integer,
  total_duration_seconds real,
  sync_status text not null default 'in_progress'
    check (sync_status in ('in_progress', 'completed', 'partial', 'failed', 'cancelled', 'lost', 'timed_out')),
  error_type text,
  error_message text,
  sync_type text not null,
  target_course_id text,
  courses_processed integer not null default 0,
  courses_created integer not null default 0,
  courses_updated integer not null default 0,
  assignments_processed integer not null default 0,
  assignments_created integer not null default 0,
  assignments_updated integer not null default 0,
  submissions_processed integer not null default 0,
  submissions_created integer not null default 0,
  submissions_updated integer not null default 0,
  grades_processed integer not null default 0,
  grades_updated integer not null default 0,
  api_calls_made integer not null default 0,
  api_calls_failed integer not null default 0,
  total_api_duration_ms real not null default 0,
  api_rate_limit_hits integer not null default 0,
  api_request_cost real not null default 0,
  api_rate_limit_remaining_min real,
  throttle_wait_ms real not null default 0,
  db_operations integer not null default 0,
  db_duration_ms real not null default 0,
  total_data_size_bytes integer not null default 0,
  rows_deleted integer not null default 0,
  deletions_held integer not null default 0,
  incremental_sync integer not null default 0,
  use_pagination integer not null default 1,
  chunk_size integer,
  sync_metadata text,
  source_id integer references canvas_sync_sources (id),
  scope text,
  "trigger" text not null default 'manual',
  host text,
  pid integer,
  process_started text,
  heartbeat_at integer not null,
  progress_percent real,
  progress_current text,
  repaired_from text,
  records_lost integer not null default 0
);

create index canvas_sync_metrics_user_start on canvas_sync_metrics (user_id, sync_start_time);
create index canvas_sync_metrics_status_start on canvas_sync_metrics (sync_status, sync_start_time);
create index canvas_sync_metrics_start on canvas_sync_metrics (sync_start_time);
create index canvas_sync_metrics_scope on canvas_sync_metrics (source_id, scope, id);

-- A change of status is a row, so that whoever tells people of it can read what it has not told yet.
create table canvas_sync_status_changes (
  id integer primary key,
  sync_id integer not null references canvas_sync_metrics (id) on delete cascade,
  old_status text,
  new_status text not null,
  reason text,
  changed_at integer not null
);
create index canvas_sync_status_changes_sync on canvas_sync_status_changes (sync_id);

-- What happened to one course inside a sync.
create table canvas_sync_courses (
  sync_id integer not null references canvas_sync_metrics (id) on delete cascade,
  course_id text not null,
  outcome text not null check (outcome in ('completed', 'failed', 'skipped', 'forbidden', 'frozen')),
  reason text,
  error_type text,
  error_message text,
  started_at integer not null,
  finished_at integer not null,
  duration_ms real not null,
  api_calls integer not null default 0,
  rows_deleted integer not null default 0,
  deletions_held integer not null default 0,
  entities text not null default '{}',
  primary key (sync_id, course_id)
) without rowid;

-- Where an interrupted sync of the same scope stopped.
create table canvas_sync_checkpoints (
  source_id integer not null references canvas_sync_sources (id),
  scope text not null,
  course_id text not null,
  sync_id integer not null,
  saved_at integer not null,
  primary key (source_id, scope, course_id)
) without rowid;

-- How fresh each list is: when an entity of a course (or the courses of an account) was last read whole.
create table canvas_sync_listings (
  source_id integer not null references canvas_sync_sources (id),
  entity text not null,
  listed_by text not null,
  last_listing_at integer not null,
  last_complete_at integer,
  previous_complete_at integer,
  read_through_at integer,
  row_count integer,
  deletions_held integer not null default 0,
  final integer not null default 0,
  primary key (source_id, entity, listed_by)
) without rowid;
