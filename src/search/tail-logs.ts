import { systemClock, type Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import { LOG_STREAMS, type LogStream } from '../core/log-event.ts'
import { UTC_ZONE, type LegacyZone } from '../logs/reading/legacy-zone.ts'
import { redactText } from '../logs/redact.ts'
import { checkFilter, checkWhole } from './check-query.ts'
import { lastLines } from './last-lines.ts'
import { LineMatcher } from './line-matcher.ts'
import { shownEntry } from './shown-line.ts'
import type { Followed } from './followed-items.ts'
import { StreamFollower } from './stream-follower.ts'
import { decodePosition, encodePosition, type TailPlaces } from './tail-place.ts'
import type { TailItem, TailQuery } from './tail-query.ts'

export interface TailOptions {
  readonly signal?: AbortSignal
  /** Default: the system's. */
  readonly clock?: Clock
  /** How often files are looked at when there is nothing new. Default 200. */
  readonly poll_ms?: number
  /** Of times of day that the earlier system wrote without a zone. Default: UTC. */
  readonly zone?: LegacyZone
}

const MOST_LAST = 10_000
const IDLE_MS = 15_000

/**
 * The lines that come, until the signal aborts (then it ends) or the caller stops. Every line is given once, through any
 * number of rotations, and those that came while nobody asked; half a line is waited for. Of several streams, lines that
 * are there together come ordered by time.
 *
 * @throws MonitorError `usage` for a query that makes no sense, at the first `next()`
 */
export async function* tailLogs(
  directory: string,
  query: TailQuery,
  options: TailOptions = {},
): AsyncGenerator<TailItem> {
  const { signal, clock = systemClock, poll_ms = 200, zone = UTC_ZONE } = options
  const matcher = await matcherFor(query, zone)
  const found = await lastLines(directory, query, options).catch((error: unknown) => {
    if (signal?.aborted === true) return undefined
    throw error
  })
  if (!found) return
  const { places, lines, unreadable } = found
  const followers = new Map<LogStream, StreamFollower>()
  for (const [stream, place] of Object.entries(startPlaces(query, places)) as Entries) {
    followers.set(
      stream,
      new StreamFollower({
        directory,
        stream,
        matcher,
        zone,
        place,
        is_resumed: query.after !== undefined,
      }),
    )
  }
  try {
    const position = positionOf(followers)
    for (const stream of unreadable) {
      yield { kind: 'gap', stream, reason: 'unreadable', since_ms: null, position }
    }
    for (const { entry, line, source } of lines) {
      followers.get(entry.stream)?.remember(entry)
      yield { kind: 'line', entry, line, source, position }
    }
    for (let idle_since_ms = Number.NEGATIVE_INFINITY; ;) {
      let count = 0
      for await (const item of newItems(followers)) {
        if (signal?.aborted === true) return
        count++
        yield item
      }
      if (count > 0 || clock.monotonic() - idle_since_ms >= IDLE_MS) {
        idle_since_ms = clock.monotonic()
        yield { kind: 'idle', position: positionOf(followers) }
      }
      if (!(await waited(poll_ms, clock, signal))) return
    }
  } finally {
    await Promise.all([...followers.values()].map((follower) => follower.close()))
  }
}

type Entries = readonly (readonly [LogStream, (TailPlaces[LogStream] & object) | null])[]

async function matcherFor(query: TailQuery, zone: LegacyZone): Promise<LineMatcher> {
  checkFilter(query)
  checkWhole('last', query.last, 0, MOST_LAST)
  if (query.after !== undefined && query.last !== undefined && query.last > 0) {
    throw new MonitorError(
      'usage',
      'Lines are followed either from a position or with the last ones first.',
      {
        next_step: 'Leave out last or after.',
      },
    )
  }
  return await LineMatcher.for(query, zone)
}

/** False when the signal aborted. */
async function waited(poll_ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await clock.sleep(poll_ms, signal)
    return true
  } catch (error) {
    if (signal?.aborted !== true) throw error
    return false
  }
}

/** A stream that the position does not know begins where it is now. */
function startPlaces({ after, streams = LOG_STREAMS }: TailQuery, now: TailPlaces): TailPlaces {
  const given = after === undefined ? {} : decodePosition(after)
  return Object.fromEntries(
    streams.map((stream) => [stream, given[stream] === undefined ? (now[stream] ?? null) : given[stream]]),
  )
}

/** Everything that is there now, of the streams that have something by time. */
async function* newItems(followers: ReadonlyMap<LogStream, StreamFollower>): AsyncGenerator<TailItem> {
  const active = new Map<LogStream, Followed>()
  const look = async (stream: LogStream): Promise<void> => {
    const next = await followers.get(stream)?.peek()
    if (next) active.set(stream, next)
    else active.delete(stream)
  }
  for (const stream of followers.keys()) await look(stream)
  for (let stream = earliest(active); stream !== undefined; stream = earliest(active)) {
    const followed = active.get(stream)
    const follower = followers.get(stream)
    if (!followed || !follower) return
    const since_ms = follower.place?.last?.timestamp_ms ?? null
    follower.take()
    const position = positionOf(followers)
    if (followed.kind === 'gap') yield { kind: 'gap', stream, reason: followed.reason, since_ms, position }
    else {
      const { entry, line, source } = followed
      yield { kind: 'line', entry: entry && shownEntry(entry), line: redactText(line), source, position }
    }
    await look(stream)
  }
}

/** A gap and a line without a time hold nobody up. */
function earliest(active: ReadonlyMap<LogStream, Followed>): LogStream | undefined {
  let first: { readonly stream: LogStream; readonly time_ms: number } | undefined
  for (const [stream, followed] of active) {
    const time_ms = followed.kind === 'line' && followed.entry ? followed.entry.timestamp_ms : -Infinity
    if (!first || time_ms < first.time_ms) first = { stream, time_ms }
  }
  return first?.stream
}

function positionOf(followers: ReadonlyMap<LogStream, StreamFollower>): string {
  return encodePosition(Object.fromEntries([...followers].map(([stream, { place }]) => [stream, place])))
}
