import { LONGEST_PAGE, type EventHub, type EventPage } from './event-hub.ts'
import { resyncText, type LiveEvent } from './live-event.ts'

/** How long a client waits before it comes back. */
const RETRY_MS = 2000
/** After a stop they come back spread over so long, not all at once. */
const RETRY_SPREAD_MS = 3000
/** When a stream has reached its time limit only. */
const RETRY_AT_ONCE_MS = 100
const SILENCE_MS = 15_000
/** About as much as is sent at once. */
const CHUNK_CHARACTERS = 64 * 1024
/** Changes that are read at once from the database, at first. */
const PAGE = 50
const SHORTEST_PAGE = 8

export interface FollowerOptions {
  /** Behind the last event that the client has; null for those that come from now on. */
  readonly after: number | null
  readonly wants: (event: LiveEvent) => boolean
  /** Called with each event that is sent. */
  readonly looksAt: (event: LiveEvent) => void
  /** Default: never. */
  readonly ends_after_ms?: number | undefined
}

/**
 * One client of the hub. Each piece is made when the connection has taken the one before: what a client has not read yet
 * is only its place, so that one that stands still costs no memory, slows nobody, and goes on from there.
 */
export class EventFollower {
  readonly #hub: EventHub
  readonly #options: FollowerOptions
  #place: number
  #page_length = PAGE
  #left = false

  /** @param hub ready */
  constructor(hub: EventHub, options: FollowerOptions) {
    this.#hub = hub
    this.#options = options
    this.#place = options.after ?? hub.recent.place
  }

  /** Nobody wants its pieces any more. */
  leave(): void {
    this.#left = true
  }

  /** Server-sent events, whole ones. */
  async *pieces(): AsyncGenerator<string> {
    const { clock, stopping } = this.#hub
    const until = clock.monotonic() + (this.#options.ends_after_ms ?? Infinity)
    let told_at = clock.monotonic()
    yield `retry: ${RETRY_MS}\nid: ${this.#place}\n\n`
    while (!this.#left) {
      if (stopping.aborted) {
        yield `retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS)}\n\n`
        return
      }
      if (clock.monotonic() >= until) {
        yield `retry: ${RETRY_AT_ONCE_MS}\n\n`
        return
      }
      // Asked for before looking: what comes in between is not slept through.
      const news = this.#hub.news()
      const before = this.#place
      const text = await this.#gather()
      if (text !== '') {
        told_at = clock.monotonic()
        yield text
      } else if (clock.monotonic() - told_at >= SILENCE_MS) {
        told_at = clock.monotonic()
        // An event without data is none to a browser, but its id counts.
        yield `: still here\nid: ${this.#place}\n\n`
      } else if (this.#place === before) await news
    }
  }

  /** What is wanted of that which comes next, and goes on behind it. */
  async #gather(): Promise<string> {
    const { recent } = this.#hub
    const here = recent.reachesBackTo(this.#place) && this.#place <= recent.place
    if (!here && this.#hub.overloaded) {
      this.#place = recent.place
      return resyncText(recent.place, 'too_fast')
    }
    const page = here ? null : await this.#readBehind()
    if (page?.lost === true) {
      this.#place = page.place
      return resyncText(page.place, 'not_kept')
    }
    const { wants, looksAt } = this.#options
    let place = page?.place ?? recent.place
    let text = ''
    let looked_through = 0
    for (const event of page?.events ?? recent.after(this.#place)) {
      looked_through++
      if (wants(event)) {
        looksAt(event)
        text += event.text
      }
      if (text.length < CHUNK_CHARACTERS) continue
      place = event.id
      break
    }
    this.#place = place
    // A page is about what is sent at once; where hardly anything is wanted, more is looked through.
    if (text.length >= CHUNK_CHARACTERS) this.#page_length = Math.max(SHORTEST_PAGE, looked_through)
    else if (page?.full === true) this.#page_length = Math.min(this.#page_length * 2, LONGEST_PAGE)
    return text
  }

  /** While the database does not answer nothing is new; the hub tells of it. */
  async #readBehind(): Promise<EventPage> {
    try {
      return await this.#hub.catchUp(this.#place, this.#page_length)
    } catch {
      return { events: [], place: this.#place, lost: false, full: false, erased: false }
    }
  }
}
