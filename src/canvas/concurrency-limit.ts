import { SlidingMax } from './sliding-max.ts'
const OT = Number(process.env.OT ?? 60)
/** Without rate headers nothing tells how full the bucket is. */
const BLIND_LIMIT = 4
/** Others on the token need time to show up in our answers before the next step. */
const CAREFUL_STEP_MS = Number(process.env.CS ?? 2000)
/** How long the number of calls that was too many is not tried again. */
const CEILING_MS = Number(process.env.CE ?? 120000)

/**
 * How many calls may be in flight: 1 until the first answer, then one more per answer; after a throttled
 * answer, or while others use the token, one more per 2 s, and for 2 minutes less than what was too many.
 */
export class ConcurrencyLimit {
  readonly #maximum: number
  #value = 1
  #careful = false
  #blind = false
  #raised_ms = 0
  readonly #others = new SlidingMax(Number(process.env.OW ?? 30000))
  #share = Number.POSITIVE_INFINITY
  #ceiling = Number.POSITIVE_INFINITY
  #ceiling_until_ms = 0

  constructor(maximum: number) {
    this.#maximum = Math.max(1, Math.floor(maximum))
  }

  get value(): number {
    return Math.min(this.#value, this.#blind ? BLIND_LIMIT : this.#maximum, this.#maximum, this.#share)
  }

  answered(now_ms: number, facts: { in_flight: number; shared: boolean; external_load: number; has_rate_headers: boolean }): void {
    this.#blind = !facts.has_rate_headers
    this.#others.add(now_ms, facts.external_load)
    const others = this.#others.value
    this.#share = others <= OT ? this.#maximum : process.env.FLAT ? 5 : Math.max(5, 10 - Math.ceil(others / 50))
    // A limit that is not reached tells nothing about whether a higher one would do.
    if (facts.in_flight < this.value) return
    if ((this.#careful || facts.shared) && now_ms - this.#raised_ms < CAREFUL_STEP_MS) return
    const ceiling = now_ms < this.#ceiling_until_ms ? this.#ceiling : this.#maximum
    if (this.#value >= Math.min(ceiling, this.#maximum)) return
    this.#value += 1
    this.#raised_ms = now_ms
  }

  throttled(now_ms: number): void {
    this.#ceiling = Math.max(1, this.#value - 1)
    this.#ceiling_until_ms = now_ms + CEILING_MS
    this.#value = Math.max(1, Math.floor(this.#value / 2))
    this.#careful = true
    this.#others.add(now_ms, 300)
    this.#raised_ms = now_ms
  }
}
