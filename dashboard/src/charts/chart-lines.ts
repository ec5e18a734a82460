import { spokenBytes } from '../../../src/core/number-text.ts'
import { durationText, percentText } from '../parts/number-text.ts'

/** What a value is of, so that it is written with its unit everywhere. */
export type ChartUnit = 'count' | 'seconds' | 'milliseconds' | 'bytes' | 'percent'

export interface ChartLine {
  readonly name: string
  /** One for each start; null where nothing can be said. */
  readonly values: readonly (number | null)[]
  /** A variable of `style/colours.css` without the dashes; by default one that no other line has. */
  readonly colour?: string
}

const INKS = 6

/** What a line is drawn with: a colour as CSS has it. */
export const inkOf = ({ colour }: Pick<ChartLine, 'colour'>, index: number): string =>
  `var(--${colour ?? `ink-${(index % INKS) + 1}`})`

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** A value with its unit; `–` where nothing can be said. */
export function unitText(value: number | null, unit: ChartUnit): string {
  if (value === null) return '–'
  switch (unit) {
    case 'count':
      return number.format(value)
    case 'percent':
      return percentText(value)
    case 'bytes':
      return spokenBytes(value)
    case 'milliseconds':
      return value > 0 && value < 10 ? `${number.format(value)} ms` : durationText(value / 1000)
    case 'seconds':
      return durationText(value)
  }
}

/** The same for a round value where there is little room. */
export function scaleText(value: number, unit: ChartUnit): string {
  if (value === 0) return '0'
  if (unit === 'count') return short.format(value)
  return unitText(value, unit).replace(/ 0 (?:s|min|h)$/, '')
}
