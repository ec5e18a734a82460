import { grouped } from '../../core/number-text.ts'
import type { AnalysisReport } from '../report.ts'
import { describeReport } from '../view/describe-report.ts'
import type {
  Block,
  Cell,
  ErrorsBlock,
  ErrorView,
  Fact,
  Piece,
  ReportView,
  Section,
  TableBlock,
  Verdict,
} from '../view/view.ts'
import { histogramChart } from './histogram-chart.ts'
import { html, Markup } from '../../core/html-markup.ts'
import { inlineBar, sharesTable } from './shares-table.ts'
import { STYLE_SHEET } from './style-sheet.ts'
import { timeChart } from './time-chart.ts'

/** What a browser may load for this page: nothing. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The report as one HTML file without scripts that loads nothing; whatever comes from a log line is text in it. */
export function renderHtml(report: AnalysisReport): string {
  const view = describeReport(report, { explain: true })
  return `<!doctype html>\n${html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="no-referrer" />
      <meta name="robots" content="noindex" />
      <title>${view.title}, ${view.period}</title>
      <link rel="icon" href="data:," />
      <style>
        ${new Markup(STYLE_SHEET)}
      </style>
    </head>
    <body>
      ${header(view)}
      <main>${view.sections.map(section)}</main>
      <footer><p>${view.origin}</p></footer>
    </body>
  </html>`.toString()}\n`
}

function header({ title, period, verdict, answer, figures, sections }: ReportView): Markup {
  return html`<header>
    <h1>${title}</h1>
    <p class="period">${period}</p>
    <p class="verdict is-${verdict}">${ICONS[verdict]}<span>${answer}</span></p>
    <dl class="figures">${figures.map(figure)}</dl>
    <nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
  </header>`
}

const icon = (path: string): Markup =>
  html`<svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2.2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <circle cx="12" cy="12" r="10" />
    <path d="${path}" />
  </svg>`

const LOOK = icon('M12 7v6M12 16.5v.5')
const ICONS: Readonly<Record<Verdict, Markup>> = {
  well: icon('M7.5 12.5l3 3 6-7'),
  worth_a_look: LOOK,
  bad: icon('M8.5 8.5l7 7M15.5 8.5l-7 7'),
  empty: LOOK,
}

const piece = ({ text, tone = 'plain' }: Piece): Markup =>
  tone === 'plain' ? html`${text}` : html`<span class="${tone}">${text}</span>`

const pieces = (all: readonly Piece[], between: string): Markup[] =>
  all.map((part, index) => html`${index === 0 ? '' : between}${piece(part)}`)

function figure({ label, value: [main, ...more] }: Fact): Markup {
  return html`<div>
    <dt>${label}</dt>
    <dd class="main">${main === undefined ? null : piece(main)}</dd>
    ${more.length === 0 ? null : html`<dd class="more">${pieces(more, ', ')}</dd>`}
  </div>`
}

function section({ id, title, summary, blocks }: Section): Markup {
  return html` <section id="${id}" aria-labelledby="${id}-heading">
    <div class="head">
      <h2 id="${id}-heading">${title}</h2>
      <p>${summary}</p>
    </div>
    ${blocks.length === 0 ? null : html`<div class="grid">${blocks.map(draw)}</div>`}
  </section>`
}

function draw(block: Block): Markup {
  switch (block.kind) {
    case 'facts':
      return html`<dl class="block wide facts">
        ${block.facts.map(
          ({ label, value }) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${pieces(value, ' ')}</dd>
            </div>`,
        )}
      </dl>`
    case 'time':
      return timeChart(block)
    case 'histogram':
      return histogramChart(block)
    case 'shares':
      return sharesTable(block)
    case 'table':
      return table(block)
    case 'errors':
      return errors(block)
  }
}

function table({ id, title, columns, rows, bars, note }: TableBlock): Markup {
  const align = (index: number): string => (columns[index]?.numeric ? 'number' : 'key')
  const cell = ({ text, tone = 'plain' }: Cell, index: number): Markup =>
    index === 0
      ? html`<th scope="row" class="key">${text}</th>`
      : html`<td class="${align(index)} ${tone}">${text}</td>`
  return html`<div class="block wide long">
    <div class="scroll" role="region" tabindex="0" aria-labelledby="${id}-caption">
      <table>
        <caption id="${id}-caption">
          ${title}
        </caption>
        <thead>
          <tr>
            ${columns.map(
              (column, index) => html`<th scope="col" class="${align(index)}">${column.title}</th>`,
            )}${bars === null ? null : html`<th scope="col" class="bar">${bars === columns.at(-1)?.title ? '' : bars}</th>`}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ cells, share }) =>
              html`<tr>
                ${cells.map(cell)}${
                  bars === null ? null : html`<td class="bar">${inlineBar(share ?? 0, 'plain')}</td>`
                }
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${noteLine(note)}
  </div>`
}

const noteLine = (note: string | null): Markup | null =>
  note === null ? null : html`<p class="note">${note}</p>`

function errors({ title, groups, note }: ErrorsBlock): Markup {
  return html`<div class="block wide long">
    <h3>${title}</h3>
    <ol class="errors">
      ${groups.map(errorItem)}
    </ol>
    ${noteLine(note)}
  </div>`
}

function errorItem({ count, what, pattern, first_seen, last_seen, fingerprint, example }: ErrorView): Markup {
  const seen = count === 1 ? first_seen : `first ${first_seen}, last ${last_seen}`
  return html`<li>
    <p><strong class="bad">${grouped(count)} ×</strong> <strong>${what}</strong></p>
    <p class="pattern">${pattern}</p>
    <p class="times">${seen} · fingerprint <code>${fingerprint}</code></p>
    <details>
      <summary>Example</summary>
      <dl class="facts">
        ${example.map(
          ({ label, value }) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${pieces(value, ' ')}</dd>
            </div>`,
        )}
      </dl>
    </details>
  </li>`
}
