import type { LastDue, WatchedSchedule } from '../store/schedules.ts'
import type { DueWindow } from './due-state.ts'
import { dueAfter, dueWindow } from './due-window.ts'

const MOST_WINDOWS = 5000

/** What calendars have said: what waits is looked at again and again, and they are slow to ask. */
export class KnownTimes {
  readonly #windows = new Map<string, DueWindow>()
  readonly #nexts = new Map<number, { readonly key: string; readonly due_at: number | null }>()

  /** See {@link dueWindow}. */
  window(schedule: WatchedSchedule, due_at: number): DueWindow {
    const { id, updated_at } = schedule
    const key = `${id} ${updated_at} ${due_at}`
    let window = this.#windows.get(key)
    if (window === undefined) {
      window = dueWindow(schedule, due_at)
      if (this.#windows.size >= MOST_WINDOWS) this.#windows.clear()
      this.#windows.set(key, window)
    }
    return window
  }

  /** See {@link dueAfter}. */
  next(schedule: WatchedSchedule, last: LastDue | null, now: number): number | null {
    const { id, updated_at } = schedule
    const key = `${updated_at} ${last?.due_at} ${last?.started_at}`
    const known = this.#nexts.get(id)
    // How far to go back depends on now, but only for what is due by then.
    if (known?.key === key && (known.due_at === null || known.due_at > now)) return known.due_at
    const due_at = dueAfter(schedule, last, now)
    this.#nexts.set(id, { key, due_at })
    return due_at
  }

  /** Forgets all other schedules. */
  keep(ids: ReadonlySet<number>): void {
    for (const id of this.#nexts.keys()) if (!ids.has(id)) this.#nexts.delete(id)
  }
}
