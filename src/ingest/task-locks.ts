/** Lets one request at a time touch a sync; requests about different syncs go on side by side. */
export class TaskLocks {
  readonly #held = new Map<string, Promise<void>>()

  async run<T>(task_ids: Iterable<string>, work: () => Promise<T>): Promise<T> {
    const wanted = [...task_ids]
    for (;;) {
      const others = new Set<Promise<void>>()
      for (const task_id of wanted) {
        const other = this.#held.get(task_id)
        if (other !== undefined) others.add(other)
      }
      if (others.size === 0) break
      await Promise.all(others)
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const task_id of wanted) this.#held.set(task_id, promise)
    try {
      return await work()
    } finally {
      for (const task_id of wanted) this.#held.delete(task_id)
      resolve()
    }
  }
}
