import type { SourceValue } from '../rows/earlier-value.ts'

const ESCAPED = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]))/g
const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** What ends the rows of a COPY. */
export const COPY_END = '\\.'

/** One line of `COPY … FROM stdin` in its text form. */
export function copyRow(line: string): SourceValue[] {
  return line.split('\t').map((field) => {
    if (field === '\\N') return null
    if (!field.includes('\\')) return field
    return field.replaceAll(ESCAPED, (_, octal?: string, hex?: string, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      return LETTERS[other ?? ''] ?? other ?? ''
    })
  })
}
