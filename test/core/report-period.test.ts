import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import {
  daysOf,
  lastDue,
  lastSpan,
  REPORT_PERIODS,
  spanBefore,
  type ReportPeriod,
} from '../../src/core/report-period.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ZONES = [
  'UTC',
  'Europe/Zurich',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]

const iso = (at_ms: number): string => new Date(at_ms).toISOString()
const spanOf = (period: ReportPeriod, now: string, zone: string): string[] => {
  const { since, until } = lastSpan(period, Date.parse(now), zone)
  return [iso(since), iso(until)]
}

/** How a clock on the wall shows a moment, asked of Intl alone. */
function shown(at_ms: number, zone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return Object.fromEntries(format.formatToParts(at_ms).map(({ type, value }) => [type, value]))
}

describe('the last whole period', () => {
  it('is a day, a week from Monday on or a month of the calendar, in local time', () => {
    const now = '2026-11-22T10:15:00.000Z'
    assert.deepEqual(spanOf('daily', now, 'UTC'), ['2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'])
    assert.deepEqual(spanOf('weekly', now, 'Europe/Zurich'), [
      '2026-11-08T23:00:00.000Z',
      '2026-11-15T23:00:00.000Z',
    ])
    assert.deepEqual(spanOf('monthly', now, 'America/New_York'), [
      '2026-10-01T04:00:00.000Z',
      '2026-11-01T04:00:00.000Z',
    ])
    assert.deepEqual(spanOf('monthly', '2027-01-15T00:00:00.000Z', 'UTC'), [
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ])
  })

  it('has an hour more or less where the clocks were changed', () => {
    const lengthOf = (period: ReportPeriod, now: string): number => {
      const { since, until } = lastSpan(period, Date.parse(now), 'Europe/Zurich')
      return (until - since) / HOUR_MS
    }
    assert.equal(lengthOf('daily', '2026-03-30T10:00:00.000Z'), 23)
    assert.equal(lengthOf('daily', '2026-10-26T10:00:00.000Z'), 25)
    assert.equal(lengthOf('weekly', '2026-03-30T10:00:00.000Z'), 167)
    assert.equal(lengthOf('monthly', '2026-11-01T10:00:00.000Z'), 31 * 24 + 1)
  })

  it('begins and ends at midnight of the right days, and follows the one before without a gap', () => {
    const moment = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2032, 0, 1) })
    fc.assert(
      fc.property(
        moment,
        fc.constantFrom(...ZONES),
        fc.constantFrom(...REPORT_PERIODS),
        (now, zone, period) => {
          const span = lastSpan(period, now, zone)
          assert.ok(span.since < span.until && span.until <= now)
          assert.equal(spanBefore(period, span, zone).until, span.since)
          for (const border of [span.since, span.until]) {
            const { hour, minute, second, weekday, day } = shown(border, zone)
            assert.deepEqual([hour, minute, second], ['00', '00', '00'], `${iso(border)} ${zone}`)
            if (period === 'weekly') assert.equal(weekday, 'Mon')
            if (period === 'monthly') assert.equal(day, '01')
          }
          const days = daysOf(span, zone)
          assert.deepEqual([days[0], days.at(-1)], [span.since, span.until])
          for (const [index, at] of days.slice(0, -1).entries()) {
            const length_ms = (days[index + 1] ?? 0) - at
            assert.ok(length_ms >= 22 * HOUR_MS && length_ms <= 26 * HOUR_MS, `${length_ms / HOUR_MS} h`)
            assert.equal(shown(at, zone)['hour'], '00')
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a report', () => {
  const nine = { hour: 9, minute: 0 }

  it('is due after its period: on Monday at nine by default, or when somebody says', () => {
    const dueAt = (period: ReportPeriod, now: string, time = {}): string =>
      iso(lastDue(period, { ...nine, ...time }, Date.parse(now), 'Europe/Zurich').due_at)
    assert.equal(dueAt('weekly', '2026-11-23T08:00:00.000Z'), '2026-11-23T08:00:00.000Z')
    assert.equal(dueAt('weekly', '2026-11-23T07:59:59.999Z'), '2026-11-16T08:00:00.000Z')
    assert.equal(dueAt('weekly', '2026-11-23T08:00:00.000Z', { weekday: 5 }), '2026-11-20T08:00:00.000Z')
    assert.equal(dueAt('monthly', '2026-11-02T00:00:00.000Z'), '2026-11-01T08:00:00.000Z')
    assert.equal(
      dueAt('monthly', '2026-11-02T00:00:00.000Z', { day_of_month: 28 }),
      '2026-10-28T08:00:00.000Z',
    )
    assert.equal(dueAt('daily', '2026-11-22T07:00:00.000Z'), '2026-11-21T08:00:00.000Z')
  })

  it('is due once for each period, through a year with both changes of the clocks', () => {
    for (const zone of ZONES) {
      for (const period of REPORT_PERIODS) {
        for (const time of [
          nine,
          { hour: 2, minute: 30 },
          { hour: 0, minute: 0 },
          { hour: 23, minute: 59 },
        ]) {
          const seen = new Map<number, number>()
          let last = 0
          for (let now = Date.UTC(2026, 0, 5); now < Date.UTC(2027, 0, 5); now += 6 * HOUR_MS) {
            const { due_at, span } = lastDue(period, time, now, zone)
            assert.ok(due_at <= now && due_at >= last && span.until <= due_at)
            assert.equal(seen.get(span.until) ?? due_at, due_at)
            seen.set(span.until, due_at)
            last = due_at
          }
          const days = Math.round(([...seen.keys()].at(-1) ?? 0) - ([...seen.keys()][0] ?? 0)) / DAY_MS
          const expected = { daily: days + 1, weekly: days / 7 + 1, monthly: 13 }[period]
          assert.ok(Math.abs(seen.size - expected) <= 1, `${zone} ${period}: ${seen.size}, not ${expected}`)
        }
      }
    }
  })
})
