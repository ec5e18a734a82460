// Numbers as JSON has them.

/** Of the number read last. */
let number: f64 = 0

export function lastNumber(): f64 {
  return number
}

/** A whole number that JSON would write in another way: `304.0`, `3e2`, `-0`. */
export function isOddlyWritten(p: usize, end: usize): bool {
  if (number != floor(number) || abs(number) >= 1e15) return false
  if (load<u8>(p) == 0x2d) {
    if (number == 0) return true
    p++
  }
  while (p < end) if (<u8>(load<u8>(p++) - 0x30) > 9) return true
  return false
}

const POWERS: usize = memory.data<f64>([
  1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
])

/** The first bytes of a word that are digits: how many, 0 to 8. */
function digitCount(word: u64): i32 {
  const others =
    ((word & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030) |
    (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030)
  return others == 0 ? 8 : <i32>(ctz(others) >> 3)
}

/** The value of a word's first `digits` bytes, 1 to 8. */
function digitValue(word: u64, digits: i32): u64 {
  let value = word << ((8 - digits) << 3)
  value = ((value & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8
  value = ((value & 0x00ff00ff00ff00ff) * 6553601) >> 16
  return ((value & 0x0000ffff0000ffff) * 42949672960001) >> 32
}

/**
 * JSON's grammar; returns where the number ends, or 0. Plain numbers of at most 7 digits before and after the point
 * are read without branching on their length.
 */
export function readNumber(start: usize): usize {
  const word = load<u64>(start)
  const digits = digitCount(word)
  if (digits == 0 || digits == 8 || ((word & 0xff) == 0x30 && digits > 1)) return readAnyNumber(start)
  let p = start + digits
  let value = <f64>digitValue(word, digits)
  let next = load<u8>(p)
  if (next == 0x2e) {
    const fraction = load<u64>(p + 1)
    const places = digitCount(fraction)
    if (places == 0 || places == 8) return readAnyNumber(start)
    const scale = load<f64>(POWERS + ((<usize>places) << 3))
    value = (value * scale + <f64>digitValue(fraction, places)) / scale
    p += places + 1
    next = load<u8>(p)
  }
  if ((next | 0x20) == 0x65) return readAnyNumber(start)
  number = value
  return p
}

/** Exact up to 15 digits, which is more than a clock or a counter has; else within a few ulps. */
function readAnyNumber(start: usize): usize {
  let p = start
  const negative = load<u8>(p) == 0x2d
  if (negative) p++
  let digit = <u8>(load<u8>(p) - 0x30)
  if (digit > 9) return 0
  let mantissa: u64 = digit
  let exponent: i32 = 0
  p++
  if (mantissa != 0) {
    while ((digit = <u8>(load<u8>(p) - 0x30)) < 10) {
      if (mantissa < 100000000000000000) mantissa = mantissa * 10 + digit
      else exponent++
      p++
    }
  }
  if (load<u8>(p) == 0x2e) {
    p++
    const fraction = p
    while ((digit = <u8>(load<u8>(p) - 0x30)) < 10) {
      if (mantissa < 100000000000000000) {
        mantissa = mantissa * 10 + digit
        exponent--
      }
      p++
    }
    if (p == fraction) return 0
  }
  if ((load<u8>(p) | 0x20) == 0x65) {
    p++
    const sign = load<u8>(p)
    if (sign == 0x2d || sign == 0x2b) p++
    const digits = p
    let given: i32 = 0
    while ((digit = <u8>(load<u8>(p) - 0x30)) < 10) {
      if (given < 100000) given = given * 10 + digit
      p++
    }
    if (p == digits) return 0
    exponent += sign == 0x2d ? -given : given
  }
  let value = <f64>mantissa
  while (exponent < 0) {
    const step = min(-exponent, 22)
    value /= load<f64>(POWERS + ((<usize>step) << 3))
    exponent += step
    if (value == 0) break
  }
  while (exponent > 0) {
    const step = min(exponent, 22)
    value *= load<f64>(POWERS + ((<usize>step) << 3))
    exponent -= step
    if (value == Infinity || value == 0) break
  }
  // The host has no infinity in JSON either, and leaves it out.
  if (value == Infinity) return 0
  number = negative ? -value : value
  return p
}
