/** Longer than anything is counted. */
const LONG_AGO = 1000

/** Counts the frames since something was: however busy the machine is, as much can happen within them. */
export class FramesSince {
  #count = LONG_AGO
  #is_counting = false

  get count(): number {
    return this.#count
  }

  restart(): void {
    this.#count = 0
    if (this.#is_counting) return
    this.#is_counting = true
    requestAnimationFrame(this.#next)
  }

  readonly #next = (): void => {
    this.#count++
    if (this.#count < LONG_AGO) requestAnimationFrame(this.#next)
    else this.#is_counting = false
  }
}
