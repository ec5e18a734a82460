import { skipSpace } from './row-values.ts'

/** The longest head of a statement that is looked at: the names of a table and its columns. */
export const LONGEST_HEAD = 65_536

const QUOTED_NAME =
  /`((?:[^`]|``)*)`|"((?:[^"]|"")*)"|\[([^\]]*)\]|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/y
const INSERT =
  /(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+)\s+)*(?:INTO\s+)?/iy
const VALUES = /\s*(?:OVERRIDING\s+(?:SYSTEM|USER)\s+VALUE\s+)?VALUES?\s*/iy
const CREATE =
  /CREATE\s+(?:(?:GLOBAL|LOCAL|TEMPORARY|TEMP|UNLOGGED|OR\s+REPLACE)\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?/iy
const COPY = /COPY\s+/iy
const FROM_STDIN = /\s*FROM\s+stdin\b[^;]*;[^\n]*\n/iy
/** With what a part of a table begins that is no column. */
const NO_COLUMN =
  /(?:PRIMARY|KEY|UNIQUE|INDEX|CONSTRAINT|CHECK|FOREIGN|FULLTEXT|SPATIAL|PERIOD|EXCLUDE|LIKE)\b/iy

const COMPUTED = /\bGENERATED\s+ALWAYS\s+AS\b(?!\s+IDENTITY)|^[^']*\bAS\s*\(/i

export interface TableName {
  /** Database or schema; null when it is not said. */
  readonly schema: string | null
  readonly name: string
}

export interface StatementHead {
  readonly table: TableName
  /** Null when the statement names none: all of the table, in its order. */
  readonly columns: readonly string[] | null
  /** Of a table that is made: its columns without those that the database computes, which a dump may leave out. */
  readonly stored?: readonly string[]
  /** Where the rows begin. */
  readonly next: number
}

export function insertHead(text: string, at: number): StatementHead | null {
  return headOf(text, at, INSERT, VALUES)
}

/** `COPY … FROM stdin`: its rows begin with the next line. */
export function copyHead(text: string, at: number): StatementHead | null {
  return headOf(text, at, COPY, FROM_STDIN)
}

/** The table that a statement makes, and its columns; null for other statements, and when it does not end here. */
export function createdTable(text: string, at: number): StatementHead | null {
  const start = behind(CREATE, text, at)
  const named = start < 0 ? null : readTable(text, start)
  if (named === null) return null
  const open = skipSpace(text, named.next)
  if (text[open] !== '(') return null
  const columns: string[] = []
  const stored: string[] = []
  let place = skipSpace(text, open + 1)
  for (;;) {
    const end = endOfPart(text, place)
    if (end < 0) return null
    const column = behind(NO_COLUMN, text, place) < 0 ? readName(text, place) : null
    if (column !== null) {
      columns.push(column.name)
      if (!COMPUTED.test(text.slice(column.next, end))) stored.push(column.name)
    }
    if (text[end] === ')') return { table: named.table, columns, stored, next: end + 1 }
    place = skipSpace(text, end + 1)
  }
}

function headOf(text: string, at: number, begins: RegExp, ends: RegExp): StatementHead | null {
  const start = behind(begins, text, at)
  const named = start < 0 ? null : readTable(text, start)
  if (named === null) return null
  const open = skipSpace(text, named.next)
  const list = text[open] === '(' ? readList(text, open) : null
  const next = behind(ends, text, list?.next ?? named.next)
  return next < 0 ? null : { table: named.table, columns: list?.names ?? null, next }
}

function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

interface ReadName {
  readonly name: string
  readonly next: number
}

function readName(text: string, at: number): ReadName | null {
  QUOTED_NAME.lastIndex = at
  const match = QUOTED_NAME.exec(text)
  if (match === null) return null
  const [whole, backtick, double, bracket, plain] = match
  const name = backtick?.replaceAll('``', '`') ?? double?.replaceAll('""', '"') ?? bracket ?? plain ?? ''
  return { name, next: at + whole.length }
}

function readTable(text: string, at: number): { readonly table: TableName; readonly next: number } | null {
  const first = readName(text, at)
  if (first === null) return null
  if (text[first.next] !== '.') return { table: { schema: null, name: first.name }, next: first.next }
  const second = readName(text, first.next + 1)
  return second && { table: { schema: first.name, name: second.name }, next: second.next }
}

function readList(text: string, open: number): { readonly names: string[]; readonly next: number } | null {
  const names: string[] = []
  let place = skipSpace(text, open + 1)
  for (;;) {
    const read = readName(text, place)
    if (read === null) return null
    names.push(read.name)
    place = skipSpace(text, read.next)
    if (text[place] === ')') return { names, next: place + 1 }
    if (text[place] !== ',') return null
    place = skipSpace(text, place + 1)
  }
}

/** The comma or the bracket behind a part of a table; -1 when there is none. */
function endOfPart(text: string, at: number): number {
  let depth = 0
  for (let place = at; place < text.length; place++) {
    const sign = text[place]
    if (sign === "'" || sign === '"' || sign === '`') {
      place = endOfQuoted(text, place, sign)
      if (place === -1) return -1
    } else if (sign === '(') depth++
    else if (depth === 0 && (sign === ',' || sign === ')')) return place
    else if (sign === ')') depth--
  }
  return -1
}

function endOfQuoted(text: string, at: number, quote: string): number {
  for (let end = text.indexOf(quote, at + 1); end !== -1; end = text.indexOf(quote, end + 1)) {
    if (quote !== "'" || text[end - 1] !== '\\') return end
  }
  return -1
}
