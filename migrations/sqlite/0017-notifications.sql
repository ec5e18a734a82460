-- What is to be told to which channel, and what was. A row is written in the transaction in which its reason was read, and
-- is sent at least once; of those with the same key there is one, so that two servers plan nothing twice.
create table canvas_sync_notifications (
  id integer primary key,
  dedup_key text not null,
  channel text not null,
  kind text not null,
  incident_id integer,
  report_id integer,
  -- Of a report that goes to one person: the SHA-256 of the address, never the address.
  reader text,
  state text not null,
  created_at integer not null,
  -- Whatever else is told sooner, this is not: somebody's quiet hours.
  earliest_at integer not null,
  due_at integer not null,
  -- Not tried any more from then on.
  expires_at integer not null,
  -- The row that tells this one too; while both wait: what one message is being sent about.
  batch_id integer,
  attempts integer not null default 0,
  sent_at integer,
  last_error text,
  -- JSON of the channel: digests of whom it reached already.
  progress text,
  passed_on integer not null default 0
);
create unique index canvas_sync_notifications_key on canvas_sync_notifications (dedup_key);
create index canvas_sync_notifications_waiting on canvas_sync_notifications (channel, due_at, id)
  where state = 'waiting';
create index canvas_sync_notifications_batch on canvas_sync_notifications (batch_id, id) where batch_id is not null;
create index canvas_sync_notifications_incident on canvas_sync_notifications (incident_id, id)
  where incident_id is not null;

-- How each attempt went.
create table canvas_sync_notification_attempts (
  id integer primary key,
  notification_id integer not null,
  attempted_at integer not null,
  duration_ms integer not null,
  outcome text not null,
  error text,
  retry_after_ms integer
);
create index canvas_sync_notification_attempts_of on canvas_sync_notification_attempts (notification_id, id);

-- When what is alike is told together.
create table canvas_sync_notification_groups (
  channel text not null,
  group_key text not null,
  due_at integer not null,
  primary key (channel, group_key)
) without rowid;

-- Up to which change of an incident everything is planned.
create table canvas_sync_notification_place (
  through integer not null
);
insert into canvas_sync_notification_place (through) values (0);

-- What a channel knows of an incident, and the message in which it was told.
create table canvas_sync_notices (
  incident_id integer not null,
  channel text not null,
  state text not null,
  repeat_ms integer not null,
  told_at integer,
  reference text,
  next_reminder_at integer,
  primary key (incident_id, channel)
) without rowid;
create index canvas_sync_notices_reminder on canvas_sync_notices (next_reminder_at)
  where next_reminder_at is not null;

-- How it stands with each channel; one server at a time sends to it.
create table canvas_sync_channels (
  channel text primary key,
  claimed_by text,
  claimed_until integer not null default 0,
  next_allowed_at integer not null default 0,
  retry_at integer not null default 0,
  failures integer not null default 0,
  last_ok_at integer,
  failing_since integer,
  last_error text,
  last_message_at integer
) without rowid;
