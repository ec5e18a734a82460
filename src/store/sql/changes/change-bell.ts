import type { Clock } from '../../../core/clock.ts'

/** Wakes those who wait for a change before their time is over. */
export class ChangeBell {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  #rings = 0

  /** How often it has rung: to be told to {@link wait}, who looks for changes in between. */
  get rings(): number {
    return this.#rings
  }

  ring(): void {
    this.#rings++
    for (const wake of this.#waiting) wake()
  }

  /** Resolves after `duration_ms`, or as soon as it has rung more often than `heard`. */
  async wait(duration_ms: number, heard: number = this.#rings): Promise<void> {
    if (heard !== this.#rings) return
    const rung = new AbortController()
    const wake = (): void => {
      rung.abort()
    }
    this.#waiting.add(wake)
    try {
      await this.#clock.sleep(duration_ms, rung.signal)
    } catch {
      // It rang.
    } finally {
      this.#waiting.delete(wake)
    }
  }
}
