import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { threadCost } from '../support/cpu-time.ts'
import * as fc from '../support/fast-check.ts'
import { calendarWeeks } from '../../src/core/calendar-days.ts'
import { toWallTime, zoneOffset } from '../../src/core/local-time.ts'

const HOUR_MS = 3_600_000

interface LongDay {
  readonly zone: string
  readonly date: string
  readonly start: string
  readonly hours: number
}

const DAYS: readonly LongDay[] = [
  { zone: 'UTC', date: '2026-03-29', start: '2026-03-29T00:00:00.000Z', hours: 24 },
  { zone: 'Europe/Berlin', date: '2026-03-29', start: '2026-03-28T23:00:00.000Z', hours: 23 },
  { zone: 'Europe/Berlin', date: '2026-10-25', start: '2026-10-24T22:00:00.000Z', hours: 25 },
  { zone: 'America/New_York', date: '2026-03-08', start: '2026-03-08T05:00:00.000Z', hours: 23 },
  { zone: 'America/New_York', date: '2026-11-01', start: '2026-11-01T04:00:00.000Z', hours: 25 },
  // Half an hour.
  { zone: 'Australia/Lord_Howe', date: '2026-04-05', start: '2026-04-04T13:00:00.000Z', hours: 24.5 },
  { zone: 'Australia/Lord_Howe', date: '2026-10-04', start: '2026-10-03T13:30:00.000Z', hours: 23.5 },
  { zone: 'Asia/Kathmandu', date: '2026-06-01', start: '2026-05-31T18:15:00.000Z', hours: 24 },
  // Its clocks go from 0:59 back to 0:00: the day begins with the first midnight.
  { zone: 'America/Havana', date: '2026-11-01', start: '2026-11-01T04:00:00.000Z', hours: 25 },
  // Its clocks go from 24:00 to 1:00: the day has no midnight.
  { zone: 'Africa/Cairo', date: '2026-04-24', start: '2026-04-23T22:00:00.000Z', hours: 23 },
  // From 24:00 back to 23:00.
  { zone: 'Africa/Cairo', date: '2026-10-29', start: '2026-10-28T21:00:00.000Z', hours: 25 },
]

describe('the days of a calendar', () => {
  for (const { zone, date, start, hours } of DAYS) {
    it(`${date} has ${hours} hours in ${zone}`, () => {
      const start_ms = Date.parse(start)
      const day = calendarWeeks(start_ms + 30 * HOUR_MS, zone, 2).find((each) => each.date === date)
      assert.deepEqual(day, { date, start_ms, end_ms: start_ms + hours * HOUR_MS })
    })
  }

  it('are those of whole weeks from a Monday on, up to today', () => {
    // A Sunday, which is Monday already in the east.
    const now = Date.parse('2026-11-22T22:00:00Z')
    const here = calendarWeeks(now, 'UTC', 52)
    assert.deepEqual([here[0]?.date, here.at(-1)?.date, here.length], ['2025-11-24', '2026-11-22', 52 * 7])
    const there = calendarWeeks(now, 'Asia/Tokyo', 52)
    assert.deepEqual([there[0]?.date, there.at(-1)?.date], ['2025-12-01', '2026-11-23'])
    assert.equal(there.length, 51 * 7 + 1)
  })

  it('leave out one that a zone has left out', () => {
    const days = calendarWeeks(Date.parse('2012-01-02T00:00:00Z'), 'Pacific/Apia', 2)
    const dates = new Set(days.map(({ date }) => date))
    assert.ok(dates.has('2011-12-29') && dates.has('2011-12-31'))
    assert.ok(!dates.has('2011-12-30'))
  })

  it('tile the time without a gap or an overlap, and hold exactly the moments of their date', () => {
    const zones = Intl.supportedValuesOf('timeZone')
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) }),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (zone, now, weeks, part) => {
          const days = calendarWeeks(now, zone, weeks)
          const last = days.at(-1)
          assert.ok(last !== undefined && last.start_ms <= now && now < last.end_ms)
          for (const [index, day] of days.entries()) {
            assert.equal(days[index + 1]?.start_ms ?? day.end_ms, day.end_ms)
            const inside = day.start_ms + Math.floor(part * (day.end_ms - day.start_ms))
            for (const at of [day.start_ms, inside, day.end_ms - 1]) {
              const { year, month, day: number } = toWallTime(at, zone)
              assert.equal(new Date(Date.UTC(year, month - 1, number)).toISOString().slice(0, 10), day.date)
            }
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('are found soon', () => {
    const cost_ms = threadCost(() =>
      calendarWeeks(Date.parse('2026-11-22T22:00:00Z'), 'America/St_Johns', 53),
    )
    assert.ok(cost_ms < 500, `${cost_ms} ms`)
  })
})

describe('zones that callers name', () => {
  it('are not all kept: each takes memory', () => {
    const made = mock.method(Intl, 'DateTimeFormat')
    try {
      const offsets = Array.from(
        { length: 100 },
        (_, minute) => `+${String(10 + (minute % 10))}:${10 + Math.floor(minute / 10)}`,
      )
      for (const zone of offsets) zoneOffset(0, zone)
      const once = made.mock.callCount()
      zoneOffset(0, offsets.at(-1) ?? '')
      assert.equal(made.mock.callCount(), once, 'the newest is kept')
      zoneOffset(0, offsets[0] ?? '')
      assert.equal(made.mock.callCount(), once + 1, 'the oldest is not')
    } finally {
      made.mock.restore()
    }
  })
})
