import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { earlierDurations, remainingTime } from '../../../../dashboard/src/overview/remaining-time.ts'
import { isSilent } from '../../../../dashboard/src/overview/silent-syncs.ts'
import type { SyncRecord } from '../../../../src/core/sync-record.ts'

suite('how long a sync will still run', () => {
  test('is told by its own pace once it has some', () => {
    assert.deepEqual(remainingTime({ elapsed_s: 60, percent: 25, earlier_s: [9999] }), {
      from: 'progress',
      seconds: 180,
    })
    assert.deepEqual(remainingTime({ elapsed_s: 60, percent: 100, earlier_s: [] }), {
      from: 'progress',
      seconds: 0,
    })
  })

  test('is told by the middle of the earlier ones until then', () => {
    for (const percent of [null, 0, 9.9]) {
      assert.deepEqual(remainingTime({ elapsed_s: 60, percent, earlier_s: [100, 900, 90] }), {
        from: 'earlier',
        seconds: 40,
      })
    }
    assert.deepEqual(remainingTime({ elapsed_s: 10, percent: null, earlier_s: [20, 40] }), {
      from: 'earlier',
      seconds: 20,
    })
  })

  test('is over when it runs longer than usual', () => {
    assert.deepEqual(remainingTime({ elapsed_s: 130, percent: null, earlier_s: [100] }), {
      from: 'overdue',
      seconds: 30,
    })
  })

  test('is not told where nothing tells it', () => {
    assert.equal(remainingTime({ elapsed_s: 130, percent: null, earlier_s: [] }), null)
    assert.equal(remainingTime({ elapsed_s: 130, percent: 5, earlier_s: [] }), null)
  })

  test('is learnt from those that read as much', () => {
    const of = (incremental_sync: boolean, total_duration_seconds: number | null): SyncRecord =>
      ({ incremental_sync, total_duration_seconds }) as SyncRecord
    assert.deepEqual(
      earlierDurations([of(true, 5), of(false, 90), of(true, null), of(true, 7)], of(true, null)),
      [5, 7],
    )
  })
})

test('a sync is silent a minute after its last heartbeat, unless nobody expects any', () => {
  const now_ms = Date.parse('2026-11-22T10:15:00Z')
  const of = (changes: Partial<SyncRecord>): SyncRecord =>
    ({
      sync_status: 'in_progress',
      trigger: 'manual',
      heartbeat_at: '2026-11-22T10:13:59Z',
      ...changes,
    }) as SyncRecord
  assert.equal(isSilent(of({}), now_ms), true)
  assert.equal(isSilent(of({ heartbeat_at: '2026-11-22T10:14:00Z' }), now_ms), false)
  assert.equal(isSilent(of({ trigger: 'ping' }), now_ms), false)
  assert.equal(isSilent(of({ sync_status: 'failed' }), now_ms), false)
})
