// Comparing bytes, 8 at a time, and the ends of lines.

export const QUOTE: u8 = 0x22
export const BACKSLASH: u8 = 0x5c
export const NEWLINE: u8 = 0x0a

/** The first newline at or after `p`; the input always ends in one. */
export function lineEnd(p: usize): usize {
  while (true) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0x0a)))
    if (mask != 0) return p + ctz(mask)
    p += 16
  }
}

/** The last 1 to 8 bytes of a text as a word, what lies behind them cleared. */
export function tailWord(p: usize, bytes: usize): u64 {
  return load<u64>(p) & ((<u64>-1) >> ((8 - bytes) << 3))
}

export function hashBytes(p: usize, length: usize): u32 {
  let hash: u64 = 0x9e3779b97f4a7c15 ^ length
  while (length > 8) {
    hash = (hash ^ load<u64>(p)) * 0xff51afd7ed558ccd
    hash ^= hash >> 32
    p += 8
    length -= 8
  }
  if (length > 0) {
    hash = (hash ^ tailWord(p, length)) * 0xff51afd7ed558ccd
    hash ^= hash >> 32
  }
  hash *= 0xc4ceb9fe1a85ec53
  return <u32>(hash >> 32)
}

export function sameBytes(a: usize, b: usize, length: usize): bool {
  while (length > 8) {
    if (load<u64>(a) != load<u64>(b)) return false
    a += 8
    b += 8
    length -= 8
  }
  return length == 0 || tailWord(a, length) == tailWord(b, length)
}

/** As `sameBytes`, for at least 16 bytes. */
export function sameLongBytes(a: usize, b: usize, length: usize): bool {
  const last = length - 16
  for (let at: usize = 0; at < last; at += 16) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false
  }
  return !v128.any_true(v128.xor(v128.load(a + last), v128.load(b + last)))
}
