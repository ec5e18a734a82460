import type { ReactNode } from 'react'

/** A column of numbers with their units; or of words. */
export interface FigureColumn<Row> {
  readonly words: string
  readonly of: (row: Row) => ReactNode
  readonly is_words?: true
}

interface FigureTableProps<Row> {
  /** What it is, for who hears it. */
  readonly label: string
  /** What its rows are: the head of the first column. */
  readonly rows_are: string
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly nameOf: (row: Row) => ReactNode
  readonly columns: readonly FigureColumn<Row>[]
  /** There may be many rows: it scrolls by itself. */
  readonly is_tall?: boolean
  /** The names are code. */
  readonly names_code?: boolean
}

/** Rows of one kind with a few figures each. */
export function FigureTable<Row>({
  label,
  rows_are,
  rows,
  keyOf,
  nameOf,
  columns,
  is_tall = false,
  names_code = false,
}: FigureTableProps<Row>): ReactNode {
  return (
    <div className={is_tall ? 'wide tall' : 'wide'} role="group" aria-label={label} tabIndex={0}>
      <table className="figure-table">
        <thead>
          <tr>
            <th scope="col">{rows_are}</th>
            {columns.map(({ words, is_words }) => (
              <th key={words} scope="col" className={is_words === true ? undefined : 'numeric'}>
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              <th scope="row" className={names_code ? 'code-name' : undefined}>
                {nameOf(row)}
              </th>
              {columns.map(({ words, of, is_words }) => (
                <td key={words} className={is_words === true ? undefined : 'numeric nowrap'}>
                  {of(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
