import { grouped } from '../../core/number-text.ts'
import type { AnalysisReport, Trend } from '../report.ts'
import { duration, moment, NONE, percent } from './amounts.ts'
import type { Cell, Section, Tone } from './view.ts'

const TITLES: Readonly<Record<Trend['name'], string>> = {
  api_calls: 'API calls',
  failed_calls: 'failed calls',
  throttled_calls: 'throttled calls',
  mean_duration_ms: 'mean duration of a call',
  p95_duration_ms: 'p95 duration of a call',
  errors: 'errors',
}
/** With twice the calls, twice the failures are no news: these are compared as shares of all calls, in percent. */
const SHARES: ReadonlySet<Trend['name']> = new Set(['failed_calls', 'throttled_calls'])
/** A change of less is none: two weeks are never quite the same. */
const NOISE_PERCENT = 5

export interface Change {
  readonly text: string
  /** `worse`, `better`, `more`, `fewer`, `about the same`. */
  readonly word: string
  readonly tone: Tone
}

/** A figure beside the same figure before. More calls are neither good nor bad; more of anything else is worse. */
export function changeOf({ name, current, previous, change_percent }: Trend): Change {
  if (current === null || previous === null) return { text: NONE, word: 'nothing to compare', tone: 'quiet' }
  if (change_percent === null) {
    if (current === previous) return { text: '= 0 %', word: 'the same', tone: 'quiet' }
    return { text: '↑ new', ...judged(name, true) }
  }
  if (Math.abs(change_percent) < NOISE_PERCENT) {
    return { text: `= ${signed(change_percent)}`, word: 'about the same', tone: 'quiet' }
  }
  const more = change_percent > 0
  return { text: `${more ? '↑' : '↓'} ${signed(change_percent)}`, ...judged(name, more) }
}

function judged(name: Trend['name'], more: boolean): Pick<Change, 'word' | 'tone'> {
  if (name === 'api_calls') return { word: more ? 'more' : 'fewer', tone: 'plain' }
  return more ? { word: 'worse', tone: 'bad' } : { word: 'better', tone: 'good' }
}

function signed(change_percent: number): string {
  const sign = change_percent > 0 ? '+' : change_percent < 0 ? '-' : ''
  const size = Math.abs(change_percent)
  return `${sign}${size < 100 ? size.toFixed(1) : grouped(size)} %`
}

/** What is beyond all numbers says nothing: a report may come from a file. */
const finite = (number: number): number | null => (Number.isFinite(number) ? number : null)

/** The figure as it is shown: what is a share of the calls as that. */
export function shownTrend(trend: Trend, figures: readonly Trend[]): Trend {
  const calls = figures.find(({ name }) => name === 'api_calls')
  if (!SHARES.has(trend.name) || calls === undefined) return trend
  const share = (part: number | null, all: number | null): number | null =>
    part === null || all === null ? null : finite((100 * part) / all)
  const current = share(trend.current, calls.current)
  const previous = share(trend.previous, calls.previous)
  const comparable = current !== null && previous !== null && previous > 0
  return {
    name: trend.name,
    current,
    previous,
    change_percent: comparable ? finite((100 * (current - previous)) / previous) : null,
  }
}

const amountOf = (name: Trend['name'], value: number | null): string => {
  if (value === null) return NONE
  if (SHARES.has(name)) return percent(value, 100)
  return name.endsWith('_ms') ? duration(value) : grouped(value)
}

export function trendsSection({ trends, range }: AnalysisReport): Section {
  const section = { id: 'trends', title: 'Trends' }
  if (trends === null) {
    return { ...section, summary: 'No lines of the period before to compare with.', blocks: [] }
  }
  const { since, until } = trends.previous
  const summary = `against ${moment(since, range.time_zone)} to ${moment(until, range.time_zone)}`
  // Percentiles are kept for a range that was asked for, not for a week of the lines.
  const known = trends.figures
    .map((trend) => shownTrend(trend, trends.figures))
    .filter(({ current, previous }) => current !== null || previous !== null)
  const rows = known.map((trend) => {
    const { text, word, tone } = changeOf(trend)
    const { name, current, previous } = trend
    const cells: Cell[] = [
      { text: TITLES[name] },
      { text: amountOf(name, previous) },
      { text: amountOf(name, current) },
      { text, tone },
      { text: word, tone },
    ]
    return { cells }
  })
  const columns = [
    { title: 'figure', numeric: false, optional: 0 },
    { title: 'before', numeric: true, optional: 2 },
    { title: 'now', numeric: true, optional: 0 },
    { title: 'change', numeric: true, optional: 0 },
    { title: 'that is', numeric: false, optional: 1 },
  ]
  const title =
    range.since === null ? 'The last week of these lines and the week before' : 'Now and in the period before'
  return {
    ...section,
    summary,
    blocks: [{ kind: 'table', id: 'trend-table', title, columns, rows, bars: null, note: null }],
  }
}
