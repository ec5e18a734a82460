import { createHash } from 'node:crypto'
import { MonitorError } from '../core/errors.ts'
import type { LogQuery } from './log-query.ts'

/**
 * Where a page ended. A time alone: everything beyond it (not of it) was given. With `writer` and `seq`, the last line
 * given; with `given` and `hash`, of the lines of the earlier system of that millisecond so many were given, and the
 * last of them was this one.
 */
export interface SearchPlace {
  readonly timestamp_ms: number
  readonly writer?: string
  readonly seq?: number
  readonly given?: number
  readonly hash?: string
}

export function lineHash(line: string): string {
  return createHash('sha256').update(line).digest('base64url').slice(0, 12)
}

/** The same for queries whose cursors fit each other. */
function queryHash(query: LogQuery): string {
  const { limit: _, cursor: __, context: ___, time_budget_ms: ____, ...asked } = query
  const entries = Object.entries({ order: 'newest', ...asked }).filter(([, value]) => value !== undefined)
  return lineHash(JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1))))
}

export function encodeCursor(place: SearchPlace, query: LogQuery): string {
  const { timestamp_ms: t, writer: w, seq: s, given: n, hash: h } = place
  return Buffer.from(JSON.stringify({ q: queryHash(query), t, w, s, n, h })).toString('base64url')
}

/** @throws MonitorError `usage` for a cursor of another query, or none at all */
export function decodeCursor(cursor: string, query: LogQuery): SearchPlace {
  const { q, t, w, s, n, h } = parse(cursor)
  if (typeof t !== 'number' || !Number.isSafeInteger(t)) throw badCursor()
  if (q !== queryHash(query)) {
    throw new MonitorError('usage', 'The cursor belongs to another search.', {
      next_step: 'Repeat the search it came from with nothing changed, or leave the cursor out.',
    })
  }
  if (typeof w === 'string' && typeof s === 'number') return { timestamp_ms: t, writer: w, seq: s }
  if (typeof n === 'number' && typeof h === 'string') return { timestamp_ms: t, given: n, hash: h }
  return { timestamp_ms: t }
}

function parse(cursor: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Told below.
  }
  throw badCursor()
}

function badCursor(): MonitorError {
  return new MonitorError('usage', 'The cursor cannot be read.', {
    next_step: 'Give the cursor that the page before ended with, or none.',
  })
}
