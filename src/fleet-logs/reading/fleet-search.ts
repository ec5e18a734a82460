import type { Pool } from 'pg'
import { systemClock } from '../../core/clock.ts'
import type { LogEntry } from '../../core/log-entry.ts'
import { redactText } from '../../logs/redact.ts'
import { checkQuery } from '../../search/check-query.ts'
import { LineMatcher } from '../../search/line-matcher.ts'
import type { OfMachine } from '../../search/line-reader.ts'
import { DEFAULT_LIMIT, type LogQuery, type SearchEnd, type SearchItem } from '../../search/log-query.ts'
import { decodeCursor, encodeCursor } from '../../search/search-cursor.ts'
import type { SearchOptions } from '../../search/search-logs.ts'
import { shownEntry, shownLines } from '../../search/shown-line.ts'
import { OutOfTime, Turns } from '../../search/turns.ts'
import { linesAround } from './fleet-context.ts'
import { FIRST_CONDITION, FleetLines, type FleetRow } from './fleet-lines.ts'
import { lineConditions } from './line-conditions.ts'

/** Rows of one statement: the first hits come soon, and a page never holds more than this in memory. */
const FIRST_ROWS = 200
const MOST_ROWS = 2000
const PROGRESS_MS = 250

/**
 * As `searchLogs`, over the lines of all machines: the same lines, the same order, the same cursors. PostgreSQL leaves out
 * what cannot match, and the rules of the file search decide. Lines that are shipped after a page was given are in no later
 * page when their time is before it.
 *
 * @throws MonitorError `usage`; what the driver throws; the signal's reason
 */
export async function* searchFleet(
  pool: Pool,
  query: LogQuery & OfMachine,
  { signal, clock = systemClock }: SearchOptions = {},
): AsyncGenerator<SearchItem> {
  checkQuery(query)
  const started_ms = clock.monotonic()
  const { limit = DEFAULT_LIMIT, order = 'newest', context = 0, cursor } = query
  const matcher = await LineMatcher.for(query)
  const start = cursor === undefined ? undefined : decodeCursor(cursor, query)
  const lines = new FleetLines({
    pool,
    clock,
    order,
    conditions: await lineConditions(query, FIRST_CONDITION),
    since_ms: query.since_ms ?? Number.NEGATIVE_INFINITY,
    until_ms: query.until_ms ?? Number.POSITIVE_INFINITY,
    start,
  })
  const turns = new Turns(clock, query.time_budget_ms, signal)
  turns.throwIfAborted()
  const state = { hits: 0, bytes_read: 0, cut: null as SearchEnd['cut'] }
  // Up to where every line was looked at.
  let seen = start
  turns.endOnlyWhen(() => seen !== start)
  let told_ms = clock.monotonic()
  try {
    for (let most = Math.min(limit + 1, FIRST_ROWS); !lines.is_done; most = MOST_ROWS) {
      const rows = await lines.next(most)
      turns.begin()
      for (const row of rows) {
        state.bytes_read += row.line.length
        const matched = matchRow(matcher, row)
        if (matched === null) continue
        if (state.hits === limit) {
          state.cut = 'limit'
          break
        }
        state.hits++
        const around = context > 0 ? await linesAround(pool, row, context) : { before: [], after: [] }
        yield {
          kind: 'hit',
          entry: shownEntry(matched),
          line: redactText(row.line),
          source: sourceOf(row),
          machine: row.machine,
          offset: 0,
          before: shownLines(around.before),
          after: shownLines(around.after),
        }
        seen = { timestamp_ms: row.logged_at, writer: row.writer, seq: row.seq }
        turns.throwIfAborted()
        if (turns.is_long) await turns.pass()
      }
      if (state.cut !== null) break
      seen = lines.place
      if (clock.monotonic() - told_ms >= PROGRESS_MS) {
        told_ms = clock.monotonic()
        yield { kind: 'progress', bytes_done: state.bytes_read, bytes_total: 0, hits: state.hits }
      }
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    state.cut = 'time'
  }
  const { hits, bytes_read, cut } = state
  const next_cursor = cut === null || seen === undefined ? null : encodeCursor(seen, query)
  const duration_ms = clock.monotonic() - started_ms
  yield { kind: 'end', hits, cut, next_cursor, malformed_lines: 0, unreadable: [], bytes_read, duration_ms }
}

/** The entry of a row that matches. */
export function matchRow(matcher: LineMatcher, { line, stream }: FleetRow): LogEntry | null {
  const bytes = Buffer.from(line)
  return matcher.match(bytes, 0, bytes.length, stream)?.entry ?? null
}

/** `worker-1/operations.log` */
export const sourceOf = ({ machine, stream }: Pick<FleetRow, 'machine' | 'stream'>): string =>
  `${machine}/${stream}.log`
