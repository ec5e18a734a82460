import { setImmediate as afterThis } from 'node:timers/promises'
import type { Caller } from '../../core/access.ts'
import type { Clock } from '../../core/clock.ts'
import { SYNCS_ERASED, type ChangeFeed, type ReadChanges } from '../../store/change-feed.ts'
import { liveEvents, type LiveEvent } from './live-event.ts'
import { RecentEvents } from './recent-events.ts'

export interface EventHubOptions {
  readonly changes: Pick<ChangeFeed, 'latest' | 'readAfter'>
  readonly clock: Clock
  /** Aborts when the server stops: every stream ends then. Default: never. */
  readonly stopping?: AbortSignal | undefined
  /** Gets what keeps the changes from being read, once for each outage. Must not throw. */
  readonly onError: (error: unknown) => void
  /** Clients at once; default 1000. */
  readonly most_clients?: number
  /** Clients at once with one token, or with the sessions of one; default 100. */
  readonly most_of_a_token?: number
}

/** Some events behind a place, read for a client that has fallen behind. */
export interface EventPage {
  readonly events: readonly LiveEvent[]
  readonly place: number
  /** See `ChangePage`. */
  readonly lost: boolean
  /** There are more behind it. */
  readonly full: boolean
  /** Events before these may be about a user who is erased. */
  readonly erased: boolean
}

/** Changes that are read at once, at the most. */
export const LONGEST_PAGE = 500
/** How long one question to the store waits for a change. */
const WAIT_MS = 1000
/** What changes within so long is sent together: a busy server is asked this often and no more. */
const GATHER_MS = 20
/** Sending may take a third of the time, so that reports and other requests keep the rest. */
const REST = 2
/** Who has not come to the end of the changes for so long will not by going on. */
const MOST_BEHIND_MS = 3000
/** Then clients load again this often, until so few changes come in that time that each can be sent. */
const SKIP_MS = 5000
const FEW = 2500
const RETRY_MS = 1000
/** How often clients look whether they have been silent for too long. */
const TICK_MS = 5000
/** Pages that are read at once for those who have fallen behind. */
const CATCHING_UP = 2

/** One reader of the changes for all clients of a server. Reads only while there are clients. */
export class EventHub {
  readonly clock: Clock
  readonly stopping: AbortSignal
  readonly recent: RecentEvents = new RecentEvents(0)
  readonly #options: EventHubOptions
  readonly #clients = new Map<object, string | null>()
  readonly #catching_up = new Map<string, Promise<EventPage>>()
  #queue: Promise<unknown>[] = []
  #news = Promise.withResolvers<void>()
  #ready: Promise<void> | null = null
  #overloaded = false
  #stopTicking: (() => void) | null = null

  constructor(options: EventHubOptions) {
    this.#options = options
    this.clock = options.clock
    this.stopping = options.stopping ?? new AbortController().signal
    this.stopping.addEventListener('abort', () => {
      this.#wake()
    })
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Changes come faster than they can be sent: only that there are some is told, every few seconds. */
  get overloaded(): boolean {
    return this.#overloaded
  }

  /**
   * A place among the clients, to give back once or more often; null when the caller or the server has too many. Whom the
   * application let in without a name counts by the address.
   */
  join({ kind, token_id }: Caller, address: string | null = null): (() => void) | null {
    const { most_clients = 1000, most_of_a_token = 100 } = this.#options
    if (this.#clients.size >= most_clients) return null
    const whose = token_id ?? (kind === 'host' ? address : null)
    if (whose !== null) {
      const same = [...this.#clients.values()].filter((other) => other === whose)
      if (same.length >= most_of_a_token) return null
    }
    const client = {}
    this.#clients.set(client, whose)
    return () => {
      this.#clients.delete(client)
    }
  }

  /** Resolves when whatever is committed from now on will come; for who has joined. */
  ready(): Promise<void> {
    this.#ready ??= this.#start()
    return this.#ready
  }

  /** Resolves when there may be something new, when the server stops, and every few seconds. */
  news(): Promise<void> {
    return this.#news.promise
  }

  /** Reads from the database what is not in memory any more. */
  catchUp(place: number, limit: number): Promise<EventPage> {
    // After a restart many come back at the same place.
    const key = `${place} ${limit}`
    let reading = this.#catching_up.get(key)
    if (reading === undefined) {
      reading = this.#inTurn(() => this.#read(place, { limit })).finally(() => this.#catching_up.delete(key))
      this.#catching_up.set(key, reading)
    }
    return reading
  }

  async #start(): Promise<void> {
    try {
      this.recent.reset(await this.#options.changes.latest())
    } catch (error) {
      this.#ready = null
      throw error
    }
    this.#stopTicking = this.clock.every(TICK_MS, () => {
      this.#wake()
    })
    void this.#follow()
  }

  async #follow(): Promise<void> {
    let failed = false
    let caught_up_at = this.clock.monotonic()
    while (this.#clients.size > 0 && !this.stopping.aborted) {
      try {
        const page = await this.#read(this.recent.place, { limit: LONGEST_PAGE, wait_ms: WAIT_MS })
        failed = false
        if (page.erased) this.recent.reset(this.recent.place)
        if (page.lost) this.recent.reset(page.place)
        else this.recent.add(page.events, page.place)
        if (page.lost || page.events.length > 0) {
          const sending_ms = await this.#send()
          await this.#pause(Math.max(GATHER_MS, REST * sending_ms))
        }
        if (page.full && this.clock.monotonic() - caught_up_at >= MOST_BEHIND_MS) await this.#skip()
        else if (page.full) continue
        caught_up_at = this.clock.monotonic()
      } catch (error) {
        if (!failed && !this.stopping.aborted) this.#options.onError(error)
        failed = true
        await this.#pause(RETRY_MS)
      }
    }
    this.#ready = null
    // Nobody would tell it what is erased meanwhile.
    this.recent.reset(this.recent.place)
    this.#stopTicking?.()
    this.#wake()
  }

  /** Goes on behind the newest change every few seconds, until few enough come. */
  async #skip(): Promise<void> {
    const { changes } = this.#options
    this.#overloaded = true
    try {
      let came = Infinity
      while (came > FEW && this.#clients.size > 0 && !this.stopping.aborted) {
        const place = await changes.latest()
        this.recent.reset(place)
        this.#wake()
        await this.#pause(SKIP_MS)
        came = (await changes.latest()) - place
      }
    } finally {
      this.#overloaded = false
    }
  }

  /** Resolves when it has been handed to the connections that can take it; returns how long that took. */
  async #send(): Promise<number> {
    const started = this.clock.monotonic()
    this.#wake()
    await afterThis()
    return this.clock.monotonic() - started
  }

  async #read(place: number, how: ReadChanges): Promise<EventPage> {
    const page = await this.#options.changes.readAfter(place, how)
    const full = page.changes.length === how.limit
    const erased = page.changes.some(({ kind }) => kind === SYNCS_ERASED)
    return { events: liveEvents(page), place: page.place, lost: page.lost, full, erased }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#queue.length < CATCHING_UP ? null : this.#queue.at(-CATCHING_UP)
    const turn = (async () => {
      await before?.catch(() => {})
      return await work()
    })()
    this.#queue.push(turn)
    try {
      return await turn
    } finally {
      this.#queue = this.#queue.filter((other) => other !== turn)
    }
  }

  #wake(): void {
    const { resolve } = this.#news
    this.#news = Promise.withResolvers<void>()
    resolve()
  }

  async #pause(duration_ms: number): Promise<void> {
    try {
      await this.clock.sleep(duration_ms, this.stopping)
    } catch {
      // The server stops.
    }
  }
}
