-- The log lines of all machines, a partition for each day of UTC. Partitions are made when lines of their day come, and
-- dropped as a whole when they are old.
create table canvas_sync_log_lines (
  logged_at bigint not null,
  writer text collate "C" not null,
  seq bigint not null,
  machine text collate "C" not null,
  stream text collate "C" not null,
  level text collate "C" not null,
  event text collate "C",
  task_id text collate "C",
  user_id text collate "C",
  -- The transaction that shipped it.
  batch bigint not null,
  -- As it stands in its file, without its newline.
  line text collate "C" not null,
  -- The order of a search, and what makes two lines copies of one.
  primary key (logged_at, writer, seq)
) partition by range (logged_at);

create index canvas_sync_log_lines_task on canvas_sync_log_lines (task_id, logged_at) where task_id is not null;
create index canvas_sync_log_lines_user on canvas_sync_log_lines (user_id, logged_at) where user_id is not null;
create index canvas_sync_log_lines_bad on canvas_sync_log_lines (logged_at) where level in ('WARNING', 'ERROR');

-- Up to where each stream of a log folder was shipped; changed in the transaction that ships the lines.
create table canvas_sync_log_positions (
  machine text collate "C" not null,
  directory text collate "C" not null,
  stream text collate "C" not null,
  place text collate "C" not null,
  revision bigint not null,
  lines bigint not null,
  skipped bigint not null,
  updated_at bigint not null,
  primary key (machine, directory, stream)
);

-- What each transaction shipped, for who follows the lines in the order in which they come. Kept for some days.
create table canvas_sync_log_batches (
  batch bigint not null,
  machine text collate "C" not null,
  stream text collate "C" not null,
  lines bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  shipped_at bigint not null
);

create index canvas_sync_log_batches_order on canvas_sync_log_batches (batch);
create index canvas_sync_log_batches_age on canvas_sync_log_batches (shipped_at);

-- Whose lines are not shipped any more: the SHA-256 of a user id or task id that was erased.
create table canvas_sync_log_erasures (
  person text collate "C" primary key,
  erased_at bigint not null
);
