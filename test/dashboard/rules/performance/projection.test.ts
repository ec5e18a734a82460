import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from '../../../support/fast-check.ts'
import {
  FEWEST_DAYS,
  nextSize,
  oneADay,
  reachOf,
  trendOf,
  type Measured,
} from '../../../../dashboard/src/performance/projection.ts'
import {
  paceText,
  projectionText,
  reachedText,
} from '../../../../dashboard/src/performance/projection-text.ts'

const DAY_MS = 86_400_000
const START = Date.parse('2026-11-01T12:00:00Z')

const daily = (values: readonly number[]): Measured[] =>
  values.map((value, day) => ({ at_ms: START + day * DAY_MS, value }))

const text = (value: number): string => `${Math.round(value)} MB`
const words = { what: 'The database', reaches: 'reaches 1000 MB', limit: 1000, text }

suite('the trend of what was measured', () => {
  test('nothing is said from fewer than five days, nor from one', () => {
    assert.equal(trendOf([]), null)
    assert.equal(trendOf(daily([1, 2, 3, 4])), null)
    assert.notEqual(trendOf(daily([1, 2, 3, 4, 5])), null)
    const once = { at_ms: START, value: 5 }
    assert.equal(trendOf([once, once, once, once, once]), null)
  })

  test('a straight line is found again, and is certain', () => {
    const line = fc.record({
      first: fc.integer({ min: 0, max: 1e9 }),
      per_day: fc.integer({ min: -1e6, max: 1e6 }),
      days: fc.integer({ min: FEWEST_DAYS, max: 200 }),
    })
    fc.assert(
      fc.property(line, ({ first, per_day, days }) => {
        const trend = trendOf(daily(Array.from({ length: days }, (_, day) => first + day * per_day)))
        assert.ok(trend !== null)
        const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * (1 + 1e6 + first)
        assert.ok(near(trend.per_day, per_day))
        assert.ok(near(trend.now, first + (days - 1) * per_day))
        assert.ok(near(trend.fastest_per_day, trend.slowest_per_day))
      }),
    )
  })

  test('the pace lies between its bounds, and noise makes them wider', () => {
    const noisy = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 60 })
    fc.assert(
      fc.property(noisy, (noise) => {
        const at = (factor: number): ReturnType<typeof trendOf> =>
          trendOf(daily(noise.map((each, day) => 100 * day + factor * each)))
        const [some, more] = [at(1), at(3)]
        assert.ok(some !== null && more !== null)
        assert.ok(some.slowest_per_day <= some.per_day && some.per_day <= some.fastest_per_day)
        const width = (trend: NonNullable<typeof some>): number =>
          trend.fastest_per_day - trend.slowest_per_day
        assert.ok(width(more) + 1e-6 >= width(some))
      }),
    )
  })

  test('nine in ten times the true pace lies between the bounds', () => {
    // A generator of its own, so that it is the same each time.
    let seed = 7
    const uniform = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    let inside = 0
    for (let round = 0; round < 2000; round++) {
      const trend = trendOf(daily(Array.from({ length: 6 }, (_, day) => 50 * day + 100 * normal())))
      if (trend !== null && trend.slowest_per_day <= 50 && trend.fastest_per_day >= 50) inside++
    }
    assert.ok(inside > 1740 && inside < 1860, `${inside} of 2000`)
  })

  test('of a day its last measurement counts', () => {
    const hours = Array.from({ length: 60 }, (_, hour) => ({ at_ms: START + hour * 3_600_000, value: hour }))
    assert.deepEqual(
      oneADay(hours).map(({ value }) => value),
      [11, 35, 59],
    )
  })

  test('the next round size is above, and at most two and a half times as much from a gigabyte on', () => {
    assert.deepEqual([0, 1e9, 1.5e9, 4.9e9, 5e9, 99e9].map(nextSize), [1e9, 2e9, 2e9, 5e9, 10e9, 100e9])
    fc.assert(
      fc.property(fc.double({ min: 1e9, max: 1e15, noNaN: true }), (bytes) => {
        const next = nextSize(bytes)
        assert.ok(next > bytes && next <= 2.5 * bytes)
      }),
    )
  })
})

suite('what is said of it', () => {
  test('when something is reached, with how sure that is, in one unit', () => {
    const said = [
      [{ days: 49, soonest_days: 35, latest_days: 77 }, 'about 7 weeks (5 to 11)'],
      [{ days: 0.2, soonest_days: 0.1, latest_days: 0.3 }, 'about 1 day'],
      [{ days: 9, soonest_days: 7, latest_days: 12 }, 'about 9 days (7 to 12)'],
      [{ days: 200, soonest_days: 150, latest_days: 2000 }, 'about 7 months (5 or more)'],
      [{ days: 1000, soonest_days: 900, latest_days: 1100 }, 'about 3 years (2 to 3)'],
    ] as const
    for (const [reached, expected] of said) assert.equal(reachedText(reached), expected)
  })

  test('the soonest is never later than the likely one, nor that than the latest', () => {
    const trends = fc.record({
      now: fc.double({ min: 0, max: 999, noNaN: true }),
      per_day: fc.double({ min: 0.001, max: 500, noNaN: true }),
      error: fc.double({ min: 0, max: 500, noNaN: true }),
    })
    fc.assert(
      fc.property(trends, ({ now, per_day, error }) => {
        const trend = { now, per_day, slowest_per_day: per_day - error, fastest_per_day: per_day + error }
        const reached = reachOf(trend, 1000)
        assert.ok(reached !== null)
        assert.ok(reached.soonest_days <= reached.days && reached.days <= reached.latest_days)
        assert.doesNotMatch(projectionText(trend, words), /NaN|Infinity|undefined/)
        assert.doesNotMatch(paceText(trend, 'calls', text), /NaN|Infinity|undefined/)
      }),
    )
  })

  test('what does not grow, or not evenly, is told as that', () => {
    const trend = { now: 500, per_day: 10, slowest_per_day: 8, fastest_per_day: 12 }
    assert.equal(
      projectionText(trend, words),
      'At this pace the database reaches 1000 MB in about 7 weeks (6 to 9). It grows by about 10 MB a day.',
    )
    assert.equal(
      projectionText({ ...trend, per_day: -5, slowest_per_day: -6, fastest_per_day: -4 }, words),
      'The database does not grow.',
    )
    assert.match(
      projectionText({ ...trend, slowest_per_day: -1 }, words),
      /^The database does not grow evenly/,
    )
    assert.match(projectionText({ ...trend, now: 1200 }, words), /^The database reaches 1000 MB already\./)
    const slow = { now: 500, per_day: 0.1, slowest_per_day: 0.09, fastest_per_day: 0.11 }
    assert.match(projectionText(slow, words), /more than ten years/)
  })

  test('a figure a day is carried on for 30 days only when it changes', () => {
    const calls = (value: number): string => String(Math.round(value))
    const steady = { now: 100, per_day: 1, slowest_per_day: -1, fastest_per_day: 3 }
    assert.equal(paceText(steady, 'calls', calls), 'About 100 calls a day now, without a clear change.')
    assert.equal(
      paceText({ ...steady, slowest_per_day: 0.5, fastest_per_day: 1.5 }, 'calls', calls),
      'About 100 calls a day now; in 30 days at this pace about 130 (115 to 145).',
    )
  })
})
