-- A sync that is taken over from an earlier system is long past: it brings no resolved group of errors back, as in SQLite.
drop trigger canvas_sync_error_groups_came_back_inserted on canvas_sync_metrics;
create trigger canvas_sync_error_groups_came_back_inserted after insert on canvas_sync_metrics
for each row when (
  new.error_group_id is not null and current_setting('canvas_sync.importing', true) is distinct from 'on'
) execute function canvas_sync_error_group_comes_back();
