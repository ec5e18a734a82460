import { counted, grouped } from '../../core/number-text.ts'
import type { TimeBlock, TimeColumn } from '../view/view.ts'
import { html, type Markup } from '../../core/html-markup.ts'
import { HEIGHT, MOST_LABELS, plot, round, scaleTop, type Label } from './plot.ts'

/** Few failures among many calls still show. */
const LEAST = 1
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const PARTS = ['ok', 'failed', 'throttled'] as const

/** Throttled calls are failed ones, too. */
function partsOf({ count, failed, throttled }: TimeColumn): Readonly<Record<(typeof PARTS)[number], number>> {
  const slow = Math.min(count, throttled)
  const bad = Math.min(count - slow, Math.max(0, failed - slow))
  return { ok: count - slow - bad, failed: bad, throttled: slow }
}

export function timeChart(block: TimeBlock): Markup {
  const { id, title, noun, columns } = block
  const most = Math.max(...columns.map(({ count }) => count))
  const top = scaleTop(most)
  const total = columns.reduce((sum, { count }) => sum + count, 0)
  const best = columns.reduce((a, b) => (b.count > a.count ? b : a))
  const ends = `${columns[0]?.label ?? ''} to ${columns.at(-1)?.label ?? ''}`
  const used = PARTS.filter((part) => columns.some((column) => partsOf(column)[part] > 0))
  return html`<figure class="block wide">
    <figcaption>${title}</figcaption>
    ${plot({
      id,
      title,
      description: `${counted(total, noun)}, ${ends}; most ${best.label} with ${grouped(best.count)}.`,
      columns: columns.length,
      top,
      shapes: columns.map((column, index) => timeColumn(column, index, { ...block, top })),
      labels: timeLabels(block),
    })}
    ${used.length > 1 ? legend(used) : null} ${timeNumbers(block)}
  </figure>`
}

function timeColumn(
  column: TimeColumn,
  index: number,
  { top, noun, tone }: TimeBlock & { readonly top: number },
): Markup {
  const parts = partsOf(column)
  let y = HEIGHT
  const rects = PARTS.filter((part) => parts[part] > 0).map((part) => {
    const height = Math.max(LEAST, (HEIGHT * parts[part]) / top)
    y -= height
    return html`<rect
      class="${tone === 'bad' ? 'failed' : part}-fill"
      x="${round(index + 0.1)}"
      y="${round(y)}"
      width="0.8"
      height="${round(height)}"
    />`
  })
  return html`<g
    ><title>${column.label}: ${counted(column.count, noun)}${troubles(column)}</title>${rects}</g
  >`
}

const troubles = ({ failed, throttled }: TimeColumn): string =>
  (failed > 0 ? `, ${grouped(failed)} failed` : '') +
  (throttled > 0 ? `, ${grouped(throttled)} throttled` : '')

function timeLabels({ columns, by }: TimeBlock): Label[] {
  const step = Math.ceil(columns.length / MOST_LABELS)
  return columns.flatMap(({ label }, index): Label[] => {
    if (index % step !== 0) return []
    const text = by === 'day' ? shortDay(label) : label
    // The first of many thin columns would stand half outside.
    if (index === 0 && step > 1) return [{ text, position: 0, look: 'edge' }]
    return [{ text, position: (index + 0.5) / columns.length, look: 'middle' }]
  })
}

/** `2026-11-20` as `20 Nov`. */
function shortDay(label: string): string {
  const [, month = '', day = ''] = /^\d{4}-(\d\d)-(\d\d)/.exec(label) ?? []
  return month === '' ? label : `${Number(day)} ${MONTHS[Number(month) - 1] ?? month}`
}

function legend(parts: readonly (typeof PARTS)[number][]): Markup {
  const words = { ok: 'worked', failed: 'failed', throttled: 'throttled' }
  return html`<ul class="legend">
    ${parts.map(
      (part) =>
        html`<li>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect class="${part}-fill" width="10" height="10" rx="2" /></svg
          >${words[part]}
        </li>`,
    )}
  </ul>`
}

function timeNumbers({ title, by, columns }: TimeBlock): Markup {
  const names = (['count', 'failed', 'throttled'] as const).filter(
    (name) => name === 'count' || columns.some((column) => column[name] > 0),
  )
  return html`<details>
    <summary>Numbers<span class="hidden"> of ${title}</span></summary>
    <div class="scroll">
      <table>
        <caption class="hidden">
          ${title}
        </caption>
        <thead>
          <tr>
            <th scope="col">${by}</th>
            ${names.map((name) => html`<th scope="col" class="number">${name === 'count' ? 'all' : name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${columns.map(
            (column) =>
              html`<tr>
                <th scope="row">${column.label}</th>
                ${names.map((name) => html`<td class="number">${grouped(column[name])}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`
}
