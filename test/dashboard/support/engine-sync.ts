import { after } from 'node:test'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { runSync, type RunSyncOptions } from '../../../src/engine/sync-engine.ts'
import { startSimulator, type Simulator } from '../../../src/simulator/index.ts'
import type { Monitor } from '../../../src/tracker/monitor.ts'

/** A small Canvas for the tests of a file. */
export async function openCanvas(): Promise<Simulator> {
  const size = { accounts: 1, terms: 2, courses: 6, students: 30, assignments_per_course: 4 }
  const simulator = await startSimulator({ throttle: false, size })
  after(() => simulator.close())
  return simulator
}

/** A sync of all of it as the engine makes one, of user 42 unless told otherwise. */
export const runEngine = (
  monitor: Monitor,
  simulator: Simulator,
  options: Partial<RunSyncOptions> = {},
): Promise<SyncRecord> =>
  runSync({
    monitor,
    baseUrl: simulator.base_url,
    token: simulator.tokens.admin,
    account: 'self',
    userId: 42,
    ...options,
  })
