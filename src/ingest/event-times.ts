import type { IngestTime } from '../core/ingest-event.ts'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/

/** From 2001 to 2286: numbers below are seconds, which are a common mistake. */
const EARLIEST_MS = 1_000_000_000_000
const LATEST_MS = 9_999_999_999_999

/** Epoch milliseconds of a time of the protocol; undefined for what is none. */
export function epochMs(time: unknown): number | undefined {
  const ms = typeof time === 'number' ? Math.round(time) : isoMs(time)
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : undefined
}

function isoMs(time: unknown): number {
  if (typeof time !== 'string' || time.length > 40 || !ISO.test(time)) return Number.NaN
  // `+0100` is ISO 8601 as well as `+01:00`, but not to the engine.
  return Date.parse(time.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
}

/** Of a time that was checked. */
export function timeOf(time: IngestTime | undefined, otherwise: number): number {
  return time === undefined ? otherwise : (epochMs(time) ?? otherwise)
}
