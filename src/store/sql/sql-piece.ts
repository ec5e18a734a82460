import type { SqlDialect } from './sql-database.ts'

/** A part of a statement: text with a `?` for each of its values, in their order. */
export interface SqlPiece {
  readonly text: string
  readonly values: readonly unknown[]
}

export const piece = (text: string, ...values: readonly unknown[]): SqlPiece => ({ text, values })

/** The pieces one after the other with `separator` between them. */
export function joined(pieces: readonly SqlPiece[], separator: string): SqlPiece {
  return {
    text: pieces.map(({ text }) => text).join(separator),
    values: pieces.flatMap(({ values }) => values),
  }
}

/** `column = ?`, or `column in (?, …)` for several. */
export function isOneOf(column: string, values: readonly unknown[]): SqlPiece {
  if (values.length === 1) return piece(`${column} = ?`, ...values)
  return piece(`${column} in (${values.map(() => '?').join(', ')})`, ...values)
}

/** The text as the engine wants it; none of ours has a question mark that is not a parameter. */
export function textFor(dialect: SqlDialect, text: string): string {
  if (dialect === 'sqlite') return text
  let number = 0
  return text.replaceAll('?', () => `$${++number}`)
}
