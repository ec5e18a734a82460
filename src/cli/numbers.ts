import { MonitorError } from '../core/errors.ts'

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

/** `1234567` as `1,234,567`. */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString('en-US')
}

/** `1 call`, `1,234 calls`. */
export function counted(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** A duration for people: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`. */
export function spokenDuration(duration_ms: number): string {
  if (duration_ms < 999.5) return `${Math.round(duration_ms)} ms`
  const seconds = duration_ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole_seconds = Math.round(seconds)
  const minutes = Math.floor(whole_seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(whole_seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
