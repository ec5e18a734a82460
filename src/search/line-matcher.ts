import type { LogEntry } from '../core/log-entry.ts'
import { MonitorError } from '../core/errors.ts'
import { LOG_LEVELS, type LogLevel, type LogStream, type LogValue } from '../core/log-event.ts'
import { isContinuation, parseLogLine, UTC_ZONE, type LegacyZone } from '../logs/reading/parse-line.ts'
import type { Clue } from './clue.ts'
import { isOwn } from './line-finder.ts'
import { linePattern, MATCHED_BYTES, type LinePattern } from './line-pattern.ts'
import type { LineFilter } from './log-query.ts'
import { DURATION_KEY, rulesOutDuration } from './quick-duration.ts'
import { statusCondition } from './status-condition.ts'
import { plainValueRuns } from './undo-escapes.ts'

type Test = (entry: LogEntry) => boolean

/** Longer lines are in no form that is known; `analyze` does not count them either. */
const LONGEST_PARSED_BYTES = 200_000

export interface MatchedLine {
  /** Null for a line in no known form. */
  readonly entry: LogEntry | null
  /** At most the first 64 KiB. */
  readonly line: string
}

/** Decides which lines a filter means. */
export class LineMatcher {
  readonly #pattern: LinePattern | undefined
  readonly #tests: readonly Test[]
  readonly #zone: LegacyZone
  readonly #duration: DurationBounds | undefined
  readonly clue: Clue

  private constructor(filter: LineFilter, pattern: LinePattern | undefined, zone: LegacyZone) {
    this.#pattern = pattern
    this.#zone = zone
    this.#tests = fieldTests(filter)
    this.#duration = durationBounds(filter)
    this.clue = clueOf(filter, pattern)
  }

  /**
   * @param zone as for `parseLogLine`
   * @throws MonitorError `usage`
   */
  static async for(filter: LineFilter, zone: LegacyZone = UTC_ZONE): Promise<LineMatcher> {
    return new LineMatcher(filter, await linePattern(filter), zone)
  }

  /** Whether a field of the line is asked for; a line in no known form then never matches. */
  get asks_for_fields(): boolean {
    return this.#tests.length > 0
  }

  /** Whether nothing is asked of a line but that it is one. */
  get matches_all(): boolean {
    return this.#tests.length === 0 && !this.#pattern
  }

  /**
   * The line at `start` to before `end` if it matches, or if it holds the text and is in no known form.
   */
  match(block: Buffer, start: number, end: number, stream: LogStream): MatchedLine | undefined {
    if (this.#isRuledOut(block, start, end)) return undefined
    const pattern = this.#pattern
    const line = block.toString('utf8', start, Math.min(end, start + MATCHED_BYTES))
    if (
      pattern &&
      !pattern.test(pattern.matched_bytes < MATCHED_BYTES ? cut(block, start, end, pattern) : line)
    ) {
      return undefined
    }
    const entry = this.#parse(block, start, end, line, stream)
    if (!entry) return isBlank(line) || (!pattern && isContinuation(line)) ? undefined : { entry: null, line }
    for (const test of this.#tests) if (!test(entry)) return undefined
    return { entry, line }
  }

  /** Most lines that are asked for their duration are too short or too long, which their bytes tell. */
  #isRuledOut(block: Buffer, start: number, end: number): boolean {
    const bounds = this.#duration
    if (!bounds || !isOwn(block, start)) return false
    return rulesOutDuration(block.subarray(start, end), bounds.least_ms, bounds.most_ms)
  }

  #parse(block: Buffer, start: number, end: number, line: string, stream: LogStream): LogEntry | undefined {
    if (end - start > LONGEST_PARSED_BYTES) return undefined
    const whole = end - start > MATCHED_BYTES ? block.toString('utf8', start, end) : line
    return parseLogLine(whole, stream, this.#zone)
  }
}

function cut(block: Buffer, start: number, end: number, { matched_bytes }: LinePattern): string {
  return block.toString('utf8', start, Math.min(end, start + matched_bytes))
}

/** A piece that a killed writer left is overwritten with spaces. */
function isBlank(line: string): boolean {
  return line.trim() === ''
}

function fieldTests(filter: LineFilter): Test[] {
  const { level, event, task_id, user_id, course_id, status } = filter
  const tests: Test[] = []
  if (level !== undefined) {
    const least = LOG_LEVELS.indexOf(level)
    tests.push((entry) => LOG_LEVELS.indexOf(entry.level) >= least)
  }
  if (event !== undefined) tests.push((entry) => entry.event === event)
  if (task_id !== undefined) tests.push((entry) => entry.task_id === task_id)
  if (user_id !== undefined) tests.push((entry) => isSame(entry.user_id, user_id))
  if (course_id !== undefined) tests.push((entry) => isSame(entry.fields['course_id'], course_id))
  if (status !== undefined) {
    const condition = statusCondition(status)
    if (!condition) throw badStatus()
    tests.push((entry) => condition.accepts(entry.fields['status']))
  }
  const bounds = durationBounds(filter)
  if (bounds) {
    const { least_ms, most_ms } = bounds
    tests.push(({ fields: { duration_ms } }) => {
      return typeof duration_ms === 'number' && duration_ms >= least_ms && duration_ms <= most_ms
    })
  }
  return tests
}

interface DurationBounds {
  readonly least_ms: number
  readonly most_ms: number
}

function durationBounds({ min_duration_ms, max_duration_ms }: LineFilter): DurationBounds | undefined {
  if (min_duration_ms === undefined && max_duration_ms === undefined) return undefined
  return { least_ms: min_duration_ms ?? 0, most_ms: max_duration_ms ?? Number.POSITIVE_INFINITY }
}

function isSame(value: LogValue, wanted: string): boolean {
  return value !== null && value !== undefined && String(value) === wanted
}

function badStatus(): MonitorError {
  return new MonitorError('usage', 'The status cannot be understood.', {
    next_step: 'Give a number (404), a class (4xx), a comparison (>=400) or a word (completed).',
  })
}

function clueOf(filter: LineFilter, pattern: LinePattern | undefined): Clue {
  const ids = [filter.task_id, filter.user_id, filter.course_id].filter((id) => id !== undefined)
  const runs = ids.flatMap(plainValueRuns)
  if (pattern && !pattern.any_case) runs.push(...pattern.literals)
  if (runs.length > 0) return { kind: 'runs', runs: runs.map((run) => Buffer.from(run)) }
  if (pattern?.alternatives) return { kind: 'choice', needles: pattern.alternatives }
  const own_needles = ownNeedles(filter)
  const literal = longest(pattern?.literals ?? [])
  if (literal !== '') return { kind: 'any_case', literal }
  return own_needles
    ? { kind: 'own', needles: own_needles.map((needle) => Buffer.from(needle)) }
    : { kind: 'none' }
}

function longest(texts: readonly string[]): string {
  return texts.reduce((best, text) => (text.length > best.length ? text : best), '')
}

/** Our own writer puts these in a line exactly so. */
function ownNeedles(filter: LineFilter): readonly string[] | undefined {
  const { event, level, status } = filter
  if (event !== undefined && /^[\w.-]+$/.test(event)) return [`"event":"${event}"`]
  const by_status = status === undefined ? undefined : statusCondition(status)?.own_needles
  if (by_status) return by_status
  if (level === 'WARNING' || level === 'ERROR') return levelsFrom(level)
  if (durationBounds(filter)) return [DURATION_KEY]
  return level === undefined || level === 'DEBUG' ? undefined : levelsFrom(level)
}

function levelsFrom(level: LogLevel): string[] {
  return LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)).map((level) => `"level":"${level}"`)
}
