import type { Clock } from '../../core/clock.ts'

/** More keys than so many push out those that were not used for longest. */
const MOST_KEYS = 10_000
const WINDOW_S = 60

interface Bucket {
  /** What may still come, with a fraction; below nothing what was spent beyond it. */
  left: number
  at_ms: number
}

/** Where one key stands. */
export interface Quota {
  readonly allowed: boolean
  /** As `RateLimit-Policy`, `RateLimit` and, when it is not allowed, `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>
}

/** Where a key stands with two limits, the first of which allows it. */
export function joined(first: Quota, second: Quota): Quota {
  const headers = { ...second.headers }
  for (const name of ['ratelimit-policy', 'ratelimit']) {
    headers[name] = `${first.headers[name]}, ${second.headers[name]}`
  }
  return { allowed: second.allowed, headers }
}

/** So many a minute for each key: a token bucket, which refills evenly and takes a burst as long as it is full. */
export class RateLimiter {
  readonly #name: string
  readonly #per_minute: number
  readonly #clock: Clock
  readonly #unit: string
  /** The least recently used first. */
  readonly #buckets = new Map<string, Bucket>()

  /**
   * @param name of the policy, as the headers tell it
   * @param unit as the headers tell it; default requests
   */
  constructor(name: string, per_minute: number, clock: Clock, unit?: 'content-bytes') {
    this.#name = name
    this.#per_minute = per_minute
    this.#clock = clock
    this.#unit = unit === undefined ? '' : `;qu="${unit}"`
  }

  /** Takes one. */
  take(key: string): Quota {
    const bucket = this.#bucket(key)
    const allowed = bucket.left >= 1
    if (allowed) bucket.left--
    this.#keep(key, bucket)
    return this.#quota(bucket, allowed)
  }

  /** Whether anything is left; takes nothing. */
  look(key: string): Quota {
    const bucket = this.#bucket(key)
    return this.#quota(bucket, bucket.left >= 1)
  }

  /** Takes so much, more than is left too: it is paid off before anything else is allowed. */
  spend(key: string, amount: number): void {
    const bucket = this.#bucket(key)
    bucket.left -= amount
    this.#keep(key, bucket)
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
      'ratelimit-policy': `"${this.#name}";q=${this.#per_minute}${this.#unit};w=${WINDOW_S}`,
      ratelimit: `"${this.#name}";r=${Math.max(0, Math.floor(left))};t=${full_s}`,
    }
    if (!allowed) headers['retry-after'] = String(Math.max(1, Math.ceil((1 - left) / this.#per_second)))
    return { allowed, headers }
  }

  get #per_second(): number {
    return this.#per_minute / WINDOW_S
  }

  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size <= MOST_KEYS) return
    const oldest = this.#buckets.keys().next()
    if (oldest.done !== true) this.#buckets.delete(oldest.value)
  }
}
