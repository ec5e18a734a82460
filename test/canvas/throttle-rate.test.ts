import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ThrottleGate } from '../../src/canvas/index.ts'
import { EventWorld, seeded, ServerBucket, startTraffic, type Tally, type Traffic } from './bucket-world.ts'

interface Measured {
  /** Part of what the bucket allows: min(10 / cost, 11 / latency). */
  readonly share: number
  readonly throttled: number
  readonly throttled_in_steady_state: number
  readonly finished: number[]
}

async function measure(
  traffic: Traffic,
  options: { clients: number; size?: number; join_ms?: number },
): Promise<Measured> {
  const world = new EventWorld()
  const bucket = new ServerBucket(options.size)
  const random = seeded(7)
  const round_ms = traffic.latency_ms + 2 * traffic.network_ms
  const allowed = Math.min(10 / traffic.cost, 11 / (round_ms / 1000))
  // An empty bucket lends 600 at first; only when that is used up is the rate the lasting one.
  const overflow = (11 / round_ms) * traffic.cost - 10 / 1000
  const filled_ms = overflow > 0 ? Math.min(90_000, 700 / overflow) : 0
  const settling_ms = options.clients > 1 ? 90_000 : 0
  const steady_from_ms = Math.max(filled_ms, settling_ms, 30 * round_ms) + (options.join_ms ?? 0)
  const end_ms = steady_from_ms + (250 / allowed) * 1000
  const tallies: Tally[] = []
  for (let client = 0; client < options.clients; client++) {
    const gate = new ThrottleGate({ clock: world, random })
    tallies.push(startTraffic({ world, bucket, gate, traffic, random, count_from_ms: steady_from_ms }))
    await world.runUntil((options.join_ms ?? 0) * (client + 1))
  }
  await world.runUntil(end_ms)
  const finished = tallies.map((tally) => tally.finished)
  const throttled_at_ms = tallies.flatMap((tally) => tally.throttled_at_ms)
  return {
    share: (1000 * finished.reduce((sum, count) => sum + count, 0)) / (end_ms - steady_from_ms) / allowed,
    throttled: throttled_at_ms.length,
    throttled_in_steady_state: throttled_at_ms.filter((at_ms) => at_ms >= steady_from_ms).length,
    finished,
  }
}

describe('rate under the throttle bucket', () => {
  for (const latency_ms of [50, 200, 1000, 3000, 10_000]) {
    it(`is at least 90 % of what the bucket allows and never refused at ${latency_ms} ms`, async () => {
      for (const network_ms of [1, 150]) {
        for (const cost of [0.05, 0.8, 3, 10, 30]) {
          for (const jitter of [0, 0.6]) {
            const traffic = { latency_ms, network_ms, cost, jitter }
            const { share, throttled } = await measure(traffic, { clients: 1 })
            assert.ok(share >= 0.9, `${JSON.stringify(traffic)}: ${share}`)
            assert.equal(throttled, 0, JSON.stringify(traffic))
          }
        }
      }
    })
  }

  it('uses a larger bucket and stays within a smaller one', async () => {
    const traffic = { latency_ms: 1000, network_ms: 20, cost: 0.5, jitter: 0.3 }
    const large = await measure(traffic, { clients: 1, size: 700 })
    assert.ok(large.share >= 0.9 && large.throttled === 0)
    const small = await measure(traffic, { clients: 1, size: 400 })
    assert.ok(small.share >= 0.4 && small.throttled_in_steady_state === 0, JSON.stringify(small))
  })

  it('is shared by two processes with one token', async () => {
    for (const latency_ms of [300, 1000, 3000]) {
      for (const cost of [0.1, 1, 5, 20]) {
        const traffic = { latency_ms, network_ms: 20, cost, jitter: 0.3 }
        const { share, throttled_in_steady_state, finished } = await measure(traffic, { clients: 2 })
        assert.ok(share >= 0.9, `${JSON.stringify(traffic)}: ${share}`)
        assert.equal(throttled_in_steady_state, 0, JSON.stringify(traffic))
        assert.ok(Math.min(...finished) * 10 >= Math.max(...finished), JSON.stringify({ traffic, finished }))
      }
    }
  })

  it('lets a second process in while the first is at full speed', async () => {
    const traffic = { latency_ms: 500, network_ms: 20, cost: 0.5, jitter: 0.3 }
    const { finished, throttled } = await measure(traffic, { clients: 2, join_ms: 60_000 })
    assert.ok(throttled <= 3, String(throttled))
    assert.ok(Math.min(...finished) * 10 >= Math.max(...finished), String(finished))
  })
})
