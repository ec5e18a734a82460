import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { createCanvasClient } from '../src/canvas/client.ts'
import { runSync } from '../src/engine/sync-engine.ts'
import { createMonitor } from '../src/tracker/monitor.ts'
import type { Sync } from '../src/tracker/types.ts'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { startSimulatorProcess } from './support/simulator-process.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

interface Conditions {
  readonly latency_ms: number
  readonly cost: number
}

const AT_LEAST = { at_least: 0.9 }
const NONE = { at_most: 0 }
/** More than can be in flight, as in a sync with many courses. */
const CALLERS = 24
/** Canvas's bucket: 600 big, 10 leak out per second, a call is charged 50 in advance. */
const SIZE = 600
const OUTFLOW_PER_SECOND = 10
const IN_FLIGHT = 11
const CHARGE = 50

const CONDITIONS: readonly Conditions[] = [
  { latency_ms: 200, cost: 0.1 },
  { latency_ms: 500, cost: 0.3 },
  { latency_ms: 50, cost: 1 },
  { latency_ms: 100, cost: 2 },
]

const allowedRate = ({ latency_ms, cost }: Conditions): number =>
  Math.min(OUTFLOW_PER_SECOND / cost, IN_FLIGHT / (latency_ms / 1000))

/**
 * Seconds until only the outflow counts: the bucket fills, and the fuller it is the fewer calls fit beside what
 * is in it, so that the rate comes down by a factor of e in each `settling` seconds.
 */
function warmUpSeconds({ latency_ms, cost }: Conditions): number {
  const inflow = (IN_FLIGHT / (latency_ms / 1000)) * cost
  const settling = (CHARGE / cost) * (latency_ms / 1000)
  return inflow > OUTFLOW_PER_SECOND ? SIZE / (inflow - OUTFLOW_PER_SECOND) + 6 * settling : 3
}

async function measureClient(conditions: Conditions, seconds: number): Promise<Figure[]> {
  await using simulator = await startSimulatorProcess({ ...conditions, size: { students: 10, courses: 2 } })
  const client = createCanvasClient({ base_url: simulator.base_url, token: simulator.token })
  const until = new AbortController()
  let answers = 0
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!until.signal.aborted) {
      await client.self()
      answers++
    }
  })
  await delay(warmUpSeconds(conditions) * 1000)
  const before = await simulator.stats()
  const [answers_before, throttled_before] = [answers, before.throttled_total]
  const started_ms = performance.now()
  await delay(seconds * 1000)
  const rate = (answers - answers_before) / ((performance.now() - started_ms) / 1000)
  until.abort()
  await Promise.all(callers)
  const after = await simulator.stats()
  await client.close()
  const name = `request-rate, ${conditions.latency_ms} ms at cost ${conditions.cost}`
  return [
    figure(name, rate, 'requests/s', { ratios: { allowed: rate / allowedRate(conditions) } }),
    figure(`${name}, share of allowed`, rate / allowedRate(conditions), '', { target: AT_LEAST }),
    figure(`${name}, throttled`, after.throttled_total - throttled_before, 'answers', { target: NONE }),
    figure(`${name}, throttled in warm-up`, throttled_before, 'answers'),
  ]
}

interface Moment {
  readonly at_ms: number
  readonly calls: number
}

/** The engine from connection test to verdict; the rate is that from the first course to the last one's start. */
async function measureEngine(conditions: Conditions, courses: number): Promise<Figure[]> {
  using directory = temporaryDirectory()
  await using simulator = await startSimulatorProcess({
    ...conditions,
    size: { students: courses * 10, courses, courses_per_student: 4, assignments_per_course: 8 },
  })
  await using monitor = await createMonitor({
    database: `sqlite:${join(directory.path, 'canvas-sync.db')}`,
    logDir: join(directory.path, 'logs'),
  })
  const { base_url, token, account_id } = simulator
  let running: Sync | undefined
  const moments: Moment[] = []
  const started_ms = performance.now()
  const record = await runSync({
    monitor,
    baseUrl: base_url,
    token,
    account: account_id,
    observer: {
      started: (sync) => {
        running = sync
      },
      courseStarted: () => {
        moments.push({ at_ms: performance.now(), calls: running?.toJSON().api_metrics.calls_made ?? 0 })
      },
    },
  })
  const whole_seconds = (performance.now() - started_ms) / 1000
  if (record.sync_status !== 'completed') throw new Error(`The sync is ${record.sync_status}.`)
  const [first, last] = [moments[0], moments.at(-1)]
  if (first === undefined || last === undefined) throw new Error('The sync started no course.')
  const rate = (last.calls - first.calls) / ((last.at_ms - first.at_ms) / 1000)
  const whole_rate = record.api_metrics.calls_made / whole_seconds
  const { throttled_total } = await simulator.stats()
  const name = `request-rate, engine over ${courses} courses`
  const share = rate / allowedRate(conditions)
  return [
    figure(name, rate, 'requests/s', { ratios: { allowed: share } }),
    figure(`${name}, share of allowed`, share, '', { target: AT_LEAST }),
    figure(`${name}, with start and end`, whole_rate, 'requests/s', {
      ratios: { allowed: whole_rate / allowedRate(conditions) },
    }),
    figure(`${name}, throttled`, throttled_total, 'answers', { target: NONE }),
  ]
}

async function run({ quick, progress }: BenchmarkOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const conditions of quick ? CONDITIONS.slice(0, 1) : CONDITIONS) {
    const measured = await measureClient(conditions, quick ? 3 : 15)
    figures.push(...measured)
    const rate = measured[0]?.value ?? 0
    progress(
      `${conditions.latency_ms} ms at cost ${conditions.cost}: ${rate} of ${allowedRate(conditions)} requests/s`,
    )
  }
  const conditions = { latency_ms: 200, cost: 0.1 }
  const measured = await measureEngine(conditions, quick ? 30 : 120)
  progress(`engine: ${measured[0]?.value ?? 0} of ${allowedRate(conditions)} requests/s`)
  return [...figures, ...measured]
}

export const benchmark: Benchmark = { name: 'request-rate', run }
