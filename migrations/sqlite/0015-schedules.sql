-- When syncs are expected, and what became of each time.

create table canvas_sync_schedules (
  id integer primary key,
  slug text not null unique,
  sync_type text not null,
  user_id text,
  -- Either a cron expression or an interval.
  cron text,
  interval_ms integer,
  time_zone text not null,
  -- JSON: [{"from": "2026-12-21", "until": "2027-01-03", "reason": null}]
  pauses text not null default '[]',
  margin_ms integer not null,
  max_run_ms integer,
  owner text,
  origin text not null check (origin in ('config', 'api', 'ping')),
  reported_by text,
  paused integer not null default 0,
  -- Only what is due later counts.
  expected_since integer not null,
  -- When a server last said that its configuration has it; null for those of other origins.
  declared_at integer,
  created_at integer not null,
  updated_at integer not null,
  -- Goes up with every change of the row: who decides says which one it has seen.
  version integer not null default 1,
  -- The newest of its times that has come: the same as its row in canvas_sync_due_runs.
  due_at integer,
  due_state text,
  due_sync_id integer references canvas_sync_metrics (id) on delete set null,
  due_started_at integer
);
-- For whoever deletes syncs.
create index canvas_sync_schedules_due_sync on canvas_sync_schedules (due_sync_id) where due_sync_id is not null;

create table canvas_sync_due_runs (
  schedule_id integer not null references canvas_sync_schedules (id) on delete cascade,
  due_at integer not null,
  state text not null check (state in ('waiting', 'started', 'late', 'missed', 'unknown')),
  -- What became of a time outlives its sync.
  sync_id integer references canvas_sync_metrics (id) on delete set null,
  decided_at integer,
  primary key (schedule_id, due_at)
) without rowid;
-- A sync serves one time of a schedule at most.
create unique index canvas_sync_due_runs_sync on canvas_sync_due_runs (sync_id, schedule_id) where sync_id is not null;
create index canvas_sync_due_runs_unserved on canvas_sync_due_runs (due_at) where state in ('missed', 'unknown');
create index canvas_sync_due_runs_due on canvas_sync_due_runs (due_at);

-- When somebody looked at the schedules; between two rows nobody did.
create table canvas_sync_watches (
  looked_from integer primary key,
  looked_until integer not null,
  -- In the time before this row the database could not be reached either.
  database_was_away integer not null default 0
);

-- Whether a sync of a type has started, among millions of other types.
create index canvas_sync_metrics_type_start on canvas_sync_metrics (sync_type, sync_start_time);
