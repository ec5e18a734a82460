import { join } from 'node:path'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { httpLoad, type LoadResult } from './support/http-load.ts'
import { fillPostgres, fillSqlite, type ManySyncs } from './support/many-syncs.ts'
import { startOperatedPostgres } from './support/operated-postgres.ts'
import { startServerProcess, type ServerProcess } from './support/server-process.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const BASE = '/api/canvas/metrics'
const CONNECTIONS = 32
const P99_MS = { at_most: 20 }
/** A thousand people who look every two seconds. */
const PACE_PER_SECOND = 500
/** What one request for the figures of 30 days took the earlier system at 172,800 syncs, milliseconds. */
const EARLIER_SUMMARY_MS = 7300

type Pick = (limit: number) => number

/** What is asked for, with other values each time. */
const ENDPOINTS: Readonly<Record<string, (pick: Pick, given: ManySyncs) => string>> = {
  '/sync/{id}': (pick, { syncs }) => `/sync/${1 + pick(syncs)}`,
  '/sync/task/{task_id}': (pick, { syncs }) => `/sync/task/task-${1 + pick(syncs)}`,
  '/sync/{id}/courses': (pick, { syncs }) => `/sync/${syncs - pick(Math.min(syncs, 100_000))}/courses`,
  '/sync/{id}/timeline': (pick, { syncs }) => `/sync/${syncs - pick(Math.min(syncs, 100_000))}/timeline`,
  '/user/{user_id}/summary': (pick, { users }) => `/user/${1 + pick(users)}/summary?days=${1 + pick(400)}`,
  '/user/{user_id}/syncs': (pick, { users }) => `/user/${1 + pick(users)}/syncs`,
  '/user/{user_id}/syncs?status=failed': (pick, { users }) => `/user/${1 + pick(users)}/syncs?status=failed`,
  '/summary': (pick) => `/summary?days=${1 + pick(400)}`,
  '/recent': () => '/recent',
  '/failed': (pick) => `/failed?days=${1 + pick(400)}`,
  '/performance': (pick) => `/performance?days=${1 + pick(400)}`,
  '/syncs': (pick, { until }) =>
    `/syncs?until=${encodeURIComponent(new Date(until - pick(390) * 86_400_000).toISOString())}`,
  '/syncs?status&type': () => '/syncs?status=failed,partial&type=grades',
  '/syncs?user_id&host': (pick, { users }) => `/syncs?user_id=${1 + pick(users)}&host=worker-3`,
  '/syncs?course_id': (pick) => `/syncs?course_id=${pick(5000)}`,
  '/syncs?error_type': () => '/syncs?error_type=throttled',
  '/syncs?text': (pick) => `/syncs?text=courses%2F${pick(5000)}%2Fassign`,
  '/syncs?sort=longest': () => '/syncs?sort=longest',
  '/syncs?sort=longest&user_id': (pick, { users }) => `/syncs?sort=longest&user_id=${1 + pick(users)}`,
  '/series': () => '/series?metric=syncs,failed&bucket=hour&since=7d',
  '/series by day': () => '/series?metric=syncs,completed&bucket=day&since=365d',
  '/errors': (pick) => `/errors?days=${1 + pick(90)}`,
  '/freshness': () => '/freshness',
  '/health': () => '/health',
}

/** The same numbers in every run. */
function seeded(): Pick {
  let state = 123_456_789
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

interface EndpointResult extends LoadResult {
  /** At {@link PACE_PER_SECOND}, milliseconds. */
  readonly paced_p99_ms: number
  /** What one request takes of the server's processors, all threads, microseconds. */
  readonly cpu_us_per_request: number
}

async function loadEach(
  server: ServerProcess,
  given: ManySyncs,
  seconds: number,
  progress: (message: string) => void,
): Promise<Map<string, EndpointResult>> {
  const results = new Map<string, EndpointResult>()
  for (const [name, address] of Object.entries(ENDPOINTS)) {
    const pick = seeded()
    const cpu_before_us = await server.cpuMicroseconds()
    const options = {
      host: '127.0.0.1',
      port: server.port,
      connections: CONNECTIONS,
      warm_up_ms: seconds * 250,
      duration_ms: seconds * 1000,
      next: () => BASE + address(pick, given),
    }
    const load = await httpLoad(options)
    const cpu_us_per_request = ((await server.cpuMicroseconds()) - cpu_before_us) / load.requests
    const paced = await httpLoad({ ...options, requests_per_second: PACE_PER_SECOND })
    const result: EndpointResult = { ...load, cpu_us_per_request, paced_p99_ms: paced.p99_ms }
    const wrong = Object.entries(result.other_statuses).map(([status, times]) => `${times} × ${status}`)
    if (wrong.length > 0) throw new Error(`${name} answered ${wrong.join(', ')}.`)
    results.set(name, result)
    progress(
      `${name}: p50 ${result.p50_ms.toFixed(1)} ms, p99 ${result.p99_ms.toFixed(1)} ms, ` +
        `${result.paced_p99_ms.toFixed(1)} ms at ${PACE_PER_SECOND}/s, ` +
        `${Math.round(result.requests_per_second)}/s, ${Math.round(result.bytes_per_answer)} bytes, ` +
        `${Math.round(cpu_us_per_request)} µs of the server's processors`,
    )
  }
  return results
}

interface Measured {
  readonly results: Map<string, EndpointResult>
  readonly peak_mib: number
}

type Progress = (message: string) => void

/** Fills a database and answers its URL. */
type Fill = (directory: string, given: ManySyncs, progress: Progress) => Promise<string>

async function inSqlite(directory: string, given: ManySyncs, progress: Progress): Promise<string> {
  const path = join(directory, 'canvas-sync.db')
  await fillSqlite(path, given, progress)
  return `sqlite:${path}`
}

async function measure(fill: Fill, given: ManySyncs, seconds: number, progress: Progress): Promise<Measured> {
  using directory = temporaryDirectory()
  const database = await fill(directory.path, given, progress)
  await using server = await startServerProcess({
    database,
    logDir: join(directory.path, 'logs'),
    port: 0,
    logCleanup: false,
  })
  const results = await loadEach(server, given, seconds, progress)
  return { results, peak_mib: await server.peakMib() }
}

async function measureSummary(fill: Fill, seconds: number, progress: Progress): Promise<Figure[]> {
  const given = { syncs: 172_800, users: 5000, days: 30, until: Date.now() }
  using directory = temporaryDirectory()
  const database = await fill(directory.path, given, progress)
  await using server = await startServerProcess({
    database,
    logDir: join(directory.path, 'logs'),
    port: 0,
    logCleanup: false,
  })
  const { p50_ms } = await httpLoad({
    host: '127.0.0.1',
    port: server.port,
    connections: 1,
    warm_up_ms: 500,
    duration_ms: seconds * 1000,
    next: () => `${BASE}/summary?days=30`,
  })
  return [
    figure('summary of 30 days over 172,800 syncs, p50', p50_ms, 'ms'),
    figure(
      'summary of 30 days over 172,800 syncs, times faster than the earlier system',
      EARLIER_SUMMARY_MS / p50_ms,
      '×',
      { target: { at_least: 500 } },
    ),
  ]
}

async function measureEngine(
  engine: string,
  fill: Fill,
  { quick, progress }: BenchmarkOptions,
): Promise<Figure[]> {
  const sizes = quick ? [20_000] : [100_000, 1_000_000, 10_000_000]
  const seconds = quick ? 0.5 : 3
  const figures = await measureSummary(fill, seconds, progress)
  let smallest: Measured | undefined
  for (const syncs of sizes) {
    progress(`${engine}, ${syncs} syncs`)
    const given = { syncs, users: 5000, days: 400, until: Date.now() }
    const measured = await measure(fill, given, seconds, progress)
    smallest ??= measured
    const largest = syncs === sizes.at(-1)
    const name = `server-reads, ${engine}, ${syncs} syncs`
    for (const [endpoint, result] of measured.results) {
      const { p50_ms, p99_ms, requests_per_second, cpu_us_per_request } = result
      const ratios = { p50_of_smallest: p50_ms / (smallest.results.get(endpoint)?.p50_ms ?? p50_ms) }
      const target = largest ? { target: P99_MS } : {}
      figures.push(figure(`${name}, ${endpoint}, p99`, p99_ms, 'ms', { ratios, ...target }))
      const paced = `${name}, ${endpoint}, p99 at ${PACE_PER_SECOND} requests/s`
      figures.push(figure(paced, result.paced_p99_ms, 'ms', target))
      figures.push(figure(`${name}, ${endpoint}, rate`, requests_per_second, 'requests/s'))
      figures.push(figure(`${name}, ${endpoint}, server CPU per request`, cpu_us_per_request, 'µs'))
    }
    const target = largest ? { target: { at_most: 300 } } : {}
    figures.push(figure(`${name}, peak memory of the server`, measured.peak_mib, 'MiB', target))
  }
  return figures.map((one) =>
    one.name.startsWith('server') ? one : { ...one, name: `${engine}: ${one.name}` },
  )
}

async function run(options: BenchmarkOptions): Promise<Figure[]> {
  const sqlite = await measureEngine('SQLite', inSqlite, options)
  const server = await startOperatedPostgres()
  try {
    const inPostgres: Fill = async (_directory, given, progress) => {
      const url = await server.createDatabase()
      await fillPostgres(url, given, progress)
      return url
    }
    return [...sqlite, ...(await measureEngine('PostgreSQL', inPostgres, options))]
  } finally {
    await server.stop()
  }
}

export const benchmark: Benchmark = { name: 'server-reads', run }
