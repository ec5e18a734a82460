import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SyncErrorType } from '../../src/core/error-types.ts'
import { afterAttempt, retryDelay, type AfterAttempt, type AttemptEnd } from '../../src/core/queued-sync.ts'
import type { SyncStatus } from '../../src/core/sync-status.ts'

const END: AttemptEnd = {
  status: 'completed',
  error_type: null,
  cancel_requested: false,
  handing_back: false,
  attempts: 1,
  most_attempts: 5,
}

describe('what becomes of a queued sync after an attempt', () => {
  const TABLE: readonly (readonly [SyncStatus, SyncErrorType | null, AfterAttempt['next']])[] = [
    ['completed', null, 'end'],
    ['partial', 'timeout', 'end'],
    ['failed', 'network', 'retry'],
    ['failed', 'timeout', 'retry'],
    ['failed', 'canvas_error', 'retry'],
    ['failed', 'edge_error', 'retry'],
    ['failed', 'not_json', 'retry'],
    ['failed', 'throttled', 'retry'],
    ['failed', 'storage', 'retry'],
    ['failed', 'token_invalid', 'end'],
    ['failed', 'token_expired', 'end'],
    ['failed', 'token_revoked', 'end'],
    ['failed', 'scope_missing', 'end'],
    ['failed', 'forbidden', 'end'],
    ['failed', 'not_found', 'end'],
    ['failed', 'unexpected_empty', 'end'],
    ['failed', 'contract', 'end'],
    ['failed', 'job_error', 'end'],
    ['failed', null, 'end'],
    ['cancelled', 'cancelled', 'end'],
    ['timed_out', 'timed_out', 'end'],
  ]
  for (const [status, error_type, next] of TABLE) {
    it(`${status} by ${error_type ?? 'nothing'}: ${next}`, () => {
      assert.equal(afterAttempt({ ...END, status, error_type }, 0).next, next)
    })
  }

  it('ends when it has been tried often enough', () => {
    const failed = { ...END, status: 'failed', error_type: 'network', most_attempts: 3 } as const
    const nexts = [1, 2, 3, 4].map((attempts) => afterAttempt({ ...failed, attempts }, 0).next)
    assert.deepEqual(nexts, ['retry', 'retry', 'end', 'end'])
  })

  it('goes to another worker when this one stopped it to end, unless somebody wants it cancelled', () => {
    const stopped = { ...END, status: 'cancelled', error_type: 'cancelled', handing_back: true } as const
    assert.deepEqual(afterAttempt(stopped, 0), { next: 'hand_back' })
    assert.deepEqual(afterAttempt({ ...stopped, cancel_requested: true }, 0), { next: 'end' })
  })

  it('ends one that should be cancelled and failed before that was heard', () => {
    const failed = { ...END, status: 'failed', error_type: 'network', cancel_requested: true } as const
    assert.deepEqual(afterAttempt(failed, 0), { next: 'end' })
  })
})

describe('the wait before another attempt', () => {
  it('doubles up to an hour, and is longer after the throttle of Canvas', () => {
    const waits = [1, 2, 3, 4, 8, 100].map((attempts) => retryDelay('network', attempts, 0) / 1000)
    assert.deepEqual(waits, [30, 60, 120, 240, 3600, 3600])
    assert.equal(retryDelay('throttled', 1, 0) / 1000, 120)
  })

  it('is up to a quarter shorter, so that those that failed together do not come back together', () => {
    assert.equal(retryDelay('network', 1, 0.999), 22_508)
    assert.equal(retryDelay('network', 1, 0.5), 26_250)
  })
})
