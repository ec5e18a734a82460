import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Report } from '../../src/core/report.ts'
import { changeText, percentText, spanText, stepText } from '../../src/reports/report-words.ts'

const span = (period: Report['period'], since: string, until: string): string =>
  spanText({ period, since, until, time_zone: 'UTC' })

describe('the span of a report', () => {
  it('is a day with its weekday, a week with both ends, or a month', () => {
    assert.equal(span('daily', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'), 'Sun 22 November 2026')
    assert.equal(span('weekly', '2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z'), '16 to 22 November 2026')
    assert.equal(
      span('weekly', '2026-10-26T00:00:00Z', '2026-11-02T00:00:00Z'),
      '26 October to 1 November 2026',
    )
    assert.equal(
      span('weekly', '2026-12-28T00:00:00Z', '2027-01-04T00:00:00Z'),
      '28 December 2026 to 3 January 2027',
    )
    assert.equal(span('monthly', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'), 'November 2026')
  })

  it('names its steps by hour, weekday or day of the month, by the clocks of its zone', () => {
    const at = '2026-11-22T23:30:00.000Z'
    const time_zone = 'Europe/Zurich'
    assert.equal(stepText(at, { period: 'daily', time_zone }), '00')
    assert.equal(stepText(at, { period: 'weekly', time_zone }), 'Mon')
    assert.equal(stepText(at, { period: 'monthly', time_zone }), '23')
  })
})

describe('a change', () => {
  it('says by how much, and whether that is good', () => {
    const TABLE = [
      [110, 100, 'more', false, '▲ 10 %', 'good'],
      [110, 100, 'less', false, '▲ 10 %', 'bad'],
      [90, 100, 'more', false, '▼ 10 %', 'bad'],
      [90, 100, null, false, '▼ 10 %', 'plain'],
      [100, 100, 'more', false, 'as before', 'plain'],
      [100.3, 100, 'more', false, 'about as before', 'plain'],
      [5, 0, 'less', false, '▲ from 0', 'bad'],
      [0, 5, 'less', false, '▼ 100 %', 'good'],
      [2500, 100, 'more', false, '▲ 25 times', 'good'],
      [99.1, 98.5, 'more', true, '▲ 0.6 points', 'good'],
      [99.11, 99.1, 'more', true, 'about as before', 'plain'],
      [null, 3, 'more', false, 'nothing to compare with', 'plain'],
      [3, null, 'more', false, 'nothing to compare with', 'plain'],
    ] as const
    for (const [now, before, better, points, text, tone] of TABLE) {
      assert.deepEqual(changeText(now, before, better, points), { text, tone })
    }
  })
})

describe('a share', () => {
  it('is never rounded to all or to none', () => {
    assert.deepEqual([null, 0, 0.04, 93.456, 99.96, 99.9999, 100].map(percentText), [
      '–',
      '0 %',
      '< 0.1 %',
      '93.5 %',
      '> 99.9 %',
      '> 99.9 %',
      '100 %',
    ])
  })
})
