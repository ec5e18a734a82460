-- Lists whose page costs the same at any number of rows: each condition that few rows fulfil has an index in the order
-- of the start times. What most rows fulfil (type, trigger, host, completed) is found by walking along another one.

-- 5 % of the rows or fewer, written only when something went wrong.
create index canvas_sync_metrics_error_type on canvas_sync_metrics (error_type, sync_start_time)
  where error_type is not null;
-- With the messages, for a search reads each of them: in the table they lie far from each other.
create index canvas_sync_metrics_error_text on canvas_sync_metrics (sync_start_time, id, error_message)
  where error_message is not null;
-- A user's syncs that ended badly, among thousands that did not.
create index canvas_sync_metrics_user_troubled on canvas_sync_metrics (user_id, sync_start_time)
  where sync_status in ('failed', 'partial', 'cancelled', 'lost', 'timed_out');
create index canvas_sync_metrics_target_course on canvas_sync_metrics (target_course_id, sync_start_time)
  where target_course_id is not null;
-- Sources are thousands: without it, page after page about one of them would be empty.
create index canvas_sync_metrics_source on canvas_sync_metrics (source_id, sync_start_time)
  where source_id is not null;
-- The longest and the shortest; running syncs have no duration and so no place in it.
create index canvas_sync_metrics_duration on canvas_sync_metrics (total_duration_seconds)
  where total_duration_seconds is not null;

-- The syncs of a course in the order of their start times, which never change. 0: see the trigger.
alter table canvas_sync_courses add column sync_start_time integer not null default 0;
update canvas_sync_courses set sync_start_time =
  (select m.sync_start_time from canvas_sync_metrics m where m.id = canvas_sync_courses.sync_id);
create index canvas_sync_courses_course on canvas_sync_courses (course_id, sync_start_time, sync_id);
-- For whoever writes an outcome without the start time of its sync.
create trigger canvas_sync_courses_start after insert on canvas_sync_courses when new.sync_start_time = 0
begin
  update canvas_sync_courses set sync_start_time =
    (select m.sync_start_time from canvas_sync_metrics m where m.id = new.sync_id)
  where sync_id = new.sync_id and course_id = new.course_id;
end;

-- Whose syncs have read a source: nothing else says whose it is. Kept when the syncs themselves are deleted.
create table canvas_sync_source_users (
  user_id text not null,
  source_id integer not null,
  primary key (user_id, source_id)
) without rowid;
insert into canvas_sync_source_users (user_id, source_id)
  select distinct user_id, source_id from canvas_sync_metrics not indexed
  where user_id is not null and source_id is not null;
create trigger canvas_sync_source_users_named after update of source_id, user_id on canvas_sync_metrics
when new.source_id is not null and new.user_id is not null
begin
  insert or ignore into canvas_sync_source_users (user_id, source_id) values (new.user_id, new.source_id);
end;
create trigger canvas_sync_source_users_inserted after insert on canvas_sync_metrics
when new.source_id is not null and new.user_id is not null
begin
  insert or ignore into canvas_sync_source_users (user_id, source_id) values (new.user_id, new.source_id);
end;

-- The stalest lists first; 0 stands for one that was never read to its end.
alter table canvas_sync_listings add column complete_at integer
  generated always as (coalesce(last_complete_at, 0)) virtual;
create index canvas_sync_listings_stale on canvas_sync_listings (complete_at, source_id, entity, listed_by);
create index canvas_sync_listings_source_stale on canvas_sync_listings (source_id, complete_at, entity, listed_by);
create index canvas_sync_listings_scope_stale on canvas_sync_listings (listed_by, complete_at, source_id, entity);
