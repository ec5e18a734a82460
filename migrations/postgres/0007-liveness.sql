-- Whether a running sync lives, told without anybody's wall clock. No index holds these columns: they change with
-- each heartbeat, and the rows in progress are found by canvas_sync_metrics_status_start.

-- Goes up with each heartbeat, also where the reporter's clock stands or goes back.
alter table canvas_sync_metrics add column heartbeat_count bigint not null default 0;
-- How long the sync has run by the reporter's monotonic clock, as of its last heartbeat; null when it never said.
alter table canvas_sync_metrics add column running_ms bigint;

-- Room in each page for the versions that heartbeats make: one that has to go to another page costs an entry in every
-- index.
alter table canvas_sync_metrics set (fillfactor = 85);

-- The work that one server at a time does at night.
create table canvas_sync_maintenance (
  job text collate "C" primary key,
  holder text collate "C",
  held_until bigint not null default 0,
  done_for text collate "C",
  done_at bigint,
  report text collate "C"
);
