import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { SyncRecord, CourseOutcome } from '../../../src/core/sync-record.ts'
import { runSync, type RunSyncOptions } from '../../../src/engine/sync-engine.ts'
import { MemoryLogWriter } from '../../../src/logs/writing/memory-log-writer.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/index.ts'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import { createMonitor, type Monitor } from '../../../src/tracker/monitor.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { compareWithTruth, report } from './compare-with-truth.ts'
import { readTables, type Tables } from './read-tables.ts'

let files = 0

/** A simulated university, a database and a monitor under one clock. */
export interface SyncedUniversity {
  readonly simulator: Simulator
  readonly clock: FakeClock
  readonly monitor: Monitor
  /** One sync of the whole account as its admin, unless `options` say otherwise. */
  sync(options?: Partial<RunSyncOptions>): Promise<SyncRecord>
  outcomes(record: SyncRecord): Promise<CourseOutcome[]>
  tables(canvas_user_id?: string): Tables
}

export async function withUniversity(
  directory: string,
  options: SimulatorOptions,
  work: (university: SyncedUniversity) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock({ auto: true })
  const path = join(directory, `truth-${++files}.db`)
  const store = new SqliteStore(path)
  const logs = new MemoryLogWriter({ clock })
  const simulator = await startSimulator({ now: () => clock.now(), throttle: false, ...options })
  const monitor = await createMonitor({ clock, store, logs })
  try {
    await work({
      simulator,
      clock,
      monitor,
      sync: (changes = {}) =>
        runSync({
          monitor,
          baseUrl: simulator.base_url,
          token: simulator.tokens.admin,
          account: '1',
          clock,
          // One course after another: a sleep of the fake clock must not time out another course's call.
          courseConcurrency: 1,
          client: { random: seededRandom(7) },
          ...changes,
        }),
      outcomes: (record) => monitor.store.syncs.listCourseOutcomes(record.id),
      tables: (canvas_user_id) => readTables(path, canvas_user_id),
    })
  } finally {
    await monitor.close()
    await store.close()
    await simulator.close()
  }
}

export function assertCompleted(record: SyncRecord): void {
  assert.equal(record.sync_status, 'completed', record.error_message ?? '')
}

/** Every row of every table equals Canvas, and there is no other live row. */
export function assertTrue({ simulator, tables }: SyncedUniversity): void {
  const problems = compareWithTruth(simulator, tables())
  assert.deepEqual(problems, [], report(problems))
}
