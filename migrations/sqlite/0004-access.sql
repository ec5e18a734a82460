-- Who may do what, and who did. Of a token and of a session only the SHA-256 is kept.

create table canvas_sync_tokens (
  id text primary key,
  digest text not null,
  name text not null,
  scopes text not null,
  created_at integer not null,
  created_by text not null,
  expires_at integer,
  revoked_at integer,
  last_used_at integer
) without rowid;

-- A browser that has signed in with a token.
create table canvas_sync_sessions (
  id text primary key,
  digest text not null,
  token_id text not null references canvas_sync_tokens (id) on delete cascade,
  created_at integer not null,
  expires_at integer not null,
  last_used_at integer not null
) without rowid;
create index canvas_sync_sessions_token on canvas_sync_sessions (token_id);
create index canvas_sync_sessions_expiry on canvas_sync_sessions (expires_at);

-- Every change, and each look at the data of one user.
create table canvas_sync_audit (
  id integer primary key,
  at integer not null,
  actor_kind text not null,
  actor_id text,
  action text not null,
  target text,
  user_id text,
  route text,
  address text
);
create index canvas_sync_audit_at on canvas_sync_audit (at);
create index canvas_sync_audit_user on canvas_sync_audit (user_id, id) where user_id is not null;
create index canvas_sync_audit_actor on canvas_sync_audit (actor_id, id) where actor_id is not null;
create index canvas_sync_audit_action on canvas_sync_audit (action, id);
