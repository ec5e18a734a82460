import type { EventHead } from './event-head.ts'

interface RunningSync {
  /** Whether the server has its start: before that nobody misses it. */
  announced: boolean
  quiet: boolean
}

/** The syncs of this process, and which of them the server has not heard of for a while. */
export class RunningSyncs {
  readonly #syncs = new Map<string, RunningSync>()
  #due = new Set<string>()

  get size(): number {
    return this.#syncs.size
  }

  begin(task_id: string): void {
    this.#syncs.set(task_id, { announced: false, quiet: true })
  }

  forget(task_id: string): void {
    this.#syncs.delete(task_id)
    this.#due.delete(task_id)
  }

  /** The server has taken these: any event is a sign of life, and after the end none is wanted. */
  heardOf(heads: readonly EventHead[]): void {
    for (const { task_id, type } of heads) {
      const sync = this.#syncs.get(task_id)
      if (sync === undefined) continue
      sync.quiet = false
      if (type === 'start') sync.announced = true
      if (type === 'finish') this.forget(task_id)
    }
  }

  /** Once in each interval of heartbeats. Says whether one is due. */
  tick(): boolean {
    for (const [task_id, sync] of this.#syncs) {
      if (sync.quiet && sync.announced) this.#due.add(task_id)
      sync.quiet = true
    }
    return this.#due.size > 0
  }

  takeDue(): readonly string[] {
    const due = [...this.#due]
    this.#due = new Set()
    return due
  }
}
