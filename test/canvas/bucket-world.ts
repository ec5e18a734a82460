import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../src/core/clock.ts'
import type { ThrottleGate } from '../../src/canvas/index.ts'

interface Event {
  readonly at_ms: number
  readonly order: number
  readonly run: () => void
}

/** A discrete-event world: time jumps from event to event, so that an hour of traffic takes no time. */
export class EventWorld implements Clock {
  #now_ms = 0
  #order = 0
  #heap: Event[] = []

  now(): number {
    return this.#now_ms
  }

  monotonic(): number {
    return this.#now_ms
  }

  at(delay_ms: number, run: () => void): void {
    this.#push({ at_ms: this.#now_ms + delay_ms, order: this.#order++, run })
  }

  sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
      this.at(duration_ms, resolve)
    })
  }

  every(): () => void {
    throw new Error('not part of this world')
  }

  async runUntil(end_ms: number): Promise<void> {
    for (;;) {
      // Lets everything that waits for promises go on before the next event.
      await turn()
      const event = this.#heap[0]
      if (!event || event.at_ms > end_ms) return
      this.#pop()
      this.#now_ms = event.at_ms
      event.run()
    }
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (before(heap[parent] as Event, event)) break
      heap[at] = heap[parent] as Event
      at = parent
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Event
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child += 1
      if (before(last, heap[child] as Event)) break
      heap[at] = heap[child] as Event
      at = child
    }
    heap[at] = last
  }
}

function before(one: Event, other: Event): boolean {
  return one.at_ms < other.at_ms || (one.at_ms === other.at_ms && one.order < other.order)
}

/** Canvas's bucket as its middleware keeps it: 50 on arrival, refund at the end, 10 a second out, 0 to 800. */
export class ServerBucket {
  readonly high_water_mark: number
  #count = 0
  #at_ms = 0

  constructor(high_water_mark: number = 600) {
    this.high_water_mark = high_water_mark
  }

  arrive(now_ms: number): boolean {
    return this.#add(now_ms, 50) < this.high_water_mark
  }

  finish(now_ms: number, cost: number): number {
    return this.high_water_mark - this.#add(now_ms, cost - 50)
  }

  #add(now_ms: number, amount: number): number {
    const leaked = Math.max(0, this.#count - ((now_ms - this.#at_ms) / 1000) * 10)
    this.#at_ms = now_ms
    this.#count = Math.max(0, Math.min(800, leaked + amount))
    return this.#count
  }
}

/** mulberry32: the same numbers in every run. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface Traffic {
  /** Time the server works on a call. */
  readonly latency_ms: number
  /** Way there and way back, each. */
  readonly network_ms: number
  readonly cost: number
  /** 0 for none; latency, way and cost vary by this share up and down. */
  readonly jitter: number
}

export interface Tally {
  finished: number
  throttled: number
  throttled_at_ms: number[]
}

/** Keeps a gate busy: `workers` loops that call, wait for the answer and call again. */
export function startTraffic(options: {
  world: EventWorld
  bucket: ServerBucket
  gate: ThrottleGate
  traffic: Traffic
  random: () => number
  workers?: number
  count_from_ms?: number
}): Tally {
  const { world, bucket, gate, traffic, random } = options
  const tally: Tally = { finished: 0, throttled: 0, throttled_at_ms: [] }
  const vary = (value: number): number => value * (1 + traffic.jitter * (2 * random() - 1))
  const worker = async (): Promise<void> => {
    for (let first = false; ;) {
      const permit = await gate.acquire({ first })
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const answer = (then: () => void): void => {
        world.at(vary(traffic.network_ms), () => {
          then()
          permit.release()
          resolve(undefined)
        })
      }
      world.at(vary(traffic.network_ms), () => {
        if (!bucket.arrive(world.now())) {
          const remaining = bucket.finish(world.now(), 0)
          answer(() => {
            tally.throttled += 1
            tally.throttled_at_ms.push(world.now())
            permit.throttled({ cost: null, remaining })
          })
          first = true
          return
        }
        world.at(vary(traffic.latency_ms), () => {
          const cost = vary(traffic.cost)
          const remaining = bucket.finish(world.now(), cost)
          answer(() => {
            if (world.now() >= (options.count_from_ms ?? 0)) tally.finished += 1
            permit.answered({ cost, remaining })
          })
        })
        first = false
      })
      await promise
    }
  }
  for (let count = 0; count < (options.workers ?? 30); count++) void worker()
  return tally
}
