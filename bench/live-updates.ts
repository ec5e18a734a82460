import { join } from 'node:path'
import { startServer } from '../src/server/index.ts'
import { loadWithReaders } from '../test/api/support/event-load.ts'
import { startPostgres } from '../test/support/postgres-server.ts'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const READERS = { live: 450, stalled: 50 }
const WORST_MS = { at_most: 250 }
/** For 500 connections; nothing of what the stalled ones have not read. */
const HELD_MB = { at_most: 100 }

async function measure(
  name: string,
  database: string,
  logDir: string,
  { quick }: BenchmarkOptions,
): Promise<Figure[]> {
  await using server = await startServer({ database, logDir, port: 0, logCleanup: false })
  const seconds = quick ? 3 : 30
  const report = await loadWithReaders(server, { ...READERS, before: 800, changes_per_second: 20, seconds })
  const { in_order, live_events, stalled_events, changes } = report
  const complete = [
    ...live_events.map((count) => count - changes),
    ...stalled_events.map((count) => count - changes - 800),
  ]
  const faults = complete.filter((difference) => difference !== 0).length + (in_order ? 0 : 1)
  const title = `live-updates, ${name}`
  return [
    figure(`${title}, worst`, report.worst_ms, 'ms', { target: WORST_MS }),
    figure(`${title}, p99`, report.p99_ms, 'ms'),
    figure(`${title}, median`, report.p50_ms, 'ms'),
    figure(`${title}, readers that missed something or got it twice`, faults, 'readers', {
      target: { at_most: 0 },
    }),
    figure(`${title}, memory held`, report.held_mb, 'MiB', { target: HELD_MB }),
    figure(`${title}, memory grown at the most`, report.growth_mb, 'MiB'),
    figure(`${title}, server`, report.cpu, 'cores'),
    figure(`${title}, 50 stalled readers caught up`, report.catch_up_ms, 'ms'),
  ]
}

async function run(options: BenchmarkOptions): Promise<Figure[]> {
  using directory = temporaryDirectory()
  const logs = join(directory.path, 'logs')
  const sqlite = await measure('SQLite', `sqlite:${join(directory.path, 'sync.db')}`, logs, options)
  options.progress(`SQLite: worst ${sqlite[0]?.value ?? 0} ms`)
  const database = await (await startPostgres()).createDatabase()
  const postgres = await measure('PostgreSQL', database, logs, options)
  options.progress(`PostgreSQL: worst ${postgres[0]?.value ?? 0} ms`)
  return [...sqlite, ...postgres]
}

export const benchmark: Benchmark = { name: 'live-updates', run }
