import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ScheduleDetails } from '../src/schedules/schedule-records.ts'
import { startServer, type RunningServer } from '../src/server/index.ts'
import { FakeClock } from './support/fake-clock.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const MINUTE_MS = 60_000
const OFTEN = { every: '5m', margin: '1m' }

function serve(directory: string, clock: FakeClock): Promise<RunningServer> {
  return startServer({
    database: `sqlite:${join(directory, 'sync.db')}`,
    logDir: join(directory, 'logs'),
    port: 0,
    clock,
    schedules: { own: OFTEN, pinged: OFTEN },
  })
}

/** What became of the times of a schedule, the oldest first, as soon as none of them waits. */
async function statesOf(server: RunningServer, clock: FakeClock, slug: string): Promise<string[]> {
  for (;;) {
    const response = await fetch(`${server.url}/api/canvas/metrics/schedules/${slug}`)
    const { due_runs } = (await response.json()) as ScheduleDetails
    const states = due_runs.map(({ state }) => state).toReversed()
    if (states.length > 1 && !states.includes('waiting')) return states
    clock.advance(2000)
    // Written behind what the server writes, however slow that is, so that nobody seems to be away.
    await server.monitor.store.schedules.keepLooking(clock.now())
  }
}

test('a server finds what nothing started for, and after an absence what it could have seen', async () => {
  const directory = temporaryDirectory()
  const clock = new FakeClock()
  {
    await using server = await serve(directory, clock)
    clock.advance(1000)
    await server.monitor.track({ taskId: 'a', syncType: 'own' }, () => Promise.resolve())
    assert.equal((await fetch(`${server.url}/ping/pinged`)).status, 200)
    for (const slug of ['own', 'pinged']) {
      assert.deepEqual(await statesOf(server, clock, slug), ['started', 'missed'])
    }
  }
  clock.advance(12 * MINUTE_MS)
  await using server = await serve(directory, clock)
  const [own, pinged] = [await statesOf(server, clock, 'own'), await statesOf(server, clock, 'pinged')]
  assert.deepEqual(
    [own.slice(0, 4), pinged.slice(0, 4)],
    [
      ['started', 'missed', 'missed', 'missed'],
      ['started', 'missed', 'unknown', 'unknown'],
    ],
  )
})
