import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { MonitorError } from '../../src/core/errors.ts'
import { fromWallTime, systemZone, toWallTime, zoneOffset } from '../../src/core/local-time.ts'
import { parseTime, parseTimeRange, type Bound, type TimeContext } from '../../src/core/time-range.ts'

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
  'America/Havana',
]
/** 11:15 in Berlin. */
const NOW = Date.parse('2026-11-22T10:15:00.000Z')
const BERLIN: TimeContext = { now_ms: NOW, zone: 'Europe/Berlin' }

const zones = fc.constantFrom(...ZONES)
const anyMoment = fc.integer({ min: Date.parse('1971-01-02'), max: Date.parse('2037-12-30') })
const HOUR_MS = 3_600_000

/** The hours of a year in which the clocks of some zone are set. */
function changes(year: number): number[] {
  const hours = new Set<number>()
  for (const zone of ZONES) {
    const start = Date.UTC(year, 0, 1)
    let before = zoneOffset(start, zone)
    for (let day = 1; day < 366; day++) {
      const offset = zoneOffset(start + day * 24 * HOUR_MS, zone)
      if (offset === before) continue
      before = offset
      for (let hour = (day - 1) * 24; hour < day * 24; hour++) {
        const at = start + hour * HOUR_MS
        if (zoneOffset(at, zone) !== zoneOffset(at + HOUR_MS, zone)) hours.add(at)
      }
    }
  }
  return [...hours]
}

const nearChange = fc
  .tuple(
    fc.constantFrom(...changes(2011), ...changes(2026)),
    fc.integer({ min: -30 * HOUR_MS, max: 30 * HOUR_MS }),
  )
  .map(([at, away]) => at + away)
const moments = fc.oneof(anyMoment, nearChange, nearChange)

const iso = (moment: number | null): string => (moment === null ? 'no time' : new Date(moment).toISOString())

const TIMES: readonly (readonly [string, string, string?])[] = [
  // text, as --since, as --until where it is another
  ['2026-11-20', '2026-11-19T23:00:00.000Z', '2026-11-20T23:00:00.000Z'],
  ['2026-11-20T10:15', '2026-11-20T09:15:00.000Z'],
  ['2026-11-20 10:15', '2026-11-20T09:15:00.000Z'],
  [' 2026-11-20t10:15:07 ', '2026-11-20T09:15:07.000Z'],
  ['2026-11-20T10:15:30.5', '2026-11-20T09:15:30.500Z'],
  ['2026-11-20 10:15:30,123', '2026-11-20T09:15:30.123Z'],
  ['2026-11-20T10:15:30.123456789Z', '2026-11-20T10:15:30.123Z'],
  ['2026-11-20T10:15Z', '2026-11-20T10:15:00.000Z'],
  ['2026-11-20T10:15:30+01:00', '2026-11-20T09:15:30.000Z'],
  ['2026-11-20T10:15:30-0530', '2026-11-20T15:45:30.000Z'],
  ['2026-11-20T10:15:30+02', '2026-11-20T08:15:30.000Z'],
  ['1795342500000', '2026-11-22T10:15:00.000Z'],
  ['1795342500', '2026-11-22T10:15:00.000Z'],
  ['now', '2026-11-22T10:15:00.000Z'],
  ['today', '2026-11-21T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
  ['Yesterday', '2026-11-20T23:00:00.000Z', '2026-11-21T23:00:00.000Z'],
  ['90s', '2026-11-22T10:13:30.000Z'],
  ['15m', '2026-11-22T10:00:00.000Z'],
  ['2h', '2026-11-22T08:15:00.000Z'],
  ['0s', '2026-11-22T10:15:00.000Z'],
  // Over the end of summer time: the same time of day, an hour more.
  ['30d', '2026-10-23T09:15:00.000Z'],
  ['2w', '2026-11-08T10:15:00.000Z'],
  ['6mo', '2026-05-22T09:15:00.000Z'],
  ['1y', '2025-11-22T10:15:00.000Z'],
  ['900y', '1970-01-01T00:00:00.000Z'],
  ['999999w', '1970-01-01T00:00:00.000Z'],
  // The clocks go from 02:00 to 03:00, so there is no half past two.
  ['2026-03-29T02:30', '2026-03-29T01:00:00.000Z'],
  ['2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  // They go from 03:00 back to 02:00, so there are two.
  ['2026-10-25T02:30', '2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'],
  ['2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['2024-02-29', '2024-02-28T23:00:00.000Z', '2024-02-29T23:00:00.000Z'],
]

for (const [text, since, until = since] of TIMES) {
  test(`"${text}" in Berlin is ${since} as --since and ${until} as --until`, () => {
    assert.equal(iso(parseTime(text, 'since', BERLIN)), since)
    assert.equal(iso(parseTime(text, 'until', BERLIN)), until)
  })
}

const NO_TIMES = [
  '',
  'tomorow',
  '7',
  '7 d',
  '-7d',
  '1.5h',
  '2026',
  '2026-11',
  '2026-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-11-31',
  '2026-11-20T24:00',
  '2026-11-20T10:60',
  '2026-11-20T10:15:60',
  '2026-11-20T10',
  '2026-11-20Z',
  '2026-11-20T10:15+24:00',
  '2026-11-20T10:15+01:60',
  '22.11.2026',
  '11/22/2026',
  '1969-12-31',
  '179534250000000',
  '٢٠٢٦-١١-٢٢',
]

for (const text of NO_TIMES) {
  test(`"${text}" is no time`, () => {
    assert.equal(parseTime(text, 'since', BERLIN), null)
  })
}

test('a month before the last day of a long month is the last day of the shorter one', () => {
  const context = { now_ms: Date.parse('2026-03-31T12:00:00Z'), zone: 'UTC' }
  assert.equal(iso(parseTime('1mo', 'since', context)), '2026-02-28T12:00:00.000Z')
  assert.equal(iso(parseTime('13mo', 'since', context)), '2025-02-28T12:00:00.000Z')
  assert.equal(iso(parseTime('3mo', 'since', context)), '2025-12-31T12:00:00.000Z')
})

test('a day that a zone leaves out altogether is empty, at the moment of the change', () => {
  const context = { now_ms: NOW, zone: 'Pacific/Apia' }
  const change = '2011-12-30T10:00:00.000Z'
  assert.equal(iso(parseTime('2011-12-30', 'since', context)), change)
  assert.equal(iso(parseTime('2011-12-30', 'until', context)), change)
})

test('a range has the sides that were given', () => {
  assert.deepEqual(parseTimeRange({}, BERLIN), {})
  assert.deepEqual(parseTimeRange({ since: '2h' }, BERLIN), { since_ms: NOW - 7_200_000 })
  assert.deepEqual(parseTimeRange({ since: undefined, until: 'now' }, BERLIN), { until_ms: NOW })
})

test('a wrong time is an error that names the option, the value and right ones', () => {
  const wrong = (given: Parameters<typeof parseTimeRange>[0]): MonitorError => {
    try {
      parseTimeRange(given, BERLIN)
    } catch (error) {
      assert.ok(error instanceof MonitorError)
      assert.equal(error.code, 'usage')
      return error
    }
    throw new assert.AssertionError({ message: 'it was taken' })
  }
  assert.equal(wrong({ until: 'tomorow' }).message, '--until must be a time, got "tomorow".')
  assert.match(wrong({ since: 'x' }).next_step, /--since 2h.*--since 2026-11-22T10:15/)
  assert.equal(
    wrong({ since: 'today', until: 'yesterday' }).message,
    '--since today is not before --until yesterday.',
  )
})

test('the example times of the error are times', () => {
  for (const text of ['2h', 'yesterday', '2026-11-22', '2026-11-22T10:15']) {
    assert.notEqual(parseTime(text, 'since', BERLIN), null)
  }
})

test('property: the clocks of every zone show what the system itself says', () => {
  fc.assert(
    fc.property(zones, moments, (zone, moment) => {
      const shown = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'medium',
      }).format(moment)
      const { year, month, day, hour, minute, second } = toWallTime(moment, zone)
      const two = (number: number): string => String(number).padStart(2, '0')
      assert.equal(`${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`, shown)
    }),
    { numRuns: 300 },
  )
})

test('property: every moment is found again from what the clocks show', () => {
  fc.assert(
    fc.property(zones, moments, (zone, moment) => {
      const wall = toWallTime(moment, zone)
      const earlier = fromWallTime(wall, zone, 'earlier')
      const later = fromWallTime(wall, zone, 'later')
      assert.ok(moment === earlier || moment === later)
      assert.ok(earlier <= later)
      assert.deepEqual(toWallTime(earlier, zone), wall)
      assert.deepEqual(toWallTime(later, zone), wall)
    }),
    { numRuns: 1500 },
  )
})

test('property: a day starts at the first moment at which the clocks show it, and ends where the next one starts', () => {
  fc.assert(
    fc.property(zones, moments, (zone, moment) => {
      const dateOf = (at: number): string => {
        const { year, month, day } = toWallTime(at, zone)
        const two = (number: number): string => String(number).padStart(2, '0')
        return `${year}-${two(month)}-${two(day)}`
      }
      const date = dateOf(moment)
      const start = parseTime(date, 'since', { now_ms: NOW, zone }) ?? Number.NaN
      const end = parseTime(date, 'until', { now_ms: NOW, zone }) ?? Number.NaN
      assert.ok(start <= moment && moment < end)
      assert.equal(dateOf(start), date)
      assert.ok(dateOf(start - 1) < date)
      assert.equal(dateOf(end - 1), date)
      assert.ok(dateOf(end) > date)
    }),
    { numRuns: 1500 },
  )
})

test('property: a time with an offset means the same moment in every zone', () => {
  const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 })
  fc.assert(
    fc.property(
      zones,
      moments,
      offsets,
      fc.constantFrom<Bound>('since', 'until'),
      (zone, at, minutes, bound) => {
        const local = new Date(at + minutes * 60_000).toISOString().slice(0, -1)
        const size = Math.abs(minutes)
        const two = (number: number): string => String(number).padStart(2, '0')
        const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
        assert.equal(parseTime(`${local}${offset}`, bound, { now_ms: NOW, zone }), at)
        assert.equal(parseTime(new Date(at).toISOString(), bound, { now_ms: NOW, zone }), at)
        assert.equal(parseTime(String(at), bound, { now_ms: NOW, zone }), at < 1e10 ? null : at)
      },
    ),
    { numRuns: 300 },
  )
})

test('property: a relative time is before now, and more of it is not later', () => {
  const units = fc.constantFrom('s', 'm', 'h', 'd', 'w', 'mo', 'y')
  fc.assert(
    fc.property(zones, moments, fc.nat(5000), fc.nat(5000), units, (zone, now_ms, amount, more, unit) => {
      const at = (number: number): number =>
        parseTime(`${number}${unit}`, 'since', { now_ms, zone }) ?? Number.NaN
      assert.ok(at(amount) <= now_ms)
      assert.ok(at(amount + more) <= at(amount))
    }),
    { numRuns: 1500 },
  )
})

test('property: any text is a time or none, and never an error', () => {
  const signs = fc.constantFrom(...Array.from('0123456789-:.,+TtZz smhdwoy'))
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: signs, maxLength: 30 }))
  fc.assert(
    fc.property(texts, fc.constantFrom<Bound>('since', 'until'), (text, bound) => {
      const moment = parseTime(text, bound, BERLIN)
      assert.ok(moment === null || Number.isFinite(moment))
    }),
    { numRuns: 2000 },
  )
})

test('the zone of the system is one that there is, whatever TZ says', () => {
  const { TZ } = process.env
  try {
    for (const name of [TZ ?? 'UTC', '', 'Nowhere', ':/etc/localtime', 'CET-1CEST']) {
      process.env['TZ'] = name
      assert.equal(typeof zoneOffset(NOW, systemZone()), 'number', name)
    }
  } finally {
    if (TZ === undefined) delete process.env['TZ']
    else process.env['TZ'] = TZ
  }
  assert.throws(() => zoneOffset(NOW, 'Mars/Olympus'), RangeError)
})
