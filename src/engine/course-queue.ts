/** Works through a list with a bounded number at the same time; the first failure stops the rest. */
export class CourseQueue {
  readonly #concurrency: number

  constructor(concurrency: number) {
    this.#concurrency = Math.max(1, Math.floor(concurrency))
  }

  /** Resolves when all are done; rejects with the first failure, or the abort's reason, once all that had begun ended. */
  async run<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => Promise<void>): Promise<void> {
    let next = 0
    let failure: { readonly error: unknown } | null = null
    const worker = async (): Promise<void> => {
      while (next < items.length && failure === null && !signal.aborted) {
        const item = items[next++] as T
        try {
          await work(item)
        } catch (error) {
          failure ??= { error }
        }
      }
    }
    const workers = Math.min(this.#concurrency, items.length)
    await Promise.all(Array.from({ length: workers }, worker))
    const failed = failure as { readonly error: unknown } | null
    if (failed !== null) throw failed.error
    signal.throwIfAborted()
  }
}
