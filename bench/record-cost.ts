import { trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createMonitor, type Monitor } from '../src/tracker/monitor.ts'
import { createRemoteMonitor } from '../src/tracker/remote-monitor.ts'
import type { Sync } from '../src/tracker/types.ts'
import { figure, quantile, type Benchmark, type Figure } from './benchmark.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

type Call = (number: number) => void

/** A job does other things between two calls; then the writer gets its turn, as it would there. */
const CALLS_PER_TURN = 50

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Ascending microseconds of each call; the clock's own cost is still in them. */
async function timeEach(calls: number, call: Call): Promise<Float64Array> {
  const each_us = new Float64Array(calls)
  for (let number = 0; number < calls; number++) {
    const before = process.hrtime.bigint()
    call(number)
    const after = process.hrtime.bigint()
    each_us[number] = Number(after - before) / 1000
    if (number % CALLS_PER_TURN === CALLS_PER_TURN - 1) await nextTurn()
  }
  return each_us.sort()
}

/** Microseconds per call of many in a row with everything that happens behind them, the timing apart. */
async function meanCost(calls: number, call: Call, settle: () => Promise<void>): Promise<number> {
  const started_ms = performance.now()
  for (let number = 0; number < calls; number++) {
    call(number)
    if (number % CALLS_PER_TURN === CALLS_PER_TURN - 1) await nextTurn()
  }
  await settle()
  return ((performance.now() - started_ms) * 1000) / calls
}

function recordings(sync: Sync): Readonly<Record<string, Call>> {
  return {
    recordApiCall: (number) => {
      sync.recordApiCall({
        method: 'GET',
        endpoint: `/api/v1/courses/${1000 + (number % 500)}/students/submissions`,
        status: 200,
        durationMs: 180 + (number % 90) + 0.25,
        items: 100,
        page: 1 + (number % 40),
        attempt: 1,
        requestCost: 0.123456,
        rateLimitRemaining: 598.5,
        bytes: 81_234,
        requestId: '5f0c2b6e-6a0e-4f6c-9a0e-0b6b6f0c2b6e',
        errorType: null,
        courseId: String(1000 + (number % 500)),
        willRetry: false,
      })
    },
    recordDbOperation: (number) => {
      sync.recordDbOperation({
        operation: 'sync',
        entity: 'submissions',
        count: 100,
        durationMs: 4.25 + (number % 10),
        batch: true,
        courseId: String(1000 + (number % 500)),
      })
    },
    recordSubmission: (number) => {
      sync.recordSubmission({
        created: number % 2 === 0,
        updated: number % 2,
        courseId: 1000 + (number % 500),
      })
    },
  }
}

/** What somebody would write without a log writer: one synchronous write for each line. */
function plainLine(descriptor: number): Call {
  return (number) => {
    const line = {
      timestamp: new Date().toISOString(),
      level: 'INFO',
      event: 'api_call',
      task_id: 'bench',
      method: 'GET',
      endpoint: `/api/v1/courses/${1000 + (number % 500)}/students/submissions`,
      status: 200,
      duration_ms: 180 + (number % 90) + 0.25,
      items: 100,
      page: 1 + (number % 40),
      request_cost: 0.123,
      rate_limit_remaining: 598.5,
      bytes: 81_234,
      request_id: '5f0c2b6e-6a0e-4f6c-9a0e-0b6b6f0c2b6e',
      course_id: String(1000 + (number % 500)),
    }
    writeSync(descriptor, `${JSON.stringify(line)}\n`)
  }
}

/** The same calls when they go to a server; it is away, so that each has to be kept. */
async function remoteFigures(
  calls: number,
  costAt: (each_us: Float64Array, fraction: number) => number,
  spoolDir: string,
  local: readonly Figure[],
): Promise<Figure[]> {
  await using monitor = await createRemoteMonitor({ url: 'http://127.0.0.1:1', spoolDir })
  const sync = await monitor.startSync({ taskId: 'bench' })
  const call = recordings(sync)['recordApiCall']
  if (call === undefined) return []
  const each_us = await timeEach(calls, call)
  const { lost_events } = await monitor.health()
  if (lost_events > 0) throw new Error(`${lost_events} events were dropped: the figures are not honest.`)
  return (['p50', 'p99'] as const).map((label) => {
    const cost_us = costAt(each_us, label === 'p50' ? 0.5 : 0.99)
    const here_us =
      local.find(({ name }) => name === `record-cost, recordApiCall ${label}`)?.value ?? Infinity
    const ratios = { 'the same with local logs': cost_us / here_us }
    return figure(`record-cost, recordApiCall to a server ${label}`, cost_us, 'µs', { ratios })
  })
}

/** The same calls in a sync that OpenTelemetry's SDK traces: each line has a trace id, and there is nothing else. */
async function tracedFigures(
  calls: number,
  costAt: (each_us: Float64Array, fraction: number) => number,
  monitor: Monitor,
  local: readonly Figure[],
): Promise<Figure[]> {
  trace.setGlobalTracerProvider(new TracerProvider())
  const sync = await monitor.startSync({ taskId: 'traced' })
  const figures: Figure[] = []
  for (const [name, call] of Object.entries(recordings(sync))) {
    const each_us = await timeEach(calls, call)
    await monitor.logs.flush()
    const cost_us = costAt(each_us, 0.5)
    const untraced_us = local.find((other) => other.name === `record-cost, ${name} p50`)?.value ?? Infinity
    const ratios = { 'the same without traces': cost_us / untraced_us }
    figures.push(figure(`record-cost, ${name} in a traced sync p50`, cost_us, 'µs', { ratios }))
  }
  await sync.completeSuccess()
  trace.disable()
  return figures
}

export const benchmark: Benchmark = {
  name: 'record-cost',
  async run({ quick, progress }) {
    const calls = quick ? 20_000 : 200_000
    using directory = temporaryDirectory()
    const clock_us = quantile(await timeEach(calls, () => undefined), 0.5)
    progress(`the clock itself: ${clock_us.toFixed(3)} µs, subtracted from each call`)
    const costAt = (each_us: Float64Array, fraction: number): number =>
      Math.max(0, quantile(each_us, fraction) - clock_us)

    const descriptor = openSync(join(directory.path, 'plain.log'), 'a')
    const plain = plainLine(descriptor)
    const plain_us = await timeEach(calls, plain)
    const plain_mean_us = await meanCost(calls, plain, async () => undefined)
    closeSync(descriptor)
    progress(`JSON.stringify and writeSync: p50 ${costAt(plain_us, 0.5).toFixed(2)} µs`)

    const figures: Figure[] = [
      figure('record-cost, JSON.stringify and writeSync p50', costAt(plain_us, 0.5), 'µs'),
      figure('record-cost, JSON.stringify and writeSync p99', costAt(plain_us, 0.99), 'µs'),
    ]
    await using monitor = await createMonitor({
      database: `sqlite:${join(directory.path, 'canvas-sync.db')}`,
      logDir: join(directory.path, 'logs'),
    })
    const sync = await monitor.startSync({ taskId: 'bench' })
    for (const [name, call] of Object.entries(recordings(sync))) {
      const each_us = await timeEach(calls, call)
      await monitor.logs.flush()
      const mean_us = await meanCost(calls, call, () => monitor.logs.flush())
      const worst = `p99.9 ${costAt(each_us, 0.999).toFixed(1)} µs, slowest ${costAt(each_us, 1).toFixed(0)} µs`
      progress(`${name}: ${worst}, with all writing ${mean_us.toFixed(2)} µs per call`)
      for (const [label, fraction, at_most] of [
        ['p50', 0.5, 5],
        ['p99', 0.99, 50],
      ] as const) {
        const cost_us = costAt(each_us, fraction)
        figures.push(
          figure(`record-cost, ${name} ${label}`, cost_us, 'µs', {
            target: { at_most },
            ratios: { 'JSON.stringify and writeSync': cost_us / costAt(plain_us, fraction) },
          }),
        )
      }
      figures.push(
        figure(`record-cost, ${name} with all writing`, mean_us, 'µs', {
          ratios: { 'JSON.stringify and writeSync': mean_us / plain_mean_us },
        }),
      )
    }
    figures.push(...(await tracedFigures(calls, costAt, monitor, figures)))
    const { lines_dropped, lines_written } = monitor.logs.health
    progress(`${lines_written} lines written, ${lines_dropped} dropped`)
    if (lines_dropped > 0) throw new Error(`${lines_dropped} lines were dropped: the figures are not honest.`)
    await sync.completeSuccess()
    figures.push(...(await remoteFigures(calls, costAt, join(directory.path, 'spool'), figures)))
    return figures
  },
}
