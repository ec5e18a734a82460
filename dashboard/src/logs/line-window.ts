import type { QueryValues } from '../data/api-client.ts'
import { edgeTime, gapRow, lineRow, namesAtEdge, rowWeight, type Row } from './line-rows.ts'
import { nameOf, type LogLine } from './log-line.ts'
import { searchPieces } from './search-pieces.ts'
import {
  AT_END,
  EMPTY,
  FRESH,
  LIMITS,
  type EdgeView,
  type Side,
  type WindowLimits,
  type WindowStart,
  type WindowView,
} from './window-view.ts'

const LARGEST_PAGE = 1000
/** While a search finds lines, they are shown so often. */
const SHOW_EVERY_MS = 150
/** Showing many costs more. */
const showEvery = (rows: number): number => (rows < 5000 ? SHOW_EVERY_MS : 8 * SHOW_EVERY_MS)
const TOO_LONG = 'The search takes too long. Narrow its time, or its filters.'
/** How much more than the limit is let go at once, so that it does not happen for every page. */
const TRIM_TO = 0.9

/** What the next request that way asks for beside the filters. */
interface EdgePlace {
  readonly range: QueryValues
  readonly cursor: string | null
  /** Whether it begins with the lines that are last there, which then come again. */
  readonly repeats: boolean
}

/**
 * The lines that the page holds: a stretch of all that match, loaded further at both ends. It never holds more than its
 * limits: what is far from where somebody reads is let go, and loaded again when they come there.
 */
export class LineWindow {
  readonly #filters: QueryValues
  readonly #limits: WindowLimits
  readonly #listeners = new Set<() => void>()
  readonly #places: Record<Side, EdgePlace>
  readonly #searches: Record<Side, AbortController | null> = { older: null, newer: null }
  readonly #first: number
  #view: WindowView = EMPTY
  #bytes = 0
  #has_missed = false

  /** @param filters under the names of the API; times are moments */
  constructor(filters: QueryValues, start: WindowStart, limits: Partial<WindowLimits> = {}) {
    this.#filters = filters
    this.#limits = { ...LIMITS, ...limits }
    this.#first = start.from === 'time' ? this.#limits.page : Math.min(this.#limits.page, this.#limits.first)
    const at = start.from === 'time' ? new Date(start.at_ms).toISOString() : undefined
    this.#places = {
      older: { range: at === undefined ? {} : { until: at }, cursor: null, repeats: false },
      newer: { range: at === undefined ? {} : { since: at }, cursor: null, repeats: false },
    }
    this.#view = {
      ...EMPTY,
      older: start.from === 'oldest' ? AT_END : FRESH,
      newer: start.from === 'newest' ? AT_END : FRESH,
      asked_at_ms: Date.now(),
    }
  }

  readonly get = (): WindowView => this.#view

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Loads what is around the start: of an end first what is in sight, then the rest of a page. */
  async fill(): Promise<void> {
    // One after the other: a list can keep its place through a change at one end at a time.
    await this.load('newer', this.#first)
    await this.load('older', this.#first)
    this.#view = { ...this.#view, is_filled: true }
    this.#tell()
    const side = (['older', 'newer'] as const).find((each) => this.#view[each].state === 'more')
    const rest = this.#limits.page - this.#first
    if (rest > 0 && side !== undefined) await this.load(side, rest)
  }

  /** Ends what is being loaded; it can be gone on with. */
  stop(): void {
    for (const side of ['older', 'newer'] as const) {
      this.#searches[side]?.abort()
      this.#searches[side] = null
      if (this.#view[side].state !== 'loading') continue
      this.#placeAtEdge(side)
      this.#setEdge(side, { state: 'stopped', progress: null })
    }
  }

  /** Asks again for what may have been written since. */
  refresh(): void {
    if (this.#view.newer.state !== 'end') return
    if (edgeTime(this.#view.rows, 'newer') === null) {
      // Nothing was there: whatever is there now is new.
      this.#places.newer = { range: {}, cursor: null, repeats: false }
    } else this.#placeAtEdge('newer')
    this.#setEdge('newer', { state: 'more' })
    void this.load('newer')
  }

  /**
   * Loads on at one end. A search that takes long is gone on with until it has a page, or its end.
   * @param wanted how many lines; by default a page
   */
  async load(side: Side, wanted: number = this.#limits.page): Promise<void> {
    const { state } = this.#view[side]
    if (state === 'loading' || state === 'end') return
    const search = new AbortController()
    this.#searches[side] = search
    this.#setEdge(side, { state: 'loading', error: null, progress: null })
    try {
      const has_more = await this.#search(side, wanted, search.signal)
      if (search.signal.aborted) return
      const is_over = !has_more && !(side === 'newer' && this.#has_missed)
      if (side === 'newer' && !has_more) this.#has_missed = false
      if (!is_over && !has_more) this.#placeAtEdge(side)
      this.#setEdge(side, { state: is_over ? 'end' : 'more', progress: null })
    } catch (error) {
      if (search.signal.aborted) return
      this.#placeAtEdge(side)
      const told = error instanceof Error ? error : new Error('The search failed.')
      this.#setEdge(side, { state: 'failed', error: told, progress: null })
    }
    if (this.#searches[side] === search) this.#searches[side] = null
  }

  /** Lines that came just now. */
  append(lines: readonly LogLine[], gap: string | null = null): void {
    if (this.#view.newer.state !== 'end') {
      // They are not next to those that are there; whoever comes to that end loads them.
      this.#has_missed = true
      return
    }
    const rows = gap === null ? [] : [gapRow(gap)]
    rows.push(...lines.map(lineRow))
    this.#view = { ...this.#view, asked_at_ms: Date.now() }
    this.#add('newer', rows)
  }

  /** The names of the newest lines, to know those that come again. */
  newestNames(count: number): Set<string> {
    return new Set(this.#view.rows.slice(-count).flatMap(({ line }) => (line === null ? [] : [nameOf(line)])))
  }

  /** Whether there is more behind it. */
  async #search(side: Side, wanted: number, signal: AbortSignal): Promise<boolean> {
    const order = side === 'older' ? 'newest' : 'oldest'
    let found = 0
    let rows: Row[] = []
    let shown_ms = Date.now()
    const show = (): void => {
      this.#add(side, rows)
      rows = []
      shown_ms = Date.now()
    }
    for (;;) {
      const { range, cursor, repeats } = this.#places[side]
      const again = repeats ? namesAtEdge(this.#view.rows, side) : new Set<string>()
      const limit = Math.min(LARGEST_PAGE, wanted - found + again.size)
      const values = { ...this.#filters, ...range, order, limit, cursor }
      for await (const piece of searchPieces(values, signal)) {
        if (piece.kind === 'hit') {
          const { kind: _, offset: __, before: ___, after: ____, ...line } = piece
          if (again.has(nameOf(line))) continue
          found++
          rows.push(lineRow(line))
        } else if (piece.kind === 'progress') {
          this.#setEdge(side, { progress: piece.bytes_done / Math.max(1, piece.bytes_total) })
        } else if (piece.kind === 'end') {
          this.#places[side] = { range, cursor: piece.next_cursor, repeats: false }
          const malformed_lines = this.#view.malformed_lines + piece.malformed_lines
          this.#view = { ...this.#view, malformed_lines }
          if (piece.cut === null || piece.next_cursor === null || found >= wanted) {
            show()
            if (piece.cut !== null && piece.next_cursor === null) throw new Error(TOO_LONG)
            return piece.cut !== null
          }
        }
        if (Date.now() - shown_ms >= showEvery(this.#view.rows.length)) show()
      }
    }
  }

  /** @param rows in the order in which they were found */
  #add(side: Side, rows: readonly Row[]): void {
    if (rows.length > 0) {
      const before = this.#view.rows
      this.#bytes += rows.reduce((sum, row) => sum + rowWeight(row), 0)
      const all = side === 'older' ? [...rows.toReversed(), ...before] : [...before, ...rows]
      this.#view = { ...this.#view, rows: all, changed: side }
    }
    this.#tell()
    // In a turn of its own: a list can keep its place through a change at one end at a time.
    if (this.#isTooMuch(1)) setTimeout(() => this.#trim(side === 'older' ? 'newer' : 'older'), 0)
  }

  #isTooMuch(part: number): boolean {
    return this.#view.rows.length > this.#limits.rows * part || this.#bytes > this.#limits.bytes * part
  }

  /** Lets go of what is at this end. */
  #trim(side: Side): void {
    if (!this.#isTooMuch(1)) return
    const rows = [...this.#view.rows]
    const order = side === 'older' ? rows.toReversed() : rows
    let count = rows.length
    while (count > 1 && (count > this.#limits.rows * TRIM_TO || this.#bytes > this.#limits.bytes * TRIM_TO)) {
      count--
      const row = order[count]
      if (row !== undefined) this.#bytes -= rowWeight(row)
    }
    const kept = side === 'older' ? rows.slice(-count) : rows.slice(0, count)
    this.#searches[side]?.abort()
    this.#searches[side] = null
    this.#view = { ...this.#view, rows: kept, changed: side, [side]: { ...FRESH, dropped: true } }
    this.#placeAtEdge(side)
    this.#tell()
  }

  /** Goes on from the row that is last there, whatever the search before it was. */
  #placeAtEdge(side: Side): void {
    const edge_ms = edgeTime(this.#view.rows, side)
    if (edge_ms === null) return
    const range: QueryValues =
      side === 'older'
        ? { until: new Date(edge_ms + 1).toISOString() }
        : { since: new Date(edge_ms).toISOString() }
    this.#places[side] = { range, cursor: null, repeats: true }
  }

  #setEdge(side: Side, change: Partial<EdgeView>): void {
    const dropped = change.state === 'end' ? { dropped: false } : {}
    this.#view = { ...this.#view, [side]: { ...this.#view[side], ...change, ...dropped } }
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
