import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../support/fast-check.ts'
import { clockChanges, cronFault, nextCronTime } from '../../src/schedules/cron-times.ts'
import { nextDue, nextDues, shortestGap } from '../../src/schedules/schedule-times.ts'
import { oracleTimes, type ToldSchedule } from './minute-oracle.ts'

const DAY_MS = 86_400_000

/** `03-29T01:00` in UTC. */
function timesOf(cron: string, time_zone: string, after: string, count: number): string[] {
  const times: string[] = []
  for (let at: number | null = Date.parse(after); times.length < count;) {
    at = nextCronTime({ cron, time_zone }, at)
    if (at === null) break
    times.push(new Date(at).toISOString().slice('2026-'.length, '2026-03-29T01:00'.length))
  }
  return times
}

describe('the times of a cron expression', () => {
  it('keep the time of day on the wall through both changes of the clock', () => {
    const summer = timesOf('0 4 * * *', 'Europe/Zurich', '2026-03-27T12:00Z', 3)
    assert.deepEqual(summer, ['03-28T03:00', '03-29T02:00', '03-30T02:00'])
    const winter = timesOf('0 4 * * *', 'America/New_York', '2026-10-30T12:00Z', 3)
    assert.deepEqual(winter, ['10-31T08:00', '11-01T09:00', '11-02T09:00'])
  })

  it('that the clocks leave out are due when they are set forward, once', () => {
    const spring = '2026-03-27T12:00Z'
    const day = ['03-28T01:30', '03-29T01:00', '03-30T00:30']
    assert.deepEqual(timesOf('30 2 * * *', 'Europe/Zurich', spring, 3), day)
    const both = ['03-29T01:00', '03-30T00:10', '03-30T00:50']
    assert.deepEqual(timesOf('10,50 2 * * *', 'Europe/Zurich', '2026-03-28T12:00Z', 3), both)
    const with_three = ['03-29T01:00', '03-30T00:30', '03-30T01:00']
    assert.deepEqual(timesOf('0,30 2,3 * * *', 'Europe/Zurich', '2026-03-29T00:59Z', 1), ['03-29T01:00'])
    assert.deepEqual(timesOf('30 2 * * *', 'Europe/Zurich', '2026-03-29T01:00Z', 1), with_three.slice(1, 2))
    const lord_howe = ['10-02T15:45', '10-03T15:30', '10-04T15:15']
    assert.deepEqual(timesOf('15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T12:00Z', 3), lord_howe)
  })

  it('that the clocks show twice are due the first time', () => {
    const autumn = ['10-24T00:30', '10-25T00:30', '10-26T01:30']
    assert.deepEqual(timesOf('30 2 * * *', 'Europe/Zurich', '2026-10-23T12:00Z', 3), autumn)
    assert.deepEqual(timesOf('30 2 * * *', 'Europe/Zurich', '2026-10-25T01:10Z', 1), ['10-26T01:30'])
    const lord_howe = ['04-03T14:45', '04-04T14:45', '04-05T15:15']
    assert.deepEqual(timesOf('45 1 * * *', 'Australia/Lord_Howe', '2026-04-03T00:00Z', 3), lord_howe)
  })

  it('go on in real time where they are every so many minutes or hours', () => {
    const autumn = ['10-24T23:00', '10-25T00:00', '10-25T01:00', '10-25T02:00']
    assert.deepEqual(timesOf('0 * * * *', 'Europe/Zurich', '2026-10-24T22:30Z', 4), autumn)
    const spring = ['03-29T00:00', '03-29T01:00', '03-29T02:00']
    assert.deepEqual(timesOf('0 * * * *', 'Europe/Zurich', '2026-03-28T23:30Z', 3), spring)
    const twice = ['10-25T00:00', '10-25T00:30', '10-25T01:00', '10-25T01:30', '10-26T01:00']
    assert.deepEqual(timesOf('*/30 2 * * *', 'Europe/Zurich', '2026-10-24T22:30Z', 5), twice)
    assert.deepEqual(timesOf('*/30 2 * * *', 'Europe/Zurich', '2026-03-28T22:30Z', 1), ['03-30T00:00'])
  })

  it('come to an end where there are none', () => {
    assert.deepEqual(timesOf('0 0 29 2 *', 'UTC', '2026-01-01T00:00Z', 2), ['02-29T00:00', '02-29T00:00'])
    assert.equal(cronFault('0 0 30 2 *'), 'of a day that there is')
  })

  it('are those that a look at the clock every minute of a year finds', () => {
    const few = (from: number, to: number): fc.Arbitrary<number[]> =>
      fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 3 })
    const told = fc.record({
      minutes: few(0, 59),
      hours: fc.oneof(few(0, 4), few(0, 23)),
      week_days: fc.constantFrom([0, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5], [0]),
      zone: fc.constantFrom('Europe/Zurich', 'America/New_York', 'Pacific/Auckland', 'Australia/Lord_Howe'),
      every: fc.constantFrom(null, 'minute', 'hour'),
      step: fc.constantFrom(7, 15, 20),
    })
    const year = Date.UTC(2026, 0, 1)
    const property = fc.property(told, ({ every, step, ...given }) => {
      const stepped = Array.from({ length: 60 }, (_, minute) => minute).filter(
        (minute) => minute % step === 0,
      )
      const all_hours = Array.from({ length: 24 }, (_, hour) => hour)
      const schedule: ToldSchedule = {
        ...given,
        minutes: every === 'minute' ? stepped : given.minutes,
        hours: every === 'hour' ? all_hours : given.hours,
        days: Array.from({ length: 31 }, (_, day) => day + 1),
        repeating: every !== null,
        pauses: [],
      }
      const minute = every === 'minute' ? `*/${step}` : given.minutes.join(',')
      const hour = every === 'hour' ? '*' : given.hours.join(',')
      const cron = `${minute} ${hour} * * ${given.week_days.length === 7 ? '*' : given.week_days.join(',')}`
      // The weeks of the changes, which are what is difficult.
      for (const { at_ms } of clockChanges(given.zone, year, year + 365 * DAY_MS)) {
        const from = Math.floor(at_ms / DAY_MS) * DAY_MS - 2 * DAY_MS
        const to = from + 5 * DAY_MS
        const found: number[] = []
        for (let at = nextCronTime({ cron, time_zone: given.zone }, from - 1); at !== null && at < to;) {
          found.push(at)
          at = nextCronTime({ cron, time_zone: given.zone }, at)
        }
        assert.deepEqual(found, oracleTimes(schedule, from, to), `${cron} ${given.zone}`)
      }
    })
    fc.assert(property, { numRuns: 60 })
  })
})

describe('a cron expression', () => {
  it('that is none is told in words which part is wrong', () => {
    const faults = [
      ['0 2 * *', /^five fields/],
      ['0 0 2 * * *', /^five fields/],
      ['61 2 * * *', /the minute "61" is none$/],
      ['0 25 * * *', /the hour "25" is none$/],
      ['0 2 * * MOON', /the day of the week "MOON" is none$/],
      ['@reboot', /^one of @hourly/],
      ['2026-01-01T00:00:00', /^five fields/],
      ['', /^five fields/],
    ] as const
    for (const [cron, fault] of faults) assert.match(cronFault(cron) ?? 'right', fault, cron)
    for (const cron of ['0 2 * * *', '*/15 8-17 * * MON-FRI', '0 2 L * *', '@daily', '  0 2 * * 1#2 ']) {
      assert.equal(cronFault(cron.trim()), null, cron)
    }
  })

  it('of any text has times or is told to have none, and never throws anything', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .array(fc.constantFrom('*', '0', '5-7', '*/9', 'L', '99', 'MON', '1#3', '?', ',', '-1', '15W'), {
          minLength: 4,
          maxLength: 6,
        })
        .map((fields) => fields.join(' ')),
    )
    const property = fc.property(texts, (cron) => {
      if (cronFault(cron) !== null) return
      const at = nextCronTime({ cron, time_zone: 'Europe/Zurich' }, Date.UTC(2026, 0, 1))
      assert.ok(at !== null && at > Date.UTC(2026, 0, 1))
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('pauses and gaps', () => {
  it('nothing is due on the days of a pause, first and last included', () => {
    const times = { kind: 'cron', cron: '0 0,23 * * *', time_zone: 'Pacific/Auckland' } as const
    const pauses = [{ from: '2026-12-24', until: '2026-12-26', reason: 'Holidays' }]
    const dues = nextDues({ times, pauses }, Date.parse('2026-12-22T12:00Z'), 4)
    const local = dues.map((due) => new Date(due + 13 * 3_600_000).toISOString().slice(5, 16))
    assert.deepEqual(local, ['12-23T23:00', '12-27T00:00', '12-27T23:00', '12-28T00:00'])
  })

  it('an interval begins anew at the end of a pause', () => {
    const times = { kind: 'interval', interval_ms: 3_600_000, time_zone: 'UTC' } as const
    const pauses = [{ from: '2026-12-24', until: '2026-12-24', reason: null }]
    const due = nextDue({ times, pauses }, Date.parse('2026-12-23T23:30Z'))
    assert.equal(due, Date.parse('2026-12-25T01:00Z'))
  })

  it('nothing is due any more where the pauses have no end', () => {
    const times = { kind: 'cron', cron: '0 2 1 1 *', time_zone: 'UTC' } as const
    const pauses = [{ from: '2026-01-01', until: '9999-12-31', reason: null }]
    assert.equal(nextDue({ times, pauses }, Date.parse('2026-06-01T00:00Z')), null)
  })

  it('the shortest gap is that between the closest two times', () => {
    const gapOf = (cron: string): number => shortestGap({ kind: 'cron', cron, time_zone: 'Europe/Zurich' })
    assert.equal(gapOf('0 2 * * *'), DAY_MS)
    assert.equal(gapOf('0,5 2 * * *'), 5 * 60_000)
    assert.equal(gapOf('0 2 * * 1,3'), 2 * DAY_MS)
    assert.equal(gapOf('50,10 * * * *'), 20 * 60_000)
  })
})
