import { html, Markup } from '../../core/html-markup.ts'
import type { ReportLinks } from '../render-text.ts'
import type { ReportFigure, ReportRow, ReportSection, ReportView } from '../report-view.ts'
import { barChart } from './bars.ts'
import { COLOURS, FONT, MAIL_SHEET, TONE_COLOURS, VERDICT_COLOURS, VERDICT_SIGNS } from './mail-style.ts'

/**
 * A report as a mail: tables and inline styles, right from 320 to any width, without a picture, script or address of
 * another host.
 */
export function renderReportHtml(report: ReportView, links: ReportLinks): string {
  const view = glued(report)
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <title>${view.title}: ${view.span}</title>
      <style>
        ${new Markup(MAIL_SHEET)}
      </style>
    </head>
    <body class="page" style="margin:0;padding:0;background:${COLOURS.page}">
      <div style="display:none;max-height:0;overflow:hidden">${view.headline}</div>
      <table
        role="presentation"
        class="page"
        cellpadding="0"
        cellspacing="0"
        border="0"
        width="100%"
        style="width:100%;background:${COLOURS.page}"
      >
        <tr>
          <td align="center" style="padding:24px 8px;word-break:break-word">
            <table
              role="presentation"
              cellpadding="0"
              cellspacing="0"
              border="0"
              width="600"
              style="width:100%;max-width:600px"
            >
              <tr>
                <td class="edge" style="padding:0 24px 16px">${head(view)}</td>
              </tr>
              ${card(verdict(view))} ${card(html`${figures(view.figures)}`)}
              ${cardOf(barChart(view.chart.title, view.chart.bars))}
              ${view.sections.filter((each) => !isInOrder(each)).map((each) => card(section(each, links)))}
              ${cardOf(inOrder(view.sections.filter(isInOrder)))}
              <tr>
                <td class="edge" style="padding:8px 24px 0">${foot(view, links)}</td>
              </tr>
            </table>
          </td>
        </tr>
      </table>
    </body>
  </html>`
  return `<!doctype html>\n${page.toString()}\n`
}

const cardOf = (content: Markup | null): Markup | null => (content === null ? null : card(content))

function card(content: Markup): Markup {
  return html`<tr>
    <td style="padding:0 0 12px">
      <table
        role="presentation"
        class="card"
        cellpadding="0"
        cellspacing="0"
        border="0"
        width="100%"
        style="width:100%;background:${COLOURS.card};border:1px solid ${COLOURS.line};border-radius:8px"
      >
        <tr>
          <td class="edge" style="padding:16px 24px">${content}</td>
        </tr>
      </table>
    </td>
  </tr>`
}

function head({ title, span }: ReportView): Markup {
  return html`<p
      class="quiet"
      style="margin:0;font-size:13px;line-height:20px;color:${COLOURS.quiet};${FONT}"
    >
      Canvas syncs
    </p>
    <h1
      class="text"
      style="margin:0;font-size:22px;line-height:30px;font-weight:700;color:${COLOURS.text};${FONT}"
    >
      ${title}
    </h1>
    <p class="quiet" style="margin:0;font-size:15px;line-height:22px;color:${COLOURS.quiet};${FONT}">
      ${span}
    </p>`
}

function verdict({ verdict, verdict_word, headline }: ReportView): Markup {
  const tone = { good: 'good', attention: 'warning', bad: 'bad' }[verdict]
  const colour = VERDICT_COLOURS[verdict]
  // The line above says it already.
  const said = headline.startsWith(`${verdict_word}. `) ? headline.slice(verdict_word.length + 2) : headline
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%">
    <tr>
      <td class="edge-${verdict}" style="border-left:4px solid ${colour};padding:0 0 0 14px">
        <p
          class="${tone}"
          style="margin:0;font-size:15px;line-height:22px;font-weight:700;color:${colour};${FONT}"
        >
          ${VERDICT_SIGNS[verdict]} ${verdict_word}
        </p>
        <p class="text" style="margin:0;font-size:17px;line-height:25px;color:${COLOURS.text};${FONT}">
          ${said}
        </p>
      </td>
    </tr>
  </table>`
}

function figures(all: readonly ReportFigure[]): Markup[] {
  // Blocks that stand side by side and wrap: three in a row at 600 pixels, two at 320.
  return all.map(
    ({ name, value, change }) =>
      html`<!--[if mso]><td width="180" valign="top"><![endif]-->
        <div
          class="figure"
          style="display:inline-block;width:32%;min-width:120px;vertical-align:top;padding:4px 0 12px"
        >
          <p class="quiet" style="margin:0;font-size:13px;line-height:20px;color:${COLOURS.quiet};${FONT}">
            ${name}
          </p>
          <p
            class="text"
            style="margin:0;font-size:22px;line-height:28px;font-weight:700;color:${COLOURS.text};${FONT}"
          >
            ${value}
          </p>
          <p
            class="${change.tone === 'plain' ? 'quiet' : change.tone}"
            style="margin:0;font-size:13px;line-height:18px;color:${TONE_COLOURS[change.tone]};${FONT}"
          >
            ${change.text}
          </p>
        </div>
        <!--[if mso]></td><![endif]-->`,
  )
}

const heading = (title: string): Markup =>
  html`<h2
    class="text"
    style="margin:0 0 4px;font-size:16px;line-height:24px;font-weight:700;color:${COLOURS.text};${FONT}"
  >
    ${title}
  </h2>`

const isInOrder = ({ rows, empty_is_good }: ReportSection): boolean => rows.length === 0 && empty_is_good

/** Whatever there is nothing to say of but that it is well; null where there is none. */
function inOrder(sections: readonly ReportSection[]): Markup | null {
  if (sections.length === 0) return null
  return html`${heading('In order')}
  ${sections.map(
    ({ empty }) =>
      html`<p
        class="text"
        style="margin:0;padding:4px 0;font-size:15px;line-height:22px;color:${COLOURS.text};${FONT}"
      >
        <span class="good" style="color:${COLOURS.good}">✓</span> ${empty}
      </p>`,
  )}`
}

function section({ title, rows, path, empty }: ReportSection, { dashboard }: ReportLinks): Markup {
  // In narrow windows long values stand below, and then all of the section.
  const is_short = rows.every(({ value }) => (value ?? '').length <= SHORT)
  return html`${heading(title)}
  ${
    rows.length === 0
      ? html`<p class="quiet" style="margin:0;font-size:15px;line-height:22px;color:${COLOURS.quiet};${FONT}">
          ${empty}
        </p>`
      : html`<table cellpadding="0" cellspacing="0" border="0" width="100%" style="width:100%">
          ${rows.map((each, index) => sectionRow(each, index, is_short))}
        </table>`
  }
  ${
    rows.length === 0 || dashboard === null
      ? null
      : html`<p style="margin:8px 0 0;font-size:13px;line-height:20px;${FONT}">
          <a class="link" href="${linkTo(dashboard, path)}" style="color:${COLOURS.link}"
            >See it in the dashboard</a
          >
        </p>`
  }`
}

function sectionRow({ main, detail, value, tone }: ReportRow, index: number, is_short: boolean): Markup {
  const border = index === 0 ? '' : `border-top:1px solid ${COLOURS.line};`
  const tone_class = tone === 'plain' ? 'text' : tone
  const colour = tone === 'plain' ? COLOURS.text : TONE_COLOURS[tone]
  return html`<tr>
    <td
      class="${is_short ? 'line' : 'main line'}"
      valign="top"
      style="${border}padding:8px 12px 8px 0;font-size:15px;line-height:22px;word-break:break-word;${FONT}"
    >
      <span class="text" style="color:${COLOURS.text}">${main}</span>
      ${
        detail === null
          ? null
          : html`<br /><span class="quiet" style="font-size:13px;line-height:20px;color:${COLOURS.quiet}"
                >${detail}</span
              >`
      }
    </td>
    <td
      class="${is_short ? '' : 'value '}line ${tone_class}"
      valign="top"
      align="right"
      width="${is_short ? '1%' : '34%'}"
      style="${border}${is_short ? 'white-space:nowrap;' : ''}padding:8px 0;font-size:15px;line-height:22px;text-align:right;color:${colour};${FONT}"
    >
      ${value ?? ''}
    </td>
  </tr>`
}

function foot({ note }: ReportView, { dashboard, unsubscribe }: ReportLinks): Markup {
  const link = (href: string, text: string): Markup =>
    html`<a class="link" href="${href}" style="color:${COLOURS.link}">${text}</a>`
  const links = [
    ...(dashboard === null ? [] : [link(dashboard, 'Open the dashboard')]),
    ...(unsubscribe === null ? [] : [link(unsubscribe, 'No more reports')]),
  ]
  return html`<p
    class="quiet"
    style="margin:0;font-size:13px;line-height:20px;color:${COLOURS.quiet};${FONT}"
  >
    ${note} ${links.map((each) => html`<br />${each}`)}
  </p>`
}

/** Characters of a value that has room beside its row also in narrow windows. */
const SHORT = 13

/** The page of a section under the address of the dashboard, which may have a path of its own. */
function linkTo(dashboard: string, path: string): string {
  return new URL(path.replace(/^\//, ''), dashboard.endsWith('/') ? dashboard : `${dashboard}/`).href
}

/** Numbers keep their units: no line ends between them. */
function glued(view: ReportView): ReportView {
  const text = JSON.stringify(view)
  return JSON.parse(
    text
      .replaceAll(/(\d) (?=(?:ms|s|min|h|d|%|kB|MB|GB|TB|points)\b|%)/g, '$1\u00a0')
      // A day and its time.
      .replaceAll(/(\d{4}-\d\d-\d\d) (?=\d\d:\d\d)/g, '$1\u00a0'),
  ) as ReportView
}
