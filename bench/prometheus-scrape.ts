import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { COUNTED_SUMS, DURATION_LIMITS_SECONDS } from '../src/store/counters.ts'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { httpLoad } from './support/http-load.ts'
import { fillPostgres, fillSqlite, type ManySyncs } from './support/many-syncs.ts'
import { startOperatedPostgres } from './support/operated-postgres.ts'
import { startServerProcess } from './support/server-process.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const P99_MS = { at_most: 50 }
const ACCEPT = {
  text: 'text/plain; version=0.0.4',
  OpenMetrics: 'application/openmetrics-text; version=1.0.0',
} as const

/** What a scrape promises is about so many syncs. */
const PROMISED = 10_000_000

/** As if all but the newest syncs had been deleted long ago: counters keep what they counted. */
function countMore(times: number): string {
  const columns = [
    'syncs',
    'durations',
    'duration_us',
    ...DURATION_LIMITS_SECONDS.map((limit) => `le_${limit}`),
    ...COUNTED_SUMS,
  ]
  return `update canvas_sync_counters set ${columns.map((name) => `${name} = ${name} * ${times}`).join(', ')}`
}

async function countMorePostgres(url: string, times: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(countMore(times))
  } finally {
    await client.end()
  }
}

function countMoreSqlite(path: string, times: number): void {
  using database = new DatabaseSync(path)
  database.exec(countMore(times))
}

async function measure(engine: string, url: string, given: ManySyncs, seconds: number): Promise<Figure[]> {
  using logs = temporaryDirectory()
  await using server = await startServerProcess({
    database: url,
    logDir: logs.path,
    port: 0,
    logCleanup: false,
  })
  const figures: Figure[] = []
  const asked = performance.now()
  await (await fetch(`${server.url}/metrics`)).text()
  figures.push(
    figure(`prometheus-scrape, ${engine}, ${given.syncs} syncs, the first`, performance.now() - asked, 'ms'),
  )
  for (const [format, accept] of Object.entries(ACCEPT)) {
    const { p50_ms, p99_ms, bytes_per_answer, other_statuses } = await httpLoad({
      host: '127.0.0.1',
      port: server.port,
      connections: 1,
      warm_up_ms: 500,
      duration_ms: seconds * 1000,
      next: () => '/metrics',
      headers: `accept: ${accept}\r\n`,
    })
    if (Object.keys(other_statuses).length > 0) throw new Error('A scrape failed.')
    const name = `prometheus-scrape, ${engine}, ${given.syncs} syncs, ${format}`
    figures.push(figure(`${name}, p50`, p50_ms, 'ms'))
    figures.push(figure(`${name}, p99`, p99_ms, 'ms', { target: P99_MS }))
    figures.push(figure(`${name}, size`, bytes_per_answer, 'bytes'))
  }
  return figures
}

async function run({ quick, progress }: BenchmarkOptions): Promise<Figure[]> {
  // Ten million rows take minutes to make; what a scrape reads is the same where the older ones are deleted.
  const sizes = quick ? [20_000] : [100_000, PROMISED]
  const seconds = quick ? 0.5 : 5
  const figures: Figure[] = []
  for (const syncs of sizes) {
    const given = { syncs, users: 5000, days: 400, until: Date.now() }
    using directory = temporaryDirectory()
    const path = join(directory.path, 'canvas-sync.db')
    progress(`SQLite, ${syncs} syncs`)
    await fillSqlite(path, given, progress)
    if (quick) countMoreSqlite(path, PROMISED / syncs)
    figures.push(...(await measure('SQLite', `sqlite:${path}`, given, seconds)))
  }
  const server = await startOperatedPostgres()
  try {
    for (const syncs of sizes) {
      const given = { syncs, users: 5000, days: 400, until: Date.now() }
      progress(`PostgreSQL, ${syncs} syncs`)
      const url = await server.createDatabase()
      await fillPostgres(url, given, progress)
      if (quick) await countMorePostgres(url, PROMISED / syncs)
      figures.push(...(await measure('PostgreSQL', url, given, seconds)))
    }
  } finally {
    await server.stop()
  }
  return figures
}

export const benchmark: Benchmark = { name: 'prometheus-scrape', run }
