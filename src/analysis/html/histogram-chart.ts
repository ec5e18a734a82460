import { counted, grouped } from '../../core/number-text.ts'
import { duration, percent } from '../view/amounts.ts'
import type { HistogramBlock } from '../view/view.ts'
import { html, type Markup } from '../../core/html-markup.ts'
import { HEIGHT, MOST_LABELS, plot, round, scaleTop, type Label } from './plot.ts'

export function histogramChart({ id, title, noun, bars, marks }: HistogramBlock): Markup {
  const top = scaleTop(Math.max(...bars.map(({ count }) => count)))
  const total = bars.reduce((sum, { count }) => sum + count, 0)
  const marked = marks.map(({ name, value_ms }) => `${name} ${duration(value_ms)}`)
  const rects = bars.map(({ label, count }, index) => {
    const height = round((HEIGHT * count) / top)
    return html`<g
      ><title>${label}: ${counted(count, noun)}, ${percent(count, total)}</title
      ><rect
        class="ok-fill"
        x="${round(index + 0.04)}"
        y="${round(HEIGHT - height)}"
        width="0.92"
        height="${height}"
    /></g>`
  })
  const lines = marks.map(({ position }) => {
    const x = round(position * bars.length)
    return html`<line class="mark-line" x1="${x}" x2="${x}" y1="0" y2="${HEIGHT}" />`
  })
  const step = Math.ceil(bars.length / MOST_LABELS)
  return html`<figure class="block wide">
    <figcaption>${title}</figcaption>
    ${plot({
      id,
      title,
      description: `${counted(total, noun)}; ${marked.join(', ')}.`,
      columns: bars.length,
      top,
      shapes: [...rects, ...lines],
      labels: bars.flatMap(({ from }, index): Label[] =>
        index % step === 0
          ? [{ text: from, position: index / bars.length, look: index === 0 ? 'edge' : 'middle' }]
          : [],
      ),
      over: marks.map(
        ({ position }, index) =>
          html`<span
            class="mark${position > 0.7 ? ' left' : ''}"
            style="left:${round(100 * position)}%;top:${round(index * 1.3)}rem"
            >${marked[index] ?? ''}</span
          >`,
      ),
    })}
    <details>
      <summary>Numbers<span class="hidden"> of ${title}</span></summary>
      <div class="scroll">
        <table>
          <caption class="hidden">
            ${title}
          </caption>
          <thead>
            <tr>
              <th scope="col">from, to</th>
              <th scope="col" class="number">${noun}s</th>
              <th scope="col" class="number">share</th>
            </tr>
          </thead>
          <tbody>
            ${bars.map(
              ({ label, count }) =>
                html`<tr>
                  <th scope="row">${label}</th>
                  <td class="number">${grouped(count)}</td>
                  <td class="number">${percent(count, total)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`
}
