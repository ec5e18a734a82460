import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openQueue } from '../src/queue/open-queue.ts'
import type { SyncQueue } from '../src/queue/sync-queue.ts'
import type { SimulatorOptions } from '../src/simulator/index.ts'
import { openStore } from '../src/store/open-store.ts'
import { queuedSync } from '../test/queue/queued-sync-factory.ts'
import { Fleet, startCanvas } from '../test/queue/support/fleet.ts'
import type { PostgresServer } from '../test/support/postgres-server.ts'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { startOperatedPostgres } from './support/operated-postgres.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const WORKERS = [1, 2, 4, 8] as const
/** A busy Canvas: then syncs wait for it, and not for the two cores of the machine that runs all of this. */
const LATENCY_MS = 600

interface Case {
  readonly name: string
  readonly sources: number
  readonly canvas: SimulatorOptions
}

const FREE: Case = {
  name: 'Canvas not throttling, 16 sources',
  sources: 16,
  canvas: { latency_ms: LATENCY_MS, throttle: false },
}
/** A bucket that empties as slowly as Canvas's, smaller, so that it is full within seconds and not within minutes. */
const THROTTLED: Case = {
  name: 'limited by the throttle of Canvas, 8 sources',
  sources: 8,
  canvas: {
    latency_ms: LATENCY_MS,
    cost: 12,
    throttle: { hwm: 150, maximum: 200, outflow_per_second: 10 },
  },
}

/** Syncs a minute with so many workers, each of which runs one at a time. */
async function measure(
  server: PostgresServer,
  { sources, canvas }: Case,
  workers: number,
  { quick }: BenchmarkOptions,
): Promise<{ per_minute: number; cost_per_sync: number }> {
  using directory = temporaryDirectory()
  const database = await server.createDatabase()
  const { simulator, tokens } = await startCanvas(sources, canvas)
  await using _canvas = simulator
  await using store = await openStore(database)
  await using queue = await openQueue(database, store)
  for (let index = 0; index < (quick ? 200 : 1500); index++) {
    const sync = queuedSync(`teacher-${index % sources}`, { full: true })
    await queue.add({ id: randomUUID(), sync, priority: 0, start_after: 0 })
  }
  const options = { directory: join(directory.path, 'fleet'), database, tokens }
  await using fleet = new Fleet({ ...options, base_url: simulator.base_url })
  for (let number = 0; number < workers; number++) fleet.start('--concurrency', '1')
  // The first sync of each compiles the program and fills what the throttle allows at first.
  while (fleet.workers.some(({ events }) => !events.some(({ event }) => event === 'ended'))) await delay(100)
  await delay(quick ? 0 : 10_000)
  const cost_before = simulator.stats.cost_total
  const left_before = await leftOf(queue)
  const started_ms = performance.now()
  await delay(quick ? 4000 : 30_000)
  const ended = left_before - (await leftOf(queue))
  const minutes = (performance.now() - started_ms) / 60_000
  return {
    per_minute: ended / minutes,
    cost_per_sync: (simulator.stats.cost_total - cost_before) / Math.max(1, ended),
  }
}

async function leftOf(queue: SyncQueue): Promise<number> {
  return (await queue.depths()).reduce((sum, { queued, running }) => sum + queued + running, 0)
}

async function run(options: BenchmarkOptions): Promise<Figure[]> {
  const server = await startOperatedPostgres()
  const figures: Figure[] = []
  try {
    for (const one of [FREE, THROTTLED]) {
      let alone = 0
      for (const workers of WORKERS) {
        const { per_minute, cost_per_sync } = await measure(server, one, workers, options)
        if (workers === 1) alone = per_minute
        const ratios: Record<string, number> = { 'one worker': per_minute / Math.max(1, alone) }
        const { throttle } = one.canvas
        if (throttle !== false && throttle !== undefined) {
          const allowed = (one.sources * (throttle.outflow_per_second ?? 10) * 60) / cost_per_sync
          ratios['what the throttle allows'] = per_minute / allowed
        }
        figures.push(
          figure(`worker pool, ${one.name}, workers: ${workers}`, per_minute, 'syncs/min', { ratios }),
        )
        options.progress(`${one.name}, ${workers} workers: ${Math.round(per_minute)} syncs/min`)
      }
    }
  } finally {
    await server.stop()
  }
  return figures
}

export const benchmark: Benchmark = { name: 'worker-pool', run }
