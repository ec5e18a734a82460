-- The name of the token that a reported sync was started with: only that reporter and administrators may go on with it.
-- Null for syncs that were started without a token or by a process that tracks them itself. No index: it is read with
-- the row of the sync.
alter table canvas_sync_metrics add column reported_by text collate "C";
