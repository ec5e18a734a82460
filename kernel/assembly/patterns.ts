// Texts as patterns: an endpoint with its ids as `:id`, a message with whatever holds a digit as `#`.

import { SCRATCH, SCRATCH_BYTES } from './memory'
import { BACKSLASH } from './bytes'

function isDigit(byte: u8): bool {
  return <u8>(byte - 0x30) < 10
}

function isLetter(byte: u8): bool {
  return <u8>((byte | 0x20) - 0x61) < 26
}

/** Writes the pattern of an endpoint to the scratch memory; returns its length. */
export function endpointPattern(p: usize, length: usize): usize {
  const end = p + min(length, SCRATCH_BYTES / 4)
  let to = SCRATCH
  while (p < end) {
    const byte = load<u8>(p)
    // A query may hold students' names.
    if (byte == 0x3f || byte == 0x23) break
    if (byte == 0x2f) {
      store<u8>(to++, byte)
      p++
      continue
    }
    const segment = p
    while (p < end) {
      const next = load<u8>(p)
      if (next == 0x2f || next == 0x3f || next == 0x23) break
      p++
    }
    if (isId(segment, p - segment)) {
      store<u32>(to, 0x0064693a)
      to += 3
    } else {
      memory.copy(to, segment, p - segment)
      to += p - segment
    }
  }
  return to - SCRATCH
}

/** `123`, `7~123`, `sis_course_id:X`, a UUID, and Canvas's `lti_context_id:X` and the like. */
function isId(p: usize, length: usize): bool {
  let digits: usize = 0
  let hex: usize = 0
  let tildes: usize = 0
  let dashes: usize = 0
  let colon: bool = false
  for (let i: usize = 0; i < length; i++) {
    const byte = load<u8>(p + i)
    if (isDigit(byte)) {
      digits++
      hex++
    } else if (byte == 0x7e) {
      tildes++
    } else if (byte == 0x2d) {
      dashes++
    } else if (byte == 0x3a) {
      colon = true
    } else if (<u8>((byte | 0x20) - 0x61) < 6) {
      hex++
    }
  }
  if (
    digits > 0 &&
    digits + tildes == length &&
    tildes <= 1 &&
    load<u8>(p) != 0x7e &&
    load<u8>(p + length - 1) != 0x7e
  ) {
    return true
  }
  if (length == 36 && hex == 32 && dashes == 4 && load<u8>(p + 8) == 0x2d && load<u8>(p + 23) == 0x2d)
    return true
  return colon && length > 4 && (load<u32>(p) == 0x5f736973 || load<u32>(p) == 0x5f69746c)
}

/** Appends a text to the scratch memory as it is. */
export function appendText(to: usize, p: usize, length: usize): usize {
  const bytes = min(length, 512)
  memory.copy(to, p, bytes)
  return to + bytes
}

/**
 * Appends a message (as it stands in JSON) with every word that holds a digit as `#`: ids, numbers, times, UUIDs.
 * Escapes stay as they are, so that what comes out is still the inside of a JSON string.
 */
export function appendMessagePattern(to: usize, p: usize, length: usize): usize {
  const end = p + length
  const limit = SCRATCH + SCRATCH_BYTES - 16
  while (p < end && to < limit) {
    const byte = load<u8>(p)
    if (byte == BACKSLASH) {
      const bytes: usize = load<u8>(p + 1) == 0x75 ? 6 : 2
      memory.copy(to, p, bytes)
      to += bytes
      p += bytes
      continue
    }
    if (!isDigit(byte) && !isLetter(byte)) {
      store<u8>(to++, byte)
      p++
      continue
    }
    const word = p
    let has_digit = false
    while (p < end) {
      const next = load<u8>(p)
      const inside = next == 0x5f || next == 0x2d || next == 0x7e
      if (isDigit(next)) has_digit = true
      else if (!isLetter(next) && !inside) break
      p++
    }
    if (has_digit) {
      if (to == SCRATCH || load<u8>(to - 1) != 0x23) store<u8>(to++, 0x23)
    } else {
      const bytes = min(p - word, limit - to)
      memory.copy(to, word, bytes)
      to += bytes
    }
  }
  return to
}
