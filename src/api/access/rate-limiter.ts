import type { Clock } from '../../core/clock.ts'

/** More keys than so many push out those that were not used for longest. */
const MOST_KEYS = 10_000
const WINDOW_S = 60

interface Bucket {
  /** Requests that may still come, with a fraction. */
  left: number
  at_ms: number
}

/** Where one key stands. */
export interface Quota {
  readonly allowed: boolean
  /** As `RateLimit-Policy`, `RateLimit` and, when it is not allowed, `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>
}

/** So many a minute for each key: a token bucket, which refills evenly and takes a burst as long as it is full. */
export class RateLimiter {
  readonly #name: string
  readonly #per_minute: number
  readonly #clock: Clock
  /** The least recently used first. */
  readonly #buckets = new Map<string, Bucket>()

  /** @param name of the policy, as the headers tell it */
  constructor(name: string, per_minute: number, clock: Clock) {
    this.#name = name
    this.#per_minute = per_minute
    this.#clock = clock
  }

  /** Takes one. */
  take(key: string): Quota {
    const bucket = this.#bucket(key)
    const allowed = bucket.left >= 1
    if (allowed) bucket.left--
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    this.#forgetOldest()
    return this.#quota(bucket, allowed)
  }

  get size(): number {
    return this.#buckets.size
  }

  #bucket(key: string): Bucket {
    const at_ms = this.#clock.monotonic()
    const known = this.#buckets.get(key)
    if (known === undefined) return { left: this.#per_minute, at_ms }
    const refilled = ((at_ms - known.at_ms) / 1000) * this.#per_second
    return { left: Math.min(this.#per_minute, known.left + refilled), at_ms }
  }

  #quota({ left }: Bucket, allowed: boolean): Quota {
    const full_s = Math.ceil((this.#per_minute - left) / this.#per_second)
    const headers: Record<string, string> = {
      'ratelimit-policy': `"${this.#name}";q=${this.#per_minute};w=${WINDOW_S}`,
      ratelimit: `"${this.#name}";r=${Math.floor(left)};t=${full_s}`,
    }
    if (!allowed) headers['retry-after'] = String(Math.max(1, Math.ceil((1 - left) / this.#per_second)))
    return { allowed, headers }
  }

  get #per_second(): number {
    return this.#per_minute / WINDOW_S
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= MOST_KEYS) return
    const oldest = this.#buckets.keys().next()
    if (oldest.done !== true) this.#buckets.delete(oldest.value)
  }
}
