import type { FileHandle } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EarlierPage, EarlierSource, SourceNote } from '../earlier-source.ts'
import type { SourceValue } from '../rows/earlier-value.ts'
import { tableMissing } from '../sources/table-errors.ts'
import { DumpReader } from './dump-reader.ts'
import { openDump, openFile, type OpenedDump } from './dump-text.ts'
import { GrowingText } from './growing-text.ts'

const ROWS_AT_ONCE = 2000

/** A dump that a database program wrote, as text, perhaps packed. */
export class DumpSource implements EarlierSource {
  readonly kind = 'dump'
  readonly place: string
  readonly total: number
  readonly #table: string
  readonly #handle: FileHandle
  readonly #dump: OpenedDump
  #notes: SourceNote[] = []

  private constructor(path: string, table: string, handle: FileHandle, dump: OpenedDump) {
    this.place = path
    this.total = dump.size_bytes
    this.#table = table
    this.#handle = handle
    this.#dump = dump
  }

  static async open(path: string, table: string): Promise<DumpSource> {
    const handle = await openFile(path)
    try {
      return new DumpSource(path, table, handle, await openDump(path, handle))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async *pages(signal: AbortSignal): AsyncGenerator<EarlierPage> {
    const text = new GrowingText(this.#dump.text)
    const reader = new DumpReader(text, this.#table)
    let columns: readonly string[] = []
    let rows: (readonly SourceValue[])[] = []
    let any = false
    const page = (): EarlierPage => ({ columns, rows, done: this.#dump.readBytes() })
    try {
      for await (const row of reader.rows()) {
        if (rows.length === ROWS_AT_ONCE || (rows.length > 0 && !sameColumns(columns, row.columns))) {
          yield page()
          rows = []
          signal.throwIfAborted()
          await nextTurn()
        }
        columns = sameColumns(columns, row.columns) ? columns : row.columns
        rows.push(row.values)
        any = true
      }
      if (rows.length > 0) yield page()
    } finally {
      await text.close()
    }
    if (!any && reader.tables === 0) throw tableMissing(this.#table, this.place, [...reader.others])
    if (reader.ends_early) this.#notes.push('ends_early')
    if (reader.tables > 1) this.#notes.push('several_tables')
    if (reader.rows_too_long > 0) this.#notes.push('rows_too_long')
    if (reader.rows_misfit > 0) this.#notes.push('rows_misfit')
  }

  notes(): readonly SourceNote[] {
    return this.#notes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

/** Each statement of a complete dump names its columns again. */
const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((name, at) => name === b[at]))
