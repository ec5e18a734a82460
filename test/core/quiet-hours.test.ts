import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { isInTerm, isQuiet, quietUntil, termAt, type AlertCalendar } from '../../src/core/quiet-hours.ts'

const ZURICH = 'Europe/Zurich'
const calendar = (given: Partial<AlertCalendar>): AlertCalendar => ({
  quiet_hours: [],
  terms: [],
  time_zone: ZURICH,
  ...given,
})
const at = (text: string): number => Date.parse(text)
const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

describe('quiet hours', () => {
  const nights = calendar({ quiet_hours: [{ from: '22:00', until: '07:00' }] })

  it('hold through the night and end in the morning', () => {
    const rows: [string, string | null][] = [
      ['2026-11-22T20:59:59Z', null],
      ['2026-11-22T21:00:00Z', '2026-11-23T06:00:00.000Z'],
      ['2026-11-23T00:30:00Z', '2026-11-23T06:00:00.000Z'],
      ['2026-11-23T05:59:59Z', '2026-11-23T06:00:00.000Z'],
      ['2026-11-23T06:00:00Z', null],
    ]
    for (const [time, until] of rows) {
      assert.equal(iso(quietUntil(nights, at(time))), until, time)
      assert.equal(isQuiet(nights, at(time)), until !== null, time)
    }
  })

  it('end by the clock on the wall in the nights in which it is changed', () => {
    assert.equal(iso(quietUntil(nights, at('2026-03-28T22:00:00Z'))), '2026-03-29T05:00:00.000Z')
    assert.equal(iso(quietUntil(nights, at('2026-10-24T22:00:00Z'))), '2026-10-25T06:00:00.000Z')
    const short = calendar({ quiet_hours: [{ from: '02:15', until: '02:45' }] })
    // 02:15 to 02:45 is not shown on this day, and is shown twice on that one.
    assert.equal(isQuiet(short, at('2026-03-29T01:00:00Z')), false)
    assert.equal(iso(quietUntil(short, at('2026-10-25T00:20:00Z'))), '2026-10-25T01:45:00.000Z')
  })

  it('belong to the day on which they begin, in a zone of their own', () => {
    const friday = calendar({
      quiet_hours: [{ from: '18:00', until: '09:00', days: ['fri'], time_zone: 'America/New_York' }],
    })
    assert.equal(isQuiet(friday, at('2026-11-20T22:59:00Z')), false)
    assert.equal(iso(quietUntil(friday, at('2026-11-20T23:00:00Z'))), '2026-11-21T14:00:00.000Z')
    assert.equal(isQuiet(friday, at('2026-11-21T23:00:00Z')), false)
  })

  it('that follow each other are one', () => {
    const weekend = calendar({
      quiet_hours: [
        { from: '00:00', until: '00:00', days: ['sat', 'sun'] },
        { from: '22:00', until: '07:00' },
      ],
    })
    assert.equal(iso(quietUntil(weekend, at('2026-11-20T21:30:00Z'))), '2026-11-23T06:00:00.000Z')
  })

  it('without an end are asked again within ten days', () => {
    const always = calendar({ quiet_hours: [{ from: '00:00', until: '00:00' }] })
    const now = at('2026-11-20T12:00:00Z')
    const until = quietUntil(always, now)
    assert.ok(until !== null && until > now && until < now + 10 * 86_400_000)
  })

  it('are over when they say so, at any moment of a year and in any zone', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
    const zone = fc.constantFrom(ZURICH, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC')
    const moment = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') })
    fc.assert(
      fc.property(time, time, zone, moment, (from, until, time_zone, now) => {
        const hours = calendar({ quiet_hours: [{ from, until }], time_zone })
        const ends = quietUntil(hours, now)
        assert.equal(isQuiet(hours, now), ends !== null)
        if (ends === null || from === until) return
        assert.ok(ends > now)
        assert.ok(isQuiet(hours, ends - 1))
        assert.equal(isQuiet(hours, ends), false)
      }),
      { numRuns: 300 },
    )
  })
})

describe('terms', () => {
  const terms = [
    { name: 'Autumn', starts: '2026-09-14', ends: '2026-12-18' },
    { name: 'Spring', starts: '2027-02-22', ends: '2027-06-04' },
  ]

  it('run from the first to the last day, by the clock on the wall', () => {
    const rows: [string, string | null][] = [
      ['2026-09-13T21:59:00Z', null],
      ['2026-09-13T22:00:00Z', 'Autumn'],
      ['2026-12-18T22:59:00Z', 'Autumn'],
      ['2026-12-18T23:00:00Z', null],
      ['2027-03-01T12:00:00Z', 'Spring'],
    ]
    for (const [time, name] of rows) {
      assert.equal(termAt(calendar({ terms }), at(time))?.name ?? null, name, time)
      assert.equal(isInTerm(calendar({ terms }), at(time)), name !== null)
    }
  })

  it('always run where nobody wrote them down', () => {
    assert.equal(isInTerm(calendar({}), at('2026-08-01T12:00:00Z')), true)
    assert.equal(termAt(calendar({}), at('2026-08-01T12:00:00Z')), null)
  })
})
