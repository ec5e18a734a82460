import { padText, textWidth } from './text-width.ts'

/**
 * Rows as lines with aligned columns, two spaces apart.
 * @param numeric columns that are aligned to the right
 */
export function textTable(
  rows: readonly (readonly string[])[],
  numeric: ReadonlySet<number> = new Set(),
): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, textWidth(cell))
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return numeric.has(column) ? ' '.repeat(width - textWidth(cell)) + cell : padText(cell, width)
      })
      .join('  ')
      .trimEnd(),
  )
}
