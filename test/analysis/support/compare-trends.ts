import type { Trends } from '../../../src/analysis/report.ts'
import { meanOf, nearestRank } from './compare-stream.ts'
import type { Differences } from './differences.ts'
import { inRange, type WorldRange } from './expected-report.ts'
import { durationOf, isCall, isFailed, isThrottled } from './expected-stream.ts'
import type { LogWorld } from './log-world.ts'

type Figures = Readonly<Record<Trends['figures'][number]['name'], number | null>>

const P95_PART = 0.008

/**
 * The report may choose the periods when it is not asked for a range; they must be of the same length, one
 * right before the other, and every figure must be that of its period.
 */
export function compareTrends(
  world: LogWorld,
  range: WorldRange,
  trends: Trends | null,
  differences: Differences,
): void {
  const { since_ms, until_ms } = range
  if (trends === null) {
    if (since_ms === undefined || until_ms === undefined) return
    const before = { since_ms: 2 * since_ms - until_ms, until_ms: since_ms }
    const has_lines = world.lines.some((line) => inRange(line, before))
    differences.holds('trends', !has_lines, 'null, though there are lines in the period before')
    return
  }
  const current = { since_ms: Date.parse(trends.current.since), until_ms: Date.parse(trends.current.until) }
  const previous = {
    since_ms: Date.parse(trends.previous.since),
    until_ms: Date.parse(trends.previous.until),
  }
  if (since_ms !== undefined) differences.same('trends.current.since', since_ms, current.since_ms)
  if (until_ms !== undefined) differences.same('trends.current.until', until_ms, current.until_ms)
  differences.same('trends.previous.until', current.since_ms, previous.until_ms)
  const length_ms = current.until_ms - current.since_ms
  differences.same('trends, length of the period before', length_ms, previous.until_ms - previous.since_ms)
  const now = figuresOf(world, current)
  const then = figuresOf(world, previous)
  differences.same('trends.figures.length', Object.keys(now).length, trends.figures.length)
  for (const { name, current, previous, change_percent } of trends.figures) {
    const here = `trends.${name}`
    for (const [period, expected, got] of [
      ['current', now[name], current],
      ['previous', then[name], previous],
    ] as const) {
      if (name === 'p95_duration_ms') {
        // Percentiles are kept of the periods asked for, not of every week.
        const wanted = since_ms === undefined ? null : expected
        differences.near(`${here}.${period}`, wanted, got, P95_PART)
      } else differences.same(`${here}.${period}`, expected, got)
    }
    const can_compare = current !== null && previous !== null && previous !== 0
    const change = can_compare ? ((current - previous) / previous) * 100 : null
    if (change === null || change_percent === null)
      differences.same(`${here}.change_percent`, change, change_percent)
    else
      differences.holds(
        here,
        Math.abs(change - change_percent) <= 0.1,
        `change ${change}, got ${change_percent}`,
      )
  }
}

function figuresOf(world: LogWorld, period: { since_ms: number; until_ms: number }): Figures {
  const lines = world.lines.filter((line) => inRange(line, period))
  const calls = lines.filter((line) => line.stream === 'api_calls' && isCall(line))
  const durations = calls
    .map(durationOf)
    .filter((duration_ms) => duration_ms !== null)
    .sort((a, b) => a - b)
  return {
    api_calls: calls.length,
    failed_calls: calls.filter(isFailed).length,
    throttled_calls: calls.filter(isThrottled).length,
    mean_duration_ms: meanOf(durations),
    p95_duration_ms: nearestRank(durations, 0.95),
    errors: lines.filter((line) => line.stream === 'errors').length,
  }
}
