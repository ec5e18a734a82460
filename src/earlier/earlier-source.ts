import type { SourceValue } from './rows/earlier-value.ts'

/** Rows of the earlier table, in the order of the source. */
export interface EarlierPage {
  /** The same list for the pages that have the same columns. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SourceValue[])[]
  /** How far the source is read, in its own measure; see {@link EarlierSource.total}. */
  readonly done: number
}

/** Where an earlier system's table is read from: it is never written to. */
export interface EarlierSource extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgres' | 'dump'
  /** For people: a file, or a server and its database. Never a password. */
  readonly place: string
  /** Rows, or bytes of a dump; null when nobody knows. */
  readonly total: number | null
  pages(signal: AbortSignal): AsyncIterable<EarlierPage>
  /** What a person should know once all pages were read. */
  notes(): readonly SourceNote[]
}

export type SourceNote =
  /** The dump ends inside of a statement or without its last line. */
  | 'ends_early'
  /** The table is made more than once: it holds several databases. */
  | 'several_tables'
  /** Rows that are longer than any row of this table can be. */
  | 'rows_too_long'
  /** Rows that have another number of values than the table has columns. */
  | 'rows_misfit'
