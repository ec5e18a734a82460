import type { Clock } from '../core/clock.ts'

/**
 * For how long this process may go on with a job by its own clocks. It ends before the queue gives the job to another
 * worker, because it counts from when the renewal was asked for and the queue from when that arrived, and is shorter by
 * a quarter: what is under way then has time to end.
 */
export class Lease {
  readonly #clock: Clock
  readonly #lasts_ms: number
  #asked: Moment

  constructor(clock: Clock, lease_ms: number, asked: Moment) {
    this.#clock = clock
    this.#lasts_ms = lease_ms * 0.75
    this.#asked = asked
  }

  /** The queue has confirmed it: `asked` is when it was asked to. */
  renew(asked: Moment): void {
    this.#asked = asked
  }

  isHeld(): boolean {
    const now = momentOf(this.#clock)
    // A machine that slept shows it on the wall clock alone.
    const passed_ms = Math.max(now.monotonic - this.#asked.monotonic, now.wall - this.#asked.wall)
    return passed_ms < this.#lasts_ms
  }
}

export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() }
}
