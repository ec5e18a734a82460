import type { Pool } from 'pg'
import type { Clock } from '../../core/clock.ts'
import type { LogStream } from '../../core/log-event.ts'
import type { SearchPlace } from '../../search/search-cursor.ts'
import type { LineConditions } from './line-conditions.ts'
import { LineWindow } from './line-window.ts'

/** A line as it stands in the table. */
export interface FleetRow {
  readonly logged_at: number
  readonly writer: string
  readonly seq: number
  readonly machine: string
  readonly stream: LogStream
  readonly line: string
}

export const ROW_COLUMNS = 'logged_at, writer, seq, machine, stream, line'

export interface FleetLinesOptions {
  readonly pool: Pool
  readonly clock: Clock
  readonly conditions: LineConditions
  readonly order: 'newest' | 'oldest'
  /** Epoch milliseconds; `since_ms` is in the range, `until_ms` is not. */
  readonly since_ms: number
  readonly until_ms: number
  /** Goes on behind it. */
  readonly start: SearchPlace | undefined
}

/** The number of the first parameter of the conditions. */
export const FIRST_CONDITION = 6

/**
 * The lines of a range in the order of a search, some at a time. After each step it is known up to where all lines were
 * seen; nothing is held but the rows of one step.
 */
export class FleetLines {
  readonly #options: FleetLinesOptions
  readonly #window = new LineWindow()
  readonly #is_newest: boolean
  /** What is left to look at: from `#low_ms`, before `#high_ms`. */
  #low_ms: number
  #high_ms: number
  /** In the window under way, behind this line. */
  #behind: SearchPlace | undefined
  #is_done = false
  #has_looked = false

  constructor(options: FleetLinesOptions) {
    const { order, since_ms, until_ms, start } = options
    this.#options = options
    this.#is_newest = order === 'newest'
    const at_ms = start?.timestamp_ms
    this.#low_ms = at_ms === undefined || this.#is_newest ? since_ms : Math.max(since_ms, at_ms)
    this.#high_ms = at_ms === undefined || !this.#is_newest ? until_ms : Math.min(until_ms, at_ms + 1)
    this.#behind = start?.writer === undefined ? undefined : start
  }

  get is_done(): boolean {
    return this.#is_done
  }

  /** Up to where all lines were given; undefined at the beginning. */
  get place(): SearchPlace | undefined {
    if (this.#behind) return this.#behind
    if (!this.#has_looked) return this.#options.start
    return { timestamp_ms: this.#is_newest ? this.#high_ms - 1 : this.#low_ms }
  }

  /** The next rows, at most so many; perhaps none although there are more. */
  async next(most: number): Promise<readonly FleetRow[]> {
    if (this.#is_done || !(await this.#skipEmpty())) return []
    const { clock } = this.#options
    const [from_ms, to_ms] = this.#nextWindow()
    const started_ms = clock.monotonic()
    let rows: readonly FleetRow[]
    try {
      rows = await this.#read(from_ms, to_ms, most)
    } catch (error) {
      if (this.#window.shrinksAfter(error)) return []
      throw error
    }
    this.#window.took(clock.monotonic() - started_ms)
    const last = rows.at(-1)
    if (last && rows.length >= most) {
      const { logged_at, writer, seq } = last
      this.#behind = { timestamp_ms: logged_at, writer, seq }
      if (this.#is_newest) this.#high_ms = logged_at + 1
      else this.#low_ms = logged_at
    } else {
      this.#behind = undefined
      if (this.#is_newest) this.#high_ms = from_ms
      else this.#low_ms = to_ms
      if (this.#low_ms >= this.#high_ms) this.#is_done = true
    }
    return rows
  }

  /** Goes to the next line there is, whatever it is about; false when there is none. */
  async #skipEmpty(): Promise<boolean> {
    if (this.#behind && this.#has_looked) return true
    this.#has_looked = true
    const direction = this.#is_newest ? 'desc' : 'asc'
    const { rows } = await this.#options.pool.query<{ at: number }>(
      `select logged_at as at from canvas_sync_log_lines where logged_at >= $1 and logged_at < $2
       order by logged_at ${direction} limit 1`,
      [bound(this.#low_ms), bound(this.#high_ms)],
    )
    const at_ms = rows[0]?.at
    if (at_ms === undefined) {
      this.#is_done = true
      return false
    }
    if (this.#is_newest) this.#high_ms = Math.min(this.#high_ms, at_ms + 1)
    else this.#low_ms = Math.max(this.#low_ms, at_ms)
    return true
  }

  #nextWindow(): readonly [number, number] {
    const { width_ms } = this.#window
    return this.#is_newest
      ? [Math.max(this.#low_ms, this.#high_ms - width_ms), this.#high_ms]
      : [this.#low_ms, Math.min(this.#high_ms, this.#low_ms + width_ms)]
  }

  async #read(from_ms: number, to_ms: number, most: number): Promise<readonly FleetRow[]> {
    const { conditions, pool } = this.#options
    const behind = this.#behind
    const [sign, direction] = this.#is_newest ? ['<', 'desc'] : ['>', 'asc']
    const further = behind
      ? ` and (logged_at, writer, seq) ${sign} ($1, $4, $5)`
      : ' and ($4::text is null or $5::bigint is null)'
    const range = behind
      ? this.#is_newest
        ? ' logged_at >= $2 and logged_at <= $1 and logged_at < $3'
        : ' logged_at >= $1 and logged_at >= $2 and logged_at < $3'
      : ' logged_at >= $2 and logged_at < $3 and $1::bigint is null'
    const { rows } = await pool.query<FleetRow>(
      `select ${ROW_COLUMNS} from canvas_sync_log_lines where${range}${further}${conditions.text}
       order by logged_at ${direction}, writer ${direction}, seq ${direction} limit ${most}`,
      [
        behind?.timestamp_ms ?? null,
        bound(from_ms),
        bound(to_ms),
        behind?.writer ?? null,
        behind?.seq ?? null,
        ...conditions.values,
      ],
    )
    return rows
  }
}

const FURTHEST_MS = 8.64e15

function bound(time_ms: number): number {
  return Math.trunc(Math.max(-FURTHEST_MS, Math.min(FURTHEST_MS, time_ms)))
}
