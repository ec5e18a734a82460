import type { LiveEvent } from './live-event.ts'

/** How much of the newest is kept in memory, for all clients together. */
const MOST_EVENTS = 4000
const MOST_CHARACTERS = 8_000_000

/**
 * The newest events, once for all clients: each client is only a place in them, so that one that does not read holds
 * nothing. Who has fallen behind the oldest reads the database.
 */
export class RecentEvents {
  readonly #most_events: number
  readonly #most_characters: number
  #events: LiveEvent[] = []
  #characters = 0
  #from: number
  #place: number

  constructor(place: number, most: { readonly events?: number; readonly characters?: number } = {}) {
    this.#from = place
    this.#place = place
    this.#most_events = most.events ?? MOST_EVENTS
    this.#most_characters = most.characters ?? MOST_CHARACTERS
  }

  /** Behind the newest. */
  get place(): number {
    return this.#place
  }

  /** Forgets all and goes on behind `place`. */
  reset(place: number): void {
    this.#events = []
    this.#characters = 0
    this.#from = place
    this.#place = place
  }

  add(events: readonly LiveEvent[], place: number): void {
    for (const event of events) {
      this.#events.push(event)
      this.#characters += event.text.length
    }
    this.#place = place
    let gone = 0
    const count = this.#events.length
    while (gone < count && (count - gone > this.#most_events || this.#characters > this.#most_characters)) {
      const event = this.#events[gone]
      gone++
      if (event === undefined) break
      this.#characters -= event.text.length
      this.#from = event.id
    }
    if (gone > 0) this.#events.splice(0, gone)
  }

  /** The events behind a place, oldest first. Only where it {@link reachesBackTo} it are they all. */
  *after(place: number): Generator<LiveEvent> {
    for (let index = this.#indexAfter(place); index < this.#events.length; index++) {
      const event = this.#events[index]
      if (event !== undefined) yield event
    }
  }

  reachesBackTo(place: number): boolean {
    return place >= this.#from
  }

  #indexAfter(place: number): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#events[middle]?.id ?? 0) > place) high = middle
      else low = middle + 1
    }
    return low
  }
}
