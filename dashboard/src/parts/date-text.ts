/**
 * `day` for `22 Nov`, `minute` for `22 Nov, 10:15`, `second` for `22 Nov 2026, 10:15:30`, `millisecond` for
 * `22 Nov, 10:15:30.123`; `clock` for the last without its day.
 */
export type DatePrecision = 'day' | 'minute' | 'second' | 'millisecond' | 'clock'

const CLOCK: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
}

const OPTIONS: Readonly<Record<DatePrecision, Intl.DateTimeFormatOptions>> = {
  day: { day: 'numeric', month: 'short' },
  minute: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  second: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  },
  // The days of lines stand below each other.
  millisecond: { day: '2-digit', month: 'short', ...CLOCK },
  clock: CLOCK,
}

// Making a format takes a hundred times as long as using it.
const formats = new Map<string, Intl.DateTimeFormat>()

/** A time as people in a zone of the IANA database say it. */
export function dateText(at_ms: number, zone: string, precision: DatePrecision): string {
  const key = `${zone} ${precision}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { ...OPTIONS[precision], timeZone: zone })
    formats.set(key, format)
  }
  return format.format(at_ms)
}
