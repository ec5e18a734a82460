export interface ThrottleOptions {
  /** Requests are refused from here on. Default 600. */
  readonly hwm?: number
  /** A bucket holds no more. Default 800. */
  readonly maximum?: number
  /** Default 10. */
  readonly outflow_per_second?: number
  /** Charged on arrival and given back at the end. Default 50. */
  readonly up_front_cost?: number
  /** 429 as hosted Canvas since October 2025, 403 as before and on older installations. Default 429. */
  readonly status?: 403 | 429
}

export const THROTTLE_BODIES: Readonly<Record<403 | 429, string>> = {
  403: '403 Forbidden (Rate Limit Exceeded)\n',
  429: '429 Too Many Requests (Rate Limit Exceeded)\n',
}

interface Bucket {
  count: number
  touched_ms: number
}

/** Leaky buckets, one per token. */
export class Throttle {
  readonly #options: Required<ThrottleOptions>
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: ThrottleOptions, now: () => number) {
    this.#options = {
      hwm: options.hwm ?? 600,
      maximum: options.maximum ?? 800,
      outflow_per_second: options.outflow_per_second ?? 10,
      up_front_cost: options.up_front_cost ?? 50,
      status: options.status ?? 429,
    }
    this.#now = now
  }

  get status(): 403 | 429 {
    return this.#options.status
  }

  /** False: refused. The up-front cost is charged either way, and {@link finish} gives it back. */
  arrive(key: string): boolean {
    return this.#add(key, this.#options.up_front_cost) < this.#options.hwm
  }

  /** Returns what remains after the refund, which is why a refused request often shows a positive number. */
  finish(key: string, cost: number): number {
    return this.#options.hwm - this.#add(key, cost - this.#options.up_front_cost)
  }

  remaining(key: string): number {
    return this.#options.hwm - this.#add(key, 0)
  }

  #add(key: string, amount: number): number {
    const now_ms = this.#now()
    const bucket = this.#buckets.get(key) ?? { count: 0, touched_ms: now_ms }
    const leaked = (this.#options.outflow_per_second * Math.max(0, now_ms - bucket.touched_ms)) / 1000
    bucket.count = Math.max(0, Math.min(this.#options.maximum, bucket.count - leaked + amount))
    bucket.touched_ms = now_ms
    this.#buckets.set(key, bucket)
    return bucket.count
  }
}
