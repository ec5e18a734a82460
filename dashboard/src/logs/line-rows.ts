import { nameOf, weightOf, type LogLine } from './log-line.ts'

/** What stands in the list: a line, or words about lines that are not there. */
export interface Row {
  /** Never given to another row. */
  readonly id: number
  readonly line: LogLine | null
  readonly gap: string
}

let rows_made = 0

export function lineRow(line: LogLine): Row {
  return { id: rows_made++, line, gap: '' }
}

export function gapRow(words: string): Row {
  return { id: rows_made++, line: null, gap: words }
}

export const rowWeight = ({ line }: Row): number => (line === null ? 100 : weightOf(line))

/** When the row at an end of the list was written, epoch milliseconds; null when no row there has a time. */
export function edgeTime(rows: readonly Row[], side: 'older' | 'newer'): number | null {
  const timed = ({ line }: Row): boolean => line !== null && line.timestamp !== null
  const row = side === 'older' ? rows.find(timed) : rows.findLast(timed)
  return row?.line?.timestamp == null ? null : Date.parse(row.line.timestamp)
}

/** The names of the lines at an end that are of the same millisecond: a search from that time on gives them again. */
export function namesAtEdge(rows: readonly Row[], side: 'older' | 'newer'): Set<string> {
  const names = new Set<string>()
  const edge_ms = edgeTime(rows, side)
  const step = side === 'older' ? 1 : -1
  for (let at = side === 'older' ? 0 : rows.length - 1; at >= 0 && at < rows.length; at += step) {
    const line = rows[at]?.line
    if (line == null || line.timestamp === null) continue
    if (Date.parse(line.timestamp) !== edge_ms) break
    names.add(nameOf(line))
  }
  return names
}

/** Where the line of this name is; -1 when it is not there. */
export function indexOfName(rows: readonly Row[], name: string): number {
  const timestamp = name.slice(0, name.indexOf('~'))
  return rows.findIndex(({ line }) => line?.timestamp === timestamp && nameOf(line) === name)
}
