import { toWallTime } from '../../../src/core/local-time.ts'
import { parseTime } from '../../../src/core/time-range.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** A moment of an address as a field of date and time has it, by the clock of the zone; empty when it is none. */
export function fieldOfMoment(value: string, zone: string): string {
  if (!/^\d{4}-\d\d-\d\d/.test(value)) return ''
  const at_ms = parseTime(value, 'since', { now_ms: 0, zone })
  if (at_ms === null) return ''
  const { year, month, day, hour, minute } = toWallTime(at_ms, zone)
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`
}

/** The same moment whatever zone the link is opened in; empty when nothing was given. */
export function momentOfField(text: string, zone: string): string {
  const at_ms = text === '' ? null : parseTime(text, 'since', { now_ms: 0, zone })
  return at_ms === null ? '' : new Date(at_ms).toISOString()
}
