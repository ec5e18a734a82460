import type { LogEvent, LogLevel, LogValue } from '../../core/log-event.ts'
import { isPlain, withoutQuery } from '../redact.ts'
import { asciiPiece, LineBytes } from './line-bytes.ts'
import { FIRST_FIELD, fieldStart } from './log-fields.ts'
import { encodeText } from './log-text.ts'

/** Longest string value of a field, in UTF-16 units; longer ones are cut and end in `…[cut]`. */
export const FIELD_LIMIT = 8192
/** Longest `message`, in UTF-16 units. */
export const MESSAGE_LIMIT = 4096
/** Longest `event`, `task_id` or string `user_id`, in UTF-16 units. */
export const ID_LIMIT = 1024
/** Longest line in bytes with its newline; a longer one has all its strings cut to `TIGHT_LIMIT` first. */
export const LINE_LIMIT = 65_536

/** With every unit escaped (6 bytes) and every allowed field given, a line stays below `LINE_LIMIT`. */
const TIGHT_LIMIT = 64

interface Limits {
  readonly field: number
  readonly message: number
  readonly id: number
}
const USUAL: Limits = { field: FIELD_LIMIT, message: MESSAGE_LIMIT, id: ID_LIMIT }
const TIGHT: Limits = { field: TIGHT_LIMIT, message: TIGHT_LIMIT * 16, id: 255 }

/** A loop over so few units is faster than a regular expression and a call into the runtime. */
const WORD_LIMIT = 16
/** Longer strings are put as text that is checked for room. */
const PLAIN_LIMIT = 512
/** More than a field name, a string of `PLAIN_LIMIT` and the end of a line need. */
const ROOM_FOR_ANY = 1024

const START = '{"timestamp":"'
const MESSAGE = asciiPiece(',"message":')
const END = asciiPiece('}\n')
const NULL = asciiPiece('null')
const TRUE = asciiPiece('true')
const FALSE = asciiPiece('false')

/** One line in bytes; valid until the encoder that gave it encodes the next. */
export interface EncodedLine {
  /** The line is its first `length` bytes. */
  readonly bytes: Buffer
  readonly length: number
  toString(): string
}

/**
 * Makes one event one line of JSON with its newline: `timestamp, level, event, task_id, user_id, writer, seq`,
 * the event's own fields in their order, `message`. Whatever the strings hold, the line has exactly one
 * newline, at its end, is at most {@link LINE_LIMIT} bytes of UTF-8 and parses.
 */
export class LineEncoder {
  /** Fields left out: not in the allow-list, or not flat. */
  fields_dropped = 0
  readonly #writer: string
  readonly #line = new LineBytes(LINE_LIMIT + ROOM_FOR_ANY)

  #encoding = false

  // What the line begins with stays in its place from one line to the next; only the time is replaced.
  #head_length = 0
  #timestamp = ''
  #level: LogLevel | undefined
  #event = ''
  #task_id: string | null = null
  #user_id: string | number | null = null

  /** @param writer `[A-Za-z0-9_-]+`, written as it is */
  constructor(writer: string) {
    this.#writer = writer
  }

  /**
   * @param timestamp ISO 8601 UTC with milliseconds; see `isoTimestamps`
   * @throws TypeError for what types forbid but a JavaScript caller may still pass, and what its getters throw
   */
  encode(event: LogEvent, timestamp: string, seq: number): EncodedLine {
    if (this.#encoding) return this.#encodeApart(event, timestamp, seq)
    this.#encoding = true
    try {
      const dropped_before = this.fields_dropped
      if (!this.#compose(event, timestamp, seq, USUAL)) {
        this.fields_dropped = dropped_before
        this.#head_length = 0
        this.#compose(event, timestamp, seq, TIGHT)
        this.#head_length = 0
      }
      return this.#line
    } finally {
      this.#encoding = false
    }
  }

  /** For an event whose getter writes another event: the line that is half done must stay as it is. */
  #encodeApart(event: LogEvent, timestamp: string, seq: number): EncodedLine {
    const other = new LineEncoder(this.#writer)
    const line = other.encode(event, timestamp, seq)
    this.fields_dropped += other.fields_dropped
    return line
  }

  /** Returns false when the line would be too long. */
  #compose(event: LogEvent, timestamp: string, seq: number, limits: Limits): boolean {
    const line = this.#line
    if (!this.#putHead(event, timestamp, limits)) return false
    line.putNumber(seq)
    if (!this.#putFields(event.fields, limits)) return false
    line.putPiece(MESSAGE)
    if (!this.#putText(event.message, limits.message)) return false
    line.putPiece(END)
    return line.length <= LINE_LIMIT
  }

  #putHead(event: LogEvent, timestamp: string, limits: Limits): boolean {
    const { level, event: name, task_id, user_id } = event
    const line = this.#line
    if (
      this.#head_length > 0 &&
      name === this.#event &&
      task_id === this.#task_id &&
      user_id === this.#user_id &&
      level === this.#level &&
      timestamp.length === this.#timestamp.length
    ) {
      if (timestamp !== this.#timestamp) line.bytes.write(timestamp, START.length)
      this.#timestamp = timestamp
      line.length = this.#head_length
      return true
    }
    this.#head_length = 0
    line.length = 0
    line.putText(`${START}${timestamp}","level":`)
    const put =
      this.#putText(level, limits.id) &&
      line.putText(',"event":') &&
      this.#putText(name, limits.id) &&
      line.putText(',"task_id":') &&
      this.#putId(task_id, limits.id) &&
      line.putText(',"user_id":') &&
      this.#putId(user_id, limits.id) &&
      line.putText(`,"writer":"${this.#writer}","seq":`)
    if (!put) return false
    this.#head_length = line.length
    this.#timestamp = timestamp
    this.#level = level
    this.#event = name
    this.#task_id = task_id
    this.#user_id = user_id
    return true
  }

  #putFields(fields: LogEvent['fields'], limits: Limits): boolean {
    const line = this.#line
    let before = FIRST_FIELD
    for (const name in fields) {
      // Read once: a getter may give something else the second time.
      const value: unknown = fields[name]
      if (value === undefined) continue
      const start = fieldStart(name, before)
      if (start === undefined || !isFlat(value)) {
        this.fields_dropped++
        continue
      }
      before = start
      if (line.room < ROOM_FOR_ANY) return false
      line.putPiece(start.piece)
      if (typeof value === 'number') line.putNumber(value)
      else if (typeof value === 'string') {
        if (!this.#putString(name, value, limits.field)) return false
      } else if (typeof value === 'bigint') {
        if (!this.#putText(String(value), limits.field)) return false
      } else line.putPiece(value === null ? NULL : value ? TRUE : FALSE)
    }
    return line.room >= ROOM_FOR_ANY
  }

  #putString(name: string, value: string, limit: number): boolean {
    if (value.length <= WORD_LIMIT && this.#line.putQuotedWord(value)) return true
    if (value.length <= PLAIN_LIMIT && value.length <= limit && isPlain(value)) {
      this.#line.putQuotedAscii(value)
      return true
    }
    return this.#line.putText(encodeText(name === 'endpoint' ? withoutQuery(value) : value, limit))
  }

  #putText(text: string, limit: number): boolean {
    if (typeof text !== 'string') throw new TypeError('event, level and message must be strings')
    return this.#putString('', text, limit)
  }

  #putId(id: string | number | null, limit: number): boolean {
    if (typeof id === 'string') return this.#putText(id, limit)
    if (typeof id === 'number') this.#line.putNumber(id)
    else this.#line.putPiece(NULL)
    return true
  }
}

function isFlat(value: unknown): value is Exclude<LogValue, undefined> | bigint {
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'bigint' || value === null
}
