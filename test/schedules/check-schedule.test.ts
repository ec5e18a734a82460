import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isMonitorError } from '../../src/core/errors.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { declaredSchedules } from '../../src/config/schedules.ts'

function faultOf(given: object, slug = 'nightly'): string {
  try {
    checkSchedule(slug, given, 'UTC')
  } catch (error) {
    assert.ok(isMonitorError(error) && error.code === 'config_invalid' && error.next_step !== '')
    return error.message
  }
  return 'right'
}

describe('a schedule', () => {
  it('has what was left out', () => {
    assert.deepEqual(checkSchedule('nightly', { cron: ' 0 2 * * * ' }, 'Europe/Zurich'), {
      slug: 'nightly',
      sync_type: 'nightly',
      user_id: null,
      times: { kind: 'cron', cron: '0 2 * * *', time_zone: 'Europe/Zurich' },
      pauses: [],
      margin_ms: 300_000,
      max_run_ms: null,
      owner: null,
    })
    assert.equal(checkSchedule('often', { cron: '*/2 * * * *' }, 'UTC').margin_ms, 120_000)
    const whole = checkSchedule(
      'whole',
      {
        every: '6h',
        margin: '1.5h',
        max_run: '2h',
        sync_type: 'all',
        user_id: 42,
        pauses: [{ from: '2026-12-24' }],
      },
      'UTC',
    )
    assert.partialDeepStrictEqual(whole, {
      times: { kind: 'interval', interval_ms: 21_600_000 },
      margin_ms: 5_400_000,
      max_run_ms: 7_200_000,
      user_id: '42',
      pauses: [{ from: '2026-12-24', until: '2026-12-24', reason: null }],
    })
  })

  it('that is wrong is refused in a sentence that says what', () => {
    const faults: readonly (readonly [object, RegExp])[] = [
      [{}, /^The schedule nightly must have either cron or every\.$/],
      [{ cron: '0 2 * * *', every: '1d' }, /either cron or every\.$/],
      [{ cron: '0 2 * *' }, /^cron of the schedule nightly must be five fields: .*\.$/],
      [{ cron: '* * * * * *' }, /five fields/],
      [{ every: '30s' }, /^every of the schedule nightly must be a duration .* a minute or longer/],
      [{ every: 'often' }, /must be a duration/],
      [{ every: '500d' }, /at most 400d/],
      [{ cron: '0 * * * *', margin: '61m' }, /^margin .* not be longer than the shortest time .*, 1h\.$/],
      [{ every: '5m', margin: '6m' }, /, 5m\.$/],
      [{ every: '1d', time_zone: 'Europe/Bern' }, /^time_zone .* must be the IANA name of a time zone/],
      [{ every: '1d', max_run: '31d' }, /^max_run .* at most 30d\.$/],
      [{ every: '1d', user_id: 'a\nb' }, /^user_id of the schedule nightly must be 1 to 255/],
      [{ every: '1d', owner: 'a b' }, /^owner /],
      [{ every: '1d', pauses: [{ from: '2026-02-30' }] }, /^pauses.from .* must be a day such as/],
      [
        { every: '1d', pauses: [{ from: '2026-02-03', until: '2026-02-01' }] },
        /^pauses .* must not end before/,
      ],
      [{ every: '1d', pauses: 'never' }, /^pauses of the schedule nightly must be a list/],
      [{ every: '1d', marign: '5m' }, /^The schedule nightly has no setting "marign"\.$/],
      [[], /^The schedule nightly must /],
    ]
    for (const [given, fault] of faults) assert.match(faultOf(given), fault, JSON.stringify(given))
    for (const slug of ['', 'Nightly', 'a b', 'x'.repeat(51), 'a:b']) {
      assert.match(faultOf({ every: '1d' }, slug), /^The name of a schedule must be 1 to 50 characters/)
    }
  })

  it('of the configuration is named when it is wrong', () => {
    assert.throws(() => declaredSchedules({ a: { every: '1d' }, b: { every: 'x' } }, 'UTC'), /schedule b/)
    assert.deepEqual(
      declaredSchedules({ a: { every: '1d' } }, 'Europe/Zurich').map(({ times }) => times.time_zone),
      ['Europe/Zurich'],
    )
  })
})
