import type { DayCount, DurationSummary, HistogramBar, HourCount } from '../report.ts'
import { duration } from './amounts.ts'
import type { HistogramBlock, HistogramMark, TimeBlock, TimeColumn } from './view.ts'

/** More columns than this are no longer told apart; several days share one then. */
const MOST_DAYS = 190
const MOST_BARS = 24

export interface ChartNames {
  readonly id: string
  readonly title: string
  readonly noun: string
  /** Default plain. */
  readonly tone?: 'plain' | 'bad'
}

/** Null for a single day: it says no more than the sum. */
export function dayChart(names: ChartNames, days: readonly DayCount[]): TimeBlock | null {
  if (days.length < 2) return null
  const columns = days.map((day): TimeColumn => ({ ...day, label: day.day }))
  return { kind: 'time', tone: 'plain', ...names, by: 'day', columns: joined(columns, MOST_DAYS) }
}

/** All 24 hours, those without lines too. */
export function hourChart(names: ChartNames, hours: readonly HourCount[]): TimeBlock {
  const columns = Array.from({ length: 24 }, (_, hour): TimeColumn => {
    const found = hours.find((entry) => entry.hour === hour)
    const label = `${String(hour).padStart(2, '0')}:00`
    return { label, count: found?.count ?? 0, failed: found?.failed ?? 0, throttled: 0 }
  })
  return { kind: 'time', tone: 'plain', ...names, by: 'hour', columns }
}

/** At most so many columns: neighbours are summed up. */
export function joined(columns: readonly TimeColumn[], most: number): readonly TimeColumn[] {
  if (columns.length <= most) return columns
  const together = Math.ceil(columns.length / most)
  return Array.from({ length: Math.ceil(columns.length / together) }, (_, index) =>
    sumOf(columns.slice(index * together, (index + 1) * together)),
  )
}

function sumOf(columns: readonly TimeColumn[]): TimeColumn {
  const sum = { count: 0, failed: 0, throttled: 0 }
  for (const column of columns) {
    sum.count += column.count
    sum.failed += column.failed
    sum.throttled += column.throttled
  }
  const first = columns[0]?.label ?? ''
  const last = columns.at(-1)?.label ?? ''
  return { label: first === last ? first : `${first} to ${last}`, ...sum }
}

/** The bars from the first to the last that is not empty, with the percentiles where they fall. */
export function histogram(names: ChartNames, summary: DurationSummary): HistogramBlock {
  const bars = fewer(filled(summary.histogram))
  const marks: HistogramMark[] = []
  for (const name of ['p50', 'p95', 'p99'] as const) {
    const value_ms = summary[`${name}_ms`]
    if (value_ms !== null) marks.push({ name, value_ms, position: positionOf(value_ms, bars) })
  }
  return {
    kind: 'histogram',
    ...names,
    bars: bars.map((bar) => ({ label: labelOf(bar), from: edge(bar.from_ms), count: bar.count })),
    marks,
  }
}

function filled(bars: readonly HistogramBar[]): readonly HistogramBar[] {
  const first = bars.findIndex(({ count }) => count > 0)
  return first === -1 ? [] : bars.slice(first, bars.findLastIndex(({ count }) => count > 0) + 1)
}

function fewer(bars: readonly HistogramBar[]): readonly HistogramBar[] {
  if (bars.length <= MOST_BARS) return bars
  const together = Math.ceil(bars.length / MOST_BARS)
  return Array.from({ length: Math.ceil(bars.length / together) }, (_, index) => {
    const part = bars.slice(index * together, (index + 1) * together)
    return {
      from_ms: part[0]?.from_ms ?? 0,
      to_ms: part.at(-1)?.to_ms ?? null,
      count: part.reduce((sum, bar) => sum + bar.count, 0),
    }
  })
}

/** Bars have the same width whatever their range; inside of a bar the place is on a logarithmic scale. */
function positionOf(value_ms: number, bars: readonly HistogramBar[]): number {
  if (bars.length === 0) return 0
  const index = bars.findIndex(({ to_ms }) => to_ms === null || value_ms < to_ms)
  const bar = bars[index]
  if (bar === undefined) return 1
  return Math.min(1, Math.max(0, (index + placeWithin(value_ms, bar)) / bars.length))
}

function placeWithin(value_ms: number, { from_ms, to_ms }: HistogramBar): number {
  if (to_ms === null) return 0.5
  const from = Math.log1p(from_ms)
  const width = Math.log1p(to_ms) - from
  const place = width > 0 ? (Math.log1p(value_ms) - from) / width : 0.5
  return Math.min(1, Math.max(0, place))
}

/** Edges are round numbers. */
const edge = (edge_ms: number): string => duration(edge_ms).replace('.0 ', ' ')

function labelOf({ from_ms, to_ms }: HistogramBar): string {
  if (to_ms === null) return `${edge(from_ms)} and more`
  return from_ms === 0 ? `below ${edge(to_ms)}` : `${edge(from_ms)} to ${edge(to_ms)}`
}
