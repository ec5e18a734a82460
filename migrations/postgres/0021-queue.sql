-- The worker pool: which syncs wait, who runs them, and what becomes of each attempt.

-- Where one machine has the queue in this database. With PostgreSQL the jobs are pg-boss's.
create table canvas_queue_jobs (
  id text collate "C" primary key,
  source text collate "C" not null,
  -- JSON: what is to be synced. Never a token.
  sync text collate "C" not null,
  priority bigint not null default 0,
  state text collate "C" not null check (state in ('queued', 'running', 'ended')),
  start_after bigint not null,
  created_at bigint not null,
  -- Goes up each time that a worker takes it: whoever holds an older number holds nothing.
  token bigint not null default 0,
  taken_at bigint,
  heartbeat_at bigint,
  ended_at bigint,
  -- JSON: how it ended.
  result text collate "C"
);
-- One sync of a source at a time, whatever a worker believes.
create unique index canvas_queue_jobs_source on canvas_queue_jobs (source) where state = 'running';
create index canvas_queue_jobs_waiting on canvas_queue_jobs (priority desc, created_at, id) where state = 'queued';
create index canvas_queue_jobs_ended on canvas_queue_jobs (ended_at) where state = 'ended';

create table canvas_queue_attempts (
  job_id text collate "C" not null,
  attempt bigint not null,
  -- The task id of its row in canvas_sync_metrics, which it has from the moment that the sync starts.
  sync_task_id text collate "C" not null unique,
  source text collate "C" not null,
  token bigint not null,
  worker_id text collate "C" not null,
  host text collate "C" not null,
  pid bigint not null,
  process_started text collate "C" not null,
  -- abandoned: another attempt follows, and what this one still says of its sync does not count.
  state text collate "C" not null check (state in ('running', 'ended', 'handed_back', 'abandoned')),
  started_at bigint not null,
  ended_at bigint,
  primary key (job_id, attempt)
);
create index canvas_queue_attempts_running on canvas_queue_attempts (started_at) where state = 'running';
create index canvas_queue_attempts_start on canvas_queue_attempts (started_at);

create table canvas_queue_cancellations (
  job_id text collate "C" primary key,
  requested_at bigint not null
);
create index canvas_queue_cancellations_time on canvas_queue_cancellations (requested_at);

create table canvas_queue_workers (
  id text collate "C" primary key,
  host text collate "C" not null,
  pid bigint not null,
  version text collate "C" not null,
  -- JSON: names.
  sources text collate "C" not null,
  concurrency bigint not null,
  running bigint not null,
  state text collate "C" not null check (state in ('working', 'draining')),
  started_at bigint not null,
  heartbeat_at bigint not null
);

create table canvas_queue_schedules (
  slug text collate "C" primary key,
  cron text collate "C" not null,
  time_zone text collate "C" not null,
  source text collate "C" not null,
  -- JSON: what is to be synced.
  sync text collate "C" not null,
  priority bigint not null default 0,
  created_at bigint not null,
  -- Null when there is no such time any more.
  next_at bigint,
  last_at bigint,
  last_job_id text collate "C"
);
