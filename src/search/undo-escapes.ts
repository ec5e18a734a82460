const ESCAPE = /\\(?:u([\da-f]{4}|[\dA-F]{4})|([\\"bfnrt]))/g
const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * A line with the escapes of JSON strings undone, as a person would write it. An escaped letter, digit or other
 * printable ASCII stays as it is, which no JSON writer escapes without need: so whatever is plain ASCII (see
 * {@link plainRuns}) in the result stands in the line as it is, and a line can be ruled out without undoing it.
 */
export function undoEscapes(line: string): string {
  if (!line.includes('\\')) return line
  return line.replace(ESCAPE, (escape, hex: string | undefined, short: string | undefined) => {
    if (hex === undefined) return SHORT[short ?? ''] ?? short ?? escape
    const unit = Number.parseInt(hex, 16)
    const stays = unit >= 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c
    return stays ? escape : String.fromCharCode(unit)
  })
}

/** The pieces of a text that stand in a line as they are, whether or not the line has escapes. */
export function plainRuns(text: string): string[] {
  return text.match(/[ !#-[\]-~]+/g) ?? []
}

/**
 * The same of a value that came out of JSON: some writers escape quotes, slashes and what means something in HTML
 * without need.
 */
export function plainValueRuns(value: string): string[] {
  return value.match(/[\w .:,;@#$%*()[\]{}|~!?^-]+/g) ?? []
}
