import { addressOf } from './api-client.ts'

/** The events of the server that a page acts on. */
export const STREAM_EVENTS = ['sync', 'course', 'resync'] as const
export type StreamEventName = (typeof STREAM_EVENTS)[number]

export interface StreamEvent {
  readonly name: StreamEventName
  /** The place behind it; the server goes on from there. */
  readonly id: string
  /** JSON. */
  readonly data: string
}

export interface SourceListener {
  readonly onOpen: () => void
  /** The connection is gone; it is tried again. */
  readonly onAway: () => void
  /** The server answered, but with no stream: perhaps nobody is signed in any more. */
  readonly onRefused: () => void
  readonly onEvent: (event: StreamEvent) => void
}

/** How long after a refusal it is tried again, milliseconds. */
const AGAIN_MS = 5000

/** One connection to the server's events that comes back by itself, until it is closed. */
export class ServerEvents {
  readonly #listener: SourceListener
  #source: EventSource | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #place: string | null

  /** @param after the place behind the last event that is known; null for what comes from now on */
  constructor(listener: SourceListener, after: string | null) {
    this.#listener = listener
    this.#place = after
    this.#connect()
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #connect(): void {
    const source = new EventSource(addressOf('/events', { after: this.#place }))
    this.#source = source
    const { onOpen, onAway, onRefused, onEvent } = this.#listener
    source.addEventListener('open', onOpen)
    source.addEventListener('error', () => {
      onAway()
      // A refusal ends it for good; only a lost connection is tried again by itself.
      if (source.readyState !== EventSource.CLOSED) return
      onRefused()
      this.#timer = setTimeout(() => {
        this.#connect()
      }, AGAIN_MS)
    })
    for (const name of STREAM_EVENTS) {
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        this.#place = lastEventId
        onEvent({ name, id: lastEventId, data })
      })
    }
  }
}
