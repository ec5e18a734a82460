import type { LogForm } from '../../../../src/core/log-entry.ts'
import type { LogLevel, LogStream } from '../../../../src/core/log-event.ts'

export type FieldValue = string | number | boolean | null

/** One logged event as the generator knows it; how it is written in a file is another question. */
export interface WorldLine {
  readonly stream: LogStream
  readonly form: LogForm
  readonly timestamp_ms: number
  readonly level: LogLevel
  readonly event: string | null
  readonly task_id: string | null
  readonly user_id: string | number | null
  readonly writer: string | null
  readonly seq: number | null
  /** Under our names, whatever the form: `status`, not `extra_response_status`. */
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly message: string
  /** Of lines in `errors`: the message without its ids, numbers and times. */
  readonly template: string | null
  /** Of calls: the endpoint with `:id` for every id. */
  readonly endpoint_pattern: string | null
}

/** A line before it is known who writes it and how. */
export type WorldEvent = Pick<
  WorldLine,
  'stream' | 'timestamp_ms' | 'level' | 'event' | 'fields' | 'message'
> &
  Partial<Pick<WorldLine, 'template' | 'endpoint_pattern'>>

/** What a world can hold beyond lines as the product writes them into five live files. */
export const FEATURES = [
  'foreign_order',
  'python_json',
  'python_text',
  'summary',
  'other_events',
  'strange_text',
  'strange_numbers',
  'big_ids',
  'long_lines',
  'late_lines',
  'reused_writers',
  'malformed',
  'blank_lines',
  'tracebacks',
  'crlf',
  'bom',
  'no_final_newline',
  'rotated',
  'old_names',
  'gzip',
  'archives',
  'duplicates',
] as const
/** `far_copies` is in no world that does not ask for it: no writer of ours leaves such. */
export type Feature = (typeof FEATURES)[number] | 'far_copies'

export interface WorldOptions {
  /** The same seed gives the same folder. */
  readonly seed: number
  /** About; each stream has at least one. */
  readonly lines_per_stream: number
  /** Default: all. */
  readonly features?: readonly Feature[]
  /** Default: all five. */
  readonly streams?: readonly LogStream[]
  /** Epoch milliseconds. Default: 2026-02-15 to 2026-11-15 UTC, with both changes of the clock in Europe. */
  readonly from_ms?: number
  readonly until_ms?: number
}

/** Random choices from one seeded source. */
export class Dice {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** From `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1))
  }

  fraction(): number {
    return this.#random()
  }

  chance(probability: number): boolean {
    return this.#random() < probability
  }

  one<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)] as T
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += Math.floor(this.#random() * 16).toString(16)
    return text
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`
  }
}
