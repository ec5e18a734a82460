/** A date and a time of day as a clock on the wall of some zone shows them. */
export interface WallTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
}

const HOUR_MS = 3_600_000
/** More than any zone is away from UTC, in both directions. */
const BEYOND_ANY_OFFSET_MS = 24 * HOUR_MS

/** Each is some 80 KB, and callers may name the 400 zones and every minute of offset. */
const MOST_FORMATS = 50
const formats = new Map<string, Intl.DateTimeFormat>()

/** The IANA name of the zone that this program runs in; `UTC` where it is unknown. */
export function systemZone(): string {
  // An empty TZ makes it `Etc/Unknown`, which the same Intl refuses as a zone.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return zone && isZone(zone) ? zone : 'UTC'
}

/** Whether there is a zone of this IANA name. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/**
 * How much the clocks of a zone are ahead of UTC at a moment, milliseconds.
 * @throws RangeError when there is no such zone
 */
export function zoneOffset(at_ms: number, zone: string): number {
  if (zone === 'UTC') return 0
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    const [oldest] = formats.keys()
    if (formats.size >= MOST_FORMATS && oldest !== undefined) formats.delete(oldest)
    formats.set(zone, format)
  }
  // The whole text is made in a third of the time that its parts take, and calendars ask a thousand times.
  const text = format.format(at_ms)
  const [, sign, hours, minutes, seconds] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text) ?? []
  const ahead_ms = Number(hours ?? 0) * HOUR_MS + Number(minutes ?? 0) * 60_000 + Number(seconds ?? 0) * 1000
  return sign === '-' ? -ahead_ms : ahead_ms
}

export function toWallTime(at_ms: number, zone: string): WallTime {
  const shifted = new Date(at_ms + zoneOffset(at_ms, zone))
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    millisecond: shifted.getUTCMilliseconds(),
  }
}

/**
 * The moment at which the clocks of a zone show a time, epoch milliseconds. A time that they show twice, when they are
 * set back, is the `earlier` or the `later` one; one that they leave out is the moment at which they are set forward.
 * A day, hour or minute that is too large runs over into the next, as `Date.UTC` has it.
 */
export function fromWallTime(wall: WallTime, zone: string, choice: 'earlier' | 'later'): number {
  const { year, month, day, hour, minute, second, millisecond } = wall
  const as_utc = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  const offsets = [
    zoneOffset(as_utc - BEYOND_ANY_OFFSET_MS, zone),
    zoneOffset(as_utc + BEYOND_ANY_OFFSET_MS, zone),
  ]
  const moments = [...new Set(offsets)].map((offset) => as_utc - offset)
  const shown = moments.filter((moment) => zoneOffset(moment, zone) === as_utc - moment)
  if (shown.length > 0) return choice === 'earlier' ? Math.min(...shown) : Math.max(...shown)
  return transitionBetween(Math.min(...moments), Math.max(...moments), zone)
}

/** The first moment after `before` at which another offset holds. */
function transitionBetween(before: number, after: number, zone: string): number {
  const offset = zoneOffset(before, zone)
  let [old_ms, new_ms] = [before, after]
  while (new_ms - old_ms > 1) {
    const middle = Math.floor((old_ms + new_ms) / 2)
    if (zoneOffset(middle, zone) === offset) old_ms = middle
    else new_ms = middle
  }
  return new_ms
}
