-- Syncs that run elsewhere and are reported over HTTP.

-- 0: nobody says between start and finish that the sync lives, so that silence means nothing.
alter table canvas_sync_metrics add column heartbeat_expected integer not null default 1;

-- The events that were taken: each counts once, however often it is sent. Gone some days after the sync has ended.
create table canvas_sync_ingest_events (
  sync_id integer not null references canvas_sync_metrics (id) on delete cascade,
  event_id text not null,
  primary key (sync_id, event_id)
) without rowid;

-- What a reported sync needs beyond its row; most have none.
create table canvas_sync_ingest_notes (
  sync_id integer primary key references canvas_sync_metrics (id) on delete cascade,
  -- 0: its row was made by another event, and a start may still come.
  started integer not null,
  -- Events that came after the end.
  late_events integer not null default 0,
  -- What concerned the whole sync, as a list of error types with messages.
  problems text not null default '[]'
);

-- The servers that write lines of reported syncs, so that another one can end what a killed one began.
create table canvas_sync_ingest_writers (
  writer text primary key,
  directory text not null,
  host text not null,
  pid integer not null,
  process_started text not null,
  opened_at integer not null
) without rowid;

-- Lines that are committed with their rows and not known to be in their files.
create table canvas_sync_ingest_lines (
  writer text not null,
  batch integer not null,
  taken_at integer not null,
  lines blob not null,
  primary key (writer, batch)
);
