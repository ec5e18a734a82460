// `2026-11-22T10:15:00.000Z` → epoch milliseconds.

/** No time. */
export const NO_TIME: f64 = -Infinity

const MINUTE_TEXT: usize = memory.data(16, 16)
let minute_ms: f64 = 0

export function digitsAt(p: usize, count: i32): i32 {
  let value: i32 = 0
  for (let i = 0; i < count; i++) {
    const digit = <u8>(load<u8>(p + i) - 0x30)
    if (digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** The product's own form only; the host knows the others. */
export function readTime(p: usize, length: usize): f64 {
  if (length != 24 || load<u8>(p + 16) != 0x3a || load<u8>(p + 19) != 0x2e || load<u8>(p + 23) != 0x5a)
    return NO_TIME
  // Lines of one minute share these 16 bytes.
  const text = v128.load(p)
  if (i8x16.bitmask(i8x16.eq(text, v128.load(MINUTE_TEXT))) != 0xffff) {
    const ms = load<u8>(p + 10) == 0x54 ? minuteMs(p) : NO_TIME
    if (ms == NO_TIME) return NO_TIME
    minute_ms = ms
    v128.store(MINUTE_TEXT, text)
  }
  const second = digitsAt(p + 17, 2)
  const millisecond = digitsAt(p + 20, 3)
  if (second < 0 || second > 59 || millisecond < 0) return NO_TIME
  return minute_ms + <f64>(second * 1000 + millisecond)
}

/** Of `2026-11-22T10:15`, whatever stands for the `T`; the caller looks at it. */
export function minuteMs(p: usize): f64 {
  const year = digitsAt(p, 4)
  const month = digitsAt(p + 5, 2)
  const day = digitsAt(p + 8, 2)
  const hour = digitsAt(p + 11, 2)
  const minute = digitsAt(p + 14, 2)
  if (load<u8>(p + 4) != 0x2d || load<u8>(p + 7) != 0x2d || load<u8>(p + 13) != 0x3a) return NO_TIME
  if (
    year < 1000 ||
    month < 1 ||
    month > 12 ||
    day < 1 ||
    hour < 0 ||
    hour > 23 ||
    minute < 0 ||
    minute > 59
  ) {
    return NO_TIME
  }
  const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  const days_of_month = month == 2 ? (leap ? 29 : 28) : 30 + ((month + (month >> 3)) & 1)
  if (day > days_of_month) return NO_TIME
  return <f64>daysSinceEpoch(year, month, day) * 86400000 + <f64>(hour * 3600000 + minute * 60000)
}

/** Of the proleptic Gregorian calendar, in years that begin in March. */
function daysSinceEpoch(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year
  const era = (y >= 0 ? y : y - 399) / 400
  const year_of_era = y - era * 400
  const day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468
}
