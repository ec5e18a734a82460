import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canBecome, SYNC_STATUSES, type SyncStatus } from '../../src/core/sync-status.ts'

/** Every change that is allowed; all others are not. */
const ALLOWED: Readonly<Record<SyncStatus, readonly SyncStatus[]>> = {
  in_progress: ['completed', 'partial', 'failed', 'cancelled', 'lost', 'timed_out'],
  lost: ['completed', 'partial', 'failed', 'cancelled'],
  completed: [],
  partial: [],
  failed: [],
  cancelled: [],
  timed_out: [],
}

describe('the status of a sync', () => {
  for (const from of SYNC_STATUSES) {
    const allowed = ALLOWED[from]
    it(`${from} may become ${allowed.length === 0 ? 'nothing else' : allowed.join(', ')}`, () => {
      assert.deepEqual(
        SYNC_STATUSES.filter((to) => canBecome(from, to)),
        allowed,
      )
    })
  }
})
