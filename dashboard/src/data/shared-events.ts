import { BASE_PATH } from '../parts/base-path.ts'
import { ServerEvents, type SourceListener, type StreamEvent } from './event-source.ts'

// A browser has six connections to a server that speaks HTTP/1.1, for all tabs together. So one tab follows the server's
// events and tells the others. Who holds the lock is the one; it is free again as soon as that tab is gone.

/** Two monitors may share a host, each below a path of its own. */
const NAME = `canvas-sync-events${BASE_PATH}`
/** How often a tab that is looked at asks whether there is still somebody who follows, milliseconds. */
const ASK_EVERY_MS = 5000

type Message =
  | { readonly kind: 'ask' }
  | { readonly kind: 'here'; readonly open: boolean; readonly place: string | null }
  | { readonly kind: 'goes-on'; readonly place: string | null }
  | { readonly kind: 'event'; readonly event: StreamEvent }

export interface EventsListener extends SourceListener {
  /** Changes may have been missed. */
  readonly onGap: () => void
}

/** The server's events, over a connection that all tabs of the browser share; until it is closed. */
export class SharedEvents {
  readonly #listener: EventsListener
  readonly #channel = new BroadcastChannel(NAME)
  /** Of this tab only when it is the one that follows. */
  #own: ServerEvents | null = null
  #open = false
  /** Behind the last event that this tab knows of; null before the first. */
  #place: string | null = null
  #heard = false
  #unanswered = false
  #letGo: (() => void) | null = null
  #turn = new AbortController()
  #closed = false
  readonly #timer: ReturnType<typeof setInterval>

  constructor(listener: EventsListener) {
    this.#listener = listener
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      this.#hear(data)
    })
    this.#timer = setInterval(() => {
      this.#lookAfter()
    }, ASK_EVERY_MS)
    void this.#waitForTurn()
    this.#tell({ kind: 'ask' })
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    this.#turn.abort()
    this.#stopFollowing()
    this.#channel.close()
  }

  async #waitForTurn(): Promise<void> {
    this.#turn = new AbortController()
    await this.#hold({ signal: this.#turn.signal })
  }

  /** Follows as long as this tab has the lock. */
  async #hold(how: LockOptions): Promise<void> {
    try {
      await navigator.locks.request(NAME, how, async () => {
        if (this.#closed) return
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#letGo = resolve
        this.#follow()
        await promise
      })
    } catch {
      // Taken by another tab, to which this one did not answer; or nobody waits for it any more.
      if (this.#own === null || this.#closed) return
      this.#stopFollowing()
      await this.#waitForTurn()
    }
  }

  #follow(): void {
    // Nothing is known of what the one before was told last, unless it told of anything.
    const gap = this.#heard && this.#place === null
    const from = this.#place
    let is_first = true
    const { onOpen, onAway, onRefused, onEvent } = this.#listener
    this.#own = new ServerEvents(
      {
        onOpen: () => {
          this.#become(true)
          onOpen()
          if (is_first) this.#tell({ kind: 'goes-on', place: from })
          if (is_first && gap) this.#listener.onGap()
          is_first = false
        },
        onAway: () => {
          this.#become(false)
          onAway()
        },
        onRefused,
        onEvent: (event) => {
          this.#place = event.id
          this.#tell({ kind: 'event', event })
          onEvent(event)
        },
      },
      from,
    )
  }

  #stopFollowing(): void {
    this.#own?.close()
    this.#own = null
    this.#letGo?.()
    this.#letGo = null
  }

  #become(open: boolean): void {
    this.#open = open
    this.#tell({ kind: 'here', open, place: this.#place })
  }

  #hear(message: Message): void {
    if (message.kind === 'ask') {
      if (this.#own !== null) this.#tell({ kind: 'here', open: this.#open, place: this.#place })
      return
    }
    // Of one that does not know yet that the lock was taken from it.
    if (this.#own !== null) return
    this.#unanswered = false
    this.#heard = true
    if (message.kind === 'event') {
      this.#place = message.event.id
      this.#listener.onEvent(message.event)
    } else if (message.kind === 'here') {
      this.#place ??= message.place
      if (message.open) this.#listener.onOpen()
      else this.#listener.onAway()
    } else if (isBehind(this.#place, message.place)) {
      this.#place = message.place
      this.#listener.onGap()
    }
  }

  /** A tab may be asleep or stuck while it holds the lock; then one that is looked at takes it. */
  #lookAfter(): void {
    if (this.#own !== null || document.visibilityState === 'hidden') return
    if (this.#unanswered) {
      this.#unanswered = false
      this.#turn.abort()
      void this.#hold({ steal: true })
      return
    }
    this.#unanswered = true
    this.#tell({ kind: 'ask' })
  }

  #tell(message: Message): void {
    if (!this.#closed) this.#channel.postMessage(message)
  }
}

/** Whether what came between the two places was not told here. */
function isBehind(here: string | null, there: string | null): boolean {
  return here === null || there === null || Number(here) < Number(there)
}

/** Both only exist where the page came safely: from this machine, or over TLS. */
export const canShareEvents = (): boolean =>
  (navigator as Partial<Navigator>).locks !== undefined && 'BroadcastChannel' in window
