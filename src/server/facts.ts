import { resolve } from 'node:path'
import { analyzeLogs } from '../analysis/analyze-logs.ts'
import { EndpointFigures } from '../api/performance/endpoint-figures.ts'
import type { ServerFacts, Setting } from '../api/system/server-facts.ts'
import type { Clock } from '../core/clock.ts'
import type { RetentionSchedule } from '../maintenance/retention.ts'
import { databasePlace } from '../store/open-store.ts'

interface Started {
  readonly database: string | undefined
  readonly logDir: string
  readonly retention: RetentionSchedule | undefined
  readonly settings: readonly Setting[] | undefined
  readonly now: number
}

/** What a server may tell of itself: nothing in it is secret. */
export function serverFacts({ database, logDir, retention, settings, now }: Started): ServerFacts {
  return {
    started_at: now,
    database: databasePlace(database ?? 'sqlite:data/canvas-sync.db'),
    log_directory: resolve(logDir),
    retention: retention === undefined ? null : retentionFacts(retention),
    settings: settings ?? [],
  }
}

const retentionFacts = ({
  sync_days,
  change_days,
  audit_days,
  event_id_days,
  at,
  time_zone,
}: RetentionSchedule): NonNullable<ServerFacts['retention']> => ({
  sync_days,
  change_days,
  audit_days,
  event_id_days,
  at,
  time_zone,
})

interface LogsToRead {
  readonly directory: string
  readonly time_zone: string
  readonly clock: Clock
  readonly stopping: AbortSignal
  readonly onError: (error: unknown) => void
}

export function endpointFigures(logs: LogsToRead): EndpointFigures {
  const { directory, time_zone, clock, stopping, onError } = logs
  return new EndpointFigures({
    clock,
    // One thread, so that the server keeps a processor for those who ask it.
    analyze: (range) =>
      analyzeLogs({ directory, time_zone, clock, signal: stopping, max_workers: 1, ...range }),
    onError: (error) => {
      if (!stopping.aborted) onError(error)
    },
  })
}
