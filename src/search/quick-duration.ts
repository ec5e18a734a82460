/** What our own writer puts before a duration. Within a string of JSON the second quote would have a backslash. */
export const DURATION_KEY = '"duration_ms":'

const KEY = Buffer.from(DURATION_KEY)
const NAME = KEY.subarray(0, -1)
const COLON = 0x3a
const DOT = 0x2e
const COMMA = 0x2c
const BRACE = 0x7d
const BACKSLASH = 0x5c
const MOST_DIGITS = 15

/**
 * Whether a line of our own form has a duration that is certain to be outside of the bounds, without parsing the line.
 * When in doubt it does not say so.
 * @param line in our own form, without its newline
 */
export function rulesOutDuration(line: Buffer, least_ms: number, most_ms: number): boolean {
  const at = line.indexOf(NAME)
  if (at === -1 || line[at - 1] !== COMMA || line[at + NAME.length] !== COLON) return false
  // The key may be there again, whatever stands before its colon, or spelled with escapes.
  if (line.indexOf(NAME, at + 1) !== -1 || line.includes(BACKSLASH)) return false
  const duration_ms = plainNumber(line, at + KEY.length)
  return duration_ms !== undefined && (duration_ms < least_ms || duration_ms > most_ms)
}

/**
 * Digits, perhaps with a point among them, up to the end of the value; undefined for anything else. Up to 15 digits and
 * a power of ten up to 15 are exact, so that their quotient is the number that JSON reads.
 */
function plainNumber(line: Buffer, start: number): number | undefined {
  let digits = 0
  let point = -1
  let end = start
  for (let byte = line[end]; byte !== COMMA && byte !== BRACE; byte = line[++end]) {
    if (byte === DOT && point === -1) point = end
    else if (byte === undefined || byte < 0x30 || byte > 0x39) return undefined
    else digits = digits * 10 + byte - 0x30
  }
  if (end === start || end - start > MOST_DIGITS) return undefined
  return point === -1 ? digits : digits / 10 ** (end - point - 1)
}
