import type { Clock } from '../core/clock.ts'
import { RepeatedLook } from '../core/repeated-look.ts'
import { LONGEST_LOOK_GAP_MS, type ScheduleStore, type WatchedSchedule } from '../store/schedules.ts'
import { KnownTimes } from './known-times.ts'
import { ScheduleLook, type LookStore } from './schedule-look.ts'

/** What is missed is found so long after its margin at most, and what it takes to ask the database. */
const LOOK_MS = 2000
/** The monitor counts as away after a minute. */
const KEEP_MS = 15_000
/** A job that spools its reports may deliver its start long after. */
const RECONSIDER_MS = 60_000
/** The rest of a long absence is made up for at the next looks. */
const STEPS_PER_LOOK = 1000

export type WatchStore = LookStore & Pick<ScheduleStore, 'keepLooking' | 'listWatched'>

export interface ScheduleWatchOptions {
  readonly store: WatchStore
  readonly clock: Clock
  /** Gets what kept a look from its end; the next one makes up for it. */
  readonly onError: (error: unknown) => void
  /** Milliseconds between two looks. Default 2,000. */
  readonly look_ms?: number
}

/**
 * Decides what became of each time of the schedules, in their order. Any number of servers may watch the same database:
 * who has decided first has decided. What was due while none of them ran is made up for.
 */
export class ScheduleWatch {
  readonly #options: ScheduleWatchOptions
  readonly #times = new KnownTimes()
  /** When to look at them again, by the version that it was found for. */
  readonly #next = new Map<number, { readonly version: number; readonly look_at: number | null }>()
  #looked_at = Number.NaN
  readonly #looks: RepeatedLook
  #kept_at = Number.NaN
  /** From when on the database has not answered; null while it does. */
  #unreachable_since: number | null = null
  #reconsidered_at = Number.NaN

  constructor(options: ScheduleWatchOptions) {
    this.#options = options
    this.#looks = new RepeatedLook(options.clock, () => this.#lookSafely())
  }

  start(): void {
    this.#looks.every(this.#options.look_ms ?? LOOK_MS)
    void this.look()
  }

  /** Resolves when the look under way has ended. */
  stop(): Promise<void> {
    return this.#looks.stop()
  }

  /** Looks once; two calls at the same time share one look. Never rejects. */
  look(): Promise<void> {
    return this.#looks.once()
  }

  async #lookSafely(): Promise<void> {
    try {
      if (!this.#looks.stopped) await this.#look()
    } catch (error) {
      this.#options.onError(error)
    }
  }

  async #look(): Promise<void> {
    const { store, clock } = this.#options
    const now = clock.now()
    // Wall time: a machine that slept was away, and its other clock did not go on.
    if (!(Math.abs(now - this.#kept_at) < KEEP_MS)) await this.#keepLooking(now)
    // The clock was set back: nothing that was found holds.
    if (now < this.#looked_at) this.#next.clear()
    this.#looked_at = now
    const schedules = await store.listWatched()
    const look = new ScheduleLook(store, now, this.#times)
    for (const schedule of schedules) {
      if (this.#looks.stopped || look.steps >= STEPS_PER_LOOK) return
      const known = this.#next.get(schedule.id)
      if (known?.version === schedule.version && (known.look_at === null || known.look_at > now)) continue
      const look_at = await look.settle(schedule)
      if (look_at === undefined) this.#next.delete(schedule.id)
      else this.#next.set(schedule.id, { version: schedule.version, look_at })
    }
    if (Math.abs(now - this.#reconsidered_at) < RECONSIDER_MS) return
    await look.reconsider(schedules)
    this.#reconsidered_at = now
    this.#forget(schedules)
  }

  async #keepLooking(now: number): Promise<void> {
    const { store, clock } = this.#options
    try {
      await store.keepLooking(now, this.#unreachable_since)
    } catch (error) {
      this.#unreachable_since ??= Number.isNaN(this.#kept_at) ? now : this.#kept_at
      throw error
    }
    this.#kept_at = now
    // An answer that took so long was none.
    this.#unreachable_since = clock.now() - now > LONGEST_LOOK_GAP_MS ? now : null
  }

  #forget(schedules: readonly WatchedSchedule[]): void {
    const ids = new Set(schedules.map(({ id }) => id))
    for (const id of this.#next.keys()) if (!ids.has(id)) this.#next.delete(id)
    this.#times.keep(ids)
  }
}
