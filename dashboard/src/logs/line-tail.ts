import type { GapRecord } from '../../../src/search/line-records.ts'
import { addressOf, type QueryValues } from '../data/api-client.ts'
import { nameOf, type LogLine } from './log-line.ts'
import type { LineWindow } from './line-window.ts'

/** `away`: the connection ended and is tried again. `resting`: nobody looks, or too much waits to be read. */
export type TailState = 'connecting' | 'following' | 'away' | 'resting'

export interface TailView {
  readonly state: TailState
  /** Lines that came while the list was held. */
  readonly waiting: number
  /** Whether more have come than are kept waiting; they are read when the list goes on. */
  readonly is_full: boolean
}

/** Lines of before, so that none is missed between the search and the tail. */
const LAST = 300
const MOST_WAITING = 10_000
/** Lines that come together are shown together. */
const SHOW_EVERY_MS = 100
const AGAIN_AFTER_MS = 5000

type Piece = { readonly line: LogLine } | { readonly gap: string }

/**
 * Brings lines into a window as they are written, over a connection of its own. While the list is held they wait; when too
 * many wait, and while nobody looks at the page, the connection is closed, and later it goes on behind the last line, so
 * that none is missed.
 */
export class LineTail {
  readonly #filters: QueryValues
  readonly #window: LineWindow
  readonly #listeners = new Set<() => void>()
  #view: TailView = { state: 'connecting', waiting: 0, is_full: false }
  #source: EventSource | null = null
  #after: string | null = null
  #known: Set<string> | null
  #waiting: Piece[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #again: ReturnType<typeof setTimeout> | null = null
  #is_held = false
  #has_started = false

  /** @param filters as of a search; those of times are not looked at */
  constructor(filters: QueryValues, window: LineWindow) {
    this.#filters = filters
    this.#window = window
    this.#known = window.newestNames(LAST * 4)
  }

  readonly get = (): TailView => this.#view

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    this.#has_started = true
    document.addEventListener('visibilitychange', this.#onVisibility)
    this.#connect()
  }

  stop(): void {
    this.#has_started = false
    document.removeEventListener('visibilitychange', this.#onVisibility)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#disconnect()
  }

  hold(): void {
    this.#is_held = true
  }

  /** Goes on, with what came meanwhile first. */
  release(): void {
    if (!this.#is_held) return
    this.#is_held = false
    this.#show()
    this.#connect()
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'visible') this.#connect()
    else this.#disconnect()
  }

  #connect(): void {
    const is_wanted = this.#has_started && document.visibilityState === 'visible' && !this.#view.is_full
    if (!is_wanted || this.#source !== null) return
    if (this.#again !== null) clearTimeout(this.#again)
    this.#again = null
    const { since: _, until: __, ...filters } = this.#filters
    const place = this.#after === null ? { last: LAST } : { after: this.#after }
    const source = new EventSource(addressOf('/logs/tail', { ...filters, ...place }))
    this.#source = source
    this.#become({ state: 'connecting' })
    source.addEventListener('open', () => {
      this.#become({ state: 'following' })
    })
    source.addEventListener('error', () => {
      this.#become({ state: 'away' })
      // A refusal ends it for good; only a lost connection is tried again by itself.
      if (source.readyState !== EventSource.CLOSED) return
      this.#source = null
      this.#again = setTimeout(() => {
        this.#connect()
      }, AGAIN_AFTER_MS)
    })
    source.addEventListener('line', (event: MessageEvent<string>) => {
      this.#take({ line: JSON.parse(event.data) as LogLine }, event.lastEventId)
    })
    source.addEventListener('gap', (event: MessageEvent<string>) => {
      const { stream, reason } = JSON.parse(event.data) as GapRecord
      this.#take(
        { gap: `Some lines of ${stream} can no longer be read: their file was ${GAP_WORDS[reason]}.` },
        event.lastEventId,
      )
    })
  }

  #disconnect(): void {
    this.#source?.close()
    this.#source = null
    if (this.#again !== null) clearTimeout(this.#again)
    this.#again = null
    this.#become({ state: 'resting' })
  }

  #take(piece: Piece, id: string): void {
    this.#after = id
    if ('line' in piece && this.#known?.has(nameOf(piece.line)) === true) return
    this.#waiting.push(piece)
    if (this.#is_held && this.#waiting.length >= MOST_WAITING) {
      this.#view = { ...this.#view, is_full: true }
      this.#disconnect()
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      if (this.#is_held) this.#become({ waiting: this.#waiting.length })
      else this.#show()
    }, SHOW_EVERY_MS)
  }

  #show(): void {
    const pieces = this.#waiting
    this.#waiting = []
    let lines: LogLine[] = []
    let gap: string | null = null
    for (const piece of pieces) {
      if ('line' in piece) {
        lines.push(piece.line)
        continue
      }
      if (lines.length > 0 || gap !== null) this.#window.append(lines, gap)
      lines = []
      gap = piece.gap
    }
    if (lines.length > 0 || gap !== null) this.#window.append(lines, gap)
    // Only the first lines of a tail can be those of the search before it.
    if (this.#after !== null && pieces.length > 0) this.#known = null
    this.#become({ waiting: 0, is_full: false })
  }

  #become(change: Partial<TailView>): void {
    this.#view = { ...this.#view, ...change }
    for (const listener of this.#listeners) listener()
  }
}

const GAP_WORDS: Readonly<Record<GapRecord['reason'], string>> = {
  deleted: 'deleted',
  truncated: 'cut',
  unreadable: 'not readable',
}
