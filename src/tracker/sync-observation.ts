import type { RunningSync } from '../store/sync-store.ts'

interface Seen {
  heartbeat_count: number
  /** When this count was first seen. */
  since: number
  /** How long the sync had run, as far as is known, at `known_at`. */
  running_ms: number
  known_at: number
}

/** What is known of a running sync at one look. */
export interface Observed {
  /** How long its heartbeat has not changed before our eyes. */
  readonly silent_ms: number
  /** What it said last, and the time since then; never more than it has really run. */
  readonly running_ms: number
}

/**
 * What one watcher has seen of the running syncs, all on its own monotonic clock: neither the reporter's wall clock
 * nor ours is ever read. A sync is first seen with the first look, so that a watcher that was just started has to wait
 * as long as any other before it may say that somebody is silent.
 */
export class SyncObservation {
  readonly #seen = new Map<number, Seen>()
  #looked_at: number | null = null

  /**
   * One look at all that run. After a gap of more than `leap_ms` since the look before, the silence of everybody begins
   * anew: we were stopped or suspended, or had no database, and so may have been those who should have been heard.
   *
   * @param now monotonic milliseconds of before the syncs were read
   */
  look(running: readonly RunningSync[], now: number, leap_ms: number): Map<number, Observed> {
    const before = this.#looked_at
    if (before !== null && now - before > leap_ms) this.#beginAnew(now)
    this.#looked_at = now
    const observed = new Map(running.map((sync) => [sync.id, this.#see(sync, now)]))
    for (const id of this.#seen.keys()) if (!observed.has(id)) this.#seen.delete(id)
    return observed
  }

  #see({ id, heartbeat_count, running_ms }: RunningSync, now: number): Observed {
    const seen = this.#seen.get(id)
    if (seen === undefined) {
      this.#seen.set(id, { heartbeat_count, since: now, running_ms: running_ms ?? 0, known_at: now })
      return { silent_ms: 0, running_ms: running_ms ?? 0 }
    }
    if (seen.heartbeat_count !== heartbeat_count) {
      seen.heartbeat_count = heartbeat_count
      seen.since = now
    }
    seen.running_ms = Math.max(seen.running_ms + now - seen.known_at, running_ms ?? 0)
    seen.known_at = now
    return { silent_ms: now - seen.since, running_ms: seen.running_ms }
  }

  /** What was between the two looks counts for nobody. */
  #beginAnew(now: number): void {
    for (const seen of this.#seen.values()) {
      seen.since = now
      seen.known_at = now
    }
  }
}
