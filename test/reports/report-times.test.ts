import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isMonitorError } from '../../src/core/errors.ts'
import { reportTimes, type ReportTimeOptions } from '../../src/reports/report-times.ts'

describe('the times of reports', () => {
  it('are Monday at nine and the first of the month, where nothing is said', () => {
    assert.deepEqual(reportTimes(), {
      daily: null,
      weekly: { hour: 9, minute: 0, weekday: 1 },
      monthly: { hour: 9, minute: 0, day_of_month: 1 },
    })
  })

  it('are what somebody says, in the words of people', () => {
    const given = { daily: '7:05', weekly: ' friday  16:30 ', monthly: '28 00:00' }
    assert.deepEqual(reportTimes(given), {
      daily: { hour: 7, minute: 5 },
      weekly: { hour: 16, minute: 30, weekday: 5 },
      monthly: { hour: 0, minute: 0, day_of_month: 28 },
    })
    assert.deepEqual(reportTimes({ daily: false, weekly: false, monthly: false }), {
      daily: null,
      weekly: null,
      monthly: null,
    })
    assert.equal(reportTimes({ weekly: 'SUN 23:59' }).weekly?.weekday, 7)
  })

  it('are refused with an example when they are none', () => {
    const wrong: readonly ReportTimeOptions[] = [
      { daily: '24:00' },
      { daily: '8' },
      { daily: 'Mon 08:00' },
      { weekly: '09:00' },
      { weekly: 'Monk 09:00' },
      { weekly: 'Mo 09:00' },
      { weekly: '1 09:00' },
      { monthly: '29 09:00' },
      { monthly: '0 09:00' },
      { monthly: 'Mon 09:00' },
      { monthly: '1 09:60' },
      { monthly: '' },
    ]
    for (const given of wrong) {
      assert.throws(
        () => reportTimes(given),
        (error) =>
          isMonitorError(error) &&
          error.code === 'config_invalid' &&
          /^The time of the (?:daily|weekly|monthly) report must be .*\d\d:\d\d\.$/.test(error.message),
        JSON.stringify(given),
      )
    }
  })
})
