-- Indexes that are to be made: an import into a new database writes its rows first and makes the indexes at its end, in a
-- quarter of the time. Whoever opens the database makes what an import that was broken off has left here.
create table canvas_sync_postponed_indexes (
  name text not null primary key,
  definition text not null
) strict, without rowid;
