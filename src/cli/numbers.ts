import { MonitorError } from '../core/errors.ts'

export { counted, grouped, spokenBytes, spokenDuration } from '../core/number-text.ts'

/** The whole number of an option, or `missing` when it was not given. Throws `usage` when it is none or out of range. */
export function wholeNumberOption(
  given: string | undefined,
  option: string,
  range: { readonly minimum: number; readonly maximum: number; readonly missing: number },
): number {
  if (given === undefined) return range.missing
  const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
  if (number >= range.minimum && number <= range.maximum) return number
  const allowed = `a whole number from ${range.minimum} to ${range.maximum}`
  throw new MonitorError('usage', `${option} must be ${allowed}, got "${given}".`, {
    next_step: `For example ${option} ${range.missing}.`,
  })
}
