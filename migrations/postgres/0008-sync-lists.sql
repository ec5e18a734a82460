-- Lists whose page costs the same at any number of rows: each condition that few rows fulfil has an index in the order
-- of the start times. What most rows fulfil (type, trigger, host, completed) is found by walking along another one.

-- PostgreSQL's indexes, unlike SQLite's, do not hold the id by themselves, by which lists go on within one start time.
drop index canvas_sync_metrics_user_start;
create index canvas_sync_metrics_user_start_id on canvas_sync_metrics (user_id, sync_start_time, id);
alter index canvas_sync_metrics_user_start_id rename to canvas_sync_metrics_user_start;
drop index canvas_sync_metrics_status_start;
create index canvas_sync_metrics_status_start_id on canvas_sync_metrics (sync_status, sync_start_time, id);
alter index canvas_sync_metrics_status_start_id rename to canvas_sync_metrics_status_start;
drop index canvas_sync_metrics_start;
create index canvas_sync_metrics_start_id on canvas_sync_metrics (sync_start_time, id);
alter index canvas_sync_metrics_start_id rename to canvas_sync_metrics_start;

-- 5 % of the rows or fewer, written only when something went wrong.
create index canvas_sync_metrics_error_type on canvas_sync_metrics (error_type, sync_start_time, id)
  where error_type is not null;
-- Its first column is always true. Who sorts by it, too, goes along this index and not along all start times.
create index canvas_sync_metrics_error_text on canvas_sync_metrics ((error_message is not null), sync_start_time, id)
  where error_message is not null;
-- A user's syncs that ended badly, among thousands that did not.
create index canvas_sync_metrics_user_troubled on canvas_sync_metrics (user_id, sync_start_time, id)
  where sync_status in ('failed', 'partial', 'cancelled', 'lost', 'timed_out');
create index canvas_sync_metrics_target_course on canvas_sync_metrics (target_course_id, sync_start_time, id)
  where target_course_id is not null;
-- Sources are thousands: without it, page after page about one of them would be empty.
create index canvas_sync_metrics_source on canvas_sync_metrics (source_id, sync_start_time, id)
  where source_id is not null;
-- The longest and the shortest; running syncs have no duration and so no place in it.
create index canvas_sync_metrics_duration on canvas_sync_metrics (total_duration_seconds, id)
  where total_duration_seconds is not null;

-- The syncs of a course in the order of their start times, which never change. 0: see the trigger.
alter table canvas_sync_courses add column sync_start_time bigint not null default 0;
update canvas_sync_courses set sync_start_time = m.sync_start_time
  from canvas_sync_metrics m where m.id = canvas_sync_courses.sync_id;
create index canvas_sync_courses_course on canvas_sync_courses (course_id, sync_start_time, sync_id);
-- For whoever writes an outcome without the start time of its sync.
create function canvas_sync_courses_find_start() returns trigger language plpgsql as $$
begin
  select m.sync_start_time into new.sync_start_time from canvas_sync_metrics m where m.id = new.sync_id;
  new.sync_start_time := coalesce(new.sync_start_time, 0);
  return new;
end
$$;
create trigger canvas_sync_courses_start before insert on canvas_sync_courses
  for each row when (new.sync_start_time = 0) execute function canvas_sync_courses_find_start();

-- Whose syncs have read a source: nothing else says whose it is. Kept when the syncs themselves are deleted.
create table canvas_sync_source_users (
  user_id text collate "C" not null,
  source_id bigint not null,
  primary key (user_id, source_id)
);
insert into canvas_sync_source_users (user_id, source_id)
  select distinct user_id, source_id from canvas_sync_metrics where user_id is not null and source_id is not null;
create function canvas_sync_source_users_add() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_source_users (user_id, source_id) values (new.user_id, new.source_id)
    on conflict do nothing;
  return null;
end
$$;
create trigger canvas_sync_source_users_named after update of source_id, user_id on canvas_sync_metrics
  for each row when (new.source_id is not null and new.user_id is not null)
  execute function canvas_sync_source_users_add();
create trigger canvas_sync_source_users_inserted after insert on canvas_sync_metrics
  for each row when (new.source_id is not null and new.user_id is not null)
  execute function canvas_sync_source_users_add();

-- The stalest lists first; 0 stands for one that was never read to its end.
alter table canvas_sync_listings add column complete_at bigint
  generated always as (coalesce(last_complete_at, 0)) stored;
create index canvas_sync_listings_stale on canvas_sync_listings (complete_at, source_id, entity, listed_by);
create index canvas_sync_listings_source_stale on canvas_sync_listings (source_id, complete_at, entity, listed_by);
create index canvas_sync_listings_scope_stale on canvas_sync_listings (listed_by, complete_at, source_id, entity);
