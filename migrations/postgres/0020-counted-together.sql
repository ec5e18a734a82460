-- Who writes many syncs in one transaction, as ingest does, counts them together at its end (see 0018-counters): a hundred
-- syncs of one hour change a few rows of the sums once, not a hundred times. The sums are the same as before.

-- Adds syncs to the figures, row by row in the order in which one sync is added: so nobody waits for each other.
create function canvas_sync_add_figures(sync_ids bigint[]) returns void language plpgsql as $$
begin
  insert into canvas_sync_totals (
    tier, sync_status, bucket_start, shard, syncs, duration_us, courses, assignments, submissions, grades,
    items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits, db_operations,
    db_duration_us, data_bytes, throttle_wait_us, request_cost_thousandths, duration_min_us,
    duration_max_us
  )
  select t.tier, r.sync_status,
    case t.tier when 'month' then r.month_start when 'hour' then r.hour_start when 'day' then r.day_start
      else r.five_minutes_start end as bucket, pg_backend_pid() % 4,
    sum(r.syncs), sum(r.duration_us), sum(r.courses), sum(r.assignments), sum(r.submissions),
    sum(r.grades), sum(r.items_created), sum(r.items_updated), sum(r.api_calls), sum(r.api_failures),
    sum(r.api_duration_us), sum(r.rate_limit_hits), sum(r.db_operations), sum(r.db_duration_us),
    sum(r.data_bytes), sum(r.throttle_wait_us), sum(r.request_cost_thousandths), min(r.shortest_us),
    max(r.longest_us)
  from (
    select sync_status, five_minutes_start, hour_start, day_start, month_start,
      sum(syncs) as syncs, sum(duration_us) as duration_us, sum(courses) as courses,
      sum(assignments) as assignments, sum(submissions) as submissions, sum(grades) as grades,
      sum(items_created) as items_created, sum(items_updated) as items_updated,
      sum(api_calls) as api_calls, sum(api_failures) as api_failures,
      sum(api_duration_us) as api_duration_us, sum(rate_limit_hits) as rate_limit_hits,
      sum(db_operations) as db_operations, sum(db_duration_us) as db_duration_us,
      sum(data_bytes) as data_bytes, sum(throttle_wait_us) as throttle_wait_us,
      sum(request_cost_thousandths) as request_cost_thousandths, min(completed_us) as shortest_us,
      max(completed_us) as longest_us
    from canvas_sync_figure_rows where id = any (sync_ids)
    group by sync_status, five_minutes_start, hour_start, day_start, month_start
  ) r cross join (
    select '5m' as tier union all select 'hour' union all select 'day' union all select 'month'
  ) t
  group by t.tier, r.sync_status, bucket
  order by case t.tier when '5m' then 1 when 'hour' then 2 when 'day' then 3 else 4 end, bucket, r.sync_status
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
    db_operations, db_duration_us, data_bytes, throttle_wait_us, request_cost_thousandths, duration_min_us,
    duration_max_us
  )
  select r.user_id, t.tier, r.sync_status, case t.tier when 'day' then r.day_start else r.month_start end as bucket,
    sum(r.syncs), sum(r.duration_us), sum(r.courses), sum(r.assignments), sum(r.submissions),
    sum(r.grades), sum(r.items_created), sum(r.items_updated), sum(r.api_calls), sum(r.api_failures),
    sum(r.api_duration_us), sum(r.rate_limit_hits), sum(r.db_operations), sum(r.db_duration_us),
    sum(r.data_bytes), sum(r.throttle_wait_us), sum(r.request_cost_thousandths), min(r.shortest_us),
    max(r.longest_us)
  from (
    select user_id, sync_status, day_start, month_start,
      sum(syncs) as syncs, sum(duration_us) as duration_us, sum(courses) as courses,
      sum(assignments) as assignments, sum(submissions) as submissions, sum(grades) as grades,
      sum(items_created) as items_created, sum(items_updated) as items_updated,
      sum(api_calls) as api_calls, sum(api_failures) as api_failures,
      sum(api_duration_us) as api_duration_us, sum(rate_limit_hits) as rate_limit_hits,
      sum(db_operations) as db_operations, sum(db_duration_us) as db_duration_us,
      sum(data_bytes) as data_bytes, sum(throttle_wait_us) as throttle_wait_us,
      sum(request_cost_thousandths) as request_cost_thousandths, min(completed_us) as shortest_us,
      max(completed_us) as longest_us
    from canvas_sync_figure_rows where id = any (sync_ids) and user_id is not null
    group by user_id, sync_status, day_start, month_start
  ) r cross join (select 'day' as tier union all select 'month') t
  group by r.user_id, t.tier, r.sync_status, bucket
  order by r.user_id, t.tier, r.sync_status, bucket
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
  select t.tier, case t.tier when 'month' then r.month_start when 'day' then r.day_start else r.hour_start end as bucket,
    r.bin / 16 as part, pg_backend_pid() % 4,
    sum(case r.bin % 16 when 0 then r.syncs else 0 end),
    sum(case r.bin % 16 when 1 then r.syncs else 0 end),
    sum(case r.bin % 16 when 2 then r.syncs else 0 end),
    sum(case r.bin % 16 when 3 then r.syncs else 0 end),
    sum(case r.bin % 16 when 4 then r.syncs else 0 end),
    sum(case r.bin % 16 when 5 then r.syncs else 0 end),
    sum(case r.bin % 16 when 6 then r.syncs else 0 end),
    sum(case r.bin % 16 when 7 then r.syncs else 0 end),
    sum(case r.bin % 16 when 8 then r.syncs else 0 end),
    sum(case r.bin % 16 when 9 then r.syncs else 0 end),
    sum(case r.bin % 16 when 10 then r.syncs else 0 end),
    sum(case r.bin % 16 when 11 then r.syncs else 0 end),
    sum(case r.bin % 16 when 12 then r.syncs else 0 end),
    sum(case r.bin % 16 when 13 then r.syncs else 0 end),
    sum(case r.bin % 16 when 14 then r.syncs else 0 end),
    sum(case r.bin % 16 when 15 then r.syncs else 0 end)
  from (
    select f.hour_start, f.day_start, f.month_start, b.bin, count(*) as syncs
    from canvas_sync_figure_rows f
    join canvas_sync_duration_bins b
      on b.from_us = (select max(from_us) from canvas_sync_duration_bins where from_us <= f.completed_us)
    where f.id = any (sync_ids)
    group by f.hour_start, f.day_start, f.month_start, b.bin
  ) r cross join (select 'hour' as tier union all select 'day' union all select 'month') t
  group by t.tier, bucket, part
  order by case t.tier when '5m' then 1 when 'hour' then 2 when 'day' then 3 else 4 end, bucket, part
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

create or replace function canvas_sync_figures_after() returns trigger language plpgsql as $$
begin
  if current_setting('canvas_sync.counted_together', true) is distinct from 'on' then
    perform canvas_sync_change_figures(new.id, 1, 0);
  end if;
  return null;
end
$$;

-- One change for a sync that ends as it is written, where there were two.
create or replace function canvas_sync_users_end() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_users as known (
    user_id, last_sync_start_time, last_ended_start_time, last_ended_status, well, last_completed_start_time
  )
  values (
    new.user_id, new.sync_start_time, new.sync_start_time, new.sync_status,
    case when new.sync_status = 'completed' then 1 else 0 end,
    case when new.sync_status = 'completed' then new.sync_start_time else 0 end
  )
  on conflict (user_id) do update set
    last_sync_start_time = greatest(known.last_sync_start_time, excluded.last_sync_start_time),
    last_ended_status = case when known.last_ended_start_time <= excluded.last_ended_start_time
      then excluded.last_ended_status else known.last_ended_status end,
    well = case when known.last_ended_start_time <= excluded.last_ended_start_time
      then excluded.well else known.well end,
    last_ended_start_time = greatest(known.last_ended_start_time, excluded.last_ended_start_time),
    last_completed_start_time = greatest(known.last_completed_start_time, excluded.last_completed_start_time);
  return null;
end
$$;

drop trigger canvas_sync_users_insert on canvas_sync_metrics;
create trigger canvas_sync_users_insert after insert on canvas_sync_metrics
for each row when (
  new.user_id is not null and new.sync_status not in ('completed', 'failed', 'partial', 'lost', 'timed_out')
) execute function canvas_sync_users_started();
