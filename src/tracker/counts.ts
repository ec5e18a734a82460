import type { CountOptions } from './types.ts'

export interface Count {
  readonly processed: number
  readonly created: number
  readonly updated: number
}

/** A finite whole number of at least 0; anything else is 0, since a count from outside must not spoil a sum. */
export function wholeNumber(value: unknown): number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.floor(value) : 0
}

/** A finite number of at least 0, such as a duration; anything else is 0. */
export function amount(value: unknown): number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : 0
}

const asNumber = (value: boolean | number | undefined): number => (value === true ? 1 : wholeNumber(value))

/** What one `record…` call counts: one object unless it says otherwise. */
export function countOf(options: CountOptions): Count {
  const created = asNumber(options.created)
  const updated = asNumber(options.updated)
  const processed =
    options.processed === undefined ? Math.max(1, created + updated) : wholeNumber(options.processed)
  return { processed, created, updated }
}

/** Without the noise of floating point; null and undefined stay what they are. */
export function thousandths<T extends null | undefined>(value: number | T): number | T {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value
}
