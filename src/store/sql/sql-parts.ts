import type { StoreParts } from '../store.ts'
import { SqlAccessStore } from './sql-access-store.ts'
import { SqlCounters } from './counters/sql-counters.ts'
import { SqlChangeFeed } from './changes/sql-change-feed.ts'
import type { SqlDatabase } from './sql-database.ts'
import { SqlEarlierStore } from './earlier/sql-earlier-store.ts'
import { SqlErasureStore } from './retention/sql-erasure-store.ts'
import { SqlErrorGroups } from './errors/sql-error-groups.ts'
import { SqlFreshness } from './lists/sql-freshness.ts'
import { SqlIncidentStore } from './incidents/sql-incident-store.ts'
import { SqlIngestStore } from './ingest/sql-ingest-store.ts'
import { SqlNotificationStore } from './notifications/sql-notification-store.ts'
import { SqlPerformanceFigures } from './performance/sql-performance-figures.ts'
import { SqlQueueStore } from './queue/sql-queue-store.ts'
import { SqlReportStore } from './reports/sql-report-store.ts'
import { SqlRetentionStore } from './retention/sql-retention-store.ts'
import { SqlScheduleStore } from './schedules/sql-schedule-store.ts'
import { SqlSyncCalendar } from './calendar/sql-sync-calendar.ts'
import { SqlSyncFigures } from './figures/sql-sync-figures.ts'
import { SqlSyncHistories } from './incidents/sql-sync-histories.ts'
import { SqlSyncLists } from './lists/sql-sync-lists.ts'
import { SqlSyncStore } from './syncs/sql-sync-store.ts'
import { SqlSyncUsers } from './users/sql-sync-users.ts'
import { SqlSyncedDataStore } from './data/sql-synced-data-store.ts'
import { SqlSystemStore } from './system/sql-system-store.ts'

/** Every part of a store over one database, whichever engine it is. */
export function sqlParts(database: SqlDatabase): StoreParts {
  return {
    syncs: new SqlSyncStore(database),
    data: new SqlSyncedDataStore(database),
    lists: new SqlSyncLists(database),
    figures: new SqlSyncFigures(database),
    calendar: new SqlSyncCalendar(database),
    users: new SqlSyncUsers(database),
    errorGroups: new SqlErrorGroups(database),
    freshness: new SqlFreshness(database),
    access: new SqlAccessStore(database),
    changes: new SqlChangeFeed(database),
    ingest: new SqlIngestStore(database),
    retention: new SqlRetentionStore(database),
    earlier: new SqlEarlierStore(database),
    erasure: new SqlErasureStore(database),
    performance: new SqlPerformanceFigures(database),
    system: new SqlSystemStore(database),
    schedules: new SqlScheduleStore(database),
    counters: new SqlCounters(database),
    incidents: new SqlIncidentStore(database),
    histories: new SqlSyncHistories(database),
    reports: new SqlReportStore(database),
    notifications: new SqlNotificationStore(database),
    queue: new SqlQueueStore(database),
  }
}
