-- What is wrong, and what was. Times are epoch milliseconds (UTC).

create table canvas_sync_incidents (
  -- An id never comes back, also after old ones were deleted.
  id integer primary key autoincrement,
  rule text not null,
  incident_key text not null,
  -- The key as long as it is not resolved: of one key at most one is open.
  open_key text unique,
  severity text not null check (severity in ('critical', 'warning', 'info')),
  state text not null check (state in ('open', 'acknowledged', 'muted', 'suppressed', 'resolved')),
  host text,
  source_id integer,
  sync_type text,
  user_id text,
  schedule text,
  channel text,
  error_type text,
  facts text not null default '{}',
  began_at integer not null,
  opened_at integer not null,
  last_seen_at integer not null,
  last_good_at integer,
  sync_count integer not null default 0,
  user_count integer not null default 0,
  last_sync_id integer,
  -- The key of the larger one that would explain it, open or not.
  explained_by text,
  -- No foreign key: the larger one may be deleted first.
  parent_id integer,
  acknowledged_at integer,
  acknowledged_by text,
  muted_until integer,
  mute_reason text,
  resolved_at integer,
  resolved_by text
);
create index canvas_sync_incidents_key on canvas_sync_incidents (incident_key, id);
create index canvas_sync_incidents_state on canvas_sync_incidents (state, id);
create index canvas_sync_incidents_resolved on canvas_sync_incidents (resolved_at) where resolved_at is not null;
create index canvas_sync_incidents_evidence on canvas_sync_incidents (last_sync_id) where open_key is not null;
create index canvas_sync_incidents_parent on canvas_sync_incidents (parent_id) where parent_id is not null;

-- What an incident is made of: the syncs of one type of one user, a source, a schedule. It ends when none is bad.
create table canvas_sync_incident_members (
  incident_id integer not null references canvas_sync_incidents (id) on delete cascade,
  member text not null,
  user_id text,
  bad integer not null,
  sync_count integer not null default 0,
  last_sync_id integer,
  -- When it was last found bad.
  seen_at integer not null,
  primary key (incident_id, member)
) without rowid;
create index canvas_sync_incident_members_bad on canvas_sync_incident_members (member, incident_id) where bad = 1;
create index canvas_sync_incident_members_seen on canvas_sync_incident_members (seen_at) where bad = 1;
create index canvas_sync_incident_members_user on canvas_sync_incident_members (user_id, incident_id)
  where user_id is not null;

-- Each change of state. Written under one lock, so that ids become visible in their order.
create table canvas_sync_incident_changes (
  id integer primary key autoincrement,
  incident_id integer not null references canvas_sync_incidents (id) on delete cascade,
  change text not null,
  changed_at integer not null,
  severity text not null,
  actor_kind text not null,
  actor_id text,
  reason text
);
create index canvas_sync_incident_changes_incident on canvas_sync_incident_changes (incident_id, id);

-- Up to where the changes of syncs are judged, written with what was found in them.
create table canvas_sync_incident_places (
  name text primary key,
  place integer not null,
  judged_at integer not null
);

-- The newest ended syncs of one type of one user.
create index canvas_sync_metrics_subject on canvas_sync_metrics (user_id, sync_type, sync_start_time, id)
  where sync_status <> 'in_progress';

create index canvas_sync_source_users_source on canvas_sync_source_users (source_id, user_id);
