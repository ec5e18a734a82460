-- A user's syncs on one host, or the longest ones of a time, are found in the index alone: to read thousands of rows that lie all
-- over the table takes milliseconds.
drop index canvas_sync_metrics_user_start;
create index canvas_sync_metrics_user_list
  on canvas_sync_metrics (user_id, sync_start_time, id, total_duration_seconds, host);

-- The longest of all that a user has.
create index canvas_sync_metrics_user_duration on canvas_sync_metrics (user_id, total_duration_seconds, id)
  where total_duration_seconds is not null;
