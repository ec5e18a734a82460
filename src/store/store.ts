import type { AccessStore } from './access-store.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { Counters } from './counters.ts'
import type { EarlierStore } from './earlier-store.ts'
import type { ErasureStore } from './erasure-store.ts'
import type { ErrorGroups } from './error-groups.ts'
import type { Freshness } from './freshness.ts'
import type { IncidentStore } from './incidents.ts'
import type { IngestStore } from './ingest-store.ts'
import type { NotificationStore } from './notifications.ts'
import type { PerformanceFigures } from './performance-figures.ts'
import type { QueueStore } from './queue.ts'
import type { ReportStore } from './reports.ts'
import type { RetentionStore } from './retention-store.ts'
import type { ScheduleStore } from './schedules.ts'
import type { SyncCalendar } from './sync-calendar.ts'
import type { SyncFigures } from './sync-figures.ts'
import type { SyncHistories } from './sync-histories.ts'
import type { SyncLists } from './sync-lists.ts'
import type { SyncStore } from './sync-store.ts'
import type { SyncUsers } from './sync-users.ts'
import type { SyncedDataStore } from './synced-data-store.ts'
import type { SystemStore } from './system-store.ts'

export interface StoreHealth {
  readonly ok: boolean
  /** One sentence when it is not. */
  readonly message: string | null
}

/** The nouns of a store. Each is an interface of its own, so that who needs one gets no more. */
export interface StoreParts {
  readonly syncs: SyncStore
  readonly data: SyncedDataStore
  readonly lists: SyncLists
  readonly figures: SyncFigures
  readonly calendar: SyncCalendar
  readonly users: SyncUsers
  readonly errorGroups: ErrorGroups
  readonly freshness: Freshness
  readonly access: AccessStore
  readonly changes: ChangeFeed
  readonly ingest: IngestStore
  readonly retention: RetentionStore
  readonly earlier: EarlierStore
  readonly erasure: ErasureStore
  readonly performance: PerformanceFigures
  readonly system: SystemStore
  readonly schedules: ScheduleStore
  readonly counters: Counters
  readonly reports: ReportStore
  readonly notifications: NotificationStore
  readonly incidents: IncidentStore
  readonly histories: SyncHistories
  readonly queue: QueueStore
}

/** Their names; a store on another thread answers for each by name. */
export const STORE_PARTS: readonly (keyof StoreParts)[] = [
  'syncs',
  'data',
  'lists',
  'figures',
  'calendar',
  'users',
  'errorGroups',
  'freshness',
  'access',
  'changes',
  'ingest',
  'retention',
  'earlier',
  'erasure',
  'performance',
  'system',
  'schedules',
  'counters',
  'reports',
  'notifications',
  'incidents',
  'histories',
  'queue',
]

/**
 * The database: the monitor's own tables and the synced data, behind one connection.
 *
 * A store is whatever passes the conformance suite in `test/store/store-suite.ts`. What a call has resolved is
 * durable: it survives a killed process and a power cut.
 */
export interface Store extends StoreParts, AsyncDisposable {
  /** A cheap round trip through the database. */
  health(): Promise<StoreHealth>
  /**
   * The process is about to end: what finds no database gives up soon, instead of waiting for it to come back. All else is
   * done as before.
   */
  hurry(): void
  /** Finishes what was asked before and closes; a second call returns the first one's promise. */
  close(): Promise<void>
}

/** What every store has in common: its parts by name. */
export abstract class PartedStore implements Store {
  readonly syncs: SyncStore
  readonly data: SyncedDataStore
  readonly lists: SyncLists
  readonly figures: SyncFigures
  readonly calendar: SyncCalendar
  readonly users: SyncUsers
  readonly errorGroups: ErrorGroups
  readonly freshness: Freshness
  readonly access: AccessStore
  readonly changes: ChangeFeed
  readonly ingest: IngestStore
  readonly retention: RetentionStore
  readonly earlier: EarlierStore
  readonly erasure: ErasureStore
  readonly performance: PerformanceFigures
  readonly system: SystemStore
  readonly schedules: ScheduleStore
  readonly counters: Counters
  readonly reports: ReportStore
  readonly notifications: NotificationStore
  readonly queue: QueueStore
  readonly incidents: IncidentStore
  readonly histories: SyncHistories

  constructor(parts: StoreParts) {
    this.syncs = parts.syncs
    this.data = parts.data
    this.lists = parts.lists
    this.figures = parts.figures
    this.calendar = parts.calendar
    this.users = parts.users
    this.errorGroups = parts.errorGroups
    this.freshness = parts.freshness
    this.access = parts.access
    this.changes = parts.changes
    this.ingest = parts.ingest
    this.retention = parts.retention
    this.earlier = parts.earlier
    this.erasure = parts.erasure
    this.performance = parts.performance
    this.system = parts.system
    this.schedules = parts.schedules
    this.counters = parts.counters
    this.incidents = parts.incidents
    this.histories = parts.histories
    this.reports = parts.reports
    this.notifications = parts.notifications
    this.queue = parts.queue
  }

  /** Of a store that waits for nobody. */
  hurry(): void {}

  abstract health(): Promise<StoreHealth>
  abstract close(): Promise<void>

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
