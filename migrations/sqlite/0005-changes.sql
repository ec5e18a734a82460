-- What has changed, in order, for those who follow: filled by triggers, whoever writes, in the transaction of the row
-- itself. The rows are tiny and hold no data of their own; who reads them reads the sync beside them.

create table canvas_sync_changes (
  -- An id never comes back, also after all rows were pruned.
  id integer primary key autoincrement,
  kind text not null,
  sync_id integer,
  course_id text,
  old_status text,
  status text,
  -- By the clock of the database's machine; only for the age.
  changed_at integer not null
);

-- How far the changes were deleted: who was away for longer has to load everything again.
create table canvas_sync_changes_pruned (
  through integer not null
);
insert into canvas_sync_changes_pruned (through) values (0);

create trigger canvas_sync_metrics_started after insert on canvas_sync_metrics
begin
  insert into canvas_sync_changes (kind, sync_id, status, changed_at)
  values ('sync_started', new.id, new.sync_status, cast(unixepoch('subsec') * 1000 as integer));
end;

create trigger canvas_sync_metrics_status after update of sync_status on canvas_sync_metrics
when new.sync_status is not old.sync_status
begin
  insert into canvas_sync_changes (kind, sync_id, old_status, status, changed_at)
  values ('sync_status', new.id, old.sync_status, new.sync_status, cast(unixepoch('subsec') * 1000 as integer));
end;

-- Not with each heartbeat: only what a person would see.
create trigger canvas_sync_metrics_progress after update of
  api_calls_made, api_calls_failed, db_operations, courses_processed, assignments_processed, submissions_processed,
  grades_processed, progress_percent, progress_current, target_course_id, sync_metadata
on canvas_sync_metrics
when new.sync_status is old.sync_status and (
  new.progress_percent is not old.progress_percent
  or new.progress_current is not old.progress_current
  or new.api_calls_made is not old.api_calls_made
  or new.api_calls_failed is not old.api_calls_failed
  or new.db_operations is not old.db_operations
  or new.courses_processed is not old.courses_processed
  or new.assignments_processed is not old.assignments_processed
  or new.submissions_processed is not old.submissions_processed
  or new.grades_processed is not old.grades_processed
  or new.target_course_id is not old.target_course_id
  or new.sync_metadata is not old.sync_metadata
)
begin
  insert into canvas_sync_changes (kind, sync_id, status, changed_at)
  values ('sync_progress', new.id, new.sync_status, cast(unixepoch('subsec') * 1000 as integer));
end;

create trigger canvas_sync_courses_saved after insert on canvas_sync_courses
begin
  insert into canvas_sync_changes (kind, sync_id, course_id, status, changed_at)
  values ('course_outcome', new.sync_id, new.course_id, new.outcome, cast(unixepoch('subsec') * 1000 as integer));
end;

-- Whoever saves an outcome again names all of it; other updates say nothing that a person would see.
create trigger canvas_sync_courses_saved_again after update of outcome on canvas_sync_courses
begin
  insert into canvas_sync_changes (kind, sync_id, course_id, old_status, status, changed_at)
  values (
    'course_outcome', new.sync_id, new.course_id, old.outcome, new.outcome,
    cast(unixepoch('subsec') * 1000 as integer)
  );
end;
