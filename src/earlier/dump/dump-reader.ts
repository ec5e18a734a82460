import type { SourceValue } from '../rows/earlier-value.ts'
import { columnsUnknown } from '../sources/table-errors.ts'
import { COPY_END, copyRow } from './copy-rows.ts'
import type { GrowingText } from './growing-text.ts'
import { NEED_MORE, NO_ROW, parseRow } from './row-values.ts'
import { skipQuoted, skipSpaceAndComments, skipStatement, skipTo, type SkipDialect } from './skip-text.ts'
import {
  copyHead,
  createdTable,
  insertHead,
  LONGEST_HEAD,
  type StatementHead,
  type TableName,
} from './statement-heads.ts'

/** Characters of a row; no row of this table comes near. */
const LONGEST_ROW = 16_777_216
/** Characters of the statement that makes the table. */
const LONGEST_CREATE = 1_048_576

export interface DumpRow {
  /** The same list for rows of one statement. */
  readonly columns: readonly string[]
  readonly values: readonly SourceValue[]
}

const MYSQL: SkipDialect = { backslash: true, mysql: true }
const STANDARD: SkipDialect = { backslash: false, mysql: false }

/** The rows of one table in a plain dump of MySQL, MariaDB, PostgreSQL or SQLite. */
export class DumpReader {
  readonly #text: GrowingText
  readonly #wanted: TableName
  #dialect: SkipDialect = MYSQL
  #created: readonly string[] | null = null
  #stored: readonly string[] = []
  /** How often the table is made. */
  tables = 0
  rows_too_long = 0
  /** Rows that have another number of values than the table has columns. */
  rows_misfit = 0
  ends_early = false
  /** Names of other tables, the first of them. */
  readonly others: Set<string> = new Set()

  /** @param table its name, perhaps with a database or schema and a point before it */
  constructor(text: GrowingText, table: string) {
    this.#text = text
    const [first = '', second] = table.split('.')
    this.#wanted = second === undefined ? { schema: null, name: first } : { schema: first, name: second }
  }

  async *rows(): AsyncGenerator<DumpRow> {
    const text = this.#text
    await text.ensure(LONGEST_HEAD)
    this.#dialect = dialectOf(text.text.slice(0, LONGEST_HEAD))
    for (;;) {
      await skipSpaceAndComments(text, this.#dialect)
      if (text.left === 0) return
      const word = /^[A-Za-z]+|^\\/.exec(text.text.slice(text.at, text.at + 12))?.[0]?.toUpperCase()
      if (word === 'INSERT' || word === 'REPLACE') yield* this.#insert()
      else if (word === 'COPY') yield* this.#copy()
      else if (word === 'CREATE') await this.#create()
      else if (word === 'DELIMITER') await this.#delimiter()
      // Commands of a client, to the end of their line.
      else if (word === '\\') await skipTo(text, '\n')
      else await skipStatement(text, this.#dialect)
    }
  }

  #isWanted({ schema, name }: TableName): boolean {
    const wanted = this.#wanted
    if (name.toLowerCase() !== wanted.name.toLowerCase()) return false
    return wanted.schema === null || schema === null || schema.toLowerCase() === wanted.schema.toLowerCase()
  }

  async #create(): Promise<void> {
    const text = this.#text
    let head: StatementHead | null = null
    await text.ensure(LONGEST_HEAD)
    for (;;) {
      head = createdTable(text.text, text.at)
      if (head !== null || text.ended || text.left > LONGEST_CREATE) break
      // Only a statement that makes a table is worth reading on for.
      if (!/^CREATE[^(;]*TABLE/i.test(text.text.slice(text.at, text.at + 200))) break
      await text.more()
    }
    if (head !== null && this.#isWanted(head.table)) {
      this.tables++
      this.#created = head.columns
      this.#stored = head.stored ?? []
    } else if (head !== null && this.others.size < 1000) this.others.add(head.table.name)
    await skipStatement(text, this.#dialect)
  }

  async *#insert(): AsyncGenerator<DumpRow> {
    const text = this.#text
    await text.ensure(LONGEST_HEAD)
    const head = insertHead(text.text, text.at)
    if (head === null || !this.#isWanted(head.table)) {
      await skipStatement(text, this.#dialect)
      return
    }
    const columns = head.columns ?? this.#created
    if (columns === null) throw columnsUnknown(head.table.name)
    text.at = head.next
    await skipSpaceAndComments(text, this.#dialect)
    for (;;) {
      const row = parseRow(text.text, text.at, this.#dialect)
      if (row === NO_ROW) {
        await skipStatement(text, this.#dialect)
        return
      }
      if (row === NEED_MORE) {
        if (text.ended) {
          this.ends_early = true
          text.at = text.text.length
          return
        }
        if (text.left > LONGEST_ROW) await this.#skipRow()
        else {
          await text.more()
          continue
        }
      } else {
        text.at = row.next
        const fitting = this.#fitting(columns, row.values.length)
        if (fitting === null) this.rows_misfit++
        else yield { columns: fitting, values: row.values }
      }
      if (!(await this.#nextRow())) return
    }
  }

  /** The columns of a row of so many values; null when they are not of this table. */
  #fitting(columns: readonly string[], values: number): readonly string[] | null {
    if (values === columns.length) return columns
    return columns === this.#created && values === this.#stored.length ? this.#stored : null
  }

  /** Past the comma between rows; false at the end of the statement. */
  async #nextRow(): Promise<boolean> {
    const text = this.#text
    // What stands here is nearly always known, and looked at without a turn of the loop for each row.
    if (text.left < 64) await text.ensure(64)
    if (/\s|[-#/]/.test(text.text[text.at] ?? '')) await skipSpaceAndComments(text, this.#dialect)
    if (text.text[text.at] !== ',') {
      if (text.left === 0) this.ends_early = true
      await skipStatement(text, this.#dialect)
      return false
    }
    text.at++
    if (text.left < 64) await text.ensure(64)
    if (text.text[text.at] !== '(') await skipSpaceAndComments(text, this.#dialect)
    return true
  }

  /** Past a row that is too long to be held. */
  async #skipRow(): Promise<void> {
    const text = this.#text
    this.rows_too_long++
    for (let depth = 0; ;) {
      const match = /['()]/g
      match.lastIndex = text.at
      const found = match.exec(text.text)
      if (found === null) {
        text.at = text.text.length
        if (text.ended) return
        await text.more()
        continue
      }
      text.at = found.index + 1
      if (found[0] === "'") await skipQuoted(text, "'", this.#dialect.backslash)
      else depth += found[0] === '(' ? 1 : -1
      if (found[0] === ')' && depth === 0) return
    }
  }

  async *#copy(): AsyncGenerator<DumpRow> {
    const text = this.#text
    await text.ensure(LONGEST_HEAD)
    const head = copyHead(text.text, text.at)
    if (head === null) {
      await skipStatement(text, this.#dialect)
      return
    }
    text.at = head.next
    const columns = head.columns ?? this.#created
    if (!this.#isWanted(head.table) || columns === null) {
      if (!text.text.startsWith(COPY_END, text.at)) await skipTo(text, `\n${COPY_END}`)
      await skipTo(text, '\n')
      return
    }
    for (;;) {
      const end = text.text.indexOf('\n', text.at)
      if (end === -1) {
        if (text.ended || text.left > LONGEST_ROW) {
          this.ends_early = true
          text.at = text.text.length
          return
        }
        await text.more()
        continue
      }
      const line = text.text.slice(text.at, end).replace(/\r$/, '')
      text.at = end + 1
      if (line === COPY_END) return
      const values = copyRow(line)
      const fitting = this.#fitting(columns, values.length)
      if (fitting === null) this.rows_misfit++
      else yield { columns: fitting, values }
    }
  }

  /** Up to where statements end with a semicolon again: what stands between are programs. */
  async #delimiter(): Promise<void> {
    const text = this.#text
    await text.ensure(LONGEST_HEAD)
    const line = /^DELIMITER[ \t]+(\S+)[^\n]*\n?/i.exec(text.text.slice(text.at, text.at + 200))
    text.at += line?.[0].length ?? 'DELIMITER'.length
    if (line === null || line[1] === ';') return
    await skipTo(text, '\nDELIMITER ;')
  }
}

function dialectOf(head: string): SkipDialect {
  if (/PostgreSQL database dump|^\s*(?:PRAGMA|\\restrict)\b/im.test(head)) return STANDARD
  if (/\bSET (?:statement_timeout|client_encoding|standard_conforming_strings)\b/i.test(head)) return STANDARD
  return MYSQL
}
