import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'

/** So long others may have to wait for the event loop. */
const TURN_MS = 8

/** Why a search ends before it has read all; the signal's reason is thrown instead. */
export class OutOfTime extends Error {}

/** A search that could give no cursor to go on from goes on for so many times its budget. */
const PATIENCE = 3

/** Lets others have their turn while a search works, and ends it when its time is up. */
export class Turns {
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  readonly #started_ms: number
  readonly #budget_ms: number
  #turn_began_ms: number
  #canGoOnLater: () => boolean = () => false

  constructor(clock: Clock, time_budget_ms: number | undefined, signal: AbortSignal | undefined) {
    this.#clock = clock
    this.#signal = signal
    this.#started_ms = clock.monotonic()
    this.#turn_began_ms = this.#started_ms
    this.#budget_ms = time_budget_ms ?? Number.POSITIVE_INFINITY
  }

  /** @param test whether another search could go on from where this one is */
  endOnlyWhen(test: () => boolean): void {
    this.#canGoOnLater = test
  }

  get is_long(): boolean {
    return this.#clock.monotonic() - this.#turn_began_ms >= TURN_MS
  }

  /** @throws the signal's reason */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted()
  }

  /**
   * Call after waiting for something: others had their turn meanwhile.
   * @throws OutOfTime; the signal's reason
   */
  begin(): void {
    this.throwIfAborted()
    this.#turn_began_ms = this.#clock.monotonic()
    const used_ms = this.#turn_began_ms - this.#started_ms
    if (used_ms < this.#budget_ms) return
    if (used_ms >= this.#budget_ms * PATIENCE || this.#canGoOnLater()) throw new OutOfTime()
  }

  async pass(): Promise<void> {
    await nextTurn()
    this.begin()
  }
}
