/** What a sync job embeds, and the sync engine for those who have none. */
export { createMonitor } from './tracker/monitor.ts'
export type { Monitor, MonitorHealth, MonitorOptions } from './tracker/monitor.ts'
export { createRemoteMonitor } from './tracker/remote-monitor.ts'
export type { RemoteMonitor, RemoteMonitorOptions } from './tracker/remote-monitor.ts'
export type { RemoteHealth } from './remote/open-remote.ts'
export type { RemoteOptions } from './remote/remote-options.ts'
export type {
  ApiCallOptions,
  CountOptions,
  CourseScope,
  DbOperationOptions,
  ProgressOptions,
  RateLimitOptions,
  Sync,
  SyncOptions,
} from './tracker/types.ts'
export { runSync } from './engine/sync-engine.ts'
export type { RunSyncOptions } from './engine/sync-options.ts'
export type { EngineObserver } from './engine/engine-context.ts'
export { createCanvasClient } from './canvas/client.ts'
export type {
  CanvasAnswer,
  CanvasClient,
  CanvasClientOptions,
  CanvasPage,
  CanvasParams,
  ListOptions,
} from './canvas/types.ts'
export { MonitorError } from './core/errors.ts'
export type { ErrorCode, ErrorDetails } from './core/errors.ts'
export { ERROR_TYPE_FACTS } from './core/error-types.ts'
export type { CanvasErrorType, SyncErrorType } from './core/error-types.ts'
export type { CourseOutcome, SyncRecord } from './core/sync-record.ts'
export type { CourseOutcomeStatus, SyncStatus } from './core/sync-status.ts'
export { openStore } from './store/open-store.ts'
export type { Store } from './store/store.ts'
export type { SyncStore } from './store/sync-store.ts'
export type { SyncedDataStore } from './store/synced-data-store.ts'
export { openFileLogWriter } from './logs/writing/file-log-writer.ts'
export type { LogHealth, LogWriter } from './logs/writing/log-writer.ts'
export { readLogs } from './logs/reading/read-logs.ts'
export type { ReadLogsOptions } from './logs/reading/read-logs.ts'
export type { SkippedLines, UnreadableSource } from './logs/reading/skipped-lines.ts'
export type { LogEntry, LogForm } from './core/log-entry.ts'
export type { LogLevel, LogStream, LogValue } from './core/log-event.ts'
