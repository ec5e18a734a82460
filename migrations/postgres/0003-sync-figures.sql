-- Figures over many syncs, whose reading costs the same at any number of rows.
--
-- Every sync with a final status is added to the sums of the 5 minutes, hour, day and calendar month (UTC) in which
-- it started, and a user's also to those of the user's day and month. Triggers do it in the transaction that writes
-- the row, whoever writes it; a change of a final row takes the old one out and adds the new. Running syncs are few
-- and are added from their rows when somebody reads. Sums are integers (durations in microseconds): adding and
-- taking away never drifts. A deleted row stays in the sums and is added to the tier 'deleted' as well (5 minutes;
-- durations by the hour): rows + deleted = sums, always, so that they can be checked and rebuilt.

-- Transactions that end syncs at the same time would wait for one another at the sums of this minute: each backend
-- has one of four sets of them, the shard. Who reads adds them up.
--
-- The sums of the current buckets change with each sync that ends. Their pages are left half empty, so that a new version
-- of a row fits beside the old one and no index has to learn of it.

alter table canvas_sync_metrics add column error_group_id bigint;

-- What a sync adds to the figures. The limits keep one absurd report from overflowing the sums of everybody.
create view canvas_sync_figure_rows as
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
  least(greatest(total_data_size_bytes, 0), 1000000000000) as data_bytes
from canvas_sync_metrics;

-- Sums of all syncs. tier: '5m', 'hour', 'day', 'month'; 'deleted': those of deleted rows, in 5 minutes. Times are the
-- starts of the buckets. The least and greatest duration are those of completed syncs,
-- which stay completed; who corrects one by hand makes the sums anew.
create table canvas_sync_totals (
  tier text collate "C" not null,
  sync_status text collate "C" not null,
  bucket_start bigint not null,
  shard smallint not null default 0,
  syncs bigint not null default 0,
  duration_us bigint not null default 0,
  courses bigint not null default 0,
  assignments bigint not null default 0,
  submissions bigint not null default 0,
  grades bigint not null default 0,
  items_created bigint not null default 0,
  items_updated bigint not null default 0,
  api_calls bigint not null default 0,
  api_failures bigint not null default 0,
  api_duration_us bigint not null default 0,
  rate_limit_hits bigint not null default 0,
  db_operations bigint not null default 0,
  db_duration_us bigint not null default 0,
  data_bytes bigint not null default 0,
  duration_min_us bigint,
  duration_max_us bigint,
  primary key (tier, sync_status, bucket_start, shard)
) with (fillfactor = 50);

-- Sums of one user's syncs: 'day' and 'month'.
create table canvas_sync_user_totals (
  user_id text collate "C" not null,
  tier text collate "C" not null,
  sync_status text collate "C" not null,
  bucket_start bigint not null,
  syncs bigint not null default 0,
  duration_us bigint not null default 0,
  courses bigint not null default 0,
  assignments bigint not null default 0,
  submissions bigint not null default 0,
  grades bigint not null default 0,
  items_created bigint not null default 0,
  items_updated bigint not null default 0,
  api_calls bigint not null default 0,
  api_failures bigint not null default 0,
  api_duration_us bigint not null default 0,
  rate_limit_hits bigint not null default 0,
  db_operations bigint not null default 0,
  db_duration_us bigint not null default 0,
  data_bytes bigint not null default 0,
  duration_min_us bigint,
  duration_max_us bigint,
  primary key (user_id, tier, sync_status, bucket_start)
) with (fillfactor = 80);

-- The newest start of each user tells how many users a window had. Rows before whole_from may have been deleted.
create table canvas_sync_users (
  user_id text collate "C" primary key,
  last_sync_start_time bigint not null,
  whole_from bigint not null default 0
);
create index canvas_sync_users_last on canvas_sync_users (last_sync_start_time);

-- Bins of durations, each at most 5 % wide: 1 ms, and always a twentieth more. One table for both engines and all
-- readers, so that nobody's logarithm puts a duration elsewhere.
create table canvas_sync_duration_bins (from_us bigint primary key, bin integer not null);
with recursive bins (bin, from_us) as (
  select 1, cast(1000 as bigint)
  union all
  select bin + 1, from_us + from_us / 20 from bins where from_us < 10000000000000
)
insert into canvas_sync_duration_bins (from_us, bin) select 0, 0 union all select from_us, bin from bins;

-- How many completed syncs took how long. A row holds 16 bins, of which chunk * 16 is the first. tier: 'hour', 'day',
-- 'month'; 'deleted': those of deleted rows, by the hour.
create table canvas_sync_durations (
  tier text collate "C" not null,
  bucket_start bigint not null,
  chunk integer not null,
  shard smallint not null default 0,
  b0 bigint not null, b1 bigint not null, b2 bigint not null, b3 bigint not null, b4 bigint not null,
  b5 bigint not null, b6 bigint not null, b7 bigint not null, b8 bigint not null, b9 bigint not null,
  b10 bigint not null, b11 bigint not null, b12 bigint not null, b13 bigint not null, b14 bigint not null,
  b15 bigint not null,
  primary key (tier, bucket_start, chunk, shard)
) with (fillfactor = 50);

-- Syncs that ended with the same error, told apart by a fingerprint of the message (src/core/error-fingerprint.ts).
create table canvas_sync_error_groups (
  id bigint generated by default as identity primary key,
  fingerprint text collate "C" not null unique,
  error_type text collate "C",
  message text collate "C" not null,
  -- The start of its first sync; far in the future until it has one.
  first_seen_at bigint not null default 9000000000000000
);

-- How many: 'day' and 'month'; 'deleted': those of deleted rows, by the day.
create table canvas_sync_error_counts (
  tier text collate "C" not null,
  bucket_start bigint not null,
  error_group_id bigint not null,
  shard smallint not null default 0,
  syncs bigint not null default 0,
  primary key (tier, bucket_start, error_group_id, shard)
) with (fillfactor = 50);

-- The first column is always true. Who sorts by it, too, goes along this index and not along all start times.
create index canvas_sync_metrics_errors
  on canvas_sync_metrics ((error_group_id is not null), sync_start_time, id) include (error_group_id)
  where error_group_id is not null;
create index canvas_sync_metrics_user_errors
  on canvas_sync_metrics (user_id, sync_start_time, id) include (error_group_id)
  where error_group_id is not null;
create index canvas_sync_metrics_error_group on canvas_sync_metrics (error_group_id, sync_start_time, id)
  where error_group_id is not null;

-- Syncs that ended before there were groups have one for each error type.
insert into canvas_sync_error_groups (fingerprint, error_type, message, first_seen_at)
select coalesce(error_type, ''), error_type, coalesce(max(error_message), ''), min(sync_start_time)
from canvas_sync_metrics
where sync_status in ('failed', 'lost', 'timed_out') or (sync_status = 'partial' and error_type is not null)
group by error_type;
update canvas_sync_metrics
set error_group_id = (select g.id from canvas_sync_error_groups g
  where g.fingerprint = coalesce(canvas_sync_metrics.error_type, ''))
where sync_status in ('failed', 'lost', 'timed_out') or (sync_status = 'partial' and error_type is not null);

-- Adds a sync to the figures (sign 1) or takes it out (-1), or notes it as deleted.
create function canvas_sync_change_figures(changed_sync_id bigint, sign integer, deleted integer) returns void
language plpgsql as $$
declare
  own_shard constant smallint := pg_backend_pid() % 4;
begin
  insert into canvas_sync_totals (
    tier, sync_status, bucket_start, shard, syncs, duration_us, courses, assignments, submissions, grades,
    items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits,
    db_operations, db_duration_us, data_bytes, duration_min_us, duration_max_us
  )
  select t.tier, r.sync_status,
    case t.tier when 'month' then r.month_start when 'hour' then r.hour_start when 'day' then r.day_start
      else r.five_minutes_start end, own_shard,
    sign * r.syncs, sign * r.duration_us, sign * r.courses, sign * r.assignments, sign * r.submissions,
    sign * r.grades, sign * r.items_created, sign * r.items_updated, sign * r.api_calls,
    sign * r.api_failures, sign * r.api_duration_us, sign * r.rate_limit_hits, sign * r.db_operations,
    sign * r.db_duration_us, sign * r.data_bytes,
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
    duration_min_us = least(canvas_sync_totals.duration_min_us, excluded.duration_min_us),
    duration_max_us = greatest(canvas_sync_totals.duration_max_us, excluded.duration_max_us);
  insert into canvas_sync_user_totals (
    user_id, tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions,
    grades, items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits,
    db_operations, db_duration_us, data_bytes, duration_min_us, duration_max_us
  )
  select r.user_id, t.tier, r.sync_status, case t.tier when 'day' then r.day_start else r.month_start end,
    sign * r.syncs, sign * r.duration_us, sign * r.courses, sign * r.assignments, sign * r.submissions,
    sign * r.grades, sign * r.items_created, sign * r.items_updated, sign * r.api_calls,
    sign * r.api_failures, sign * r.api_duration_us, sign * r.rate_limit_hits, sign * r.db_operations,
    sign * r.db_duration_us, sign * r.data_bytes,
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

-- The same for the error that a sync ended with.
create function canvas_sync_change_errors(changed_sync_id bigint, sign integer, deleted integer) returns void
language plpgsql as $$
declare
  own_shard constant smallint := pg_backend_pid() % 4;
begin
  insert into canvas_sync_error_counts (tier, bucket_start, error_group_id, shard, syncs)
  select t.tier, case t.tier when 'month' then r.month_start
      else r.day_start end, r.error_group_id, own_shard, sign
  from (
    select 'day' as tier where deleted = 0
    union all select 'month' where deleted = 0
    union all select 'deleted' where deleted = 1
  ) t cross join canvas_sync_figure_rows r
  where r.id = changed_sync_id and r.error_group_id is not null
  on conflict (tier, bucket_start, error_group_id, shard)
  do update set syncs = canvas_sync_error_counts.syncs + excluded.syncs;
  update canvas_sync_error_groups
  set first_seen_at = case sign when 1 then r.sync_start_time else coalesce(
    (select min(m.sync_start_time) from canvas_sync_metrics m where m.error_group_id = r.error_group_id and m.id <> r.id),
    9000000000000000) end
  from canvas_sync_figure_rows r
  where r.id = changed_sync_id and canvas_sync_error_groups.id = r.error_group_id and deleted = 0
    and case sign when 1 then first_seen_at > r.sync_start_time else first_seen_at = r.sync_start_time end;
end
$$;

create function canvas_sync_figures_after() returns trigger language plpgsql as $$
begin
  perform canvas_sync_change_figures(new.id, 1, 0);
  return null;
end
$$;

create function canvas_sync_figures_before() returns trigger language plpgsql as $$
begin
  perform canvas_sync_change_figures(old.id, -1, 0);
  return new;
end
$$;

create function canvas_sync_figures_deleted() returns trigger language plpgsql as $$
begin
  perform canvas_sync_change_figures(old.id, 1, 1);
  update canvas_sync_users set whole_from = old.sync_start_time + 1
  where user_id = old.user_id and whole_from <= old.sync_start_time;
  return old;
end
$$;

create function canvas_sync_errors_after() returns trigger language plpgsql as $$
begin
  perform canvas_sync_change_errors(new.id, 1, 0);
  return null;
end
$$;

create function canvas_sync_errors_before() returns trigger language plpgsql as $$
begin
  perform canvas_sync_change_errors(old.id, -1, 0);
  return new;
end
$$;

create function canvas_sync_errors_deleted() returns trigger language plpgsql as $$
begin
  perform canvas_sync_change_errors(old.id, 1, 1);
  return old;
end
$$;

create function canvas_sync_users_started() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_users (user_id, last_sync_start_time) values (new.user_id, new.sync_start_time)
  on conflict (user_id) do update set last_sync_start_time = excluded.last_sync_start_time
  where excluded.last_sync_start_time > canvas_sync_users.last_sync_start_time;
  return null;
end
$$;

create trigger canvas_sync_figures_insert after insert on canvas_sync_metrics
for each row when (new.sync_status <> 'in_progress') execute function canvas_sync_figures_after();

-- While the row still is what it was.
create trigger canvas_sync_figures_before_update before update of
  user_id, sync_start_time, sync_status, total_duration_seconds, courses_processed, courses_created,
  courses_updated, assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes
on canvas_sync_metrics
for each row when (old.sync_status <> 'in_progress') execute function canvas_sync_figures_before();

create trigger canvas_sync_figures_after_update after update of
  user_id, sync_start_time, sync_status, total_duration_seconds, courses_processed, courses_created,
  courses_updated, assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes
on canvas_sync_metrics
for each row when (new.sync_status <> 'in_progress') execute function canvas_sync_figures_after();

create trigger canvas_sync_figures_delete before delete on canvas_sync_metrics
for each row when (old.sync_status <> 'in_progress') execute function canvas_sync_figures_deleted();

create trigger canvas_sync_errors_insert after insert on canvas_sync_metrics
for each row when (new.error_group_id is not null) execute function canvas_sync_errors_after();

create trigger canvas_sync_errors_before_update before update of sync_start_time, error_group_id on canvas_sync_metrics
for each row when (old.error_group_id is not null) execute function canvas_sync_errors_before();

create trigger canvas_sync_errors_after_update after update of sync_start_time, error_group_id on canvas_sync_metrics
for each row when (new.error_group_id is not null) execute function canvas_sync_errors_after();

create trigger canvas_sync_errors_delete before delete on canvas_sync_metrics
for each row when (old.error_group_id is not null) execute function canvas_sync_errors_deleted();

create trigger canvas_sync_users_insert after insert on canvas_sync_metrics
for each row when (new.user_id is not null) execute function canvas_sync_users_started();

create trigger canvas_sync_users_update after update of user_id, sync_start_time on canvas_sync_metrics
for each row when (new.user_id is not null
  and (old.user_id is distinct from new.user_id or old.sync_start_time <> new.sync_start_time))
execute function canvas_sync_users_started();

-- The rows that are here already.
insert into canvas_sync_totals (
  tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions, grades,
  items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits, db_operations,
  db_duration_us, data_bytes, duration_min_us, duration_max_us
)
select '5m', sync_status, five_minutes_start,
  sum(syncs), sum(duration_us), sum(courses), sum(assignments), sum(submissions), sum(grades),
  sum(items_created), sum(items_updated), sum(api_calls), sum(api_failures), sum(api_duration_us),
  sum(rate_limit_hits), sum(db_operations), sum(db_duration_us), sum(data_bytes),
  min(completed_us), max(completed_us)
from canvas_sync_figure_rows where sync_status <> 'in_progress'
group by sync_status, five_minutes_start;

insert into canvas_sync_totals (
  tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions, grades,
  items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits, db_operations,
  db_duration_us, data_bytes, duration_min_us, duration_max_us
)
select 'hour', sync_status,
  bucket_start - bucket_start % 3600000,
  sum(syncs), sum(duration_us), sum(courses), sum(assignments), sum(submissions), sum(grades),
  sum(items_created), sum(items_updated), sum(api_calls), sum(api_failures), sum(api_duration_us),
  sum(rate_limit_hits), sum(db_operations), sum(db_duration_us), sum(data_bytes),
  min(duration_min_us), max(duration_max_us)
from canvas_sync_totals where tier = '5m' group by 2, 3;

insert into canvas_sync_totals (
  tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions, grades,
  items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits, db_operations,
  db_duration_us, data_bytes, duration_min_us, duration_max_us
)
select 'day', sync_status,
  bucket_start - bucket_start % 86400000,
  sum(syncs), sum(duration_us), sum(courses), sum(assignments), sum(submissions), sum(grades),
  sum(items_created), sum(items_updated), sum(api_calls), sum(api_failures), sum(api_duration_us),
  sum(rate_limit_hits), sum(db_operations), sum(db_duration_us), sum(data_bytes),
  min(duration_min_us), max(duration_max_us)
from canvas_sync_totals where tier = 'hour' group by 2, 3;

insert into canvas_sync_totals (
  tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions, grades,
  items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits, db_operations,
  db_duration_us, data_bytes, duration_min_us, duration_max_us
)
select 'month', sync_status,
  cast(extract(epoch from date_trunc('month', to_timestamp(bucket_start / 1000) at time zone 'UTC')) as bigint) * 1000,
  sum(syncs), sum(duration_us), sum(courses), sum(assignments), sum(submissions), sum(grades),
  sum(items_created), sum(items_updated), sum(api_calls), sum(api_failures), sum(api_duration_us),
  sum(rate_limit_hits), sum(db_operations), sum(db_duration_us), sum(data_bytes),
  min(duration_min_us), max(duration_max_us)
from canvas_sync_totals where tier = 'day' group by 2, 3;

insert into canvas_sync_user_totals (
  user_id, tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions, grades,
  items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits, db_operations,
  db_duration_us, data_bytes, duration_min_us, duration_max_us
)
select user_id, 'day', sync_status, day_start,
  sum(syncs), sum(duration_us), sum(courses), sum(assignments), sum(submissions), sum(grades),
  sum(items_created), sum(items_updated), sum(api_calls), sum(api_failures), sum(api_duration_us),
  sum(rate_limit_hits), sum(db_operations), sum(db_duration_us), sum(data_bytes),
  min(completed_us), max(completed_us)
from canvas_sync_figure_rows where sync_status <> 'in_progress' and user_id is not null
group by user_id, sync_status, day_start;

insert into canvas_sync_user_totals (
  user_id, tier, sync_status, bucket_start, syncs, duration_us, courses, assignments, submissions, grades,
  items_created, items_updated, api_calls, api_failures, api_duration_us, rate_limit_hits, db_operations,
  db_duration_us, data_bytes, duration_min_us, duration_max_us
)
select user_id, 'month', sync_status,
  cast(extract(epoch from date_trunc('month', to_timestamp(bucket_start / 1000) at time zone 'UTC')) as bigint) * 1000,
  sum(syncs), sum(duration_us), sum(courses), sum(assignments), sum(submissions), sum(grades),
  sum(items_created), sum(items_updated), sum(api_calls), sum(api_failures), sum(api_duration_us),
  sum(rate_limit_hits), sum(db_operations), sum(db_duration_us), sum(data_bytes),
  min(duration_min_us), max(duration_max_us)
from canvas_sync_user_totals where tier = 'day' group by 1, 3, 4;

insert into canvas_sync_users (user_id, last_sync_start_time)
select user_id, max(sync_start_time) from canvas_sync_metrics where user_id is not null group by user_id;

insert into canvas_sync_durations (tier, bucket_start, chunk,
  b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15)
select 'hour', r.hour_start, b.bin / 16,
  sum(case b.bin % 16 when 0 then 1 else 0 end), sum(case b.bin % 16 when 1 then 1 else 0 end),
  sum(case b.bin % 16 when 2 then 1 else 0 end), sum(case b.bin % 16 when 3 then 1 else 0 end),
  sum(case b.bin % 16 when 4 then 1 else 0 end), sum(case b.bin % 16 when 5 then 1 else 0 end),
  sum(case b.bin % 16 when 6 then 1 else 0 end), sum(case b.bin % 16 when 7 then 1 else 0 end),
  sum(case b.bin % 16 when 8 then 1 else 0 end), sum(case b.bin % 16 when 9 then 1 else 0 end),
  sum(case b.bin % 16 when 10 then 1 else 0 end), sum(case b.bin % 16 when 11 then 1 else 0 end),
  sum(case b.bin % 16 when 12 then 1 else 0 end), sum(case b.bin % 16 when 13 then 1 else 0 end),
  sum(case b.bin % 16 when 14 then 1 else 0 end), sum(case b.bin % 16 when 15 then 1 else 0 end)
from canvas_sync_figure_rows r
join canvas_sync_duration_bins b
  on b.from_us = (select max(from_us) from canvas_sync_duration_bins where from_us <= r.completed_us)
group by r.hour_start, b.bin / 16;

insert into canvas_sync_durations (tier, bucket_start, chunk,
  b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15)
select 'day',
  bucket_start - bucket_start % 86400000, chunk,
  sum(b0), sum(b1), sum(b2), sum(b3), sum(b4), sum(b5), sum(b6), sum(b7), sum(b8), sum(b9), sum(b10),
  sum(b11), sum(b12), sum(b13), sum(b14), sum(b15)
from canvas_sync_durations where tier = 'hour' group by 2, 3;

insert into canvas_sync_durations (tier, bucket_start, chunk,
  b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15)
select 'month',
  cast(extract(epoch from date_trunc('month', to_timestamp(bucket_start / 1000) at time zone 'UTC')) as bigint) * 1000, chunk,
  sum(b0), sum(b1), sum(b2), sum(b3), sum(b4), sum(b5), sum(b6), sum(b7), sum(b8), sum(b9), sum(b10),
  sum(b11), sum(b12), sum(b13), sum(b14), sum(b15)
from canvas_sync_durations where tier = 'day' group by 2, 3;

insert into canvas_sync_error_counts (tier, bucket_start, error_group_id, syncs)
select 'day', day_start, error_group_id, count(*)
from canvas_sync_figure_rows where error_group_id is not null group by day_start, error_group_id
union all
select 'month', month_start, error_group_id, count(*)
from canvas_sync_figure_rows where error_group_id is not null group by month_start, error_group_id;
