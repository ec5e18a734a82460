import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { limitChanges } from '../../src/maintenance/change-limit.ts'
import type { PruneChanges } from '../../src/store/change-feed.ts'
import { FakeClock } from '../support/fake-clock.ts'

test('every minute all changes beyond a million are deleted, in small steps, and a failure is told', async () => {
  const clock = new FakeClock()
  const asked: PruneChanges[] = []
  const errors: unknown[] = []
  let surplus = 12_000
  const prune = async (what: PruneChanges): Promise<number> => {
    asked.push(what)
    await turn()
    if (surplus < 0) throw new Error('no database')
    const deleted = Math.min(surplus, what.limit)
    surplus -= deleted
    return deleted
  }
  const stop = limitChanges({ prune }, clock, (error) => errors.push(error))
  clock.advance(59_999)
  assert.equal(asked.length, 0)
  clock.advance(1)
  // A second one while the first still runs would only be in its way.
  clock.advance(60_000)
  for (let step = 0; step < 10; step++) await turn()
  assert.deepEqual(
    asked,
    Array.from({ length: 3 }, () => ({ before: 0, keep: 1_000_000, limit: 5_000 })),
  )
  surplus = -1
  clock.advance(60_000)
  await turn()
  await turn()
  assert.deepEqual(errors.map(String), ['Error: no database'])
  stop()
  clock.advance(600_000)
  assert.equal(asked.length, 4)
})
