-- What Prometheus counts: by type, status and error type of all syncs that ever ended. Unlike the sums of 0003-sync-figures
-- nothing is taken out again, not by retention, erasure or repair: a counter that goes down is a restart to Prometheus. A sync
-- is counted when it ends; one that was lost and ends after all is counted again, under the status that it ends with, and what
-- it did only beyond what was counted. Triggers do it in the transaction that writes the row, whoever writes it. The rows of a
-- running sync are not counted.
-- Who ends syncs at the same time would wait for the same row, so that each connection has one of four, the shard.

-- A caller may give any number of types: the first 50 of a kind have a label of their own for ever, the others are 'other'.
create table canvas_sync_counter_labels (
  kind text collate "C" not null,
  label text collate "C" not null,
  primary key (kind, label)
);

-- error_type is '' without one. le_N: how many of the durations are at most N seconds. last_…: of the sync that ended last,
-- of those that are counted here.
create table canvas_sync_counters (
  sync_type text collate "C" not null,
  sync_status text collate "C" not null,
  error_type text collate "C" not null,
  shard smallint not null default 0,
  syncs bigint not null default 0,
  durations bigint not null default 0,
  duration_us bigint not null default 0,
  le_1 bigint not null default 0,
  le_5 bigint not null default 0,
  le_10 bigint not null default 0,
  le_15 bigint not null default 0,
  le_30 bigint not null default 0,
  le_60 bigint not null default 0,
  le_120 bigint not null default 0,
  le_300 bigint not null default 0,
  le_600 bigint not null default 0,
  le_1800 bigint not null default 0,
  le_3600 bigint not null default 0,
  le_7200 bigint not null default 0,
  courses_extracted bigint not null default 0,
  courses_loaded bigint not null default 0,
  courses_unchanged bigint not null default 0,
  assignments_extracted bigint not null default 0,
  assignments_loaded bigint not null default 0,
  assignments_unchanged bigint not null default 0,
  submissions_extracted bigint not null default 0,
  submissions_loaded bigint not null default 0,
  submissions_unchanged bigint not null default 0,
  grades_extracted bigint not null default 0,
  grades_loaded bigint not null default 0,
  grades_unchanged bigint not null default 0,
  rows_deleted bigint not null default 0,
  deletions_held bigint not null default 0,
  records_lost bigint not null default 0,
  api_calls bigint not null default 0,
  api_failures bigint not null default 0,
  rate_limit_hits bigint not null default 0,
  db_operations bigint not null default 0,
  data_bytes bigint not null default 0,
  api_duration_us bigint not null default 0,
  throttle_wait_us bigint not null default 0,
  request_cost_thousandths bigint not null default 0,
  db_duration_us bigint not null default 0,
  last_started_at bigint,
  last_ended_at bigint,
  last_courses bigint,
  last_rate_limit_remaining double precision,
  primary key (sync_type, sync_status, error_type, shard)
);

-- What a sync adds to the counters when it ends. The limits keep one absurd report from overflowing the sums.
create view canvas_sync_counter_rows as
select
  id, sync_status, sync_start_time, api_rate_limit_remaining_min,
  coalesce(sync_end_time, sync_start_time) as ended_at,
  case when exists (select 1 from canvas_sync_counter_labels where kind = 'sync_type' and label = sync_type)
    then sync_type else 'other' end as type_label,
  case when error_type is null then ''
    when exists (select 1 from canvas_sync_counter_labels where kind = 'error_type' and label = error_type)
    then error_type else 'other' end as error_label,
  1 as syncs,
  (total_duration_seconds is not null)::int as durations,
  cast(round(least(greatest(coalesce(total_duration_seconds, 0), 0), 10000000) * 1000000) as bigint) as duration_us,
  coalesce(total_duration_seconds <= 1, false)::int as le_1,
  coalesce(total_duration_seconds <= 5, false)::int as le_5,
  coalesce(total_duration_seconds <= 10, false)::int as le_10,
  coalesce(total_duration_seconds <= 15, false)::int as le_15,
  coalesce(total_duration_seconds <= 30, false)::int as le_30,
  coalesce(total_duration_seconds <= 60, false)::int as le_60,
  coalesce(total_duration_seconds <= 120, false)::int as le_120,
  coalesce(total_duration_seconds <= 300, false)::int as le_300,
  coalesce(total_duration_seconds <= 600, false)::int as le_600,
  coalesce(total_duration_seconds <= 1800, false)::int as le_1800,
  coalesce(total_duration_seconds <= 3600, false)::int as le_3600,
  coalesce(total_duration_seconds <= 7200, false)::int as le_7200,
  least(greatest(courses_processed, 0), 1000000000000) as courses_extracted,
  least(greatest(courses_created + courses_updated, 0), 1000000000000) as courses_loaded,
  least(greatest(courses_processed - courses_created - courses_updated, 0), 1000000000000) as courses_unchanged,
  least(greatest(assignments_processed, 0), 1000000000000) as assignments_extracted,
  least(greatest(assignments_created + assignments_updated, 0), 1000000000000) as assignments_loaded,
  least(greatest(assignments_processed - assignments_created - assignments_updated, 0), 1000000000000) as assignments_unchanged,
  least(greatest(submissions_processed, 0), 1000000000000) as submissions_extracted,
  least(greatest(submissions_created + submissions_updated, 0), 1000000000000) as submissions_loaded,
  least(greatest(submissions_processed - submissions_created - submissions_updated, 0), 1000000000000) as submissions_unchanged,
  least(greatest(grades_processed, 0), 1000000000000) as grades_extracted,
  least(greatest(grades_updated, 0), 1000000000000) as grades_loaded,
  least(greatest(grades_processed - grades_updated, 0), 1000000000000) as grades_unchanged,
  least(greatest(rows_deleted, 0), 1000000000000) as rows_deleted,
  least(greatest(deletions_held, 0), 1000000000000) as deletions_held,
  least(greatest(records_lost, 0), 1000000000000) as records_lost,
  least(greatest(api_calls_made, 0), 1000000000000) as api_calls,
  least(greatest(api_calls_failed, 0), 1000000000000) as api_failures,
  least(greatest(api_rate_limit_hits, 0), 1000000000000) as rate_limit_hits,
  least(greatest(db_operations, 0), 1000000000000) as db_operations,
  least(greatest(total_data_size_bytes, 0), 1000000000000) as data_bytes,
  cast(round(least(greatest(coalesce(total_api_duration_ms, 0), 0), 10000000000) * 1000) as bigint) as api_duration_us,
  cast(round(least(greatest(coalesce(throttle_wait_ms, 0), 0), 10000000000) * 1000) as bigint) as throttle_wait_us,
  cast(round(least(greatest(coalesce(api_request_cost, 0), 0), 10000000000) * 1000) as bigint) as request_cost_thousandths,
  cast(round(least(greatest(coalesce(db_duration_ms, 0), 0), 10000000000) * 1000) as bigint) as db_duration_us
from canvas_sync_metrics;

-- Counts syncs that have just ended.
create function canvas_sync_count_ended(sync_ids bigint[]) returns void language plpgsql as $$
begin
  insert into canvas_sync_counter_labels (kind, label)
  select 'sync_type', sync_type from canvas_sync_metrics
  where id = any (sync_ids) and sync_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'sync_type' and label = sync_type)
  group by sync_type order by min(id)
  limit greatest(50 - (select count(*) from canvas_sync_counter_labels where kind = 'sync_type'), 0)
  on conflict (kind, label) do nothing;
  insert into canvas_sync_counter_labels (kind, label)
  select 'error_type', error_type from canvas_sync_metrics
  where id = any (sync_ids) and error_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'error_type' and label = error_type)
  group by error_type order by min(id)
  limit greatest(50 - (select count(*) from canvas_sync_counter_labels where kind = 'error_type'), 0)
  on conflict (kind, label) do nothing;
  insert into canvas_sync_counters (
    sync_type, sync_status, error_type, shard, syncs, durations, duration_us, le_1, le_5, le_10, le_15,
    le_30, le_60, le_120, le_300, le_600, le_1800, le_3600, le_7200, courses_extracted, courses_loaded,
    courses_unchanged, assignments_extracted, assignments_loaded, assignments_unchanged,
    submissions_extracted, submissions_loaded, submissions_unchanged, grades_extracted, grades_loaded,
    grades_unchanged, rows_deleted, deletions_held, records_lost, api_calls, api_failures, rate_limit_hits,
    db_operations, data_bytes, api_duration_us, throttle_wait_us, request_cost_thousandths, db_duration_us,
    last_started_at, last_ended_at, last_courses, last_rate_limit_remaining
  )
  select type_label, sync_status, error_label, pg_backend_pid() % 4,
    sum(syncs), sum(durations), sum(duration_us), sum(le_1), sum(le_5), sum(le_10), sum(le_15), sum(le_30),
    sum(le_60), sum(le_120), sum(le_300), sum(le_600), sum(le_1800), sum(le_3600), sum(le_7200),
    sum(courses_extracted), sum(courses_loaded), sum(courses_unchanged), sum(assignments_extracted),
    sum(assignments_loaded), sum(assignments_unchanged), sum(submissions_extracted),
    sum(submissions_loaded), sum(submissions_unchanged), sum(grades_extracted), sum(grades_loaded),
    sum(grades_unchanged), sum(rows_deleted), sum(deletions_held), sum(records_lost), sum(api_calls),
    sum(api_failures), sum(rate_limit_hits), sum(db_operations), sum(data_bytes), sum(api_duration_us),
    sum(throttle_wait_us), sum(request_cost_thousandths), sum(db_duration_us),
    max(sync_start_time), max(ended_at), max(case newest when 1 then courses_extracted end),
    max(case newest when 1 then api_rate_limit_remaining_min end)
  from (
    select r.*, row_number() over (
      partition by type_label, sync_status, error_label order by ended_at desc, id desc
    ) as newest
    from canvas_sync_counter_rows r where r.id = any (sync_ids)
  ) ended
  group by type_label, sync_status, error_label
  order by type_label, sync_status, error_label
  on conflict (sync_type, sync_status, error_type, shard) do update set
    syncs = canvas_sync_counters.syncs + excluded.syncs,
    durations = canvas_sync_counters.durations + excluded.durations,
    duration_us = canvas_sync_counters.duration_us + excluded.duration_us,
    le_1 = canvas_sync_counters.le_1 + excluded.le_1,
    le_5 = canvas_sync_counters.le_5 + excluded.le_5,
    le_10 = canvas_sync_counters.le_10 + excluded.le_10,
    le_15 = canvas_sync_counters.le_15 + excluded.le_15,
    le_30 = canvas_sync_counters.le_30 + excluded.le_30,
    le_60 = canvas_sync_counters.le_60 + excluded.le_60,
    le_120 = canvas_sync_counters.le_120 + excluded.le_120,
    le_300 = canvas_sync_counters.le_300 + excluded.le_300,
    le_600 = canvas_sync_counters.le_600 + excluded.le_600,
    le_1800 = canvas_sync_counters.le_1800 + excluded.le_1800,
    le_3600 = canvas_sync_counters.le_3600 + excluded.le_3600,
    le_7200 = canvas_sync_counters.le_7200 + excluded.le_7200,
    courses_extracted = canvas_sync_counters.courses_extracted + excluded.courses_extracted,
    courses_loaded = canvas_sync_counters.courses_loaded + excluded.courses_loaded,
    courses_unchanged = canvas_sync_counters.courses_unchanged + excluded.courses_unchanged,
    assignments_extracted = canvas_sync_counters.assignments_extracted + excluded.assignments_extracted,
    assignments_loaded = canvas_sync_counters.assignments_loaded + excluded.assignments_loaded,
    assignments_unchanged = canvas_sync_counters.assignments_unchanged + excluded.assignments_unchanged,
    submissions_extracted = canvas_sync_counters.submissions_extracted + excluded.submissions_extracted,
    submissions_loaded = canvas_sync_counters.submissions_loaded + excluded.submissions_loaded,
    submissions_unchanged = canvas_sync_counters.submissions_unchanged + excluded.submissions_unchanged,
    grades_extracted = canvas_sync_counters.grades_extracted + excluded.grades_extracted,
    grades_loaded = canvas_sync_counters.grades_loaded + excluded.grades_loaded,
    grades_unchanged = canvas_sync_counters.grades_unchanged + excluded.grades_unchanged,
    rows_deleted = canvas_sync_counters.rows_deleted + excluded.rows_deleted,
    deletions_held = canvas_sync_counters.deletions_held + excluded.deletions_held,
    records_lost = canvas_sync_counters.records_lost + excluded.records_lost,
    api_calls = canvas_sync_counters.api_calls + excluded.api_calls,
    api_failures = canvas_sync_counters.api_failures + excluded.api_failures,
    rate_limit_hits = canvas_sync_counters.rate_limit_hits + excluded.rate_limit_hits,
    db_operations = canvas_sync_counters.db_operations + excluded.db_operations,
    data_bytes = canvas_sync_counters.data_bytes + excluded.data_bytes,
    api_duration_us = canvas_sync_counters.api_duration_us + excluded.api_duration_us,
    throttle_wait_us = canvas_sync_counters.throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths = canvas_sync_counters.request_cost_thousandths + excluded.request_cost_thousandths,
    db_duration_us = canvas_sync_counters.db_duration_us + excluded.db_duration_us,
    last_started_at = greatest(canvas_sync_counters.last_started_at, excluded.last_started_at),
    last_courses = case when excluded.last_ended_at >= canvas_sync_counters.last_ended_at
        then excluded.last_courses else canvas_sync_counters.last_courses end,
    last_rate_limit_remaining = case when excluded.last_ended_at >= canvas_sync_counters.last_ended_at
        then excluded.last_rate_limit_remaining else canvas_sync_counters.last_rate_limit_remaining end,
    last_ended_at = greatest(canvas_sync_counters.last_ended_at, excluded.last_ended_at);
end
$$;

-- Who writes many syncs in one transaction counts them together at its end, which costs a fraction: until then the setting
-- is 'on', and these triggers leave it to that.
create function canvas_sync_counters_ended() returns trigger language plpgsql as $$
begin
  if current_setting('canvas_sync.counted_together', true) is distinct from 'on' then
    perform canvas_sync_count_ended(array[new.id]);
  end if;
  return null;
end
$$;

create function canvas_sync_counters_changed() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_counter_labels (kind, label)
  select 'error_type', new.error_type
  where new.error_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'error_type' and label = new.error_type)
    and (select count(*) from canvas_sync_counter_labels where kind = 'error_type') < 50
  on conflict (kind, label) do nothing;
  insert into canvas_sync_counters (
    sync_type, sync_status, error_type, shard, syncs, durations, duration_us, le_1, le_5, le_10, le_15,
    le_30, le_60, le_120, le_300, le_600, le_1800, le_3600, le_7200, courses_extracted, courses_loaded,
    courses_unchanged, assignments_extracted, assignments_loaded, assignments_unchanged,
    submissions_extracted, submissions_loaded, submissions_unchanged, grades_extracted, grades_loaded,
    grades_unchanged, rows_deleted, deletions_held, records_lost, api_calls, api_failures, rate_limit_hits,
    db_operations, data_bytes, api_duration_us, throttle_wait_us, request_cost_thousandths, db_duration_us,
    last_started_at, last_ended_at, last_courses, last_rate_limit_remaining
  )
  select
    case when exists (select 1 from canvas_sync_counter_labels where kind = 'sync_type' and label = new.sync_type)
      then new.sync_type else 'other' end,
    new.sync_status,
    case when new.error_type is null then ''
      when exists (select 1 from canvas_sync_counter_labels where kind = 'error_type' and label = new.error_type)
      then new.error_type else 'other' end,
    pg_backend_pid() % 4,
    (old.sync_status <> new.sync_status)::int,
    (d.seconds is not null)::int,
    cast(round(least(greatest(coalesce(d.seconds, 0), 0), 10000000) * 1000000) as bigint),
    coalesce(d.seconds <= 1, false)::int, coalesce(d.seconds <= 5, false)::int, coalesce(d.seconds <= 10, false)::int,
    coalesce(d.seconds <= 15, false)::int, coalesce(d.seconds <= 30, false)::int, coalesce(d.seconds <= 60, false)::int,
    coalesce(d.seconds <= 120, false)::int, coalesce(d.seconds <= 300, false)::int, coalesce(d.seconds <= 600, false)::int,
    coalesce(d.seconds <= 1800, false)::int, coalesce(d.seconds <= 3600, false)::int, coalesce(d.seconds <= 7200, false)::int,
    greatest(least(greatest(new.courses_processed, 0), 1000000000000)
      - least(greatest(old.courses_processed, 0), 1000000000000), 0),
    greatest(least(greatest(new.courses_created + new.courses_updated, 0), 1000000000000)
      - least(greatest(old.courses_created + old.courses_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.courses_processed - new.courses_created - new.courses_updated, 0), 1000000000000)
      - least(greatest(old.courses_processed - old.courses_created - old.courses_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.assignments_processed, 0), 1000000000000)
      - least(greatest(old.assignments_processed, 0), 1000000000000), 0),
    greatest(least(greatest(new.assignments_created + new.assignments_updated, 0), 1000000000000)
      - least(greatest(old.assignments_created + old.assignments_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.assignments_processed - new.assignments_created - new.assignments_updated, 0), 1000000000000)
      - least(greatest(old.assignments_processed - old.assignments_created - old.assignments_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.submissions_processed, 0), 1000000000000)
      - least(greatest(old.submissions_processed, 0), 1000000000000), 0),
    greatest(least(greatest(new.submissions_created + new.submissions_updated, 0), 1000000000000)
      - least(greatest(old.submissions_created + old.submissions_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.submissions_processed - new.submissions_created - new.submissions_updated, 0), 1000000000000)
      - least(greatest(old.submissions_processed - old.submissions_created - old.submissions_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.grades_processed, 0), 1000000000000)
      - least(greatest(old.grades_processed, 0), 1000000000000), 0),
    greatest(least(greatest(new.grades_updated, 0), 1000000000000)
      - least(greatest(old.grades_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.grades_processed - new.grades_updated, 0), 1000000000000)
      - least(greatest(old.grades_processed - old.grades_updated, 0), 1000000000000), 0),
    greatest(least(greatest(new.rows_deleted, 0), 1000000000000)
      - least(greatest(old.rows_deleted, 0), 1000000000000), 0),
    greatest(least(greatest(new.deletions_held, 0), 1000000000000)
      - least(greatest(old.deletions_held, 0), 1000000000000), 0),
    greatest(least(greatest(new.records_lost, 0), 1000000000000)
      - least(greatest(old.records_lost, 0), 1000000000000), 0),
    greatest(least(greatest(new.api_calls_made, 0), 1000000000000)
      - least(greatest(old.api_calls_made, 0), 1000000000000), 0),
    greatest(least(greatest(new.api_calls_failed, 0), 1000000000000)
      - least(greatest(old.api_calls_failed, 0), 1000000000000), 0),
    greatest(least(greatest(new.api_rate_limit_hits, 0), 1000000000000)
      - least(greatest(old.api_rate_limit_hits, 0), 1000000000000), 0),
    greatest(least(greatest(new.db_operations, 0), 1000000000000)
      - least(greatest(old.db_operations, 0), 1000000000000), 0),
    greatest(least(greatest(new.total_data_size_bytes, 0), 1000000000000)
      - least(greatest(old.total_data_size_bytes, 0), 1000000000000), 0),
    greatest(cast(round(least(greatest(coalesce(new.total_api_duration_ms, 0), 0), 10000000000) * 1000) as bigint)
      - cast(round(least(greatest(coalesce(old.total_api_duration_ms, 0), 0), 10000000000) * 1000) as bigint), 0),
    greatest(cast(round(least(greatest(coalesce(new.throttle_wait_ms, 0), 0), 10000000000) * 1000) as bigint)
      - cast(round(least(greatest(coalesce(old.throttle_wait_ms, 0), 0), 10000000000) * 1000) as bigint), 0),
    greatest(cast(round(least(greatest(coalesce(new.api_request_cost, 0), 0), 10000000000) * 1000) as bigint)
      - cast(round(least(greatest(coalesce(old.api_request_cost, 0), 0), 10000000000) * 1000) as bigint), 0),
    greatest(cast(round(least(greatest(coalesce(new.db_duration_ms, 0), 0), 10000000000) * 1000) as bigint)
      - cast(round(least(greatest(coalesce(old.db_duration_ms, 0), 0), 10000000000) * 1000) as bigint), 0),
    new.sync_start_time,
    coalesce(new.sync_end_time, new.sync_start_time),
    least(greatest(new.courses_processed, 0), 1000000000000),
    new.api_rate_limit_remaining_min
  from (select case when old.sync_status <> new.sync_status then new.total_duration_seconds end as seconds) d
  on conflict (sync_type, sync_status, error_type, shard) do update set
    syncs = canvas_sync_counters.syncs + excluded.syncs,
    durations = canvas_sync_counters.durations + excluded.durations,
    duration_us = canvas_sync_counters.duration_us + excluded.duration_us,
    le_1 = canvas_sync_counters.le_1 + excluded.le_1,
    le_5 = canvas_sync_counters.le_5 + excluded.le_5,
    le_10 = canvas_sync_counters.le_10 + excluded.le_10,
    le_15 = canvas_sync_counters.le_15 + excluded.le_15,
    le_30 = canvas_sync_counters.le_30 + excluded.le_30,
    le_60 = canvas_sync_counters.le_60 + excluded.le_60,
    le_120 = canvas_sync_counters.le_120 + excluded.le_120,
    le_300 = canvas_sync_counters.le_300 + excluded.le_300,
    le_600 = canvas_sync_counters.le_600 + excluded.le_600,
    le_1800 = canvas_sync_counters.le_1800 + excluded.le_1800,
    le_3600 = canvas_sync_counters.le_3600 + excluded.le_3600,
    le_7200 = canvas_sync_counters.le_7200 + excluded.le_7200,
    courses_extracted = canvas_sync_counters.courses_extracted + excluded.courses_extracted,
    courses_loaded = canvas_sync_counters.courses_loaded + excluded.courses_loaded,
    courses_unchanged = canvas_sync_counters.courses_unchanged + excluded.courses_unchanged,
    assignments_extracted = canvas_sync_counters.assignments_extracted + excluded.assignments_extracted,
    assignments_loaded = canvas_sync_counters.assignments_loaded + excluded.assignments_loaded,
    assignments_unchanged = canvas_sync_counters.assignments_unchanged + excluded.assignments_unchanged,
    submissions_extracted = canvas_sync_counters.submissions_extracted + excluded.submissions_extracted,
    submissions_loaded = canvas_sync_counters.submissions_loaded + excluded.submissions_loaded,
    submissions_unchanged = canvas_sync_counters.submissions_unchanged + excluded.submissions_unchanged,
    grades_extracted = canvas_sync_counters.grades_extracted + excluded.grades_extracted,
    grades_loaded = canvas_sync_counters.grades_loaded + excluded.grades_loaded,
    grades_unchanged = canvas_sync_counters.grades_unchanged + excluded.grades_unchanged,
    rows_deleted = canvas_sync_counters.rows_deleted + excluded.rows_deleted,
    deletions_held = canvas_sync_counters.deletions_held + excluded.deletions_held,
    records_lost = canvas_sync_counters.records_lost + excluded.records_lost,
    api_calls = canvas_sync_counters.api_calls + excluded.api_calls,
    api_failures = canvas_sync_counters.api_failures + excluded.api_failures,
    rate_limit_hits = canvas_sync_counters.rate_limit_hits + excluded.rate_limit_hits,
    db_operations = canvas_sync_counters.db_operations + excluded.db_operations,
    data_bytes = canvas_sync_counters.data_bytes + excluded.data_bytes,
    api_duration_us = canvas_sync_counters.api_duration_us + excluded.api_duration_us,
    throttle_wait_us = canvas_sync_counters.throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths = canvas_sync_counters.request_cost_thousandths + excluded.request_cost_thousandths,
    db_duration_us = canvas_sync_counters.db_duration_us + excluded.db_duration_us,
    last_started_at = greatest(canvas_sync_counters.last_started_at, excluded.last_started_at),
    last_courses = case when excluded.last_ended_at >= canvas_sync_counters.last_ended_at
        then excluded.last_courses else canvas_sync_counters.last_courses end,
    last_rate_limit_remaining = case when excluded.last_ended_at >= canvas_sync_counters.last_ended_at
        then excluded.last_rate_limit_remaining else canvas_sync_counters.last_rate_limit_remaining end,
    last_ended_at = greatest(canvas_sync_counters.last_ended_at, excluded.last_ended_at);
  return null;
end
$$;

create function canvas_sync_counters_started() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_counter_labels (kind, label)
  select 'sync_type', new.sync_type
  where new.sync_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'sync_type' and label = new.sync_type)
    and (select count(*) from canvas_sync_counter_labels where kind = 'sync_type') < 50
  on conflict (kind, label) do nothing;
  return null;
end
$$;

create trigger canvas_sync_counters_ended_at_once after insert on canvas_sync_metrics
for each row when (new.sync_status <> 'in_progress') execute function canvas_sync_counters_ended();

create trigger canvas_sync_counters_ended after update of sync_status on canvas_sync_metrics
for each row when (old.sync_status = 'in_progress' and new.sync_status <> 'in_progress') execute function canvas_sync_counters_ended();

-- A lost sync that ends after all, and whatever else comes behind the end.
create trigger canvas_sync_counters_changed after update of
  sync_status, sync_end_time, total_duration_seconds, courses_processed, courses_created, courses_updated,
  assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes, throttle_wait_ms, api_request_cost, rows_deleted, deletions_held, records_lost
on canvas_sync_metrics
for each row when (old.sync_status <> 'in_progress' and new.sync_status <> 'in_progress') execute function canvas_sync_counters_changed();

-- A type has its label from its first sync on, also while it runs.
create trigger canvas_sync_counters_started after insert on canvas_sync_metrics
for each row when (new.sync_status = 'in_progress') execute function canvas_sync_counters_started();

-- The rows that are here already, once. Which of them ended last is not looked for.
insert into canvas_sync_counter_labels (kind, label)
select 'sync_type', sync_type from canvas_sync_metrics where sync_type is not null group by sync_type order by count(*) desc, sync_type limit 50;
insert into canvas_sync_counter_labels (kind, label)
select 'error_type', error_type from canvas_sync_metrics where error_type is not null group by error_type order by count(*) desc, error_type limit 50;

insert into canvas_sync_counters (
  sync_type, sync_status, error_type, syncs, durations, duration_us, le_1, le_5, le_10, le_15, le_30,
  le_60, le_120, le_300, le_600, le_1800, le_3600, le_7200, courses_extracted, courses_loaded,
  courses_unchanged, assignments_extracted, assignments_loaded, assignments_unchanged,
  submissions_extracted, submissions_loaded, submissions_unchanged, grades_extracted, grades_loaded,
  grades_unchanged, rows_deleted, deletions_held, records_lost, api_calls, api_failures, rate_limit_hits,
  db_operations, data_bytes, api_duration_us, throttle_wait_us, request_cost_thousandths, db_duration_us,
  last_started_at, last_ended_at
)
select type_label, sync_status, error_label,
  sum(syncs), sum(durations), sum(duration_us), sum(le_1), sum(le_5), sum(le_10), sum(le_15), sum(le_30),
  sum(le_60), sum(le_120), sum(le_300), sum(le_600), sum(le_1800), sum(le_3600), sum(le_7200),
  sum(courses_extracted), sum(courses_loaded), sum(courses_unchanged), sum(assignments_extracted),
  sum(assignments_loaded), sum(assignments_unchanged), sum(submissions_extracted), sum(submissions_loaded),
  sum(submissions_unchanged), sum(grades_extracted), sum(grades_loaded), sum(grades_unchanged),
  sum(rows_deleted), sum(deletions_held), sum(records_lost), sum(api_calls), sum(api_failures),
  sum(rate_limit_hits), sum(db_operations), sum(data_bytes), sum(api_duration_us), sum(throttle_wait_us),
  sum(request_cost_thousandths), sum(db_duration_us),
  max(sync_start_time), max(ended_at)
from canvas_sync_counter_rows where sync_status <> 'in_progress'
group by type_label, sync_status, error_label;

-- What else is counted when it happens, because its rows are deleted in time: what became of notifications (kind
-- 'notification': channel, state), incidents that opened ('incident': rule, severity) and the times of schedules ('due_run':
-- state). All of them are rare, or one at a time.
create table canvas_sync_event_counters (
  kind text collate "C" not null,
  label_1 text collate "C" not null,
  label_2 text collate "C" not null,
  counted bigint not null default 0,
  primary key (kind, label_1, label_2)
);

create function canvas_sync_count_notification() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_event_counters (kind, label_1, label_2, counted) values ('notification', new.channel, new.state, 1)
  on conflict (kind, label_1, label_2) do update set counted = canvas_sync_event_counters.counted + 1;
  return null;
end
$$;

create trigger canvas_sync_notifications_counted after update on canvas_sync_notifications
for each row when (new.state <> old.state and new.state <> 'waiting') execute function canvas_sync_count_notification();

create function canvas_sync_count_incident() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_event_counters (kind, label_1, label_2, counted) values ('incident', new.rule, new.severity, 1)
  on conflict (kind, label_1, label_2) do update set counted = canvas_sync_event_counters.counted + 1;
  return null;
end
$$;

create trigger canvas_sync_incidents_counted after insert on canvas_sync_incidents
for each row execute function canvas_sync_count_incident();

create function canvas_sync_count_due_run() returns trigger language plpgsql as $$
begin
  insert into canvas_sync_event_counters (kind, label_1, label_2, counted) values ('due_run', new.state, '', 1)
  on conflict (kind, label_1, label_2) do update set counted = canvas_sync_event_counters.counted + 1;
  return null;
end
$$;

create trigger canvas_sync_due_runs_counted after update on canvas_sync_due_runs
for each row when (new.state <> old.state and new.state <> 'waiting') execute function canvas_sync_count_due_run();

create trigger canvas_sync_due_runs_at_once_counted after insert on canvas_sync_due_runs
for each row when (new.state <> 'waiting') execute function canvas_sync_count_due_run();
