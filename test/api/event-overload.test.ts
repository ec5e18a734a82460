import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { EventFollower } from '../../src/api/events/event-follower.ts'
import type { EventHubOptions } from '../../src/api/events/event-hub.ts'
import { LOOPBACK_CALLER } from '../../src/core/access.ts'
import type { ChangePage } from '../../src/store/change-feed.ts'
import { EMPTY, hubOver } from './support/fake-feed.ts'
import { until } from './support/log-server.ts'

const anything = { after: null, wants: () => true, looksAt: () => {} }

test('what comes faster than it can be sent is not read: clients load again now and then, until it is slower', async () => {
  let newest = 7
  const read_behind: number[] = []
  const changes: EventHubOptions['changes'] = {
    latest: () => Promise.resolve(newest),
    async readAfter(place, { limit }) {
      await turn()
      read_behind.push(place)
      const count = Math.min(newest - place, limit)
      if (count === 0) return await new Promise<ChangePage>(() => {})
      const gone = { kind: 'sync_progress', sync_id: null, course_id: null, old_status: null, status: null }
      const page = Array.from({ length: count }, (_, index) => ({
        ...gone,
        id: place + index + 1,
        changed_at: 0,
      }))
      return { ...EMPTY, changes: page, place: place + count }
    },
  }
  const { hub, clock } = hubOver({ changes })
  hub.join(LOOPBACK_CALLER)
  await hub.ready()
  const pieces = new EventFollower(hub, anything).pieces()
  await pieces.next()
  newest = 1_000_000
  const first = pieces.next()
  await until(() => read_behind.length > 3)
  assert.equal(hub.overloaded, false)
  clock.advance(3000)
  assert.match(
    String((await first).value),
    /^id: 1000000\nevent: resync\ndata: .*faster than they can be sent/,
  )
  const reads = read_behind.length
  for (const place of [1_010_000, 1_020_000]) {
    newest = place
    const next = pieces.next()
    await turn()
    clock.advance(5000)
    assert.match(String((await next).value), new RegExp(`^id: ${place}\nevent: resync\n`))
  }
  assert.ok(hub.overloaded)
  assert.equal(read_behind.length, reads)
  // A second client, which comes back, does not read the database for it either.
  const back = new EventFollower(hub, { ...anything, after: 500 }).pieces()
  await back.next()
  assert.match(String((await back.next()).value), /^id: 1020000\nevent: resync\n/)
  newest += 700
  clock.advance(5000)
  await until(() => read_behind.length === reads + 3)
  assert.deepEqual(read_behind.slice(-3), [1_020_000, 1_020_500, 1_020_700])
  assert.equal(hub.overloaded, false)
})
