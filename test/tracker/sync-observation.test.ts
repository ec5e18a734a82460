import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { RunningSync } from '../../src/store/sync-store.ts'
import { LOST_AFTER_MS } from '../../src/tracker/lost-syncs.ts'
import { SyncObservation } from '../../src/tracker/sync-observation.ts'

const LEAP_MS = 10_000

const running = (changes: Partial<RunningSync> = {}): RunningSync => ({
  id: 1,
  sync_task_id: 'a',
  user_id: null,
  sync_type: 'all',
  sync_start_time: 0,
  host: 'elsewhere',
  pid: 1,
  process_started: null,
  heartbeat_count: 0,
  running_ms: null,
  heartbeat_expected: true,
  ...changes,
})

describe('what a watcher has seen of the syncs', () => {
  it('is silent for as long as its heartbeat has not changed before its own eyes', () => {
    const observation = new SyncObservation()
    const silent = (heartbeat_count: number, now: number): number | undefined =>
      observation.look([running({ heartbeat_count })], now, LEAP_MS).get(1)?.silent_ms
    assert.deepEqual(
      [silent(7, 1000), silent(7, 3000), silent(8, 4000), silent(8, 9000), silent(7, 9500), silent(7, 9600)],
      [0, 2000, 0, 5000, 0, 100],
    )
  })

  it('begins anew when the watcher itself was away for longer than a leap', () => {
    const observation = new SyncObservation()
    for (let now = 0; now <= 29_000; now += 1000) observation.look([running()], now, LEAP_MS)
    assert.equal(observation.look([running()], 39_001, LEAP_MS).get(1)?.silent_ms, 0)
    assert.equal(observation.look([running()], 40_000, LEAP_MS).get(1)?.silent_ms, 999)
  })

  it('forgets those that run no more', () => {
    const observation = new SyncObservation()
    observation.look([running()], 0, LEAP_MS)
    observation.look([], 1000, LEAP_MS)
    assert.equal(observation.look([running()], 2000, LEAP_MS).get(1)?.silent_ms, 0)
  })

  it('never tells more than how long it has really been silent or running, and not much less', () => {
    const away = fc.record({ wait_ms: fc.nat(40_000), beats: fc.boolean(), says: fc.boolean() })
    fc.assert(
      fc.property(fc.array(away, { maxLength: 60 }), fc.nat(100_000), (steps, ran_before) => {
        const observation = new SyncObservation()
        let now = 0
        let count = 0
        let said: number | null = null
        let changed_at = 0
        let unseen_ms = 0
        observation.look([running()], now, LEAP_MS)
        for (const { wait_ms, beats, says } of steps) {
          now += wait_ms
          if (wait_ms > LEAP_MS) unseen_ms += wait_ms
          if (beats) {
            count++
            changed_at = now
            if (says) {
              said = ran_before + now
              unseen_ms = 0
            }
          }
          const sync = running({ heartbeat_count: count, running_ms: said })
          const seen = observation.look([sync], now, LEAP_MS).get(1)
          assert.ok(seen)
          assert.ok(seen.silent_ms <= now - changed_at, 'silent for longer than it was')
          if (wait_ms > LEAP_MS) assert.equal(seen.silent_ms, 0)
          assert.ok(seen.running_ms <= ran_before + now, 'ran for longer than it did')
          const known_ms: number = said === null ? now : ran_before + now
          assert.ok(seen.running_ms >= known_ms - unseen_ms - 1, 'forgets what it ran')
          if (seen.silent_ms >= LOST_AFTER_MS) assert.ok(!beats)
        }
      }),
      { numRuns: 500 },
    )
  })
})
