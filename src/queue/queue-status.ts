import type { QueueStore, QueueWorkerRow } from '../store/queue.ts'
import type { SyncQueue } from './sync-queue.ts'

/** A worker tells of itself every two seconds. */
const SILENT_AFTER_MS = 30_000

export interface QueueStatus {
  readonly queued: number
  readonly running: number
  /** How long the oldest one that may run has waited; null when none waits. */
  readonly oldest_waiting_ms: number | null
  readonly sources: readonly SourceStatus[]
  readonly workers: readonly WorkerStatus[]
}

export interface SourceStatus {
  readonly source: string
  readonly queued: number
  readonly running: number
  readonly oldest_waiting_ms: number | null
  /** Workers that have it, live and take syncs. */
  readonly workers: number
}

export interface WorkerStatus {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly version: string
  /** `silent`: nothing was heard of it for 30 s. */
  readonly state: 'working' | 'draining' | 'silent'
  readonly concurrency: number
  readonly running: number
  /** ISO. */
  readonly started_at: string
  /** ISO: when it last told of itself. */
  readonly heartbeat_at: string
}

/** How it stands with the queue. */
export async function readQueueStatus(
  queue: Pick<SyncQueue, 'depths'>,
  store: QueueStore,
  now: number,
): Promise<QueueStatus> {
  const [depths, rows] = await Promise.all([queue.depths(), store.listWorkers()])
  const taking = rows.filter((row) => stateOf(row, now) === 'working')
  const sources = depths.map(({ source, queued, running, oldest_waiting_at }) => ({
    source,
    queued,
    running,
    oldest_waiting_ms: oldest_waiting_at === null ? null : Math.max(0, now - oldest_waiting_at),
    workers: taking.filter((row) => row.sources.includes(source)).length,
  }))
  const waits = sources.flatMap(({ oldest_waiting_ms }) => oldest_waiting_ms ?? [])
  return {
    queued: sources.reduce((sum, { queued }) => sum + queued, 0),
    running: sources.reduce((sum, { running }) => sum + running, 0),
    oldest_waiting_ms: waits.length === 0 ? null : Math.max(...waits),
    sources,
    workers: rows.map((row) => workerStatus(row, now)),
  }
}

/** Sources of which syncs wait while no worker that has them lives and takes syncs. */
export function unattendedSources({ sources }: Pick<QueueStatus, 'sources'>): readonly SourceStatus[] {
  return sources.filter(({ queued, workers }) => queued > 0 && workers === 0)
}

function workerStatus(row: QueueWorkerRow, now: number): WorkerStatus {
  const { id, host, pid, version, concurrency, running } = row
  return {
    id,
    host,
    pid,
    version,
    state: stateOf(row, now),
    concurrency,
    running,
    started_at: new Date(row.started_at).toISOString(),
    heartbeat_at: new Date(row.heartbeat_at).toISOString(),
  }
}

function stateOf({ state, heartbeat_at }: QueueWorkerRow, now: number): WorkerStatus['state'] {
  return now - heartbeat_at > SILENT_AFTER_MS ? 'silent' : state
}
