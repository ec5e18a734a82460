-- The sums over time learn how long syncs waited for Canvas to let them go on (microseconds), and what their calls cost
-- (thousandths of a unit of Canvas's bucket). Otherwise view and triggers are those of
-- 0003-sync-figures.

alter table canvas_sync_totals add column throttle_wait_us integer not null default 0;
alter table canvas_sync_totals add column request_cost_thousandths integer not null default 0;
alter table canvas_sync_user_totals add column throttle_wait_us integer not null default 0;
alter table canvas_sync_user_totals add column request_cost_thousandths integer not null default 0;

drop trigger canvas_sync_figures_before_update;
drop trigger canvas_sync_figures_after_update;
drop trigger canvas_sync_figure_changes_made;
drop view canvas_sync_figure_rows;

-- What a sync adds to the figures. The limits keep one absurd report from overflowing the sums of everybody.
create view canvas_sync_figure_rows as
select
  id, user_id, sync_start_time, sync_status, error_group_id,
  sync_start_time - sync_start_time % 300000 as five_minutes_start,
  sync_start_time - sync_start_time % 3600000 as hour_start,
  sync_start_time - sync_start_time % 86400000 as day_start,
  cast(strftime('%s', sync_start_time / 1000, 'unixepoch', 'start of month') as integer) * 1000 as month_start,
  1 as syncs,
  cast(round(min(max(coalesce(total_duration_seconds, 0), 0), 10000000) * 1000000) as integer) as duration_us,
  case when sync_status = 'completed' and total_duration_seconds is not null then
    cast(round(min(max(coalesce(total_duration_seconds, 0), 0), 10000000) * 1000000) as integer) end as completed_us,
  min(max(courses_processed, 0), 1000000000000) as courses,
  min(max(assignments_processed, 0), 1000000000000) as assignments,
  min(max(submissions_processed, 0), 1000000000000) as submissions,
  min(max(grades_processed, 0), 1000000000000) as grades,
  min(max(courses_created + assignments_created + submissions_created, 0), 1000000000000) as items_created,
  min(max(courses_updated + assignments_updated + submissions_updated + grades_updated, 0), 1000000000000) as items_updated,
  min(max(api_calls_made, 0), 1000000000000) as api_calls,
  min(max(api_calls_failed, 0), 1000000000000) as api_failures,
  cast(round(min(max(coalesce(total_api_duration_ms, 0), 0), 10000000000) * 1000) as integer) as api_duration_us,
  min(max(api_rate_limit_hits, 0), 1000000000000) as rate_limit_hits,
  min(max(db_operations, 0), 1000000000000) as db_operations,
  cast(round(min(max(coalesce(db_duration_ms, 0), 0), 10000000000) * 1000) as integer) as db_duration_us,
  min(max(total_data_size_bytes, 0), 1000000000000) as data_bytes,
  cast(round(min(max(throttle_wait_ms, 0), 10000000000) * 1000) as integer) as throttle_wait_us,
  cast(round(min(max(api_request_cost, 0), 10000000000) * 1000) as integer) as request_cost_thousandths
from canvas_sync_metrics;

-- Adds a sync to the figures (sign 1) or takes it out (-1), or notes it as deleted. A view stands for a function.
create trigger canvas_sync_figure_changes_made instead of insert on canvas_sync_figure_changes
begin
  insert into canvas_sync_totals (
    tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions, grades,
    items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits,
    db_operations, db_duration_us, data_bytes, throttle_wait_us, request_cost_thousandths,
    duration_min_us, duration_max_us
  )
  select t.tier, r.sync_status,
    case t.tier when 'month' then r.month_start when 'hour' then r.hour_start when 'day' then r.day_start
      else r.five_minutes_start end,
    new.sign * r.syncs, new.sign * r.duration_us, new.sign * r.courses, new.sign * r.assignments,
    new.sign * r.submissions, new.sign * r.grades, new.sign * r.items_created, new.sign * r.items_updated,
    new.sign * r.api_calls, new.sign * r.api_failures, new.sign * r.api_duration_us,
    new.sign * r.rate_limit_hits, new.sign * r.db_operations, new.sign * r.db_duration_us,
    new.sign * r.data_bytes, new.sign * r.throttle_wait_us, new.sign * r.request_cost_thousandths,
    r.completed_us, r.completed_us
  from (
    select '5m' as tier where new.deleted = 0
    union all select 'hour' where new.deleted = 0
    union all select 'day' where new.deleted = 0
    union all select 'month' where new.deleted = 0
    union all select 'deleted' where new.deleted = 1
  ) t cross join canvas_sync_figure_rows r
  where r.id = new.sync_id
  on conflict (tier, sync_status, bucket_start) do update set
    syncs = syncs + excluded.syncs,
    duration_us = duration_us + excluded.duration_us,
    courses = courses + excluded.courses,
    assignments = assignments + excluded.assignments,
    submissions = submissions + excluded.submissions,
    grades = grades + excluded.grades,
    items_created = items_created + excluded.items_created,
    items_updated = items_updated + excluded.items_updated,
    api_calls = api_calls + excluded.api_calls,
    api_failures = api_failures + excluded.api_failures,
    api_duration_us = api_duration_us + excluded.api_duration_us,
    rate_limit_hits = rate_limit_hits + excluded.rate_limit_hits,
    db_operations = db_operations + excluded.db_operations,
    db_duration_us = db_duration_us + excluded.db_duration_us,
    data_bytes = data_bytes + excluded.data_bytes,
    throttle_wait_us = throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths = request_cost_thousandths + excluded.request_cost_thousandths,
    duration_min_us = min(coalesce(duration_min_us, excluded.duration_min_us),
      coalesce(excluded.duration_min_us, duration_min_us)),
    duration_max_us = max(coalesce(duration_max_us, excluded.duration_max_us),
      coalesce(excluded.duration_max_us, duration_max_us));
  insert into canvas_sync_user_totals (
    user_id, tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions,
    grades, items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits,
    db_operations, db_duration_us, data_bytes, throttle_wait_us, request_cost_thousandths,
    duration_min_us, duration_max_us
  )
  select r.user_id, t.tier, r.sync_status, case t.tier when 'day' then r.day_start else r.month_start end,
    new.sign * r.syncs, new.sign * r.duration_us, new.sign * r.courses, new.sign * r.assignments,
    new.sign * r.submissions, new.sign * r.grades, new.sign * r.items_created, new.sign * r.items_updated,
    new.sign * r.api_calls, new.sign * r.api_failures, new.sign * r.api_duration_us,
    new.sign * r.rate_limit_hits, new.sign * r.db_operations, new.sign * r.db_duration_us,
    new.sign * r.data_bytes, new.sign * r.throttle_wait_us, new.sign * r.request_cost_thousandths,
    r.completed_us, r.completed_us
  from (
    select 'day' as tier where new.deleted = 0
    union all select 'month' where new.deleted = 0
  ) t cross join canvas_sync_figure_rows r
  where r.id = new.sync_id and r.user_id is not null
  on conflict (user_id, tier, sync_status, bucket_start) do update set
    syncs = syncs + excluded.syncs,
    duration_us = duration_us + excluded.duration_us,
    courses = courses + excluded.courses,
    assignments = assignments + excluded.assignments,
    submissions = submissions + excluded.submissions,
    grades = grades + excluded.grades,
    items_created = items_created + excluded.items_created,
    items_updated = items_updated + excluded.items_updated,
    api_calls = api_calls + excluded.api_calls,
    api_failures = api_failures + excluded.api_failures,
    api_duration_us = api_duration_us + excluded.api_duration_us,
    rate_limit_hits = rate_limit_hits + excluded.rate_limit_hits,
    db_operations = db_operations + excluded.db_operations,
    db_duration_us = db_duration_us + excluded.db_duration_us,
    data_bytes = data_bytes + excluded.data_bytes,
    throttle_wait_us = throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths = request_cost_thousandths + excluded.request_cost_thousandths,
    duration_min_us = min(coalesce(duration_min_us, excluded.duration_min_us),
      coalesce(excluded.duration_min_us, duration_min_us)),
    duration_max_us = max(coalesce(duration_max_us, excluded.duration_max_us),
      coalesce(excluded.duration_max_us, duration_max_us));
  insert into canvas_sync_durations (
    tier, bucket_start, chunk, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15
  )
  select t.tier, case t.tier when 'month' then r.month_start when 'day' then r.day_start
      else r.hour_start end, b.bin / 16,
    new.sign * (b.bin % 16 = 0), new.sign * (b.bin % 16 = 1), new.sign * (b.bin % 16 = 2),
    new.sign * (b.bin % 16 = 3), new.sign * (b.bin % 16 = 4), new.sign * (b.bin % 16 = 5),
    new.sign * (b.bin % 16 = 6), new.sign * (b.bin % 16 = 7), new.sign * (b.bin % 16 = 8),
    new.sign * (b.bin % 16 = 9), new.sign * (b.bin % 16 = 10), new.sign * (b.bin % 16 = 11),
    new.sign * (b.bin % 16 = 12), new.sign * (b.bin % 16 = 13), new.sign * (b.bin % 16 = 14),
    new.sign * (b.bin % 16 = 15)
  from (
    select 'hour' as tier where new.deleted = 0
    union all select 'day' where new.deleted = 0
    union all select 'month' where new.deleted = 0
    union all select 'deleted' where new.deleted = 1
  ) t cross join canvas_sync_figure_rows r
  join canvas_sync_duration_bins b
    on b.from_us = (select max(from_us) from canvas_sync_duration_bins where from_us <= r.completed_us)
  where r.id = new.sync_id
  on conflict (tier, bucket_start, chunk) do update set
    b0 = b0 + excluded.b0, b1 = b1 + excluded.b1, b2 = b2 + excluded.b2, b3 = b3 + excluded.b3,
    b4 = b4 + excluded.b4, b5 = b5 + excluded.b5, b6 = b6 + excluded.b6, b7 = b7 + excluded.b7,
    b8 = b8 + excluded.b8, b9 = b9 + excluded.b9, b10 = b10 + excluded.b10, b11 = b11 + excluded.b11,
    b12 = b12 + excluded.b12, b13 = b13 + excluded.b13, b14 = b14 + excluded.b14, b15 = b15 + excluded.b15;
end;

-- While the row still is what it was.
create trigger canvas_sync_figures_before_update before update of
  user_id, sync_start_time, sync_status, total_duration_seconds, courses_processed, courses_created,
  courses_updated, assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes, throttle_wait_ms, api_request_cost
on canvas_sync_metrics
when old.sync_status <> 'in_progress'
begin
  insert into canvas_sync_figure_changes (sync_id, sign, deleted) values (old.id, -1, 0);
end;

create trigger canvas_sync_figures_after_update after update of
  user_id, sync_start_time, sync_status, total_duration_seconds, courses_processed, courses_created,
  courses_updated, assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes, throttle_wait_ms, api_request_cost
on canvas_sync_metrics
when new.sync_status <> 'in_progress'
begin
  insert into canvas_sync_figure_changes (sync_id, sign, deleted) values (new.id, 1, 0);
end;

-- The rows that are here already, once; larger buckets come from the smaller. What deleted rows had is not
-- known: 0 in the sums as well as in the tier 'deleted'.
insert into canvas_sync_totals (
  tier, sync_status, bucket_start, throttle_wait_us, request_cost_thousandths
)
select '5m', sync_status,
  five_minutes_start,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_figure_rows
where sync_status <> 'in_progress' and throttle_wait_us + request_cost_thousandths > 0
group by 2, 3
on conflict (tier, sync_status, bucket_start) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;

insert into canvas_sync_totals (
  tier, sync_status, bucket_start, throttle_wait_us, request_cost_thousandths
)
select 'hour', sync_status,
  bucket_start - bucket_start % 3600000,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_totals
where tier = '5m' and throttle_wait_us + request_cost_thousandths > 0
group by 2, 3
on conflict (tier, sync_status, bucket_start) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;

insert into canvas_sync_totals (
  tier, sync_status, bucket_start, throttle_wait_us, request_cost_thousandths
)
select 'day', sync_status,
  bucket_start - bucket_start % 86400000,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_totals
where tier = 'hour' and throttle_wait_us + request_cost_thousandths > 0
group by 2, 3
on conflict (tier, sync_status, bucket_start) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;

insert into canvas_sync_totals (
  tier, sync_status, bucket_start, throttle_wait_us, request_cost_thousandths
)
select 'month', sync_status,
  cast(strftime('%s', bucket_start / 1000, 'unixepoch', 'start of month') as integer) * 1000,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_totals
where tier = 'day' and throttle_wait_us + request_cost_thousandths > 0
group by 2, 3
on conflict (tier, sync_status, bucket_start) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;

insert into canvas_sync_user_totals (
  user_id, tier, sync_status, bucket_start, throttle_wait_us, request_cost_thousandths
)
select user_id, 'day', sync_status,
  day_start,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_figure_rows
where sync_status <> 'in_progress' and throttle_wait_us + request_cost_thousandths > 0 and user_id is not null
group by 1, 3, 4
on conflict (user_id, tier, sync_status, bucket_start) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;

insert into canvas_sync_user_totals (
  user_id, tier, sync_status, bucket_start, throttle_wait_us, request_cost_thousandths
)
select user_id, 'month', sync_status,
  cast(strftime('%s', bucket_start / 1000, 'unixepoch', 'start of month') as integer) * 1000,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_user_totals
where tier = 'day' and throttle_wait_us + request_cost_thousandths > 0
group by 1, 3, 4
on conflict (user_id, tier, sync_status, bucket_start) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;
