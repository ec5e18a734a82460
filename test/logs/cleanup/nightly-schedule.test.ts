import assert from 'node:assert/strict'
import test from 'node:test'
import fc from '../../support/fast-check.ts'
import {
  lastNight,
  nextNight,
  nightlySchedule,
  type Night,
} from '../../../src/logs/cleanup/nightly-schedule.ts'

const HOUR_MS = 3_600_000
const ZONES = [
  'UTC',
  'Europe/Zurich',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Casablanca',
]

/** The nights after a moment, as `<id> = <UTC>`. */
function nights(time_zone: string, at: string, after: string, count: number): string[] {
  const schedule = nightlySchedule({ time_zone, at })
  const found: string[] = []
  for (let from = Date.parse(after); found.length < count;) {
    const night = nextNight(schedule, from)
    assert.deepEqual(lastNight(schedule, night.time_ms), night)
    found.push(`${night.id} = ${new Date(night.time_ms).toISOString().slice(0, 16)}Z`)
    from = night.time_ms
  }
  return found
}

test('a night without a two o’clock runs when the clocks go forward', () => {
  assert.deepEqual(nights('Europe/Zurich', '02:00', '2026-03-28T12:00Z', 2), [
    '2026-03-29T02:00 Europe/Zurich = 2026-03-29T01:00Z',
    '2026-03-30T02:00 Europe/Zurich = 2026-03-30T00:00Z',
  ])
  assert.deepEqual(nights('America/New_York', '02:30', '2026-03-07T12:00Z', 2), [
    '2026-03-08T02:30 America/New_York = 2026-03-08T07:00Z',
    '2026-03-09T02:30 America/New_York = 2026-03-09T06:30Z',
  ])
})

test('a night with two two o’clocks runs once, at the first', () => {
  assert.deepEqual(nights('Europe/Zurich', '02:00', '2026-10-24T12:00Z', 2), [
    '2026-10-25T02:00 Europe/Zurich = 2026-10-25T00:00Z',
    '2026-10-26T02:00 Europe/Zurich = 2026-10-26T01:00Z',
  ])
  const schedule = nightlySchedule({ time_zone: 'Europe/Zurich' })
  for (const moment of ['2026-10-25T00:00Z', '2026-10-25T00:59Z', '2026-10-25T01:00Z', '2026-10-25T23:00Z']) {
    assert.equal(lastNight(schedule, Date.parse(moment)).id, '2026-10-25T02:00 Europe/Zurich')
  }
})

test('a day that a zone leaves out has no night', () => {
  assert.deepEqual(nights('Pacific/Apia', '02:00', '2011-12-28T13:00Z', 2), [
    '2011-12-29T02:00 Pacific/Apia = 2011-12-29T12:00Z',
    '2011-12-31T02:00 Pacific/Apia = 2011-12-30T12:00Z',
  ])
})

test('nights follow one another without end, each once, in any zone and at any time of day', () => {
  const scene = fc.record({
    zone: fc.constantFrom(...ZONES),
    hour: fc.nat(23),
    minute: fc.constantFrom(0, 15, 30, 59),
    from: fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2035-01-01') }),
  })
  fc.assert(
    fc.property(scene, ({ zone, hour, minute, from }) => {
      const at = [hour, minute].map((part) => String(part).padStart(2, '0')).join(':')
      const schedule = nightlySchedule({ time_zone: zone, at })
      const seen: Night[] = [lastNight(schedule, from)]
      assert.ok((seen[0]?.time_ms ?? Infinity) <= from)
      for (let now = from; now < from + 72 * HOUR_MS; now += HOUR_MS / 2) {
        const night = lastNight(schedule, now)
        const before = seen.at(-1)
        if (night.id === before?.id) {
          assert.equal(night.time_ms, before.time_ms)
          continue
        }
        const gap_ms = night.time_ms - (before?.time_ms ?? 0)
        assert.ok(gap_ms >= 22 * HOUR_MS && gap_ms <= 26 * HOUR_MS, `${zone} ${at}: ${gap_ms / HOUR_MS} h`)
        assert.deepEqual(nextNight(schedule, before?.time_ms ?? 0), night)
        seen.push(night)
      }
      assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length)
      assert.ok(seen.length >= 3)
    }),
    { numRuns: 40 },
  )
})

test('the schedule has the defaults of a clean-up on request, in the system’s zone', () => {
  assert.deepEqual(nightlySchedule(), {
    at: '02:00',
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    max_lines: 10_000,
    archive_days: 7,
    delete_days: 30,
  })
})

test('a schedule that makes no sense is refused by name', () => {
  const wrong: readonly [Parameters<typeof nightlySchedule>[0], RegExp][] = [
    [{ at: '24:00' }, /^at must be a time of day such as 02:00; got 24:00\.$/],
    [{ at: '2:00' }, /^at must be/],
    [{ time_zone: 'Europe/Zurych' }, /^The time zone must be an IANA name .*; got Europe\/Zurych\.$/],
    [{ max_lines: -1 }, /^max_lines must be/],
  ]
  for (const [given, message] of wrong) {
    assert.throws(() => nightlySchedule(given), { code: 'config_invalid', message })
  }
})
