import { html, type Markup } from '../../core/html-markup.ts'

/** So many texts fit under a chart. */
export const MOST_LABELS = 7
/** Of a chart's own coordinates; it is stretched to the width of the page, and its texts stand outside of it. */
export const HEIGHT = 100
const STEPS = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10]
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact' })

/** `240K` */
const compact = (number: number): string => COMPACT.format(number)

export interface Label {
  readonly text: string
  /** From 0 to 1. */
  readonly position: number
  readonly look: 'edge' | 'middle'
}

interface Plot {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly columns: number
  readonly top: number
  readonly shapes: readonly Markup[]
  readonly labels: readonly Label[]
  readonly over?: readonly Markup[]
}

export function plot({ id, title, description, columns, top, shapes, labels, over = [] }: Plot): Markup {
  return html`<div class="plot">
      <svg
        viewBox="0 0 ${columns} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-labelledby="${id}-title ${id}-desc"
      >
        <title id="${id}-title">${title}</title>
        <desc id="${id}-desc">${description}</desc>
        ${[0, 50, 100].map((y) => html`<line class="grid-line" x1="0" x2="${columns}" y1="${y}" y2="${y}" />`)}
        ${shapes}
      </svg>
      <span class="scale" style="top:0">${compact(top)}</span>
      ${top % 2 === 0 ? html`<span class="scale" style="top:50%">${compact(top / 2)}</span>` : null}${over}
    </div>
    <div class="axis" aria-hidden="true">
      ${labels.map(
        ({ text, position, look }) =>
          html`<span class="${look}" style="left:${round(100 * position)}%">${text}</span>`,
      )}
    </div>`
}

export const round = (number: number): number => Math.round(number * 1000) / 1000

/** A round number that is not below; its half is round, too. */
export function scaleTop(most: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, most)))
  return magnitude * (STEPS.find((step) => most <= step * magnitude) ?? 10)
}
