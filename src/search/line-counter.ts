import { LOG_LEVELS, type LogStream } from '../core/log-event.ts'
import { quickTimestamp } from '../logs/reading/quick-timestamp.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { isOwn, LineFinder } from './line-finder.ts'
import type { LineMatcher } from './line-matcher.ts'
import type { Turns } from './turns.ts'

/** Behind `{"timestamp":"2026-11-22T10:15:00.000Z","level":"`. */
const LEVEL_AT = 49
const CLOSING_BRACE = 0x7d
const LEVEL_BY_BYTE = new Map(LOG_LEVELS.map((level, at) => [level.charCodeAt(0), at]))
const LINES_BETWEEN_LOOKS = 64

/** Told of a line that matches: its time, and the number of its level. */
export type CountLine = (time_ms: number, level: number) => void

/** Finds the lines of blocks that match, for who only wants to know when they were and how bad. */
export class LineCounter {
  readonly #matcher: LineMatcher
  readonly #finder: LineFinder
  readonly #zone: LegacyZone
  /** Lines of our own form need not be parsed when every line matches. */
  readonly #matches_all: boolean

  constructor(matcher: LineMatcher, zone: LegacyZone) {
    this.#matcher = matcher
    this.#finder = new LineFinder(matcher.clue)
    this.#zone = zone
    this.#matches_all = matcher.matches_all
  }

  /** @throws OutOfTime; the signal's reason */
  async count(block: Buffer, stream: LogStream, turns: Turns, found: CountLine): Promise<void> {
    let lines = 0
    for (const { start, end } of this.#finder.lines(block)) {
      if (++lines % LINES_BETWEEN_LOOKS === 0 && turns.is_long) await turns.pass()
      if (this.#matches_all && this.#countOwn(block, start, end, found)) continue
      const entry = this.#matcher.match(block, start, end, stream)?.entry
      if (entry) found(entry.timestamp_ms, LOG_LEVELS.indexOf(entry.level))
    }
  }

  /** Whether the line is whole and of our own form. */
  #countOwn(block: Buffer, start: number, end: number, found: CountLine): boolean {
    if (block[end - 1] !== CLOSING_BRACE || !isOwn(block, start)) return false
    const time_ms = quickTimestamp(block, start, end, this.#zone)
    const level = LEVEL_BY_BYTE.get(block[start + LEVEL_AT] ?? 0)
    if (time_ms === undefined || level === undefined) return false
    found(time_ms, level)
    return true
  }
}
