-- What the page of performance asks for.

-- How long the newest syncs of a type took, found in the index alone: types are not in the sums, for a caller may have
-- any number of them. Few are in progress, and only what completed is written here, once.
create index canvas_sync_metrics_type_durations on canvas_sync_metrics
  (sync_type, sync_start_time, total_duration_seconds, total_api_duration_ms, api_calls_made, db_duration_ms)
  where sync_status = 'completed' and total_duration_seconds is not null;

-- How large everything was, once an hour: growth cannot be known from what there is now. Logs are those of the host.
create table canvas_sync_sizes (
  host text collate "C" not null,
  measured_at bigint not null,
  database_bytes bigint not null,
  sync_rows bigint not null,
  log_bytes bigint not null,
  archive_bytes bigint not null,
  primary key (measured_at, host)
);
