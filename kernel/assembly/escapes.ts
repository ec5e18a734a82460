// Strings with backslashes.

import { BACKSLASH, QUOTE } from './bytes'
import { ENDPOINT, setField, STRING } from './fields'
import { stopAt } from './stops'

/** The stop behind the string looked at last. */
let stop: usize = 0

export function stopBehindString(): usize {
  return stop
}

/** The closing quote of a string whose first stop is no quote, or 0; sets `stop` to what follows it. */
export function escapedEnd(p: usize, at_stop: usize): usize {
  while (load<u8>(p) == BACKSLASH) {
    const escaped = load<u8>(p + 1)
    if (escaped == 0x75) {
      if (
        !isHex(load<u8>(p + 2)) ||
        !isHex(load<u8>(p + 3)) ||
        !isHex(load<u8>(p + 4)) ||
        !isHex(load<u8>(p + 5))
      ) {
        return 0
      }
    } else if (escaped == QUOTE || escaped == BACKSLASH) {
      // The escaped one is a stop too.
      at_stop++
    } else if (
      escaped != 0x2f &&
      escaped != 0x62 &&
      escaped != 0x66 &&
      escaped != 0x6e &&
      escaped != 0x72 &&
      escaped != 0x74
    ) {
      return 0
    }
    at_stop++
    p = stopAt(at_stop)
  }
  stop = at_stop + 1
  return load<u8>(p) == QUOTE ? p : 0
}

/** An escape of what JSON shows as it is, so that one key could be written in several ways. */
export function hasNeedlessEscape(p: usize, end: usize): bool {
  while (p < end) {
    if (load<u8>(p) != BACKSLASH) {
      p++
      continue
    }
    const escaped = load<u8>(p + 1)
    if (escaped == 0x2f) return true
    // \\u0020 to \\u007e
    if (escaped == 0x75 && load<u16>(p + 2) == 0x3030 && <u8>(load<u8>(p + 4) - 0x32) < 6) return true
    p += 2
  }
  return false
}

const ENDPOINT_COPY: usize = memory.data(1024 + 16, 16)

/** An endpoint whose only escapes are those of slashes, as some writers have. */
export function setEscapedEndpoint(p: usize, end: usize): bool {
  if (end - p > 1024) return false
  let to = ENDPOINT_COPY
  while (p < end) {
    let byte = load<u8>(p++)
    if (byte == BACKSLASH) {
      byte = load<u8>(p++)
      if (byte != 0x2f) return false
    }
    store<u8>(to++, byte)
  }
  setField(ENDPOINT, STRING, ENDPOINT_COPY, to - ENDPOINT_COPY)
  return true
}

function isHex(byte: u8): bool {
  return <u8>(byte - 0x30) < 10 || <u8>((byte | 0x20) - 0x61) < 6
}
