import type { QueryValues } from '../data/api-client.ts'
import { edgeTime, type Row } from './line-rows.ts'
import type { LogLine } from './log-line.ts'
import type { Side } from './window-view.ts'
import { searchPieces } from './search-pieces.ts'

/** The next row in a direction for which something holds; -1 when none of those that are there does. */
export function nextIndex(
  rows: readonly Row[],
  from: number,
  side: Side,
  holds: (line: LogLine) => boolean,
): number {
  const step = side === 'older' ? -1 : 1
  for (let at = from + step; at >= 0 && at < rows.length; at += step) {
    const line = rows[at]?.line
    if (line != null && holds(line)) return at
  }
  return -1
}

/**
 * The nearest line beyond those that are there; null when there is none.
 * @param filters what it has to match
 * @throws ApiError; the signal's reason
 */
export async function findBeyond(
  rows: readonly Row[],
  side: Side,
  filters: QueryValues,
  signal: AbortSignal,
): Promise<LogLine | null> {
  const edge_ms = edgeTime(rows, side)
  if (edge_ms === null) return null
  const range: QueryValues =
    side === 'older'
      ? { until: new Date(edge_ms).toISOString(), order: 'newest' }
      : { since: new Date(edge_ms + 1).toISOString(), order: 'oldest' }
  let cursor: string | null = null
  for (;;) {
    let next_cursor: string | null = null
    for await (const piece of searchPieces({ ...filters, ...range, limit: 1, cursor }, signal)) {
      if (piece.kind === 'hit') {
        const { kind: _, offset: __, before: ___, after: ____, ...line } = piece
        return line
      } else if (piece.kind === 'end') next_cursor = piece.cut === null ? null : piece.next_cursor
    }
    if (next_cursor === null) return null
    cursor = next_cursor
  }
}
