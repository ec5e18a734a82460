import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import {
  DURATION_BINS_US,
  nearestRank,
  percentilesOf,
  percentilesOfBins,
} from '../../src/core/duration-bins.ts'

function countBins(seconds: readonly number[]): number[] {
  const counts = DURATION_BINS_US.map(() => 0)
  for (const each of seconds) {
    const bin = DURATION_BINS_US.findLastIndex((from_us) => from_us <= Math.round(each * 1e6))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts
}

describe('bins of durations', () => {
  it('are each at most a twentieth wide, from a millisecond to 115 days', () => {
    assert.deepEqual(DURATION_BINS_US.slice(0, 4), [0, 1000, 1050, 1102])
    DURATION_BINS_US.slice(2).forEach((from_us, index) => {
      const before = DURATION_BINS_US[index + 1] ?? 0
      assert.ok(from_us > before && from_us <= before * 1.05)
    })
    assert.ok((DURATION_BINS_US.at(-1) ?? 0) >= 1e13)
    assert.ok((DURATION_BINS_US.at(-2) ?? 0) < 1e13)
  })

  it('give percentiles within 2.5 % of the exact ones', () => {
    const durations = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (seconds, fraction) => {
        const [exact] = percentilesOf(seconds, [fraction])
        const [near] = percentilesOfBins(countBins(seconds), [fraction])
        assert.ok(exact != null && near != null)
        assert.ok(Math.abs(near - exact) <= exact * 0.025 + 1e-6, `${near} for ${exact}`)
      }),
    )
  })

  it('have none where there is nothing, and half a millisecond for less than one', () => {
    assert.deepEqual(percentilesOfBins(countBins([]), [0, 0.5, 1]), [null, null, null])
    assert.deepEqual(percentilesOf([], [0.5]), [null])
    assert.deepEqual(percentilesOfBins(countBins([0, 0.0004]), [0.5]), [0.0005])
  })

  it('take the nearest rank, not led too far by the noise of 0.07 x 100', () => {
    const ranks: readonly (readonly [number, number, number])[] = [
      [0, 100, 0],
      [0.07, 100, 6],
      [0.5, 3, 1],
      [0.95, 100, 94],
      [1, 100, 99],
      [0.5, 1, 0],
    ]
    for (const [fraction, count, rank] of ranks) assert.equal(nearestRank(fraction, count), rank)
  })
})
