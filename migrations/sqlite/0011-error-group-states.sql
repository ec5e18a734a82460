-- What people decided about a group of errors: muted until a time, or resolved until it comes back.
alter table canvas_sync_error_groups add column decision text;
alter table canvas_sync_error_groups add column decided_at integer;
alter table canvas_sync_error_groups add column muted_until integer;
-- The start of the first sync that had the error again after it was resolved: outlives that sync.
alter table canvas_sync_error_groups add column came_back_at integer;

-- Who decided what, and why.
create table canvas_sync_error_decisions (
  id integer primary key,
  error_group_id integer not null,
  decision text not null,
  decided_at integer not null,
  muted_until integer,
  reason text,
  actor_kind text not null,
  actor_id text
);
create index canvas_sync_error_decisions_group on canvas_sync_error_decisions (error_group_id, id);

create trigger canvas_sync_error_groups_came_back_inserted after insert on canvas_sync_metrics
when new.error_group_id is not null
begin
  update canvas_sync_error_groups set came_back_at = new.sync_start_time
  where id = new.error_group_id and decision = 'resolved' and came_back_at is null
    and decided_at < new.sync_start_time;
end;
create trigger canvas_sync_error_groups_came_back after update of error_group_id on canvas_sync_metrics
when new.error_group_id is not null and new.error_group_id is distinct from old.error_group_id
begin
  update canvas_sync_error_groups set came_back_at = new.sync_start_time
  where id = new.error_group_id and decision = 'resolved' and came_back_at is null
    and decided_at < new.sync_start_time;
end;

-- With whom and which course a sync was about: how many a group touches is counted in the index alone.
drop index canvas_sync_metrics_error_group;
create index canvas_sync_metrics_error_syncs
  on canvas_sync_metrics (error_group_id, sync_start_time, id, user_id, target_course_id)
  where error_group_id is not null;
-- The courses of a sync that went wrong, among thousands that did not.
create index canvas_sync_courses_troubled on canvas_sync_courses (sync_id, course_id)
  where outcome in ('failed', 'forbidden');
