-- Syncs that run elsewhere and are reported over HTTP.

-- 0: nobody says between start and finish that the sync lives, so that silence means nothing.
alter table canvas_sync_metrics add column heartbeat_expected smallint not null default 1;

-- The events that were taken: each counts once, however often it is sent. Gone some days after the sync has ended.
create table canvas_sync_ingest_events (
  sync_id bigint not null references canvas_sync_metrics (id) on delete cascade,
  event_id text collate "C" not null,
  primary key (sync_id, event_id)
);

-- What a reported sync needs beyond its row; most have none.
create table canvas_sync_ingest_notes (
  sync_id bigint primary key references canvas_sync_metrics (id) on delete cascade,
  -- 0: its row was made by another event, and a start may still come.
  started smallint not null,
  -- Events that came after the end.
  late_events bigint not null default 0,
  -- What concerned the whole sync, as a list of error types with messages.
  problems text collate "C" not null default '[]'
);

-- The servers that write lines of reported syncs, so that another one can end what a killed one began.
create table canvas_sync_ingest_writers (
  writer text collate "C" primary key,
  directory text collate "C" not null,
  host text collate "C" not null,
  pid bigint not null,
  process_started text collate "C" not null,
  opened_at bigint not null
);

-- Lines that are committed with their rows and not known to be in their files.
create table canvas_sync_ingest_lines (
  writer text collate "C" not null,
  batch bigint not null,
  taken_at bigint not null,
  lines bytea not null,
  primary key (writer, batch)
);
