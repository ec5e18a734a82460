import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { figure, quantile, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import type { ClientOrder, ClientReport } from './support/ingest-client-child.ts'
import { startOperatedPostgres } from './support/operated-postgres.ts'
import { startServerProcess } from './support/server-process.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const CONNECTIONS = 8
const SYNCS_PER_REQUEST = [1, 20, 100] as const
/** What is asked for is measured with as many syncs in a request as a busy reporter gathers. */
const MEASURED = 100

const pathOf = (name: string): string => fileURLToPath(new URL(`./support/${name}`, import.meta.url))

async function load(order: ClientOrder): Promise<ClientReport> {
  const client = spawn(process.execPath, [pathOf('ingest-client-child.ts'), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  client.stdout.setEncoding('utf8')
  for await (const chunk of client.stdout) text += String(chunk)
  if (text === '') throw new Error('The client failed.')
  return JSON.parse(text) as ClientReport
}

/** @param database of PostgreSQL; undefined: a new file of SQLite */
async function measure(
  engine: string,
  database: string | undefined,
  { quick, progress }: BenchmarkOptions,
): Promise<Figure[]> {
  using directory = temporaryDirectory()
  await using server = await startServerProcess({
    database: database ?? `sqlite:${join(directory.path, 'syncs.db')}`,
    logDir: join(directory.path, 'logs'),
    port: 0,
    logCleanup: false,
  })
  const { url } = server
  const figures: Figure[] = []
  const seconds = quick ? 2 : 10
  await load({ url, connections: CONNECTIONS, syncs_per_request: MEASURED, seconds: quick ? 1 : 3 })
  for (const syncs_per_request of SYNCS_PER_REQUEST) {
    const before_us = await server.cpuMicroseconds()
    const report = await load({ url, connections: CONNECTIONS, syncs_per_request, seconds })
    const cpu_us = (await server.cpuMicroseconds()) - before_us
    const rate = report.syncs / report.seconds
    const name = `ingest, ${engine}, ${CONNECTIONS} connections, ${syncs_per_request} syncs a request`
    const target = engine === 'SQLite' && syncs_per_request === MEASURED ? { target: { at_least: 5000 } } : {}
    const [p50, p99] = [quantile(report.latencies_ms, 0.5), quantile(report.latencies_ms, 0.99)]
    figures.push(
      figure(name, rate, 'syncs/s', target),
      figure(`${name}, p50`, p50, 'ms'),
      figure(`${name}, p99`, p99, 'ms'),
      figure(`${name}, server`, cpu_us / report.syncs, 'µs of CPU a sync'),
      figure(`${name}, client`, (report.cpu_s / report.syncs) * 1e6, 'µs of CPU a sync'),
      figure(`${name}, peak memory`, await server.peakMib(), 'MiB', { target: { at_most: 300 } }),
    )
    progress(
      `${engine}, ${syncs_per_request} syncs a request: ${Math.round(rate)} syncs/s, p99 ${p99.toFixed(0)} ms`,
    )
  }
  return figures
}

async function run(options: BenchmarkOptions): Promise<Figure[]> {
  const figures = await measure('SQLite', undefined, options)
  const server = await startOperatedPostgres()
  try {
    return [...figures, ...(await measure('PostgreSQL', await server.createDatabase(), options))]
  } finally {
    await server.stop()
  }
}

export const benchmark: Benchmark = { name: 'ingest', run }
