import { join } from 'node:path'
import type { SyncRow } from '../../../src/core/sync-record.ts'
import { openQueue } from '../../../src/queue/open-queue.ts'
import type { SyncQueue } from '../../../src/queue/sync-queue.ts'
import type { SimulatorOptions } from '../../../src/simulator/index.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { NewQueueJob } from '../../../src/store/queue.ts'
import type { Store } from '../../../src/store/store.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { Fleet, startCanvas } from './fleet.ts'
import { until } from './patient.ts'
import { SeenCalls } from './seen-calls.ts'

const directory = temporaryDirectory()
let places = 0

export interface Place {
  readonly store: Store
  readonly queue: SyncQueue
  readonly fleet: Fleet
  readonly seen: SeenCalls
  readonly directory: string
  /** The statuses that the rows of a job had, attempt by attempt: `lost`, `completed`. */
  statuses(job: NewQueueJob): Promise<(string | undefined)[]>
  rowOf(job: NewQueueJob): Promise<SyncRow | null>
}

/** A Canvas with one source, a database with a queue, and workers. */
export async function withPlace(
  database: string,
  options: SimulatorOptions,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const { simulator, tokens } = await startCanvas(2, options)
  await using _canvas = simulator
  using seen = new SeenCalls()
  await using store = await openStore(database)
  await using queue = await openQueue(database, store, { lease_ms: 10_000 })
  const place = join(directory, `place-${++places}`)
  await using fleet = new Fleet({
    directory: place,
    database,
    base_url: simulator.base_url,
    tokens,
    onStart: (pid) => seen.pids.add(pid),
  })
  const rowsOf = async ({ id }: NewQueueJob): Promise<(SyncRow | null)[]> => {
    const attempts = await store.queue.listAttempts(id)
    return await Promise.all(attempts.map(({ sync_task_id }) => store.syncs.getSyncByTaskId(sync_task_id)))
  }
  await work({
    store,
    queue,
    fleet,
    seen,
    directory: place,
    statuses: async (job) => (await rowsOf(job)).map((row) => row?.sync_status),
    rowOf: async (job) => (await rowsOf(job)).at(-1) ?? null,
  })
}

/** Long enough to be met in the middle. */
export const SLOW: SimulatorOptions = { latency_ms: 700 }
export const isRunning = async ({ rowOf }: Place, job: NewQueueJob): Promise<boolean> =>
  (await rowOf(job))?.sync_status === 'in_progress'
export const ended = ({ queue }: Place, job: NewQueueJob): Promise<true> =>
  until(async () => (await queue.find(job.id))?.state === 'ended')

export const DATABASES: Readonly<
  Record<'PostgreSQL and pg-boss' | 'SQLite and the embedded queue', () => Promise<string>>
> = {
  'PostgreSQL and pg-boss': async () => await (await startPostgres()).createDatabase(),
  'SQLite and the embedded queue': async () => `sqlite:${join(directory, `queue-${++places}.db`)}`,
}
