/**
 * Bytes that all requests together may hold. Who finds none left waits for its turn, in the order in which they came, so
 * that a large one is not overtaken for ever.
 */
export class BodyBudget {
  readonly #most_bytes: number
  readonly #waiting: { readonly bytes: number; readonly admit: () => void }[] = []
  #held_bytes = 0

  constructor(most_bytes: number) {
    this.#most_bytes = most_bytes
  }

  get held_bytes(): number {
    return this.#held_bytes
  }

  /** Takes them when they are free now. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.length > 0 || this.#held_bytes + bytes > this.#most_bytes) return false
    this.#held_bytes += bytes
    return true
  }

  /** @param bytes at most as many as there are in all */
  async take(bytes: number): Promise<void> {
    if (this.tryTake(bytes)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ bytes, admit: resolve })
    await promise
  }

  giveBack(bytes: number): void {
    this.#held_bytes -= bytes
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#held_bytes + next.bytes > this.#most_bytes) return
      this.#waiting.shift()
      this.#held_bytes += next.bytes
      next.admit()
    }
  }
}
