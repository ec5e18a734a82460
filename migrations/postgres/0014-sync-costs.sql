-- The sums over time learn how long syncs waited for Canvas to let them go on (microseconds), and what their calls cost
-- (thousandths of a unit of Canvas's bucket). Otherwise view and triggers are those of
-- 0003-sync-figures.

-- Nobody writes syncs meanwhile: who had begun would still add them by the function of before.
lock table canvas_sync_metrics in share row exclusive mode;

alter table canvas_sync_totals add column throttle_wait_us bigint not null default 0;
alter table canvas_sync_totals add column request_cost_thousandths bigint not null default 0;
alter table canvas_sync_user_totals add column throttle_wait_us bigint not null default 0;
alter table canvas_sync_user_totals add column request_cost_thousandths bigint not null default 0;

drop trigger canvas_sync_figures_before_update on canvas_sync_metrics;
drop trigger canvas_sync_figures_after_update on canvas_sync_metrics;

-- What a sync adds to the figures. The limits keep one absurd report from overflowing the sums of everybody.
create or replace view canvas_sync_figure_rows as
select
  id, user_id, sync_start_time, sync_status, error_group_id,
  sync_start_time - sync_start_time % 300000 as five_minutes_start,
  sync_start_time - sync_start_time % 3600000 as hour_start,
  sync_start_time - sync_start_time % 86400000 as day_start,
  cast(extract(epoch from date_trunc('month', to_timestamp(sync_start_time / 1000) at time zone 'UTC')) as bigint) * 1000 as month_start,
  1 as syncs,
  cast(round(least(greatest(coalesce(total_duration_seconds, 0), 0), 10000000) * 1000000) as bigint) as duration_us,
  case when sync_status = 'completed' and total_duration_seconds is not null then
    cast(round(least(greatest(coalesce(total_duration_seconds, 0), 0), 10000000) * 1000000) as bigint) end as completed_us,
  least(greatest(courses_processed, 0), 1000000000000) as courses,
  least(greatest(assignments_processed, 0), 1000000000000) as assignments,
  least(greatest(submissions_processed, 0), 1000000000000) as submissions,
  least(greatest(grades_processed, 0), 1000000000000) as grades,
  least(greatest(courses_created + assignments_created + submissions_created, 0), 1000000000000) as items_created,
  least(greatest(courses_updated + assignments_updated + submissions_updated + grades_updated, 0), 1000000000000) as items_updated,
  least(greatest(api_calls_made, 0), 1000000000000) as api_calls,
  least(greatest(api_calls_failed, 0), 1000000000000) as api_failures,
  cast(round(least(greatest(coalesce(total_api_duration_ms, 0), 0), 10000000000) * 1000) as bigint) as api_duration_us,
  least(greatest(api_rate_limit_hits, 0), 1000000000000) as rate_limit_hits,
  least(greatest(db_operations, 0), 1000000000000) as db_operations,
  cast(round(least(greatest(coalesce(db_duration_ms, 0), 0), 10000000000) * 1000) as bigint) as db_duration_us,
  least(greatest(total_data_size_bytes, 0), 1000000000000) as data_bytes,
  cast(round(least(greatest(throttle_wait_ms, 0), 10000000000) * 1000) as bigint) as throttle_wait_us,
  cast(round(least(greatest(api_request_cost, 0), 10000000000) * 1000) as bigint) as request_cost_thousandths
from canvas_sync_metrics;

-- Adds a sync to the figures (sign 1) or takes it out (-1), or notes it as deleted.
create or replace function canvas_sync_change_figures(changed_sync_id bigint, sign integer, deleted integer) returns void
language plpgsql as $$
declare
  own_shard constant smallint := pg_backend_pid() % 4;
begin
  insert into canvas_sync_totals (
    tier, sync_status, bucket_start, shard, syncs, duration_us, courses, assignments, submissions, grades,
    items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits,
    db_operations, db_duration_us, data_bytes, throttle_wait_us, request_cost_thousandths,
    duration_min_us, duration_max_us
  )
  select t.tier, r.sync_status,
    case t.tier when 'month' then r.month_start when 'hour' then r.hour_start when 'day' then r.day_start
      else r.five_minutes_start end, own_shard,
    sign * r.syncs, sign * r.duration_us, sign * r.courses, sign * r.assignments, sign * r.submissions,
    sign * r.grades, sign * r.items_created, sign * r.items_updated, sign * r.api_calls,
    sign * r.api_failures, sign * r.api_duration_us, sign * r.rate_limit_hits, sign * r.db_operations,
    sign * r.db_duration_us, sign * r.data_bytes, sign * r.throttle_wait_us,
    sign * r.request_cost_thousandths,
    r.completed_us, r.completed_us
  from (
    select '5m' as tier where deleted = 0
    union all select 'hour' where deleted = 0
    union all select 'day' where deleted = 0
    union all select 'month' where deleted = 0
    union all select 'deleted' where deleted = 1
  ) t cross join canvas_sync_figure_rows r
  where r.id = changed_sync_id
  on conflict (tier, sync_status, bucket_start, shard) do update set
    syncs = canvas_sync_totals.syncs + excluded.syncs,
    duration_us = canvas_sync_totals.duration_us + excluded.duration_us,
    courses = canvas_sync_totals.courses + excluded.courses,
    assignments = canvas_sync_totals.assignments + excluded.assignments,
    submissions = canvas_sync_totals.submissions + excluded.submissions,
    grades = canvas_sync_totals.grades + excluded.grades,
    items_created = canvas_sync_totals.items_created + excluded.items_created,
    items_updated = canvas_sync_totals.items_updated + excluded.items_updated,
    api_calls = canvas_sync_totals.api_calls + excluded.api_calls,
    api_failures = canvas_sync_totals.api_failures + excluded.api_failures,
    api_duration_us = canvas_sync_totals.api_duration_us + excluded.api_duration_us,
    rate_limit_hits = canvas_sync_totals.rate_limit_hits + excluded.rate_limit_hits,
    db_operations = canvas_sync_totals.db_operations + excluded.db_operations,
    db_duration_us = canvas_sync_totals.db_duration_us + excluded.db_duration_us,
    data_bytes = canvas_sync_totals.data_bytes + excluded.data_bytes,
    throttle_wait_us = canvas_sync_totals.throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths =
      canvas_sync_totals.request_cost_thousandths + excluded.request_cost_thousandths,
    duration_min_us = least(canvas_sync_totals.duration_min_us, excluded.duration_min_us),
    duration_max_us = greatest(canvas_sync_totals.duration_max_us, excluded.duration_max_us);
  insert into canvas_sync_user_totals (
    user_id, tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions,
    grades, items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits,
    db_operations, db_duration_us, data_bytes, throttle_wait_us, request_cost_thousandths,
    duration_min_us, duration_max_us
  )
  select r.user_id, t.tier, r.sync_status, case t.tier when 'day' then r.day_start else r.month_start end,
    sign * r.syncs, sign * r.duration_us, sign * r.courses, sign * r.assignments, sign * r.submissions,
    sign * r.grades, sign * r.items_created, sign * r.items_updated, sign * r.api_calls,
    sign * r.api_failures, sign * r.api_duration_us, sign * r.rate_limit_hits, sign * r.db_operations,
    sign * r.db_duration_us, sign * r.data_bytes, sign * r.throttle_wait_us,
    sign * r.request_cost_thousandths,
    r.completed_us, r.completed_us
  from (
    select 'day' as tier where deleted = 0
    union all select 'month' where deleted = 0
  ) t cross join canvas_sync_figure_rows r
  where r.id = changed_sync_id and r.user_id is not null
  on conflict (user_id, tier, sync_status, bucket_start) do update set
    syncs = canvas_sync_user_totals.syncs + excluded.syncs,
    duration_us = canvas_sync_user_totals.duration_us + excluded.duration_us,
    courses = canvas_sync_user_totals.courses + excluded.courses,
    assignments = canvas_sync_user_totals.assignments + excluded.assignments,
    submissions = canvas_sync_user_totals.submissions + excluded.submissions,
    grades = canvas_sync_user_totals.grades + excluded.grades,
    items_created = canvas_sync_user_totals.items_created + excluded.items_created,
    items_updated = canvas_sync_user_totals.items_updated + excluded.items_updated,
    api_calls = canvas_sync_user_totals.api_calls + excluded.api_calls,
    api_failures = canvas_sync_user_totals.api_failures + excluded.api_failures,
    api_duration_us = canvas_sync_user_totals.api_duration_us + excluded.api_duration_us,
    rate_limit_hits = canvas_sync_user_totals.rate_limit_hits + excluded.rate_limit_hits,
    db_operations = canvas_sync_user_totals.db_operations + excluded.db_operations,
    db_duration_us = canvas_sync_user_totals.db_duration_us + excluded.db_duration_us,
    data_bytes = canvas_sync_user_totals.data_bytes + excluded.data_bytes,
    throttle_wait_us = canvas_sync_user_totals.throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths =
      canvas_sync_user_totals.request_cost_thousandths + excluded.request_cost_thousandths,
    duration_min_us = least(canvas_sync_user_totals.duration_min_us, excluded.duration_min_us),
    duration_max_us = greatest(canvas_sync_user_totals.duration_max_us, excluded.duration_max_us);
  insert into canvas_sync_durations (
    tier, bucket_start, chunk, shard, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15
  )
  select t.tier, case t.tier when 'month' then r.month_start when 'day' then r.day_start
      else r.hour_start end, b.bin / 16, own_shard,
    sign * (b.bin % 16 = 0)::int, sign * (b.bin % 16 = 1)::int, sign * (b.bin % 16 = 2)::int,
    sign * (b.bin % 16 = 3)::int, sign * (b.bin % 16 = 4)::int, sign * (b.bin % 16 = 5)::int,
    sign * (b.bin % 16 = 6)::int, sign * (b.bin % 16 = 7)::int, sign * (b.bin % 16 = 8)::int,
    sign * (b.bin % 16 = 9)::int, sign * (b.bin % 16 = 10)::int, sign * (b.bin % 16 = 11)::int,
    sign * (b.bin % 16 = 12)::int, sign * (b.bin % 16 = 13)::int, sign * (b.bin % 16 = 14)::int,
    sign * (b.bin % 16 = 15)::int
  from (
    select 'hour' as tier where deleted = 0
    union all select 'day' where deleted = 0
    union all select 'month' where deleted = 0
    union all select 'deleted' where deleted = 1
  ) t cross join canvas_sync_figure_rows r
  join canvas_sync_duration_bins b
    on b.from_us = (select max(from_us) from canvas_sync_duration_bins where from_us <= r.completed_us)
  where r.id = changed_sync_id
  on conflict (tier, bucket_start, chunk, shard) do update set
    b0 = canvas_sync_durations.b0 + excluded.b0, b1 = canvas_sync_durations.b1 + excluded.b1,
    b2 = canvas_sync_durations.b2 + excluded.b2, b3 = canvas_sync_durations.b3 + excluded.b3,
    b4 = canvas_sync_durations.b4 + excluded.b4, b5 = canvas_sync_durations.b5 + excluded.b5,
    b6 = canvas_sync_durations.b6 + excluded.b6, b7 = canvas_sync_durations.b7 + excluded.b7,
    b8 = canvas_sync_durations.b8 + excluded.b8, b9 = canvas_sync_durations.b9 + excluded.b9,
    b10 = canvas_sync_durations.b10 + excluded.b10, b11 = canvas_sync_durations.b11 + excluded.b11,
    b12 = canvas_sync_durations.b12 + excluded.b12, b13 = canvas_sync_durations.b13 + excluded.b13,
    b14 = canvas_sync_durations.b14 + excluded.b14, b15 = canvas_sync_durations.b15 + excluded.b15;
end
$$;

-- While the row still is what it was.
create trigger canvas_sync_figures_before_update before update of
  user_id, sync_start_time, sync_status, total_duration_seconds, courses_processed, courses_created,
  courses_updated, assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes, throttle_wait_ms, api_request_cost
on canvas_sync_metrics
for each row when (old.sync_status <> 'in_progress') execute function canvas_sync_figures_before();

create trigger canvas_sync_figures_after_update after update of
  user_id, sync_start_time, sync_status, total_duration_seconds, courses_processed, courses_created,
  courses_updated, assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes, throttle_wait_ms, api_request_cost
on canvas_sync_metrics
for each row when (new.sync_status <> 'in_progress') execute function canvas_sync_figures_after();

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
on conflict (tier, sync_status, bucket_start, shard) do update set
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
on conflict (tier, sync_status, bucket_start, shard) do update set
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
on conflict (tier, sync_status, bucket_start, shard) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;

insert into canvas_sync_totals (
  tier, sync_status, bucket_start, throttle_wait_us, request_cost_thousandths
)
select 'month', sync_status,
  cast(extract(epoch from date_trunc('month', to_timestamp(bucket_start / 1000) at time zone 'UTC')) as bigint) * 1000,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_totals
where tier = 'day' and throttle_wait_us + request_cost_thousandths > 0
group by 2, 3
on conflict (tier, sync_status, bucket_start, shard) do update set
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
  cast(extract(epoch from date_trunc('month', to_timestamp(bucket_start / 1000) at time zone 'UTC')) as bigint) * 1000,
  sum(throttle_wait_us), sum(request_cost_thousandths)
from canvas_sync_user_totals
where tier = 'day' and throttle_wait_us + request_cost_thousandths > 0
group by 1, 3, 4
on conflict (user_id, tier, sync_status, bucket_start) do update set
  throttle_wait_us = excluded.throttle_wait_us,
  request_cost_thousandths = excluded.request_cost_thousandths;
