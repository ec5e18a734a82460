-- Reports that were sent. Of a period and its end there is one, whichever server made it.
create table canvas_sync_reports (
  -- An id never comes back: the outbox knows a report by it.
  id integer primary key autoincrement,
  period text not null,
  since integer not null,
  until integer not null,
  made_at integer not null,
  verdict text not null,
  headline text not null,
  -- When delivery took its messages over; null until then.
  handed_at integer,
  content text not null,
  unique (period, until)
);

-- Who gets no reports. An address is never kept, only its SHA-256; the code stands for it in links.
create table canvas_sync_report_recipients (
  digest text primary key,
  code text not null unique,
  unsubscribed_at integer
) without rowid;

-- What reports count: what opened, and what was told, in a span of time.
create index canvas_sync_incidents_opened on canvas_sync_incidents (opened_at);
create index canvas_sync_notifications_made on canvas_sync_notifications (created_at, state, kind);
