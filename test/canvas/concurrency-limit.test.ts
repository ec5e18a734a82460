import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConcurrencyLimit } from '../../src/canvas/concurrency-limit.ts'

/** Answers every 100 ms, always at the limit, and returns the limits seen. */
function climb(limit: ConcurrencyLimit, from_ms: number, count: number, external_load: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    limit.answered(from_ms + index * 100, { in_flight: limit.value, external_load, has_rate_headers: true })
    return limit.value
  })
}

describe('ConcurrencyLimit', () => {
  it('grows by one per answer while alone', () => {
    assert.deepEqual(climb(new ConcurrencyLimit(11), 0, 12, 0), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11])
  })

  it('leaves room for others: five at least, one place always free', () => {
    const limit = new ConcurrencyLimit(11)
    climb(limit, 0, 12, 0)
    assert.equal(climb(limit, 2000, 1, 100)[0], 8)
    assert.equal(climb(limit, 2100, 1, 500)[0], 5)
    assert.equal(climb(limit, 50_000, 1, 0)[0], 5, 'others are remembered')
    assert.equal(climb(limit, 200_000, 1, 0)[0], 11)
  })

  it('halves after a refusal and does not go back to what was too many for two minutes', () => {
    const limit = new ConcurrencyLimit(11)
    climb(limit, 0, 12, 0)
    limit.throttled(10_000)
    assert.equal(limit.value, 5)
    assert.ok(Math.max(...climb(limit, 75_000, 500, 0)) <= 10)
    assert.equal(climb(limit, 140_000, 100, 0).at(-1), 11)
  })

  it('does not grow when it is not the limit that holds', () => {
    const limit = new ConcurrencyLimit(11)
    climb(limit, 0, 3, 0)
    limit.answered(1000, { in_flight: 1, external_load: 0, has_rate_headers: true })
    assert.equal(limit.value, 4)
  })
})
