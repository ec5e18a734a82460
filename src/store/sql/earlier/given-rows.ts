import type { SqlConnection, SqlDialect } from '../sql-database.ts'

/** The columns of rows that are given to a statement, with their types in PostgreSQL, in order. */
export type GivenColumns = Readonly<Record<string, string>>

/** Rows in one statement of PostgreSQL: more take memory on both sides. */
const ROWS_AT_ONCE = 5000

/**
 * Names of the columns, and where an insert takes its rows from; `fixed` stands behind the columns of each row. PostgreSQL takes
 * all rows as an array of each column: to begin a statement for each row costs as much as to write it.
 */
export function givenRows(dialect: SqlDialect, given: GivenColumns, fixed: GivenColumns = {}): string {
  const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')
  const names = Object.keys(given)
  const into = `(${quoted([...names, ...Object.keys(fixed)])})`
  const others = Object.values(fixed)
  if (dialect === 'sqlite') {
    return `${into} values (${[...names.map(() => '?'), ...others].join(', ')})`
  }
  const arrays = Object.values(given).map((type) => `?::${type}[]`)
  return `${into} select ${['given.*', ...others].join(', ')} from unnest(${arrays.join(', ')}) as given`
}

/** Runs a statement with {@link givenRows} in it; the rows are written in this order. */
export async function writeRows(
  { dialect, select, executeMany }: SqlConnection,
  statement: string,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (dialect === 'sqlite') {
    await executeMany(statement, rows)
    return
  }
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await select(statement, columnsOf(rows.slice(from, from + ROWS_AT_ONCE)))
  }
}

const columnsOf = (rows: readonly (readonly unknown[])[]): unknown[][] =>
  Array.from({ length: rows[0]?.length ?? 0 }, (_, column) => rows.map((row) => row[column]))
