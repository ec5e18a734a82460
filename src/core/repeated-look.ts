import type { Clock } from './clock.ts'

/** Looks again and again, one look at a time: whoever asks while one is under way gets that one. */
export class RepeatedLook {
  readonly #clock: Clock
  readonly #look: () => Promise<void>
  #looking: Promise<void> | undefined
  #endTicks: (() => void) | undefined
  #stopped = false

  /** @param look never rejects: it tells of its errors itself */
  constructor(clock: Clock, look: () => Promise<void>) {
    this.#clock = clock
    this.#look = look
  }

  /** Whether it is to end: a long look asks between its parts. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** From an interval from now on. */
  every(interval_ms: number): void {
    this.#endTicks ??= this.#clock.every(interval_ms, () => void this.once())
  }

  once(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Resolves when the look under way has ended. */
  async settled(): Promise<void> {
    await this.#looking
  }

  /** The same, and none follows by itself. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#endTicks?.()
    await this.#looking
  }
}
