-- The log lines of all machines. They are shipped to PostgreSQL only; here the tables stay empty, so that both engines
-- have the same ones.
create table canvas_sync_log_lines (
  logged_at integer not null,
  writer text not null,
  seq integer not null,
  machine text not null,
  stream text not null,
  level text not null,
  event text,
  task_id text,
  user_id text,
  batch integer not null,
  line text not null,
  primary key (logged_at, writer, seq)
) without rowid;

create table canvas_sync_log_positions (
  machine text not null,
  directory text not null,
  stream text not null,
  place text not null,
  revision integer not null,
  lines integer not null,
  skipped integer not null,
  updated_at integer not null,
  primary key (machine, directory, stream)
) without rowid;

create table canvas_sync_log_batches (
  batch integer not null,
  machine text not null,
  stream text not null,
  lines integer not null,
  first_at integer not null,
  last_at integer not null,
  shipped_at integer not null
);

create table canvas_sync_log_erasures (
  person text primary key,
  erased_at integer not null
) without rowid;
