-- How each user fares, so that a list of thousands can begin with those in trouble.
--
-- Of the newest sync of a user that ended by itself: one that was cancelled says nothing. Kept by triggers, whoever
-- writes the rows; 0 is before all syncs.
alter table canvas_sync_users add column last_ended_start_time bigint not null default 0;
alter table canvas_sync_users add column last_ended_status text collate "C";
-- 0 when it did not complete; 1 when it did, and when there is none.
alter table canvas_sync_users add column well smallint not null default 1;
alter table canvas_sync_users add column last_completed_start_time bigint not null default 0;

update canvas_sync_users set
  last_ended_start_time = coalesce((select m.sync_start_time from canvas_sync_metrics m
    where m.user_id = canvas_sync_users.user_id
      and m.sync_status in ('completed', 'failed', 'partial', 'lost', 'timed_out')
    order by m.sync_start_time desc, m.id desc limit 1), 0),
  last_ended_status = (select m.sync_status from canvas_sync_metrics m
    where m.user_id = canvas_sync_users.user_id
      and m.sync_status in ('completed', 'failed', 'partial', 'lost', 'timed_out')
    order by m.sync_start_time desc, m.id desc limit 1),
  last_completed_start_time = coalesce((select m.sync_start_time from canvas_sync_metrics m
    where m.user_id = canvas_sync_users.user_id and m.sync_status = 'completed'
    order by m.sync_start_time desc, m.id desc limit 1), 0);
update canvas_sync_users set well = 0 where last_ended_status in ('failed', 'partial', 'lost', 'timed_out');

-- Those in trouble first, among them who has waited longest for a sync that completed.
create index canvas_sync_users_trouble on canvas_sync_users (well, last_completed_start_time, user_id);

create function canvas_sync_users_end() returns trigger language plpgsql as $$
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
    last_ended_status = case when known.last_ended_start_time <= excluded.last_ended_start_time
      then excluded.last_ended_status else known.last_ended_status end,
    well = case when known.last_ended_start_time <= excluded.last_ended_start_time
      then excluded.well else known.well end,
    last_ended_start_time = greatest(known.last_ended_start_time, excluded.last_ended_start_time),
    last_completed_start_time = greatest(known.last_completed_start_time, excluded.last_completed_start_time);
  return null;
end
$$;

create trigger canvas_sync_users_ended after update of sync_status, user_id, sync_start_time on canvas_sync_metrics
for each row when (
  new.user_id is not null and new.sync_status in ('completed', 'failed', 'partial', 'lost', 'timed_out')
) execute function canvas_sync_users_end();

create trigger canvas_sync_users_ended_at_once after insert on canvas_sync_metrics
for each row when (
  new.user_id is not null and new.sync_status in ('completed', 'failed', 'partial', 'lost', 'timed_out')
) execute function canvas_sync_users_end();

-- The stalest list of a source of which more is expected: lists of concluded courses, which are older, come to thousands.
create index canvas_sync_listings_source_open on canvas_sync_listings (source_id, complete_at, entity, listed_by)
  where final = 0;
