// Where the quotes, backslashes and control characters stand: found 64 bytes at a time without regard to what they
// mean, so that reading a line needs no search, and no position has to wait for the one before.

/** Bytes indexed at once: what fits the nearest cache, with room for one long line. */
export const CHUNK_BYTES: usize = 16384
export const LONGEST_LINE: usize = 131072

const STOPS: usize = memory.data(131072 * 4 + 256, 16)

/** The position of a stop, by its number in the chunk. */
export function stopAt(stop: usize): usize {
  return load<u32>(STOPS + (stop << 2))
}

/** Which of 16 bytes are stops, one bit each. */
function stopMask(bytes: v128): i32 {
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      i8x16.eq(i8x16.min_u(bytes, i8x16.splat(0x1f)), bytes),
    ),
  )
}

/** Indexes from `p` to before `end`; returns how many stops there are. 64 bytes behind `end` must be readable. */
export function indexStops(p: usize, end: usize): usize {
  let to = STOPS
  while (p < end) {
    const a = stopMask(v128.load(p))
    const b = stopMask(v128.load(p + 16))
    const c = stopMask(v128.load(p + 32))
    const d = stopMask(v128.load(p + 48))
    let mask = (<u64>(<u32>(a | (b << 16)))) | ((<u64>(<u32>(c | (d << 16)))) << 32)
    const count = <usize>popcnt(mask)
    let batch = to
    let stored: usize = 0
    // Eight without asking how many there are; what is too much is overwritten.
    do {
      store<u32>(batch, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      store<u32>(batch + 4, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      store<u32>(batch + 8, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      store<u32>(batch + 12, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      store<u32>(batch + 16, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      store<u32>(batch + 20, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      store<u32>(batch + 24, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      store<u32>(batch + 28, <u32>p + <u32>ctz(mask))
      mask &= mask - 1
      batch += 32
      stored += 8
    } while (stored < count)
    to += count << 2
    p += 64
  }
  while (to > STOPS && load<u32>(to - 4) >= <u32>end) to -= 4
  return (to - STOPS) >> 2
}
