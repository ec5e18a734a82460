-- What Prometheus counts: by type, status and error type of all syncs that ever ended. Unlike the sums of 0003-sync-figures
-- nothing is taken out again, not by retention, erasure or repair: a counter that goes down is a restart to Prometheus. A sync
-- is counted when it ends; one that was lost and ends after all is counted again, under the status that it ends with, and what
-- it did only beyond what was counted. Triggers do it in the transaction that writes the row, whoever writes it. The rows of a
-- running sync are not counted.

-- A caller may give any number of types: the first 50 of a kind have a label of their own for ever, the others are 'other'.
create table canvas_sync_counter_labels (
  kind text not null,
  label text not null,
  primary key (kind, label)
) without rowid;

-- error_type is '' without one. le_N: how many of the durations are at most N seconds. last_…: of the sync that ended last,
-- of those that are counted here.
create table canvas_sync_counters (
  sync_type text not null,
  sync_status text not null,
  error_type text not null,
  syncs integer not null default 0,
  durations integer not null default 0,
  duration_us integer not null default 0,
  le_1 integer not null default 0,
  le_5 integer not null default 0,
  le_10 integer not null default 0,
  le_15 integer not null default 0,
  le_30 integer not null default 0,
  le_60 integer not null default 0,
  le_120 integer not null default 0,
  le_300 integer not null default 0,
  le_600 integer not null default 0,
  le_1800 integer not null default 0,
  le_3600 integer not null default 0,
  le_7200 integer not null default 0,
  courses_extracted integer not null default 0,
  courses_loaded integer not null default 0,
  courses_unchanged integer not null default 0,
  assignments_extracted integer not null default 0,
  assignments_loaded integer not null default 0,
  assignments_unchanged integer not null default 0,
  submissions_extracted integer not null default 0,
  submissions_loaded integer not null default 0,
  submissions_unchanged integer not null default 0,
  grades_extracted integer not null default 0,
  grades_loaded integer not null default 0,
  grades_unchanged integer not null default 0,
  rows_deleted integer not null default 0,
  deletions_held integer not null default 0,
  records_lost integer not null default 0,
  api_calls integer not null default 0,
  api_failures integer not null default 0,
  rate_limit_hits integer not null default 0,
  db_operations integer not null default 0,
  data_bytes integer not null default 0,
  api_duration_us integer not null default 0,
  throttle_wait_us integer not null default 0,
  request_cost_thousandths integer not null default 0,
  db_duration_us integer not null default 0,
  last_started_at integer,
  last_ended_at integer,
  last_courses integer,
  last_rate_limit_remaining real,
  primary key (sync_type, sync_status, error_type)
) without rowid;

-- Who writes many syncs in one transaction counts them together at its end, which costs a fraction: until then the row is
-- here, and the triggers leave it to that. Nobody else sees the row, for SQLite has one writer at a time.
create table canvas_sync_counted_together (held integer primary key check (held = 1));

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
  (total_duration_seconds is not null) as durations,
  cast(round(min(max(coalesce(total_duration_seconds, 0), 0), 10000000) * 1000000) as integer) as duration_us,
  coalesce(total_duration_seconds <= 1, 0) as le_1, coalesce(total_duration_seconds <= 5, 0) as le_5,
  coalesce(total_duration_seconds <= 10, 0) as le_10, coalesce(total_duration_seconds <= 15, 0) as le_15,
  coalesce(total_duration_seconds <= 30, 0) as le_30, coalesce(total_duration_seconds <= 60, 0) as le_60,
  coalesce(total_duration_seconds <= 120, 0) as le_120,
  coalesce(total_duration_seconds <= 300, 0) as le_300,
  coalesce(total_duration_seconds <= 600, 0) as le_600,
  coalesce(total_duration_seconds <= 1800, 0) as le_1800,
  coalesce(total_duration_seconds <= 3600, 0) as le_3600,
  coalesce(total_duration_seconds <= 7200, 0) as le_7200,
  min(max(courses_processed, 0), 1000000000000) as courses_extracted,
  min(max(courses_created + courses_updated, 0), 1000000000000) as courses_loaded,
  min(max(courses_processed - courses_created - courses_updated, 0), 1000000000000) as courses_unchanged,
  min(max(assignments_processed, 0), 1000000000000) as assignments_extracted,
  min(max(assignments_created + assignments_updated, 0), 1000000000000) as assignments_loaded,
  min(max(assignments_processed - assignments_created - assignments_updated, 0), 1000000000000) as assignments_unchanged,
  min(max(submissions_processed, 0), 1000000000000) as submissions_extracted,
  min(max(submissions_created + submissions_updated, 0), 1000000000000) as submissions_loaded,
  min(max(submissions_processed - submissions_created - submissions_updated, 0), 1000000000000) as submissions_unchanged,
  min(max(grades_processed, 0), 1000000000000) as grades_extracted,
  min(max(grades_updated, 0), 1000000000000) as grades_loaded,
  min(max(grades_processed - grades_updated, 0), 1000000000000) as grades_unchanged,
  min(max(rows_deleted, 0), 1000000000000) as rows_deleted,
  min(max(deletions_held, 0), 1000000000000) as deletions_held,
  min(max(records_lost, 0), 1000000000000) as records_lost,
  min(max(api_calls_made, 0), 1000000000000) as api_calls,
  min(max(api_calls_failed, 0), 1000000000000) as api_failures,
  min(max(api_rate_limit_hits, 0), 1000000000000) as rate_limit_hits,
  min(max(db_operations, 0), 1000000000000) as db_operations,
  min(max(total_data_size_bytes, 0), 1000000000000) as data_bytes,
  cast(round(min(max(coalesce(total_api_duration_ms, 0), 0), 10000000000) * 1000) as integer) as api_duration_us,
  cast(round(min(max(coalesce(throttle_wait_ms, 0), 0), 10000000000) * 1000) as integer) as throttle_wait_us,
  cast(round(min(max(coalesce(api_request_cost, 0), 0), 10000000000) * 1000) as integer) as request_cost_thousandths,
  cast(round(min(max(coalesce(db_duration_ms, 0), 0), 10000000000) * 1000) as integer) as db_duration_us
from canvas_sync_metrics;

-- Counts syncs that have just ended, given as a JSON array of their ids. A view stands for a function.
create view canvas_sync_ended as select '[]' as sync_ids where false;

create trigger canvas_sync_ended_counted instead of insert on canvas_sync_ended
begin
  insert into canvas_sync_counter_labels (kind, label)
  select 'sync_type', sync_type from canvas_sync_metrics
  where id in (select value from json_each(new.sync_ids)) and sync_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'sync_type' and label = sync_type)
  group by sync_type order by min(id)
  limit max(50 - (select count(*) from canvas_sync_counter_labels where kind = 'sync_type'), 0)
  on conflict (kind, label) do nothing;
  insert into canvas_sync_counter_labels (kind, label)
  select 'error_type', error_type from canvas_sync_metrics
  where id in (select value from json_each(new.sync_ids)) and error_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'error_type' and label = error_type)
  group by error_type order by min(id)
  limit max(50 - (select count(*) from canvas_sync_counter_labels where kind = 'error_type'), 0)
  on conflict (kind, label) do nothing;
  insert into canvas_sync_counters (
    sync_type, sync_status, error_type, syncs, durations, duration_us, le_1, le_5, le_10, le_15, le_30,
    le_60, le_120, le_300, le_600, le_1800, le_3600, le_7200, courses_extracted, courses_loaded,
    courses_unchanged, assignments_extracted, assignments_loaded, assignments_unchanged,
    submissions_extracted, submissions_loaded, submissions_unchanged, grades_extracted, grades_loaded,
    grades_unchanged, rows_deleted, deletions_held, records_lost, api_calls, api_failures, rate_limit_hits,
    db_operations, data_bytes, api_duration_us, throttle_wait_us, request_cost_thousandths, db_duration_us,
    last_started_at, last_ended_at, last_courses, last_rate_limit_remaining
  )
  select type_label, sync_status, error_label,
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
    from canvas_sync_counter_rows r where r.id in (select value from json_each(new.sync_ids))
  ) ended
  where true group by type_label, sync_status, error_label
  on conflict (sync_type, sync_status, error_type) do update set
    syncs = syncs + excluded.syncs,
    durations = durations + excluded.durations,
    duration_us = duration_us + excluded.duration_us,
    le_1 = le_1 + excluded.le_1,
    le_5 = le_5 + excluded.le_5,
    le_10 = le_10 + excluded.le_10,
    le_15 = le_15 + excluded.le_15,
    le_30 = le_30 + excluded.le_30,
    le_60 = le_60 + excluded.le_60,
    le_120 = le_120 + excluded.le_120,
    le_300 = le_300 + excluded.le_300,
    le_600 = le_600 + excluded.le_600,
    le_1800 = le_1800 + excluded.le_1800,
    le_3600 = le_3600 + excluded.le_3600,
    le_7200 = le_7200 + excluded.le_7200,
    courses_extracted = courses_extracted + excluded.courses_extracted,
    courses_loaded = courses_loaded + excluded.courses_loaded,
    courses_unchanged = courses_unchanged + excluded.courses_unchanged,
    assignments_extracted = assignments_extracted + excluded.assignments_extracted,
    assignments_loaded = assignments_loaded + excluded.assignments_loaded,
    assignments_unchanged = assignments_unchanged + excluded.assignments_unchanged,
    submissions_extracted = submissions_extracted + excluded.submissions_extracted,
    submissions_loaded = submissions_loaded + excluded.submissions_loaded,
    submissions_unchanged = submissions_unchanged + excluded.submissions_unchanged,
    grades_extracted = grades_extracted + excluded.grades_extracted,
    grades_loaded = grades_loaded + excluded.grades_loaded,
    grades_unchanged = grades_unchanged + excluded.grades_unchanged,
    rows_deleted = rows_deleted + excluded.rows_deleted,
    deletions_held = deletions_held + excluded.deletions_held,
    records_lost = records_lost + excluded.records_lost,
    api_calls = api_calls + excluded.api_calls,
    api_failures = api_failures + excluded.api_failures,
    rate_limit_hits = rate_limit_hits + excluded.rate_limit_hits,
    db_operations = db_operations + excluded.db_operations,
    data_bytes = data_bytes + excluded.data_bytes,
    api_duration_us = api_duration_us + excluded.api_duration_us,
    throttle_wait_us = throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths = request_cost_thousandths + excluded.request_cost_thousandths,
    db_duration_us = db_duration_us + excluded.db_duration_us,
    last_started_at = max(last_started_at, excluded.last_started_at),
    last_courses = case when excluded.last_ended_at >= last_ended_at
        then excluded.last_courses else last_courses end,
    last_rate_limit_remaining = case when excluded.last_ended_at >= last_ended_at
        then excluded.last_rate_limit_remaining else last_rate_limit_remaining end,
    last_ended_at = max(last_ended_at, excluded.last_ended_at);
end;

create trigger canvas_sync_counters_ended_at_once after insert on canvas_sync_metrics
when new.sync_status <> 'in_progress' and not exists (select 1 from canvas_sync_counted_together)
begin
  insert into canvas_sync_ended (sync_ids) values ('[' || new.id || ']');
end;

create trigger canvas_sync_counters_ended after update of sync_status on canvas_sync_metrics
when old.sync_status = 'in_progress' and new.sync_status <> 'in_progress'
  and not exists (select 1 from canvas_sync_counted_together)
begin
  insert into canvas_sync_ended (sync_ids) values ('[' || new.id || ']');
end;

-- A lost sync that ends after all, and whatever else comes behind the end.
create trigger canvas_sync_counters_changed after update of
  sync_status, sync_end_time, total_duration_seconds, courses_processed, courses_created, courses_updated,
  assignments_processed, assignments_created, assignments_updated, submissions_processed,
  submissions_created, submissions_updated, grades_processed, grades_updated, api_calls_made,
  api_calls_failed, total_api_duration_ms, api_rate_limit_hits, db_operations, db_duration_ms,
  total_data_size_bytes, throttle_wait_ms, api_request_cost, rows_deleted, deletions_held, records_lost
on canvas_sync_metrics
when old.sync_status <> 'in_progress' and new.sync_status <> 'in_progress'
begin
  insert into canvas_sync_counter_labels (kind, label)
  select 'error_type', new.error_type
  where new.error_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'error_type' and label = new.error_type)
    and (select count(*) from canvas_sync_counter_labels where kind = 'error_type') < 50
  on conflict (kind, label) do nothing;
  insert into canvas_sync_counters (
    sync_type, sync_status, error_type, syncs, durations, duration_us, le_1, le_5, le_10, le_15, le_30,
    le_60, le_120, le_300, le_600, le_1800, le_3600, le_7200, courses_extracted, courses_loaded,
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
    (old.sync_status <> new.sync_status),
    (d.seconds is not null),
    cast(round(min(max(coalesce(d.seconds, 0), 0), 10000000) * 1000000) as integer),
    coalesce(d.seconds <= 1, false), coalesce(d.seconds <= 5, false), coalesce(d.seconds <= 10, false),
    coalesce(d.seconds <= 15, false), coalesce(d.seconds <= 30, false), coalesce(d.seconds <= 60, false),
    coalesce(d.seconds <= 120, false), coalesce(d.seconds <= 300, false), coalesce(d.seconds <= 600, false),
    coalesce(d.seconds <= 1800, false), coalesce(d.seconds <= 3600, false), coalesce(d.seconds <= 7200, false),
    max(min(max(new.courses_processed, 0), 1000000000000)
      - min(max(old.courses_processed, 0), 1000000000000), 0),
    max(min(max(new.courses_created + new.courses_updated, 0), 1000000000000)
      - min(max(old.courses_created + old.courses_updated, 0), 1000000000000), 0),
    max(min(max(new.courses_processed - new.courses_created - new.courses_updated, 0), 1000000000000)
      - min(max(old.courses_processed - old.courses_created - old.courses_updated, 0), 1000000000000), 0),
    max(min(max(new.assignments_processed, 0), 1000000000000)
      - min(max(old.assignments_processed, 0), 1000000000000), 0),
    max(min(max(new.assignments_created + new.assignments_updated, 0), 1000000000000)
      - min(max(old.assignments_created + old.assignments_updated, 0), 1000000000000), 0),
    max(min(max(new.assignments_processed - new.assignments_created - new.assignments_updated, 0), 1000000000000)
      - min(max(old.assignments_processed - old.assignments_created - old.assignments_updated, 0), 1000000000000), 0),
    max(min(max(new.submissions_processed, 0), 1000000000000)
      - min(max(old.submissions_processed, 0), 1000000000000), 0),
    max(min(max(new.submissions_created + new.submissions_updated, 0), 1000000000000)
      - min(max(old.submissions_created + old.submissions_updated, 0), 1000000000000), 0),
    max(min(max(new.submissions_processed - new.submissions_created - new.submissions_updated, 0), 1000000000000)
      - min(max(old.submissions_processed - old.submissions_created - old.submissions_updated, 0), 1000000000000), 0),
    max(min(max(new.grades_processed, 0), 1000000000000)
      - min(max(old.grades_processed, 0), 1000000000000), 0),
    max(min(max(new.grades_updated, 0), 1000000000000)
      - min(max(old.grades_updated, 0), 1000000000000), 0),
    max(min(max(new.grades_processed - new.grades_updated, 0), 1000000000000)
      - min(max(old.grades_processed - old.grades_updated, 0), 1000000000000), 0),
    max(min(max(new.rows_deleted, 0), 1000000000000)
      - min(max(old.rows_deleted, 0), 1000000000000), 0),
    max(min(max(new.deletions_held, 0), 1000000000000)
      - min(max(old.deletions_held, 0), 1000000000000), 0),
    max(min(max(new.records_lost, 0), 1000000000000)
      - min(max(old.records_lost, 0), 1000000000000), 0),
    max(min(max(new.api_calls_made, 0), 1000000000000)
      - min(max(old.api_calls_made, 0), 1000000000000), 0),
    max(min(max(new.api_calls_failed, 0), 1000000000000)
      - min(max(old.api_calls_failed, 0), 1000000000000), 0),
    max(min(max(new.api_rate_limit_hits, 0), 1000000000000)
      - min(max(old.api_rate_limit_hits, 0), 1000000000000), 0),
    max(min(max(new.db_operations, 0), 1000000000000)
      - min(max(old.db_operations, 0), 1000000000000), 0),
    max(min(max(new.total_data_size_bytes, 0), 1000000000000)
      - min(max(old.total_data_size_bytes, 0), 1000000000000), 0),
    max(cast(round(min(max(coalesce(new.total_api_duration_ms, 0), 0), 10000000000) * 1000) as integer)
      - cast(round(min(max(coalesce(old.total_api_duration_ms, 0), 0), 10000000000) * 1000) as integer), 0),
    max(cast(round(min(max(coalesce(new.throttle_wait_ms, 0), 0), 10000000000) * 1000) as integer)
      - cast(round(min(max(coalesce(old.throttle_wait_ms, 0), 0), 10000000000) * 1000) as integer), 0),
    max(cast(round(min(max(coalesce(new.api_request_cost, 0), 0), 10000000000) * 1000) as integer)
      - cast(round(min(max(coalesce(old.api_request_cost, 0), 0), 10000000000) * 1000) as integer), 0),
    max(cast(round(min(max(coalesce(new.db_duration_ms, 0), 0), 10000000000) * 1000) as integer)
      - cast(round(min(max(coalesce(old.db_duration_ms, 0), 0), 10000000000) * 1000) as integer), 0),
    new.sync_start_time,
    coalesce(new.sync_end_time, new.sync_start_time),
    min(max(new.courses_processed, 0), 1000000000000),
    new.api_rate_limit_remaining_min
  from (select case when old.sync_status <> new.sync_status then new.total_duration_seconds end as seconds) d
  where true
  on conflict (sync_type, sync_status, error_type) do update set
    syncs = syncs + excluded.syncs,
    durations = durations + excluded.durations,
    duration_us = duration_us + excluded.duration_us,
    le_1 = le_1 + excluded.le_1,
    le_5 = le_5 + excluded.le_5,
    le_10 = le_10 + excluded.le_10,
    le_15 = le_15 + excluded.le_15,
    le_30 = le_30 + excluded.le_30,
    le_60 = le_60 + excluded.le_60,
    le_120 = le_120 + excluded.le_120,
    le_300 = le_300 + excluded.le_300,
    le_600 = le_600 + excluded.le_600,
    le_1800 = le_1800 + excluded.le_1800,
    le_3600 = le_3600 + excluded.le_3600,
    le_7200 = le_7200 + excluded.le_7200,
    courses_extracted = courses_extracted + excluded.courses_extracted,
    courses_loaded = courses_loaded + excluded.courses_loaded,
    courses_unchanged = courses_unchanged + excluded.courses_unchanged,
    assignments_extracted = assignments_extracted + excluded.assignments_extracted,
    assignments_loaded = assignments_loaded + excluded.assignments_loaded,
    assignments_unchanged = assignments_unchanged + excluded.assignments_unchanged,
    submissions_extracted = submissions_extracted + excluded.submissions_extracted,
    submissions_loaded = submissions_loaded + excluded.submissions_loaded,
    submissions_unchanged = submissions_unchanged + excluded.submissions_unchanged,
    grades_extracted = grades_extracted + excluded.grades_extracted,
    grades_loaded = grades_loaded + excluded.grades_loaded,
    grades_unchanged = grades_unchanged + excluded.grades_unchanged,
    rows_deleted = rows_deleted + excluded.rows_deleted,
    deletions_held = deletions_held + excluded.deletions_held,
    records_lost = records_lost + excluded.records_lost,
    api_calls = api_calls + excluded.api_calls,
    api_failures = api_failures + excluded.api_failures,
    rate_limit_hits = rate_limit_hits + excluded.rate_limit_hits,
    db_operations = db_operations + excluded.db_operations,
    data_bytes = data_bytes + excluded.data_bytes,
    api_duration_us = api_duration_us + excluded.api_duration_us,
    throttle_wait_us = throttle_wait_us + excluded.throttle_wait_us,
    request_cost_thousandths = request_cost_thousandths + excluded.request_cost_thousandths,
    db_duration_us = db_duration_us + excluded.db_duration_us,
    last_started_at = max(last_started_at, excluded.last_started_at),
    last_courses = case when excluded.last_ended_at >= last_ended_at
        then excluded.last_courses else last_courses end,
    last_rate_limit_remaining = case when excluded.last_ended_at >= last_ended_at
        then excluded.last_rate_limit_remaining else last_rate_limit_remaining end,
    last_ended_at = max(last_ended_at, excluded.last_ended_at);
end;

-- A type has its label from its first sync on, also while it runs.
create trigger canvas_sync_counters_started after insert on canvas_sync_metrics
when new.sync_status = 'in_progress'
begin
  insert into canvas_sync_counter_labels (kind, label)
  select 'sync_type', new.sync_type
  where new.sync_type is not null
    and not exists (select 1 from canvas_sync_counter_labels where kind = 'sync_type' and label = new.sync_type)
    and (select count(*) from canvas_sync_counter_labels where kind = 'sync_type') < 50
  on conflict (kind, label) do nothing;
end;

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
  kind text not null,
  label_1 text not null,
  label_2 text not null,
  counted integer not null default 0,
  primary key (kind, label_1, label_2)
) without rowid;

create trigger canvas_sync_notifications_counted after update on canvas_sync_notifications
when new.state <> old.state and new.state <> 'waiting'
begin
  insert into canvas_sync_event_counters (kind, label_1, label_2, counted) values ('notification', new.channel, new.state, 1)
  on conflict (kind, label_1, label_2) do update set counted = counted + 1;
end;

create trigger canvas_sync_incidents_counted after insert on canvas_sync_incidents
begin
  insert into canvas_sync_event_counters (kind, label_1, label_2, counted) values ('incident', new.rule, new.severity, 1)
  on conflict (kind, label_1, label_2) do update set counted = counted + 1;
end;

create trigger canvas_sync_due_runs_counted after update on canvas_sync_due_runs
when new.state <> old.state and new.state <> 'waiting'
begin
  insert into canvas_sync_event_counters (kind, label_1, label_2, counted) values ('due_run', new.state, '', 1)
  on conflict (kind, label_1, label_2) do update set counted = counted + 1;
end;

create trigger canvas_sync_due_runs_at_once_counted after insert on canvas_sync_due_runs
when new.state <> 'waiting'
begin
  insert into canvas_sync_event_counters (kind, label_1, label_2, counted) values ('due_run', new.state, '', 1)
  on conflict (kind, label_1, label_2) do update set counted = counted + 1;
end;
