import { randomUUID } from 'node:crypto'
import type { LogEvent } from '../src/core/log-event.ts'
import { figure, quantile, type Benchmark, type Figure } from './benchmark.ts'
import { openOurs, PEERS, type OpenPeer } from './support/log-peers.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** A job does other things between two calls; then the writer gets its turn, as it would there. */
const LINES_PER_TURN = 1000
const CALLS_PER_TURN = 50

const REQUEST_IDS = Array.from({ length: 65_536 }, () => randomUUID())
const TASK_ID = `celery-task-${randomUUID()}`

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const thousandths = (value: number): number => Math.round(value * 1000) / 1000

/** What a sync writes for one call to Canvas; no two are alike. */
function apiCall(number: number): LogEvent {
  const endpoint = `/api/v1/courses/${1000 + (number % 500)}/students/submissions`
  return {
    level: 'INFO',
    event: 'api_call',
    task_id: TASK_ID,
    user_id: 42,
    fields: {
      method: 'GET',
      endpoint,
      status: 200,
      duration_ms: Math.round(1800 + ((number * 3.7) % 9000)) / 10,
      items: 100,
      page: 1 + (number % 40),
      attempt: 1,
      request_cost: thousandths((number * 0.007_77) % 3),
      rate_limit_remaining: thousandths(598.5 - ((number * 0.1234) % 300)),
      bytes: 81_234 + (number % 9999),
      request_id: REQUEST_IDS[number % REQUEST_IDS.length],
      error_type: null,
      course_id: String(1000 + (number % 500)),
      will_retry: undefined,
    },
    message: `GET ${endpoint} - 200`,
  }
}

/** Lines per second, the making of the events and all writing included. */
async function throughput(open: OpenPeer, lines: number): Promise<number> {
  using directory = temporaryDirectory()
  const peer = open(directory.path)
  const started_ms = performance.now()
  for (let number = 0; number < lines; number++) {
    peer.write(apiCall(number))
    if (number % LINES_PER_TURN === LINES_PER_TURN - 1) await nextTurn()
  }
  await peer.end()
  return (lines / (performance.now() - started_ms)) * 1000
}

/** Ascending microseconds of each call; the clock's own cost is still in them. */
async function timeEach(calls: number, call: (event: LogEvent) => void): Promise<Float64Array> {
  const each_us = new Float64Array(calls)
  for (let number = 0; number < calls; number++) {
    const event = apiCall(number)
    const before = process.hrtime.bigint()
    call(event)
    const after = process.hrtime.bigint()
    each_us[number] = Number(after - before) / 1000
    if (number % CALLS_PER_TURN === CALLS_PER_TURN - 1) await nextTurn()
  }
  return each_us.sort()
}

async function callerCost(calls: number): Promise<{ readonly p50_us: number; readonly p99_us: number }> {
  using directory = temporaryDirectory()
  const clock_us = quantile(await timeEach(calls, () => undefined), 0.5)
  const ours = openOurs(directory.path)
  const each_us = await timeEach(calls, (event) => {
    ours.write(event)
  })
  await ours.end()
  const cost = (fraction: number): number => Math.max(0, quantile(each_us, fraction) - clock_us)
  return { p50_us: cost(0.5), p99_us: cost(0.99) }
}

const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

export const benchmark: Benchmark = {
  name: 'log-writing',
  async run({ quick, progress }) {
    const rounds = quick ? 1 : 7
    const contestants: Readonly<Record<string, OpenPeer>> = { ours: openOurs, ...PEERS }
    const rates = new Map(Object.keys(contestants).map((name): [string, number[]] => [name, []]))
    const callers: { p50_us: number; p99_us: number }[] = []
    // In turns, so that whatever else the machine does hits all of them.
    for (let round = 0; round < rounds; round++) {
      for (const [name, open] of Object.entries(contestants)) {
        const lines = (quick ? 5000 : 60_000) * (name === 'ours' ? 4 : 1)
        rates.get(name)?.push(await throughput(open, lines))
      }
      callers.push(await callerCost(quick ? 5000 : 100_000))
      const told = [...rates].map(([name, all]) => `${name} ${Math.round(all.at(-1) ?? 0)}`)
      progress(`round ${round + 1} of ${rounds}, lines/s: ${told.join(', ')}`)
    }
    const rateOf = (name: string): number => median(rates.get(name) ?? [])
    const ours = rateOf('ours')
    // Of each round, because both of a round had the same machine.
    const over = (name: string): number =>
      median((rates.get('ours') ?? []).map((rate, round) => rate / (rates.get(name)?.[round] ?? Infinity)))
    const ratios = Object.fromEntries(Object.keys(PEERS).map((name) => [name, over(name)]))
    const figures: Figure[] = [
      figure('log-writing, lines written', ours, 'lines/s', { target: { at_least: 500_000 }, ratios }),
      figure('log-writing, times as fast as pino sync', over('pino sync'), '×', { target: { at_least: 4 } }),
      figure('log-writing, caller p50', median(callers.map(({ p50_us }) => p50_us)), 'µs', {
        target: { at_most: 2 },
      }),
      figure('log-writing, caller p99', median(callers.map(({ p99_us }) => p99_us)), 'µs'),
    ]
    for (const name of Object.keys(PEERS)) {
      figures.push(figure(`log-writing, ${name}`, rateOf(name), 'lines/s'))
    }
    return figures
  },
}
