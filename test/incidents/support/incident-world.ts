import { join } from 'node:path'
import type { Incident, IncidentChange } from '../../../src/core/incident.ts'
import { noCounters, type SyncCounters } from '../../../src/core/sync-record.ts'
import type { SyncErrorType } from '../../../src/core/error-types.ts'
import type { FinishStatus } from '../../../src/core/sync-status.ts'
import { IncidentWatch, type IncidentWatchOptions } from '../../../src/incidents/incident-watch.ts'
import { NO_RULE_CHANGES } from '../../../src/incidents/rule-settings.ts'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { syncFinish, syncStart } from '../../support/sync-factory.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()
let files = 0

export interface EndedLike {
  readonly user_id?: string | null
  readonly sync_type?: string
  readonly status?: FinishStatus | 'lost' | 'timed_out'
  readonly error_type?: SyncErrorType | null
  readonly message?: string
  readonly host?: string
  readonly source_id?: number
  readonly duration_ms?: number
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly counters?: Partial<SyncCounters>
  readonly incremental?: boolean
}

export interface IncidentWorld {
  readonly store: Store
  readonly clock: FakeClock
  readonly changes: IncidentChange[]
  readonly errors: unknown[]
  readonly watch: IncidentWatch
  /** A watch of another server over the same database. */
  another(options?: Partial<IncidentWatchOptions>): IncidentWatch
  /** A sync that ends now; returns its id. */
  ended(given?: EndedLike): Promise<number>
  open(): Promise<Incident[]>
  /** `rule state count` of each that is not resolved, in their order. */
  told(): Promise<string[]>
  source(base_url: string, canvas_user_id: string): Promise<number>
}

let tasks = 0

/** Rules over a real database and a clock of the test's own. */
export function incidentWorld(options: Partial<IncidentWatchOptions> = {}): IncidentWorld {
  const clock = new FakeClock()
  const store: Store = options.store ?? new SqliteStore(join(directory, `incidents-${++files}.db`))
  const changes: IncidentChange[] = []
  const errors: unknown[] = []
  const another = (more: Partial<IncidentWatchOptions> = {}): IncidentWatch =>
    new IncidentWatch({
      store,
      clock,
      rules: NO_RULE_CHANGES,
      calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
      tokens: {},
      freshness_target_ms: 24 * 3_600_000,
      onChanges: (some) => changes.push(...some),
      onError: (error) => errors.push(error),
      ...options,
      ...more,
    })
  return {
    store,
    clock,
    changes,
    errors,
    watch: another(),
    another,
    async ended(given = {}) {
      const { user_id = '42', sync_type = 'all', status = 'completed', duration_ms = 1000 } = given
      const started_at = clock.now() - duration_ms
      const start = syncStart(`task ${++tasks}`, {
        user_id,
        sync_type,
        started_at,
        host: given.host ?? 'worker-1',
        sync_metadata: given.metadata ?? null,
        incremental_sync: given.incremental ?? false,
      })
      const id = await store.syncs.startSync(start)
      if (given.source_id !== undefined) await store.syncs.saveSource(id, given.source_id, 'self')
      if (status === 'lost') await store.syncs.markLost([id], 'gone', clock.now())
      else if (status === 'timed_out') await store.syncs.markTimedOut(id, 'slow', clock.now(), duration_ms)
      else {
        const failed = status === 'failed' || status === 'partial'
        const finish = syncFinish({
          status,
          error_type: given.error_type ?? (failed ? 'job_error' : null),
          error_message: failed ? (given.message ?? 'It broke.') : null,
          finished_at: clock.now(),
          duration_ms,
          sync_metadata: given.metadata ?? null,
          incremental_sync: given.incremental ?? false,
          counters: { ...noCounters(), ...given.counters },
        })
        await store.syncs.finishSync(id, finish)
      }
      return id
    },
    open: () => store.incidents.listOpen(),
    async told() {
      return (await store.incidents.listOpen()).map(({ rule, state, count }) => `${rule} ${state} ${count}`)
    },
    source: async (base_url, canvas_user_id) =>
      (await store.data.openSource(base_url, canvas_user_id, clock.now())).id,
  }
}
