import type { Clock } from '../core/clock.ts'
import { Delivery } from './delivery.ts'
import { MemoryQueue } from './memory-queue.ts'
import { RunningSyncs } from './running-syncs.ts'
import type { Send } from './sender.ts'
import type { Spool } from './spool/spool.ts'
import { SpoolLanes } from './spool-lanes.ts'
import { TakenStarts, type StartAnswer } from './taken-starts.ts'

export interface OutboxHealth {
  /** Whether the last thing sent was taken. Null before the first. */
  readonly connected: boolean | null
  /** Undelivered bytes in the spool: of this process, and of those whose it has taken over. */
  readonly spooled_bytes: number
  /** Events that are in memory because the disk refuses them, or has not got them yet. */
  readonly pending_events: number
  readonly delivered_events: number
  /** Events that were dropped for want of space, and those that the server will never take. */
  readonly lost_events: number
  /** One sentence; null when all is well. */
  readonly last_error: string | null
}

export interface OutboxOptions {
  readonly spool: Spool
  readonly send: Send
  readonly clock: Clock
  /** The most that may lie in the spool; then what is droppable is dropped. */
  readonly limit_bytes: number
  /** Default 10,000. */
  readonly heartbeat_interval_ms?: number
  /** Also takes over what processes of other hosts have left. Default false. */
  readonly elsewhere?: boolean
  /** Between 0 and 1, for the jitter of the back-off. */
  readonly random?: () => number
}

export interface AddOptions {
  /** Whether they are to survive a power cut when this returns. Default false. */
  readonly durable?: boolean
  /** Whether they may go when there is no space for them. Default false. */
  readonly droppable?: boolean
}

const HEARTBEAT_MS = 10_000
/** How long a start waits for a server that was away a moment ago. */
const AWAY_WAIT_MS = 250
/** Processes die while others run: how often to look for what they left. */
const ADOPT_MS = 30_000

/**
 * Puts events into the spool and delivers them, oldest first of each process, until the server has taken them. An event
 * may be sent twice; its id makes the server take it once.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #lanes: SpoolLanes
  readonly #memory = new MemoryQueue()
  readonly #starts = new TakenStarts()
  readonly #running = new RunningSyncs()
  readonly #delivery: Delivery
  readonly #stop: (() => void)[]
  #dropped = 0

  constructor(options: OutboxOptions) {
    const { spool, send, clock, elsewhere = false, random = Math.random } = options
    this.#options = options
    this.#lanes = new SpoolLanes(spool)
    this.#delivery = new Delivery({
      lanes: this.#lanes,
      memory: this.#memory,
      starts: this.#starts,
      running: this.#running,
      send,
      clock,
      random,
    })
    const adopt = (): void => {
      if (this.#lanes.adopt({ elsewhere })) this.#delivery.wake()
    }
    adopt()
    this.#stop = [
      clock.every(ADOPT_MS, adopt),
      clock.every(options.heartbeat_interval_ms ?? HEARTBEAT_MS, () => {
        if (this.#running.tick()) this.#delivery.wake()
      }),
    ]
  }

  get health(): OutboxHealth {
    const { connected, delivered, refused, error } = this.#delivery
    return {
      connected,
      spooled_bytes: this.#lanes.bytes,
      pending_events: this.#memory.length,
      delivered_events: delivered,
      lost_events: this.#dropped + refused,
      last_error: this.#lanes.error ?? error,
    }
  }

  /** Takes events, one line of JSON each, as `event-forms.ts` makes them. Never throws. */
  add(lines: readonly string[], { durable = false, droppable = false }: AddOptions = {}): void {
    if (droppable && this.#lanes.bytes > this.#options.limit_bytes) {
      this.#dropped += lines.length
      this.#lanes.error = 'The spool is full: log lines are dropped.'
      return
    }
    this.#put(lines, durable, droppable)
    if (lines.length > 0) this.#delivery.wake()
  }

  /** Adds a start and waits for the answer about its task id: not while the server is away, nor longer than `wait_ms`. */
  async start(task_id: string, line: string, wait_ms: number): Promise<StartAnswer> {
    const answer = wait_ms > 0 ? this.#starts.ask(task_id) : Promise.resolve('unknown' as const)
    this.#running.begin(task_id)
    this.add([line], { durable: true })
    const was_away = this.#delivery.connected === false
    if (!this.#delivery.hurry()) this.#starts.giveUp(task_id)
    const enough = new AbortController()
    const patience_ms = was_away ? Math.min(wait_ms, AWAY_WAIT_MS) : wait_ms
    this.#options.clock.sleep(patience_ms, enough.signal).then(
      () => {
        this.#starts.giveUp(task_id)
      },
      () => undefined,
    )
    const heard = await answer
    enough.abort()
    if (heard === 'taken') this.#running.forget(task_id)
    return heard
  }

  /**
   * Resolves when everything is delivered, after `wait_ms`, or when the signal aborts; the rest stays in the spool. Says
   * whether all is.
   */
  async close(wait_ms: number, signal?: AbortSignal): Promise<boolean> {
    for (const stop of this.#stop) stop()
    // The disk may have space again.
    this.#put([], true, false)
    await this.#delivery.finish(wait_ms, signal)
    this.#starts.giveUpAll()
    const { spooled_bytes, pending_events } = this.health
    this.#lanes.close()
    return spooled_bytes === 0 && pending_events === 0
  }

  #put(lines: readonly string[], durable: boolean, droppable: boolean): void {
    const { own } = this.#lanes
    try {
      // What is in memory is older: it goes to the disk first, as soon as that works again.
      this.#memory.moveTo((text) => {
        own.append(text)
      })
      if (lines.length > 0) own.append(`${lines.join('\n')}\n`)
      this.#lanes.error = null
    } catch (error) {
      this.#dropped += this.#memory.add(lines, droppable)
      this.#lanes.failed('written', error)
      return
    }
    try {
      if (durable) own.sync()
    } catch (error) {
      this.#lanes.failed('written', error)
    }
  }
}
