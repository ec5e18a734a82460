/** So many things at once, and no more. */
export class Slots {
  readonly #limit: number
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** A place to give back when it is no longer needed, once or more often; null when all are taken. */
  take(): (() => void) | null {
    if (this.#taken >= this.#limit) return null
    this.#taken++
    let held = true
    return () => {
      if (held) this.#taken--
      held = false
    }
  }
}
