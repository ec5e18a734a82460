import { SlidingMax } from './sliding-max.ts'

/** Without rate headers nothing tells how full the bucket is. */
const BLIND_LIMIT = 4
/** Others on the token need time to show up in our answers before the next step. */
const CAREFUL_STEP_MS = 2000
/** How long the number of calls that was too many is not tried again. */
const CEILING_MS = 120_000
/** How long others are remembered: their calls on the way are invisible to us, and ours to them. */
const OTHERS_WINDOW_MS = 60_000
const OTHERS_ABOVE = 30
/** A bucket of 600 holds eleven calls: one place is left free, and nobody needs to go below half. */
const PLACES = 10
const FAIR_SHARE = 5
const CHARGE = 50

export interface LimitFacts {
  /** Calls in flight when the answer came, this one included. */
  readonly in_flight: number
  /** What other processes seem to have in the bucket. */
  readonly external_load: number
  readonly has_rate_headers: boolean
}

/**
 * How many calls may be in flight: 1 until the first answer, then one more per answer; one more per 2 s after
 * a throttled answer or while others use the token, and for 2 minutes less than what was too many. Two
 * processes with one token end at five calls each, which fits without either seeing the other exactly.
 */
export class ConcurrencyLimit {
  readonly #maximum: number
  readonly #others = new SlidingMax(OTHERS_WINDOW_MS)
  #value = 1
  #share = Number.POSITIVE_INFINITY
  #blind = false
  #careful = false
  #raised_ms = 0
  #ceiling = Number.POSITIVE_INFINITY
  #ceiling_until_ms = 0

  constructor(maximum: number) {
    this.#maximum = Math.max(1, Math.floor(maximum))
  }

  get value(): number {
    return Math.min(this.#value, this.#maximum, this.#share, this.#blind ? BLIND_LIMIT : this.#maximum)
  }

  answered(now_ms: number, facts: LimitFacts): void {
    this.#blind = !facts.has_rate_headers
    this.#others.add(now_ms, facts.external_load)
    const others = this.#others.value
    const shared = others > OTHERS_ABOVE
    this.#share = shared
      ? Math.max(FAIR_SHARE, PLACES - Math.ceil(others / CHARGE))
      : Number.POSITIVE_INFINITY
    // A limit that is not reached tells nothing about whether a higher one would do.
    if (facts.in_flight < this.value) return
    if ((this.#careful || shared) && now_ms - this.#raised_ms < CAREFUL_STEP_MS) return
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
    this.#raised_ms = now_ms
    // Our own model does not overfill the bucket, so a refusal is a sign of others.
    this.#others.add(now_ms, FAIR_SHARE * CHARGE)
  }
}
