import type { Cell, TableBlock } from '../view/view.ts'
import type { Page, Span } from './page.ts'

const INDENT = 2
const GAP = 2
const SHORTEST_BAR = 6
const LONGEST_BAR = 20
/** Words are not cut below this as long as a column can be left out instead. */
const READABLE = 24
const SHORTEST = 8

interface Layout {
  /** Indexes of the columns that are shown. */
  readonly shown: readonly number[]
  readonly widths: readonly number[]
  /** 0 when there are no bars, or no room for them. */
  readonly bar: number
}

/** A table that leaves out columns and cuts words in the middle rather than exceed the page. */
export function drawTable(page: Page, table: TableBlock): void {
  const { shown, widths, bar } = layout(page, table)
  const spans = (cells: readonly Cell[], heading: boolean): Span[] =>
    shown.flatMap((column, place) => {
      const { text, tone } = cells[column] ?? { text: '' }
      const width = widths[place] ?? 0
      const fitting = page.pad(page.fit(text, width), width, table.columns[column]?.numeric ?? false)
      const look = heading ? 'quiet' : tone
      return [{ text: ' '.repeat(place === 0 ? INDENT : GAP) }, { text: fitting, ...(look ? { look } : {}) }]
    })
  const beside = table.columns[shown.at(-1) ?? 0]?.title
  const heading =
    bar === 0 || table.bars === null || table.bars === beside ? '' : `${' '.repeat(GAP)}${table.bars}`
  page.line({ text: `  ${table.title}`, look: 'title' })
  page.line(
    ...spans(
      table.columns.map(({ title }) => ({ text: title })),
      true,
    ),
    { text: heading, look: 'quiet' },
  )
  for (const row of table.rows) {
    const chart = row.share === undefined || bar === 0 ? '' : page.bar(row.share, bar)
    page.line(...spans(row.cells, false), ' '.repeat(GAP), { text: chart, look: 'chart' })
  }
  if (table.note !== null) page.line({ text: `  ${table.note}`, look: 'quiet' })
}

function layout(page: Page, { columns, rows, bars }: TableBlock): Layout {
  const natural = columns.map(({ title }, column) =>
    Math.max(page.columnsOf(title), ...rows.map((row) => page.columnsOf(row.cells[column]?.text ?? ''))),
  )
  const readable = natural.map((width, index) =>
    columns[index]?.numeric ? width : Math.min(width, READABLE),
  )
  const room = (shown: readonly number[]): number => page.width - INDENT - GAP * (shown.length - 1)
  const total = (shown: readonly number[], widths: readonly number[]): number =>
    shown.reduce((sum, index) => sum + (widths[index] ?? 0), 0)
  let shown = columns.map((_, index) => index)
  while (total(shown, readable) > room(shown)) {
    const least = Math.max(...shown.map((index) => columns[index]?.optional ?? 0))
    if (least === 0) break
    shown = shown.filter((index) => columns[index]?.optional !== least)
  }
  const widths = shown.map((index) => natural[index] ?? 0)
  shorten(
    widths,
    shown.map((index) => columns[index]?.numeric ?? false),
    room(shown),
  )
  const left = room(shown) - widths.reduce((sum, width) => sum + width, 0) - GAP
  return { shown, widths, bar: bars !== null && left >= SHORTEST_BAR ? Math.min(LONGEST_BAR, left) : 0 }
}

/** Takes from the widest column of words until all fit, or none can give more. */
function shorten(widths: number[], numeric: readonly boolean[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) - room
  while (over > 0) {
    let widest = -1
    for (const [index, width] of widths.entries()) {
      if (!(numeric[index] ?? false) && width > (widths[widest] ?? SHORTEST)) widest = index
    }
    if (widest === -1) return
    widths[widest] = (widths[widest] ?? 0) - 1
    over--
  }
}
