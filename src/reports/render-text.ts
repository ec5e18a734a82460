import { cutText, padText, textWidth } from '../core/text-width.ts'
import type { ReportBar, ReportRow, ReportView } from './report-view.ts'

const COLUMNS = 76
const BAR_COLUMNS = 40

/** A report as plain text, for mails and terminals: 76 columns, no colour. */
export function renderReportText(view: ReportView, links: ReportLinks): string {
  const lines = [
    `${view.title}: ${view.span}`,
    '='.repeat(Math.min(COLUMNS, textWidth(`${view.title}: ${view.span}`))),
    '',
    ...wrapped(view.headline, COLUMNS),
    '',
    ...view.figures.map(
      ({ name, value, change }) => `${padText(name, 18)}${value.padStart(12)}   ${change.text}`,
    ),
    '',
    ...barLines(view.chart.title, view.chart.bars),
  ]
  for (const { title, rows, empty } of view.sections) {
    lines.push('', title, '-'.repeat(textWidth(title)))
    if (rows.length === 0) lines.push(...wrapped(empty, COLUMNS))
    for (const row of rows) lines.push(...rowLines(row))
  }
  lines.push('', ...wrapped(view.note, COLUMNS))
  if (links.dashboard !== null) lines.push(`More: ${links.dashboard}`)
  if (links.unsubscribe !== null) lines.push(`No more reports: ${links.unsubscribe}`)
  return `${lines.join('\n')}\n`
}

/** Whole addresses; null where there is none. */
export interface ReportLinks {
  readonly dashboard: string | null
  readonly unsubscribe: string | null
}

function rowLines({ main, detail, value }: ReportRow): string[] {
  const lines = wrapped(main, COLUMNS - 2).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
  const last = lines.at(-1) ?? ''
  if (value !== null) {
    const room = COLUMNS - textWidth(last) - textWidth(value)
    if (room >= 2) lines[lines.length - 1] = last + ' '.repeat(room) + value
    else lines.push(' '.repeat(Math.max(2, COLUMNS - textWidth(value))) + value)
  }
  if (detail !== null) lines.push(...wrapped(detail, COLUMNS - 2).map((line) => `  ${line}`))
  return lines
}

function barLines(title: string, bars: readonly ReportBar[]): string[] {
  const of = ({ completed, partial, failed }: ReportBar): number => completed + partial + failed
  const most = Math.max(0, ...bars.map(of))
  if (most === 0) return []
  const key = `${title} (# completed, o partial, x failed)`
  return [
    key,
    '-'.repeat(key.length),
    ...bars.map((bar) => {
      const columns = shares([bar.completed, bar.partial, bar.failed], most, BAR_COLUMNS)
      const drawn = ['#', 'o', 'x'].map((sign, index) => sign.repeat(columns[index] ?? 0)).join('')
      return `${padText(bar.name, 5)}${padText(drawn, BAR_COLUMNS + 2)}${String(of(bar)).padStart(8)}`
    }),
  ]
}

/** Whole columns for each count; what is there at all has one. */
function shares(counts: readonly number[], most: number, columns: number): number[] {
  return counts.map((count) => (count === 0 ? 0 : Math.max(1, Math.floor((count / most) * columns))))
}

/** In lines of at most so many columns; a word that is longer has a line of its own, cut. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer) <= columns) line = longer
    else {
      if (line !== '') lines.push(line)
      line = textWidth(word) <= columns ? word : cutText(word, columns)
    }
  }
  return line === '' ? lines : [...lines, line]
}
