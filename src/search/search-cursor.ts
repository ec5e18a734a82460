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

/** What `Date` can tell. */
const MAX_TIME_MS = 8.64e15

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
  if (!isTime(t)) throw badCursor()
  if (q !== queryHash(query)) {
    throw new MonitorError('usage', 'The cursor belongs to another search.', {
      next_step: 'Repeat the search it came from with nothing changed, or leave the cursor out.',
    })
  }
  const [has_line, has_count] = [w !== undefined || s !== undefined, n !== undefined || h !== undefined]
  if (!has_line && !has_count) return { timestamp_ms: t }
  if (!has_count && typeof w === 'string' && isSafe(s)) return { timestamp_ms: t, writer: w, seq: s }
  if (!has_line && isSafe(n) && n >= 1 && typeof h === 'string') return { timestamp_ms: t, given: n, hash: h }
  throw badCursor()
}

function isTime(value: unknown): value is number {
  return isSafe(value) && Math.abs(value) <= MAX_TIME_MS
}

function isSafe(value: unknown): value is number {
  return Number.isSafeInteger(value)
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
