const FIRST_MS = 1000
const LONGEST_MS = 60_000

/** How long to wait after each failure in turn: 1 s, 2 s, … 60 s, each shortened by up to a half at random. */
export class BackOff {
  readonly #random: () => number
  #failures = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /**
   * @param asked_ms what the server asked for; not less is waited
   * @param for_long whether trying soon is useless, as with a wrong token
   */
  next(asked_ms: number | null, for_long: boolean): number {
    const step_ms = for_long ? LONGEST_MS : Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(10, this.#failures))
    this.#failures++
    const jittered_ms = step_ms * (1 - this.#random() / 2)
    return Math.round(Math.max(jittered_ms, asked_ms ?? 0))
  }

  reset(): void {
    this.#failures = 0
  }
}
