import type { LogEntry } from '../core/log-entry.ts'
import type { LogStream } from '../core/log-event.ts'
import { toWallTime, zoneOffset, type WallTime } from '../core/local-time.ts'
import { printable, type Terminal } from './terminal.ts'
import { cutText, padText } from './text-width.ts'

/** Where in a text something was found: pairs of start and end, ascending, that do not overlap. */
export type Finder = (text: string) => readonly (readonly [number, number])[]

export interface LogTextOptions {
  readonly terminal: Terminal
  /** IANA name of the zone in which times are shown. */
  readonly zone: string
  /** Shown only when there can be several. */
  readonly with_stream: boolean
  /** What is made to stand out; null for nothing. */
  readonly find: Finder | null
}

const LEVEL_STYLES = { DEBUG: 'gray', INFO: 'green', WARNING: 'yellow', ERROR: 'red' } as const
const LEVEL_WIDTH = 'WARNING'.length
const STREAM_WIDTH = 'operations'.length
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const UUID_WIDTH = 36
const SHORT_TASK_WIDTH = 8
/** A screen that has room for a whole task id beside a message. */
const WIDE_COLUMNS = 130
/** Signs of a line around what was found in it, and how many of its fields are shown. */
const SNIPPET_MARGIN = 24
const FOUND_FIELDS = 3
const QUARTER_MS = 900_000

/**
 * Log lines for people. On a screen each day has a heading, lines have the time of day, and the task id is short where
 * the screen is narrow; elsewhere every line is complete.
 */
export class LogText {
  readonly #options: LogTextOptions
  readonly #task_width: number
  #day = ''
  #quarter = Number.NaN
  #offset_ms = 0

  constructor(options: LogTextOptions) {
    this.#options = options
    const { terminal } = options
    const short = terminal.shows_data && terminal.size.columns < WIDE_COLUMNS
    this.#task_width = short ? SHORT_TASK_WIDTH : UUID_WIDTH
  }

  /**
   * A line that was asked for, with the heading of its day before it where that is new. `line` is as it was written.
   * @param machine which wrote it, where there are several
   */
  lines(entry: LogEntry, line: string, machine?: string): string[] {
    const { terminal } = this.#options
    const wall = this.#wallTime(entry.timestamp_ms)
    const level = terminal.style(LEVEL_STYLES[entry.level], entry.level.padEnd(LEVEL_WIDTH), 'stdout')
    const message = this.#marked(entry.message)
    const text = message ?? printable(entry.message)
    const found = message === null ? this.#foundElsewhere(entry, line) : ''
    const on = machine === undefined ? [] : [this.#grey(printable(machine))]
    const parts = [this.#grey(this.#timeOf(wall)), level, ...on, ...this.#where(entry.stream, entry.task_id)]
    return [...this.#heading(wall), `${parts.join(' ')} ${text}${found}`.trimEnd()]
  }

  /** A line around one that was asked for. */
  aroundLine(entry: LogEntry): string {
    const time = this.#timeOf(this.#wallTime(entry.timestamp_ms))
    const level = entry.level.padEnd(LEVEL_WIDTH)
    const parts = [time, level, ...this.#where(entry.stream, entry.task_id), printable(entry.message)]
    return this.#grey(parts.join(' ').trimEnd())
  }

  /** A line in no form that is known. */
  unknownLine(stream: LogStream, line: string): string {
    const name = this.#options.with_stream ? `${stream} ` : ''
    return `${this.#grey('?')} ${name}${this.#marked(line) ?? printable(line)}`
  }

  /** Clocks are set at full quarters of an hour; to ask for every line would take longer than all the rest. */
  #wallTime(at_ms: number): WallTime {
    const quarter = Math.floor(at_ms / QUARTER_MS)
    if (quarter !== this.#quarter) {
      this.#quarter = quarter
      this.#offset_ms = zoneOffset(quarter * QUARTER_MS, this.#options.zone)
    }
    return toWallTime(at_ms + this.#offset_ms, 'UTC')
  }

  #heading(wall: WallTime): string[] {
    if (!this.#options.terminal.shows_data) return []
    const day = dayOf(wall)
    if (day === this.#day) return []
    this.#day = day
    const weekday = new Date(`${day}T00:00Z`).toLocaleDateString('en-US', {
      weekday: 'long',
      timeZone: 'UTC',
    })
    return [this.#options.terminal.style('bold', `${weekday}, ${day}`, 'stdout')]
  }

  #timeOf(wall: WallTime): string {
    const time = [wall.hour, wall.minute, wall.second].map(two).join(':')
    const exact = `${time}.${String(wall.millisecond).padStart(3, '0')}`
    return this.#options.terminal.shows_data ? exact : `${dayOf(wall)} ${exact}`
  }

  #where(stream: LogStream, task_id: string | null): string[] {
    const text = this.#taskText(task_id)
    const task = this.#options.terminal.shows_data ? padText(text, this.#task_width) : text
    return this.#options.with_stream ? [stream.padEnd(STREAM_WIDTH), this.#grey(task)] : [this.#grey(task)]
  }

  #taskText(task_id: string | null): string {
    if (task_id === null) return '-'
    if (!this.#options.terminal.shows_data) return printable(task_id)
    if (this.#task_width === SHORT_TASK_WIDTH && UUID.test(task_id)) return task_id.slice(0, SHORT_TASK_WIDTH)
    return cutText(printable(task_id), this.#task_width)
  }

  /** The text with what was found in it standing out; null when nothing was, or nothing is looked for. */
  #marked(text: string): string | null {
    const { find, terminal } = this.#options
    const spans = find?.(text) ?? []
    if (spans.length === 0) return null
    // One sign for one sign, so what was found is in the same place.
    const shown = printable(text)
    let marked = ''
    let at = 0
    for (const [from, to] of spans) {
      marked += shown.slice(at, from) + terminal.style(['bold', 'magenta'], shown.slice(from, to), 'stdout')
      at = to
    }
    return marked + shown.slice(at)
  }

  /** What was looked for and is not in the message: the fields that hold it, else a piece of the line. */
  #foundElsewhere(entry: LogEntry, line: string): string {
    const { find } = this.#options
    if (find === null) return ''
    const { event, task_id, user_id, fields } = entry
    const found: string[] = []
    for (const [name, value] of Object.entries({ event, task_id, user_id, ...fields })) {
      if (value === null || value === undefined || found.length === FOUND_FIELDS) continue
      const [marked_name, marked_value] = [this.#marked(name), this.#marked(String(value))]
      if (marked_name === null && marked_value === null) continue
      found.push(`${marked_name ?? this.#grey(name)}=${marked_value ?? printable(String(value))}`)
    }
    return found.length > 0 ? `  ${found.join(' ')}` : this.#snippet(line, find)
  }

  #snippet(line: string, find: Finder): string {
    const [first] = find(line)
    if (first === undefined) return ''
    const piece = line.slice(Math.max(0, first[0] - SNIPPET_MARGIN), first[1] + SNIPPET_MARGIN)
    return `  ${this.#grey('…')}${this.#marked(piece) ?? printable(piece)}${this.#grey('…')}`
  }

  #grey(text: string): string {
    return this.#options.terminal.style('gray', text, 'stdout')
  }
}

const two = (number: number): string => String(number).padStart(2, '0')

const dayOf = ({ year, month, day }: WallTime): string => `${year}-${two(month)}-${two(day)}`
