import { join } from 'node:path'
import { after, before } from 'node:test'
import type { CourseOutcome, SyncRow } from '../../../src/core/sync-record.ts'
import { MemoryLogWriter } from '../../../src/logs/writing/memory-log-writer.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { createMonitor, type Monitor, type MonitorOptions } from '../../../src/tracker/monitor.ts'
import type { Sync, SyncOptions } from '../../../src/tracker/types.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { WatchedStore } from './watched-store.ts'

/** A monitor over a real database, lines in memory, and a clock that a test moves. */
export interface Tracking {
  readonly monitor: Monitor
  readonly store: WatchedStore
  readonly logs: MemoryLogWriter
  readonly clock: FakeClock
  /** What the database holds of a sync. */
  rowOf(sync: Pick<Sync, 'taskId'>): Promise<SyncRow>
  outcomesOf(sync: Sync): Promise<CourseOutcome[]>
  /** Lets the time pass after which a running sync saves what changed, and waits until that is done. */
  nextSave(): Promise<void>
}

/** One database for all tests of a file; each test has a monitor of its own. */
export function trackings(): (options?: MonitorOptions) => Promise<Tracking> {
  const directory = temporaryDirectory()
  let shared: Store | undefined
  before(async () => {
    shared = await openStore(`sqlite:${join(directory, 'canvas-sync.db')}`)
  })
  after(async () => {
    await shared?.close()
  })
  return async (options = {}) => {
    if (shared === undefined) throw new Error('the store is opened before the tests')
    const real = shared
    const clock = new FakeClock()
    const store = new WatchedStore(real)
    const logs = new MemoryLogWriter({ clock })
    const monitor = await createMonitor({ clock, store, logs, ...options })
    return {
      monitor,
      store,
      logs,
      clock,
      async rowOf({ taskId }) {
        const row = await real.syncs.getSyncByTaskId(taskId)
        if (row === null) throw new Error(`there is no row of ${taskId}`)
        return row
      },
      outcomesOf: (sync) => real.syncs.listCourseOutcomes(sync.id ?? 0),
      async nextSave() {
        clock.advance(1000)
        await store.quiet()
      },
    }
  }
}

/** Starts a sync in a monitor of its own. */
export async function startedSync(
  open: () => Promise<Tracking>,
  options: SyncOptions = {},
): Promise<Tracking & { readonly sync: Sync }> {
  const tracking = await open()
  return { ...tracking, sync: await tracking.monitor.startSync(options) }
}
