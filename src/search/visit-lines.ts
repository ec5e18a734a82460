import { systemClock, type Clock } from '../core/clock.ts'
import type { LogEntry } from '../core/log-entry.ts'
import { UTC_ZONE, type LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { SourceHold } from '../logs/reading/source-hold.ts'
import { unreadable } from '../logs/reading/unreadable-source.ts'
import { checkQuery } from './check-query.ts'
import { LineFinder } from './line-finder.ts'
import { LineMatcher } from './line-matcher.ts'
import type { LineFilter, UnreadableSource } from './log-query.ts'
import { SourceLane } from './source-lane.ts'
import { OutOfTime, Turns } from './turns.ts'

/** Which lines are to be counted, and what that may cost. */
export interface LineVisit extends LineFilter {
  /** Epoch milliseconds; `since_ms` is in the range, `until_ms` is not. */
  readonly since_ms: number
  readonly until_ms: number
  /** The visit ends after so long. */
  readonly time_budget_ms: number
  /** The visit ends after so many lines. */
  readonly most_lines: number
}

export interface LineVisitEnd {
  /** Each once, also when copies of it are in several files. */
  readonly lines: number
  /** Why not all lines were seen; null when they were. */
  readonly cut: 'time' | 'lines' | null
  readonly unreadable: readonly UnreadableSource[]
  /** Read from the disk. */
  readonly bytes_read: number
}

export interface LineVisitOptions {
  readonly signal?: AbortSignal
  /** Default: the system's. */
  readonly clock?: Clock
  /** Of times of day that the earlier system wrote without a zone. Default: UTC. */
  readonly zone?: LegacyZone
}

/** Between looks at the clock: one for each line and one for each KiB of it. */
const WORK_BETWEEN_LOOKS = 16

/**
 * Shows every line that matches, in no certain order: for who counts them. Cheaper than a search, which has to order
 * its hits. Entries are as they were written: what of them leaves the program is to be redacted.
 *
 * @throws MonitorError `usage` for a visit that makes no sense; system errors of listing the folder; the signal's reason
 */
export async function visitLines(
  directory: string,
  wanted: LineVisit,
  visit: (entry: LogEntry) => void,
  { signal, clock = systemClock, zone = UTC_ZONE }: LineVisitOptions = {},
): Promise<LineVisitEnd> {
  checkQuery(wanted)
  const turns = new Turns(clock, wanted.time_budget_ms, signal)
  turns.endOnlyWhen(() => true)
  turns.throwIfAborted()
  const matcher = await LineMatcher.for(wanted, zone)
  await using hold = new SourceHold()
  const sources = await hold.list(directory, wanted.streams)
  const run = new VisitRun({ wanted, matcher, turns, visit })
  try {
    for (const [at, source] of plainFirst(sources).entries()) {
      const { since_ms, until_ms } = wanted
      const lane = new SourceLane(source, at, {
        order: 'oldest',
        since_ms,
        until_ms,
        margin_bytes: 0,
        zone,
        signal,
      })
      await run.visit(lane, signal)
    }
    return run.end(null)
  } catch (error) {
    if (error instanceof OutOfTime) return run.end('time')
    if (error instanceof EnoughLines) return run.end('lines')
    throw error
  }
}

/** A file that need not be unpacked is at the place in question at once. */
function plainFirst(sources: readonly LogSource[]): readonly LogSource[] {
  const isPacked = ({ kind }: LogSource): number => (kind === 'live' || kind === 'rotated' ? 0 : 1)
  return sources.toSorted((a, b) => isPacked(a) - isPacked(b))
}

class EnoughLines extends Error {}

interface VisitParts {
  readonly wanted: LineVisit
  readonly matcher: LineMatcher
  readonly turns: Turns
  readonly visit: (entry: LogEntry) => void
}

class VisitRun {
  readonly #parts: VisitParts
  readonly #finder: LineFinder
  readonly #unreadable: UnreadableSource[] = []
  /** Numbers of the lines seen, by their writers. */
  readonly #seen = new Map<string, Set<number>>()
  #lines = 0
  #bytes_read = 0
  #work = 0

  constructor(parts: VisitParts) {
    this.#parts = parts
    this.#finder = new LineFinder(parts.matcher.clue)
  }

  async visit(lane: SourceLane, signal: AbortSignal | undefined): Promise<void> {
    try {
      while (lane.is_open) {
        const read = await lane.next()
        this.#parts.turns.begin()
        if (!read) continue
        this.#bytes_read += read.bytes.length
        await this.#block(lane, read.bytes)
        lane.pass(read.bytes)
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof OutOfTime || error instanceof EnoughLines) throw error
      const { source, reason } = unreadable(lane.source.name, error)
      this.#unreadable.push({ source, reason })
    } finally {
      await lane.close()
    }
  }

  end(cut: LineVisitEnd['cut']): LineVisitEnd {
    return { lines: this.#lines, cut, unreadable: this.#unreadable, bytes_read: this.#bytes_read }
  }

  async #block(lane: SourceLane, block: Buffer): Promise<void> {
    const { matcher, turns, visit, wanted } = this.#parts
    for (const { start, end } of this.#finder.lines(block)) {
      this.#work += 1 + ((end - start) >> 10)
      if (this.#work >= WORK_BETWEEN_LOOKS) {
        this.#work = 0
        if (turns.is_long) await turns.pass()
      }
      const entry = matcher.match(block, start, end, lane.source.stream)?.entry
      if (!entry || entry.timestamp_ms < wanted.since_ms || entry.timestamp_ms >= wanted.until_ms) continue
      if (this.#isCopy(entry)) continue
      if (this.#lines >= wanted.most_lines) throw new EnoughLines()
      this.#lines++
      visit(entry)
    }
  }

  #isCopy({ writer, seq }: LogEntry): boolean {
    if (writer === null || seq === null) return false
    let numbers = this.#seen.get(writer)
    if (numbers === undefined) this.#seen.set(writer, (numbers = new Set()))
    const before = numbers.size
    return numbers.add(seq).size === before
  }
}
