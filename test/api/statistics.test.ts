import assert from 'node:assert/strict'
import { test } from 'node:test'
import { average, FAILED_STATUSES, rounded, successRate, VERDICTS } from '../../src/api/syncs/statistics.ts'
import { canBecome, SYNC_STATUSES } from '../../src/core/sync-status.ts'

test('failed, lost and timed out syncs are failures', () => {
  assert.deepEqual(FAILED_STATUSES, ['failed', 'lost', 'timed_out'])
})

test('a status is unfinished exactly when a sync can still leave it for any other', () => {
  for (const status of SYNC_STATUSES) {
    const can_time_out = canBecome(status, 'timed_out')
    assert.equal(VERDICTS[status] === 'unfinished', can_time_out, status)
  }
})

test('a success rate is 100 only when every sync was a success', () => {
  assert.equal(successRate({ completed: 1_000_000, finished: 1_000_000 }), 100)
  assert.equal(successRate({ completed: 9_999_999, finished: 10_000_000 }), 99.999)
  assert.equal(successRate({ completed: 29, finished: 100 }), 29)
  assert.equal(successRate({ completed: 0, finished: 3 }), 0)
})

test('averages of nothing are 0', () => {
  assert.equal(average(0, 0), 0)
  assert.equal(successRate({ completed: 0, finished: 0 }), 0)
})

test('sums lose the noise of floating point', () => {
  assert.equal(rounded(0.1 + 0.2), 0.3)
  assert.equal(average(10, 3), 3.333)
})
