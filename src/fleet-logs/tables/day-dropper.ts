import type { Client } from 'pg'
import type { Clock } from '../../core/clock.ts'
import { dropOldDays } from './partitions.ts'

const EVERY_MS = 3_600_000
/** After an attempt that failed: somebody else's transaction lasts for minutes or hours. */
const AGAIN_MS = 600_000
/** Whose transactions last longer is worth a word: the lines grow meanwhile. */
const PATIENCE_MS = 24 * 3_600_000

export interface DayDropperOptions {
  readonly connect: () => Promise<Client>
  readonly keep_days: number
  readonly clock: Clock
}

/**
 * Drops old days over a connection of its own: it waits for every long transaction, such as a dump, and no line may wait
 * for it.
 */
export class DayDropper {
  readonly #options: DayDropperOptions
  #due_ms = Number.NEGATIVE_INFINITY
  #failing_since_ms: number | undefined
  #failure: unknown
  #client: Client | undefined
  #running: Promise<void> | undefined

  constructor(options: DayDropperOptions) {
    this.#options = options
  }

  /** What has kept it from dropping anything for a day; undefined when all is well. */
  get failure(): unknown {
    const since_ms = this.#failing_since_ms
    if (since_ms === undefined) return undefined
    return this.#options.clock.monotonic() - since_ms >= PATIENCE_MS ? this.#failure : undefined
  }

  /** Begins when it is time; never throws. */
  look(): void {
    const now_ms = this.#options.clock.monotonic()
    if (this.#running !== undefined || now_ms < this.#due_ms) return
    this.#due_ms = now_ms + EVERY_MS
    this.#running = this.#drop().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when what has begun is done, or was given up. */
  async settled(): Promise<void> {
    await this.#running
  }

  /** Breaks off what has begun: what is half done goes on with the next look of anybody. */
  async stop(): Promise<void> {
    await this.#client?.end().catch(() => {})
    await this.#running
  }

  async #drop(): Promise<void> {
    const { connect, keep_days, clock } = this.#options
    try {
      this.#client = await connect()
      await dropOldDays(this.#client, keep_days)
      this.#failing_since_ms = undefined
    } catch (error) {
      this.#failing_since_ms ??= clock.monotonic()
      this.#failure = error
      this.#due_ms = clock.monotonic() + AGAIN_MS
    } finally {
      await this.#client?.end().catch(() => {})
      this.#client = undefined
    }
  }
}
