-- The worker pool: which syncs wait, who runs them, and what becomes of each attempt.

-- Where one machine has the queue in this database. With PostgreSQL the jobs are pg-boss's.
create table canvas_queue_jobs (
  id text primary key,
  source text not null,
  -- JSON: what is to be synced. Never a token.
  sync text not null,
  priority integer not null default 0,
  state text not null check (state in ('queued', 'running', 'ended')),
  start_after integer not null,
  created_at integer not null,
  -- Goes up each time that a worker takes it: whoever holds an older number holds nothing.
  token integer not null default 0,
  taken_at integer,
  heartbeat_at integer,
  ended_at integer,
  -- JSON: how it ended.
  result text
) without rowid;
-- One sync of a source at a time, whatever a worker believes.
create unique index canvas_queue_jobs_source on canvas_queue_jobs (source) where state = 'running';
create index canvas_queue_jobs_waiting on canvas_queue_jobs (priority desc, created_at, id) where state = 'queued';
create index canvas_queue_jobs_ended on canvas_queue_jobs (ended_at) where state = 'ended';

create table canvas_queue_attempts (
  job_id text not null,
  attempt integer not null,
  -- The task id of its row in canvas_sync_metrics, which it has from the moment that the sync starts.
  sync_task_id text not null unique,
  source text not null,
  token integer not null,
  worker_id text not null,
  host text not null,
  pid integer not null,
  process_started text not null,
  -- abandoned: another attempt follows, and what this one still says of its sync does not count.
  state text not null check (state in ('running', 'ended', 'handed_back', 'abandoned')),
  started_at integer not null,
  ended_at integer,
  primary key (job_id, attempt)
) without rowid;
create index canvas_queue_attempts_running on canvas_queue_attempts (started_at) where state = 'running';
create index canvas_queue_attempts_start on canvas_queue_attempts (started_at);

create table canvas_queue_cancellations (
  job_id text primary key,
  requested_at integer not null
) without rowid;
create index canvas_queue_cancellations_time on canvas_queue_cancellations (requested_at);

create table canvas_queue_workers (
  id text primary key,
  host text not null,
  pid integer not null,
  version text not null,
  -- JSON: names.
  sources text not null,
  concurrency integer not null,
  running integer not null,
  state text not null check (state in ('working', 'draining')),
  started_at integer not null,
  heartbeat_at integer not null
) without rowid;

create table canvas_queue_schedules (
  slug text primary key,
  cron text not null,
  time_zone text not null,
  source text not null,
  -- JSON: what is to be synced.
  sync text not null,
  priority integer not null default 0,
  created_at integer not null,
  -- Null when there is no such time any more.
  next_at integer,
  last_at integer,
  last_job_id text
) without rowid;
