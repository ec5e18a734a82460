import { html, type Markup } from '../../core/html-markup.ts'
import { counted, grouped } from '../../core/number-text.ts'
import type { ReportBar } from '../report-view.ts'
import { COLOURS, FONT } from './mail-style.ts'

const HEIGHT_PX = 96
/** With more bars than this every second, third, … has its name. */
const MOST_NAMES = 12

const PARTS = [
  ['failed', COLOURS.failed],
  ['partial', COLOURS.partial],
  ['completed', COLOURS.completed],
] as const

/**
 * Bars out of table cells: what every mail program shows, without asking whether pictures may be loaded. Whoever cannot
 * see them gets the same in words.
 */
export function barChart(title: string, bars: readonly ReportBar[]): Markup | null {
  const of = ({ completed, partial, failed }: ReportBar): number => completed + partial + failed
  const most = Math.max(0, ...bars.map(of))
  if (most === 0) return null
  const every = Math.ceil(bars.length / MOST_NAMES)
  const width = `${(100 / bars.length).toFixed(3)}%`
  const gap = bars.length > MOST_NAMES ? 1 : 4
  return html`<p
      class="quiet"
      style="margin:0 0 8px;font-size:13px;line-height:20px;color:${COLOURS.quiet};${FONT}"
    >
      ${title}, at most ${grouped(most)}: ${legend()}
    </p>
    <table
      role="img"
      aria-label="${describe(title, bars)}"
      cellpadding="0"
      cellspacing="0"
      border="0"
      width="100%"
      style="width:100%;border-collapse:collapse;table-layout:fixed"
    >
      <tr>
        ${bars.map(
          (bar) =>
            html`<td
              width="${width}"
              valign="bottom"
              style="height:${HEIGHT_PX}px;padding:0 ${gap}px;vertical-align:bottom"
            >
              ${PARTS.map(([part, colour]) => block(bar[part], most, colour))}
            </td>`,
        )}
      </tr>
      <tr>
        ${bars.map(
          ({ name }, index) =>
            html`<td
              class="quiet line"
              align="center"
              style="padding:4px 0 0;border-top:1px solid ${COLOURS.line};font-size:11px;line-height:16px;color:${COLOURS.quiet};white-space:nowrap;${FONT}"
            >
              ${index % every === 0 ? name : ''}
            </td>`,
        )}
      </tr>
    </table>`
}

function block(count: number, most: number, colour: string): Markup | null {
  if (count === 0) return null
  const height = Math.max(2, Math.round((count / most) * HEIGHT_PX))
  return html`<div style="height:${height}px;line-height:${height}px;font-size:1px;background:${colour}">
    &nbsp;
  </div>`
}

function legend(): Markup[] {
  return PARTS.toReversed().map(
    ([part, colour]) =>
      html`<span style="white-space:nowrap"
        ><span style="display:inline-block;width:10px;height:10px;background:${colour}">&nbsp;</span>
        ${part}&nbsp;&nbsp;
      </span>`,
  )
}

function describe(title: string, bars: readonly ReportBar[]): string {
  const each = bars.map(({ name, completed, partial, failed }) => {
    const wrong = [
      ...(partial > 0 ? [`${grouped(partial)} partial`] : []),
      ...(failed > 0 ? [`${grouped(failed)} failed`] : []),
    ]
    const what = [`${grouped(completed)} completed`, ...wrong].join(', ')
    return `${name}: ${what}`
  })
  return `${title}, ${counted(bars.length, 'bar')}. ${each.join('. ')}.`
}
