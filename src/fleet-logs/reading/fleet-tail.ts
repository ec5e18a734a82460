import type { Pool } from 'pg'
import { systemClock, type Clock } from '../../core/clock.ts'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { redactText } from '../../logs/redact.ts'
import { checkFilter, checkWhole } from '../../search/check-query.ts'
import { LineMatcher } from '../../search/line-matcher.ts'
import type { OfMachine } from '../../search/line-reader.ts'
import type { SearchHit } from '../../search/log-query.ts'
import type { SearchOptions } from '../../search/search-logs.ts'
import { shownEntry } from '../../search/shown-line.ts'
import type { TailItem, TailQuery } from '../../search/tail-query.ts'
import { BATCHES_KEPT_MS } from '../tables/partitions.ts'
import { FIRST_CONDITION, FleetLines, type FleetRow } from './fleet-lines.ts'
import { decodeFleetPosition, encodeFleetPosition, type FleetPosition } from './fleet-position.ts'
import { matchRow, searchFleet, sourceOf } from './fleet-search.ts'
import { lineConditions, type LineConditions } from './line-conditions.ts'

const POLL_MS = 500
const IDLE_MS = 15_000
const MOST_LAST = 10_000
const BATCHES_A_LOOK = 100
const ROWS_A_STEP = 2000

interface Batch {
  readonly batch: number
  readonly machine: string
  readonly stream: LogStream
  readonly first_at: number
  readonly last_at: number
}

/** Before the conditions of who asks. */
const OF_BATCH = ` and batch = $${FIRST_CONDITION} and machine = $${FIRST_CONDITION + 1} and stream = $${FIRST_CONDITION + 2}`

interface Following {
  readonly pool: Pool
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
}

/**
 * As `tailLogs`, over the lines of all machines, in the order in which they are shipped: batch by batch, the lines of a batch
 * by their times. Who comes back behind a position that is older than the batches that are kept gets a gap.
 *
 * @throws MonitorError `usage`; what the driver throws
 */
export async function* tailFleet(
  pool: Pool,
  query: TailQuery & OfMachine,
  { signal, clock = systemClock }: SearchOptions = {},
): AsyncGenerator<TailItem> {
  const { last = 0, after, ...filter } = query
  checkFilter(filter)
  checkWhole('last', last, 0, MOST_LAST)
  const matcher = await LineMatcher.for(filter)
  const asked = await lineConditions(filter, FIRST_CONDITION + 3)
  const conditions = { ...asked, text: `${OF_BATCH}${asked.text}` }
  let position: FleetPosition =
    after === undefined ? { batch: await settledBatch(pool), last: undefined } : decodeFleetPosition(after)
  const known = new Set<string>()
  if (after === undefined && last > 0) {
    for (const hit of await lastHits(pool, filter, last, clock, signal)) {
      known.add(`${hit.entry.timestamp_ms} ${hit.entry.seq} ${hit.entry.writer}`)
      const { entry, line, source, machine = '' } = hit
      yield { kind: 'line', entry, line, source, machine, position: encodeFleetPosition(position) }
    }
  } else if (after !== undefined && (await isForgotten(pool, position))) {
    for (const stream of filter.streams ?? LOG_STREAMS) {
      yield {
        kind: 'gap',
        stream,
        reason: 'deleted',
        since_ms: null,
        position: encodeFleetPosition(position),
      }
    }
  }
  for (let idle_since_ms = Number.NEGATIVE_INFINITY; ;) {
    if (isOver(signal)) return
    const batches = await newBatches(pool, position)
    let given = 0
    for (const batch of batches) {
      if (isOver(signal)) return
      for await (const { row, next } of rowsOf({ pool, clock, signal }, batch, position, conditions)) {
        position = next
        const entry = row && matchRow(matcher, row)
        if (!row || !entry || known.delete(`${row.logged_at} ${row.seq} ${row.writer}`)) continue
        if (isOver(signal)) return
        given++
        yield {
          kind: 'line',
          entry: shownEntry(entry),
          line: redactText(row.line),
          source: sourceOf(row),
          machine: row.machine,
          position: encodeFleetPosition(position),
        }
      }
    }
    if (batches.length === BATCHES_A_LOOK) continue
    if (given > 0 || clock.monotonic() - idle_since_ms >= IDLE_MS) {
      idle_since_ms = clock.monotonic()
      yield { kind: 'idle', position: encodeFleetPosition(position) }
    }
    try {
      await clock.sleep(POLL_MS, signal)
    } catch (error) {
      if (!isOver(signal)) throw error
      return
    }
  }
}

const isOver = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

async function lastHits(
  pool: Pool,
  filter: Omit<TailQuery & OfMachine, 'last' | 'after'>,
  last: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<SearchHit[]> {
  const hits: SearchHit[] = []
  const options = signal === undefined ? { clock } : { clock, signal }
  for await (const item of searchFleet(pool, { ...filter, limit: last }, options)) {
    if (item.kind === 'hit') hits.push(item)
  }
  return hits.toReversed()
}

/** No transaction before this one is under way any more: what it shipped can be seen, or never will be. */
async function settledBatch(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ batch: number }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as batch',
  )
  return rows[0]?.batch ?? 0
}

/** Whether batches behind the position may be gone: of those that are, the newest is kept. */
async function isForgotten(pool: Pool, { batch }: FleetPosition): Promise<boolean> {
  const { rows } = await pool.query<{ batch: number; is_old: number }>(
    `select batch, shipped_at < extract(epoch from clock_timestamp()) * 1000 - ${BATCHES_KEPT_MS} as is_old
     from canvas_sync_log_batches order by batch limit 1`,
  )
  const [oldest] = rows
  return oldest?.is_old === 1 && batch < oldest.batch
}

async function newBatches(pool: Pool, { batch }: FleetPosition): Promise<Batch[]> {
  const { rows } = await pool.query<Batch>(
    `select batch, machine, stream, first_at, last_at from canvas_sync_log_batches
     where batch >= $1 and batch < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by batch limit $2`,
    [batch, BATCHES_A_LOOK],
  )
  return rows
}

interface Step {
  /** Undefined where only the position moves. */
  readonly row: FleetRow | undefined
  readonly next: FleetPosition
}

/** What of a batch comes behind the position, and at last the position behind the batch. */
async function* rowsOf(
  { pool, clock, signal }: Following,
  { batch, machine, stream, first_at, last_at }: Batch,
  position: FleetPosition,
  conditions: LineConditions,
): AsyncGenerator<Step> {
  // A machine that was away ships days of a quiet stream in one batch, and the lines of all others lie between: no index
  // has the batch, so that it is read as a search is, in statements that are short whatever there is.
  const lines = new FleetLines({
    pool,
    clock,
    order: 'oldest',
    conditions: { ...conditions, values: [batch, machine, stream, ...conditions.values] },
    since_ms: first_at,
    until_ms: last_at + 1,
    start: position.batch === batch ? position.last : undefined,
  })
  while (!lines.is_done) {
    for (const row of await lines.next(ROWS_A_STEP)) {
      const { logged_at: timestamp_ms, writer, seq } = row
      yield { row, next: { batch, last: { timestamp_ms, writer, seq } } }
    }
    if (isOver(signal)) return
  }
  yield { row: undefined, next: { batch: batch + 1, last: undefined } }
}
