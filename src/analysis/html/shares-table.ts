import { grouped } from '../../core/number-text.ts'
import { percent } from '../view/amounts.ts'
import type { SharesBlock } from '../view/view.ts'
import { html, type Markup } from '../../core/html-markup.ts'
import { round } from './plot.ts'

export function sharesTable({ title, parts }: SharesBlock): Markup {
  const all = parts.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(...parts.map(({ count }) => count))
  return html`<div class="block shares">
    <table>
      <caption>
        ${title}
      </caption>
      <thead class="hidden">
        <tr>
          <th scope="col">name</th>
          <th scope="col">bar</th>
          <th scope="col">count</th>
          <th scope="col">share</th>
        </tr>
      </thead>
      <tbody>
        ${parts.map(
          ({ name, count, tone }) =>
            html`<tr>
              <th scope="row" class="key">${name}</th>
              <td class="bar">${inlineBar(count / most, tone)}</td>
              <td class="number">${grouped(count)}</td>
              <td class="number quiet">${percent(count, all)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** Its number stands beside it. */
export function inlineBar(share: number, tone: string): Markup {
  const width = round(Math.min(100, Math.max(share > 0 ? 1 : 0, 100 * share)))
  return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="10" />
    <rect class="${tone}-fill" width="${width}" height="10" />
  </svg>`
}
