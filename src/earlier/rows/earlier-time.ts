import type { LegacyZone } from '../../logs/reading/legacy-zone.ts'
import type { SourceValue } from './earlier-value.ts'

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)?$/i
/** Seconds since 1970 are below, milliseconds above: 1973 in the one, 5138 in the other. */
const MOST_SECONDS = 100_000_000_000
const FIRST_MS = 0
/** The year 9999. */
export const LAST_MS = 253_402_300_799_999

/**
 * Epoch milliseconds, rounded down; null for nothing, undefined for what is no time.
 *
 * @param zone of times that name none
 */
export function timeOf(value: SourceValue, zone: LegacyZone): number | null | undefined {
  if (value === null) return null
  if (typeof value === 'number' || typeof value === 'bigint') return inRange(ofNumber(Number(value)))
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (text === '') return null
  const match = TIME.exec(text)
  if (match === null) return /^\d{9,13}(?:\.\d+)?$/.test(text) ? inRange(ofNumber(Number(text))) : undefined
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', offset] =
    match
  const wall = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0').slice(0, 3)),
  )
  const date = new Date(wall)
  // 31 February, 25 o'clock, and the zero date of MySQL.
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() + 1 !== Number(month)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  return inRange(offset === undefined ? zone.toEpoch(wall) : wall - offsetMs(offset))
}

const ofNumber = (number: number): number =>
  Math.floor(Math.abs(number) < MOST_SECONDS ? number * 1000 : number)

const inRange = (at: number): number | undefined => (at >= FIRST_MS && at <= LAST_MS ? at : undefined)

function offsetMs(offset: string): number {
  if (/^(?:Z|UTC)$/i.test(offset)) return 0
  const [hours = 0, minutes = 0, seconds = 0] = (offset.slice(1).match(/\d\d/g) ?? []).map(Number)
  const ms = ((hours * 60 + minutes) * 60 + seconds) * 1000
  return offset.startsWith('-') ? -ms : ms
}
