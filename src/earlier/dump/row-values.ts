import type { SourceValue } from '../rows/earlier-value.ts'

/** How a dump writes its texts. */
export interface DumpDialect {
  /** Whether a backslash in an ordinary text hides the next character: in MySQL's dumps. */
  readonly backslash: boolean
}

export interface ParsedRow {
  readonly values: SourceValue[]
  /** Behind the closing bracket. */
  readonly next: number
}

/** The text ends inside of what is read. */
export const NEED_MORE = 'need more'
/** What stands there is no row. */
export const NO_ROW = 'no row'

const QUOTE = 39
const BACKSLASH = 92
const COMMA = 44
const OPEN = 40
const CLOSE = 41
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y
const HEXADECIMAL = /0x([0-9a-fA-F]*)/y
const WORD = /[A-Za-z_][\w$]*/y

/**
 * The row `(…)` that begins at `at`: texts, numbers (those of more than 15 digits as text), bytes, truth values and nothing.
 * What the database would have to compute is `undefined`.
 *
 * @param ended whether no more text comes
 */
export function parseRow(
  text: string,
  at: number,
  dialect: DumpDialect,
): ParsedRow | typeof NEED_MORE | typeof NO_ROW {
  if (text.charCodeAt(at) !== OPEN) return at >= text.length ? NEED_MORE : NO_ROW
  const values: SourceValue[] = []
  const value: { found: SourceValue } = { found: null }
  let place = skipSpace(text, at + 1)
  for (;;) {
    const behind = readValue(text, place, dialect, value)
    if (behind < 0) return NEED_MORE
    values.push(value.found)
    place = skipTail(text, behind)
    if (place < 0) return NEED_MORE
    const sign = text.charCodeAt(place)
    if (sign === CLOSE) return { values, next: place + 1 }
    place = skipSpace(text, place + 1)
  }
}

export function skipSpace(text: string, at: number): number {
  let place = at
  for (;;) {
    const sign = text.charCodeAt(place)
    if (sign !== 32 && sign !== 10 && sign !== 13 && sign !== 9) return place
    place++
  }
}

/** Behind the value; -1 when the text ends before that is known. */
function readValue(text: string, at: number, dialect: DumpDialect, value: { found: SourceValue }): number {
  const sign = text.charCodeAt(at)
  if (Number.isNaN(sign)) return -1
  if (sign === QUOTE) return readText(text, at, dialect.backslash, value)
  if ((sign >= 48 && sign <= 57) || sign === 45 || sign === 43 || sign === 46) {
    return readNumber(text, at, value)
  }
  WORD.lastIndex = at
  const word = WORD.exec(text)?.[0]
  if (word === undefined) return readExpression(text, at, value)
  const behind = at + word.length
  if (behind >= text.length) return -1
  if (text.charCodeAt(behind) === QUOTE) return readMarked(text, behind, word, dialect, value)
  const upper = word.toUpperCase()
  if (upper === 'NULL') value.found = null
  else if (upper === 'TRUE' || upper === 'FALSE') value.found = upper === 'TRUE'
  else if (word.startsWith('_')) {
    // The name of a character set stands before its text: _binary '…', _utf8mb4 0x….
    const start = skipSpace(text, behind)
    return start >= text.length ? -1 : readValue(text, start, dialect, value)
  } else return readExpression(text, at, value)
  return behind
}

function readNumber(text: string, at: number, value: { found: SourceValue }): number {
  HEXADECIMAL.lastIndex = at
  const hex = HEXADECIMAL.exec(text)
  if (hex !== null) {
    value.found = Uint8Array.from(Buffer.from(hex[1] ?? '', 'hex'))
    return ends(text, at + hex[0].length)
  }
  NUMBER.lastIndex = at
  const number = NUMBER.exec(text)?.[0]
  if (number === undefined) return readExpression(text, at, value)
  value.found = number.length <= 15 ? Number(number) : number
  return ends(text, at + number.length)
}

/** More digits may follow what ends with the text. */
const ends = (text: string, behind: number): number => (behind >= text.length ? -1 : behind)

/** `N'…'`, `E'…'` with backslashes, `X'…'` bytes, `b'…'` bits, `_utf8'…'`. */
function readMarked(
  text: string,
  quote: number,
  mark: string,
  dialect: DumpDialect,
  value: { found: SourceValue },
): number {
  const upper = mark.toUpperCase()
  const behind = readText(text, quote, dialect.backslash || upper === 'E', value)
  if (behind < 0) return -1
  const said = String(value.found)
  if (upper === 'X') value.found = Uint8Array.from(Buffer.from(said, 'hex'))
  if (upper === 'B') value.found = /^[01]{1,52}$/.test(said) ? Number.parseInt(said, 2) : undefined
  return behind
}

function readText(text: string, quote: number, backslash: boolean, value: { found: SourceValue }): number {
  let start = quote + 1
  let parts = ''
  for (;;) {
    const end = text.indexOf("'", start)
    if (end === -1) return -1
    const hidden = backslash ? text.indexOf('\\', start) : -1
    if (hidden !== -1 && hidden < end) {
      if (hidden + 1 >= text.length) return -1
      parts += text.slice(start, hidden) + unescaped(text, hidden + 1)
      start = hidden + 2
      continue
    }
    // A quote behind it would be part of the text.
    if (end + 1 >= text.length) return -1
    if (text.charCodeAt(end + 1) !== QUOTE) {
      value.found = parts + text.slice(start, end)
      return end + 1
    }
    parts += text.slice(start, end + 1)
    start = end + 2
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  Z: '\u001a',
  '%': '\\%',
  _: '\\_',
}

function unescaped(text: string, at: number): string {
  const sign = text[at] ?? ''
  return Object.hasOwn(ESCAPES, sign) ? (ESCAPES[sign] ?? '') : sign
}

/** A function call and the like, to the comma or bracket behind it. */
function readExpression(text: string, at: number, value: { found: SourceValue }): number {
  value.found = undefined
  return skipTail(text, at)
}

/** To the comma or closing bracket: a cast (`::jsonb`) may stand before it. -1 when the text ends first. */
function skipTail(text: string, at: number): number {
  let depth = 0
  for (let place = at; place < text.length; place++) {
    const sign = text.charCodeAt(place)
    if (depth === 0 && (sign === COMMA || sign === CLOSE)) return place
    if (sign === OPEN) depth++
    else if (sign === CLOSE) depth--
    else if (sign === QUOTE) {
      do {
        place = text.indexOf("'", place + 1)
        if (place === -1) return -1
      } while (text.charCodeAt(place - 1) === BACKSLASH)
    }
  }
  return -1
}
