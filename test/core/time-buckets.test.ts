import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import {
  bucketStart,
  bucketStartFrom,
  bucketStarts,
  mostBuckets,
  nextBucketStart,
  TIME_BUCKETS,
  windowParts,
} from '../../src/core/time-buckets.ts'

const at = (text: string): number => Date.parse(text)
const time = fc.integer({ min: at('1969-01-01T00:00:00Z'), max: at('2400-01-01T00:00:00Z') })
const bucket = fc.constantFrom(...TIME_BUCKETS)

describe('buckets of time', () => {
  it('begin at whole UTC times, a month on its first day', () => {
    const moment = at('2028-02-29T23:59:59.999Z')
    const starts = TIME_BUCKETS.map((each) => new Date(bucketStart(each, moment)).toISOString())
    assert.deepEqual(starts, [
      '2028-02-29T23:55:00.000Z',
      '2028-02-29T23:00:00.000Z',
      '2028-02-29T00:00:00.000Z',
      '2028-02-01T00:00:00.000Z',
    ])
    const next = TIME_BUCKETS.map((each) => nextBucketStart(each, moment))
    assert.deepEqual(new Set(next), new Set([at('2028-03-01T00:00:00Z')]))
    assert.equal(nextBucketStart('month', at('2026-12-05T00:00:00Z')), at('2027-01-01T00:00:00Z'))
  })

  it('follow one another without a gap', () => {
    fc.assert(
      fc.property(bucket, time, (each, moment) => {
        const start = bucketStart(each, moment)
        const next = nextBucketStart(each, moment)
        assert.ok(start <= moment && moment < next)
        assert.equal(bucketStart(each, next), next)
        assert.equal(bucketStart(each, next - 1), start)
        assert.equal(bucketStartFrom(each, moment), moment === start ? start : next)
      }),
    )
  })

  it('are listed from the one that holds the beginning to the one that holds the last moment', () => {
    fc.assert(
      fc.property(fc.constantFrom('day', 'month'), time, fc.nat(4e9), (each, since, length) => {
        const starts = bucketStarts(each, since, since + length)
        assert.ok(starts.length <= mostBuckets(each, since, since + length))
        assert.equal(
          starts[0],
          length === 0 && bucketStart(each, since) === since ? undefined : bucketStart(each, since),
        )
        if (length > 0) assert.equal(starts.at(-1), bucketStart(each, since + length - 1))
      }),
    )
  })

  it('take every time that a number can be', () => {
    for (const moment of [-Infinity, -1e300, Number.MIN_SAFE_INTEGER, -0.5, 1.5, 1e300, Infinity]) {
      for (const each of TIME_BUCKETS) assert.ok(Number.isSafeInteger(bucketStart(each, moment)), `${moment}`)
      for (const part of windowParts(moment, ['5m', 'hour', 'day', 'month'])) {
        assert.ok(Number.isSafeInteger(part.from) && part.from <= part.to)
      }
    }
  })

  it('have an end, however far a time is', () => {
    for (const bucket of TIME_BUCKETS) {
      for (const until of [8.64e15, Number.MAX_SAFE_INTEGER, Infinity]) {
        assert.ok(bucketStarts(bucket, until - 1, until).length <= 1)
        assert.ok(bucketStarts(bucket, 8e15 - 86_400_000, until).length <= 300)
      }
    }
  })
})

describe('the parts of a window', () => {
  it('cover it once, from small to large, each in whole buckets', () => {
    fc.assert(
      fc.property(time, fc.subarray([...TIME_BUCKETS], { minLength: 1 }), (since, tiers) => {
        const parts = windowParts(since, tiers)
        assert.deepEqual(
          parts.map((part) => part.tier),
          ['rows', ...tiers],
        )
        assert.equal(parts[0]?.from, since)
        assert.equal(parts.at(-1)?.to, Number.MAX_SAFE_INTEGER)
        parts.slice(1).forEach((part, index) => {
          assert.equal(part.from, parts[index]?.to)
          if (part.tier !== 'rows') assert.equal(bucketStart(part.tier, part.from), part.from)
        })
      }),
    )
  })

  it('cover a window that has an end once, in whole buckets, with fewest in the small tiers', () => {
    const length = fc.integer({ min: -1000, max: 400 * 86_400_000 })
    fc.assert(
      fc.property(time, length, fc.subarray([...TIME_BUCKETS]), (since, length_ms, tiers) => {
        const until = since + length_ms
        const parts = windowParts(since, tiers, until)
        if (length_ms <= 0) assert.deepEqual(parts, [])
        else {
          assert.equal(parts[0]?.from, since)
          assert.equal(parts.at(-1)?.to, until)
        }
        parts.forEach(({ tier, from, to }, index) => {
          assert.ok(from < to)
          if (index > 0) assert.equal(from, parts[index - 1]?.to)
          const larger = tier === 'rows' ? tiers[0] : tiers[tiers.indexOf(tier) + 1]
          if (tier !== 'rows') {
            assert.equal(bucketStart(tier, from), from)
            assert.equal(bucketStart(tier, to), to)
          }
          // Nothing is read from small buckets that a whole larger one holds.
          if (larger !== undefined) assert.ok(bucketStartFrom(larger, from) >= bucketStart(larger, to))
        })
      }),
    )
  })
})
