import { counted, grouped } from '../../core/number-text.ts'
import { duration, percent } from '../view/amounts.ts'
import { joined } from '../view/charts.ts'
import type { HistogramBlock, SharesBlock, TimeBlock, TimeColumn } from '../view/view.ts'
import { sparkline } from './glyphs.ts'
import type { Page, Span } from './page.ts'

const INDENT = 2
/** So many days have a line each. */
const MOST_LINES = 10
const SHORTEST_BAR = 4
const LONGEST_BAR = 40
const MOST_HISTOGRAM_LINES = 12
const LONGEST_NAME = 32

export function drawTime(page: Page, block: TimeBlock): void {
  page.line({ text: `  ${block.title}`, look: 'title' }, { text: `  ${extremes(block)}`, look: 'quiet' })
  if (block.by === 'day' && block.columns.length <= MOST_LINES) drawDays(page, block)
  else drawSparklines(page, block)
}

function extremes({ columns, noun }: TimeBlock): string {
  const most = columns.reduce((best, column) => (column.count > best.count ? column : best))
  return `most ${most.label}: ${counted(most.count, noun)}`
}

/** `12 failed, 3 throttled`. */
function troubles({ failed, throttled }: TimeColumn): Span[] {
  return [
    ...(failed > 0 ? [{ text: `  ${grouped(failed)} failed`, look: 'bad' } as const] : []),
    ...(throttled > 0 ? [{ text: `  ${grouped(throttled)} throttled`, look: 'warning' } as const] : []),
  ]
}

function drawDays(page: Page, { columns, tone }: TimeBlock): void {
  const most = Math.max(...columns.map(({ count }) => count))
  const label = Math.max(...columns.map((column) => page.columnsOf(column.label)))
  const number = grouped(most).length
  const trouble = Math.max(
    ...columns.map((column) => troubles(column).reduce((sum, { text }) => sum + text.length, 0)),
  )
  const room = barRoom(page, label + number + 4 + trouble)
  for (const column of columns) {
    const bar = page.pad(page.bar(column.count / most, room), room, false)
    page.line(
      ' '.repeat(INDENT),
      page.pad(column.label, label, false),
      `  ${grouped(column.count).padStart(number)}  `,
      { text: bar, look: tone === 'bad' ? 'bad' : 'chart' },
      ...troubles(column),
    )
  }
}

/** Columns for the bars of a chart; 0 where there are too few to show anything. */
function barRoom(page: Page, taken: number): number {
  const room = page.width - INDENT - taken
  return room < SHORTEST_BAR ? 0 : Math.min(LONGEST_BAR, room)
}

function drawSparklines(page: Page, { columns, by, tone }: TimeBlock): void {
  const name = 11
  const shown = joined(columns, page.width - INDENT - name)
  const line = (title: string, values: readonly number[], look: 'chart' | 'bad' | 'warning'): void => {
    if (values.every((value) => value === 0)) return
    page.line(`  ${title.padEnd(name)}`, { text: sparkline(values, page.unicode), look })
  }
  line(
    'all',
    shown.map(({ count }) => count),
    tone === 'bad' ? 'bad' : 'chart',
  )
  line(
    'failed',
    shown.map(({ failed }) => failed),
    'bad',
  )
  line(
    'throttled',
    shown.map(({ throttled }) => throttled),
    'warning',
  )
  const axis = by === 'hour' ? '0     6     12    18   23' : ends(columns, shown.length)
  page.line({ text: `  ${' '.repeat(name)}${axis}`, look: 'quiet' })
}

/** The first and the last day under the ends of a line of so many signs. */
function ends(columns: readonly TimeColumn[], length: number): string {
  const first = columns[0]?.label.slice(0, 10) ?? ''
  const last = columns.at(-1)?.label.slice(-10) ?? ''
  const gap = length - first.length - last.length
  return gap < 1 ? `${first} to ${last}` : first + ' '.repeat(gap) + last
}

export function drawHistogram(page: Page, { title, bars, marks }: HistogramBlock): void {
  const together = Math.ceil(bars.length / MOST_HISTOGRAM_LINES)
  const rows = Array.from({ length: Math.ceil(bars.length / together) }, (_, index) => {
    const part = bars.slice(index * together, (index + 1) * together)
    const from = (index * together) / bars.length
    const to = ((index + 1) * together) / bars.length
    const here = marks.filter(({ position }) => position >= from && (position < to || to >= 1))
    return {
      label: rangeOf(part.map(({ label }) => label)),
      count: part.reduce((sum, { count }) => sum + count, 0),
      marks: here.map((mark) => `${mark.name} ${duration(mark.value_ms)}`).join(', '),
    }
  })
  const most = Math.max(...rows.map(({ count }) => count))
  const label = Math.max(...rows.map((row) => row.label.length))
  const number = grouped(most).length
  const note = Math.max(...rows.map((row) => row.marks.length))
  const room = barRoom(page, label + number + 6 + note)
  page.line({ text: `  ${title}`, look: 'title' })
  for (const row of rows) {
    page.line(
      `  ${row.label.padStart(label)}  ${grouped(row.count).padStart(number)}  `,
      { text: page.pad(page.bar(row.count / most, room), room, false), look: 'chart' },
      { text: `  ${row.marks}`, look: 'quiet' },
    )
  }
}

/** `10 ms to 20 ms` and `20 ms to 50 ms` are `10 ms to 50 ms`. */
function rangeOf(labels: readonly string[]): string {
  const first = labels[0] ?? ''
  const last = labels.at(-1) ?? ''
  if (labels.length < 2) return first
  const [, to = ''] = last.split(' to ')
  if (first.startsWith('below ')) return to === '' ? 'all' : `below ${to}`
  const [from = ''] = first.split(' to ')
  return to === '' ? `${from} and more` : `${from} to ${to}`
}

export function drawShares(page: Page, { title, parts }: SharesBlock): void {
  const all = parts.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(...parts.map(({ count }) => count))
  const longest = Math.max(...parts.map(({ name }) => page.columnsOf(name)))
  const number = grouped(most).length
  const taken = number + 2 + '> 99.9 %'.length + 4
  const name = Math.max(1, Math.min(longest, LONGEST_NAME, page.width - INDENT - taken))
  const room = barRoom(page, name + taken)
  page.line({ text: `  ${title}`, look: 'title' })
  for (const part of parts) {
    page.line(
      ' '.repeat(INDENT),
      { text: page.pad(page.fit(part.name, name), name, false), look: part.tone },
      `  ${grouped(part.count).padStart(number)}  ${percent(part.count, all).padStart(8)}  `,
      { text: page.bar(part.count / most, room), look: 'chart' },
    )
  }
}
