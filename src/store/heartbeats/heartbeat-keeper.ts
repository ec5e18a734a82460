import type { Clock } from '../../core/clock.ts'
import type { SyncStore } from '../sync-store.ts'

/**
 * Keeps the heartbeats of the syncs that were started through this store, for as long as the process lives: on
 * the store's thread, so that a job whose event loop is blocked is not taken for dead.
 */
export class HeartbeatKeeper {
  readonly #syncs: SyncStore
  readonly #clock: Clock
  /** When each started, on the monotonic clock. */
  readonly #running = new Map<number, number>()
  readonly #stop: () => void
  #beating = false

  constructor(syncs: SyncStore, clock: Clock, interval_ms: number) {
    this.#syncs = syncs
    this.#clock = clock
    this.#stop = clock.every(interval_ms, () => void this.#beat())
  }

  /** Learns from an answered call of the sync store which syncs run. */
  follow(method: string, args: readonly unknown[], value: unknown): void {
    if (method === 'startSync') this.begin(value as number)
    else if (method === 'finishSync') this.#running.delete(args[0] as number)
  }

  /** @param ran_ms how long it has run already */
  begin(sync_id: number, ran_ms = 0): void {
    this.#running.set(sync_id, this.#clock.monotonic() - ran_ms)
  }

  stop(): void {
    this.#stop()
  }

  async #beat(): Promise<void> {
    // One that waits for a busy database says all that a second one behind it would.
    if (this.#running.size === 0 || this.#beating) return
    this.#beating = true
    const now = this.#clock.monotonic()
    const running_ms = [...this.#running.values()].map((started) => now - started)
    try {
      await this.#syncs.heartbeat([...this.#running.keys()], this.#clock.now(), running_ms)
    } catch {
      // A missed heartbeat is made up by the next one; a database that stays away shows in health.
    } finally {
      this.#beating = false
    }
  }
}
