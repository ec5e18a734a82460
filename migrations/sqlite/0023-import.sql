-- Syncs taken over from an earlier system. Their past wakes nobody: who writes them leaves the changes for live updates and
-- incidents alone, and adds to users and errors together. In SQLite it takes the triggers away for the length of its
-- transaction, in which nobody else writes: entering nine of them costs as much as writing the row.

create table canvas_sync_earlier_systems (
  id integer primary key,
  name text not null unique
);

-- Which rows were taken over, also after the sync was deleted here: it does not come back. content_digest tells whether the
-- earlier system has changed the row since, task_digest whether it is another system's.
create table canvas_sync_earlier_rows (
  system_id integer not null references canvas_sync_earlier_systems (id),
  earlier_key text not null,
  sync_id integer not null,
  task_digest integer not null,
  content_digest integer not null,
  primary key (system_id, earlier_key)
) without rowid;
