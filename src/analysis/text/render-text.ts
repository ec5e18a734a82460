import { grouped } from '../../core/number-text.ts'
import type { AnalysisReport } from '../report.ts'
import { describeReport } from '../view/describe-report.ts'
import type { Block, ErrorsBlock, ErrorView, Fact, Section, Tone, Verdict } from '../view/view.ts'
import { drawHistogram, drawShares, drawTime } from './charts.ts'
import { Page, type PageOptions, type Span } from './page.ts'
import { drawTable } from './table.ts'

export interface TextOptions extends PageOptions {
  /** With what could not be read and the files that were read, one by one. Default false. */
  readonly explain?: boolean
}

const VERDICTS: Readonly<Record<Verdict, { readonly text: string; readonly look: Tone }>> = {
  well: { text: '✔', look: 'good' },
  worth_a_look: { text: '!', look: 'warning' },
  bad: { text: '✘', look: 'bad' },
  empty: { text: '!', look: 'warning' },
}

/** The report as text for people; no line is wider than `width`, and control characters of the data are not in it. */
export function renderText(report: AnalysisReport, options: TextOptions): string {
  const view = describeReport(report, { explain: options.explain ?? false })
  const page = new Page(options)
  const mark = VERDICTS[view.verdict]
  page.sentence(view.period, 'quiet', {
    indent: view.title.length + 2,
    before: { text: `${view.title}  `, look: 'title' },
  })
  page.blank()
  page.sentence(view.answer, mark.look, { indent: 2, before: { text: `${mark.text} `, look: mark.look } })
  page.blank()
  for (const figure of view.figures) drawFigure(page, figure)
  for (const section of view.sections) drawSection(page, section)
  page.blank()
  page.sentence(view.origin, 'quiet')
  return page.toString()
}

const FIGURE_LABEL = 16

function drawFigure(page: Page, { label, value }: Fact): void {
  page.flow(
    value.map((piece) => [piece]),
    { separator: '  ', indent: FIGURE_LABEL, before: { text: `  ${label}`.padEnd(FIGURE_LABEL) } },
  )
}

function drawSection(page: Page, { title, summary, blocks }: Section): void {
  page.blank()
  const rule = page.width - page.columnsOf(title) - page.columnsOf(summary) - 4
  if (blocks.length === 0 || rule < 0) {
    page.sentence(summary, 'quiet', {
      indent: title.length + 2,
      before: { text: `${title}  `, look: 'title' },
    })
  } else {
    const line: Span = { text: `  ${'─'.repeat(rule)}  `, look: 'quiet' }
    page.line({ text: title, look: 'title' }, line, summary)
  }
  for (const [index, block] of blocks.entries()) {
    if (index > 0) page.blank()
    drawBlock(page, block)
  }
}

function drawBlock(page: Page, block: Block): void {
  switch (block.kind) {
    case 'facts':
      drawFacts(page, block.facts)
      break
    case 'time':
      drawTime(page, block)
      break
    case 'histogram':
      drawHistogram(page, block)
      break
    case 'shares':
      drawShares(page, block)
      break
    case 'table':
      drawTable(page, block)
      break
    case 'errors':
      drawErrors(page, block)
      break
  }
}

function drawFacts(page: Page, facts: readonly Fact[]): void {
  page.flow(
    facts.map(({ label, value }) => [{ text: label, tone: 'quiet' as const }, ...value]),
    { separator: ' · ', indent: 2 },
  )
}

function drawErrors(page: Page, { title, groups, note }: ErrorsBlock): void {
  page.line({ text: `  ${title}`, look: 'title' })
  for (const group of groups) drawError(page, group)
  if (note !== null) page.line({ text: `  ${note}`, look: 'quiet' })
}

function drawError(page: Page, error: ErrorView): void {
  const { count, what, pattern, first_seen, last_seen, fingerprint, example } = error
  page.line({ text: `  ${grouped(count)} × `, look: 'bad' }, what, {
    text: `  ${fingerprint}`,
    look: 'quiet',
  })
  page.sentence(pattern, 'plain', { indent: 4 })
  const seen = count === 1 ? first_seen : `first ${first_seen}, last ${last_seen}`
  page.sentence(seen, 'quiet', { indent: 4 })
  const facts = example.map(({ label, value }) => `${label} ${value.map(({ text }) => text).join(' ')}`)
  page.flow(
    ['example', ...facts].map((text) => [{ text, tone: 'quiet' }]),
    { separator: ' · ', indent: 4 },
  )
}
