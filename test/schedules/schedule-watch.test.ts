import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Schedule } from '../../src/core/schedule.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { ScheduleWatch } from '../../src/schedules/schedule-watch.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { MemorySchedules } from './memory-schedules.ts'

const MINUTE_MS = 60_000

function world(): { clock: FakeClock; store: MemorySchedules; errors: unknown[]; watch: ScheduleWatch } {
  const clock = new FakeClock({ start: '2026-11-22T10:00:00Z' })
  const store = new MemorySchedules(() => clock.now())
  const errors: unknown[] = []
  const watch = new ScheduleWatch({ store, clock, onError: (error) => errors.push(error) })
  return { clock, store, errors, watch }
}

function every(minutes: number, at: number, id = 1): Schedule {
  const terms = checkSchedule('often', { every: `${minutes}m`, margin: '1m' }, 'UTC')
  const made = { expected_since: at, created_at: at, updated_at: at }
  return { ...terms, ...made, id, origin: 'config', reported_by: null, paused: false }
}

const statesOf = (store: MemorySchedules): string[] =>
  [...(store.runs.get(1)?.values() ?? [])].map(({ state }) => state)

async function advance(clock: FakeClock, watch: ScheduleWatch, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000)
    await watch.look()
  }
}

it('a watch finds what is missed within 5 seconds of its margin, by itself', async () => {
  const { clock, store, watch, errors } = world()
  await watch.look()
  store.add(every(5, clock.now()))
  watch.start()
  await advance(clock, watch, 6 * 60)
  assert.deepEqual(statesOf(store), ['waiting'])
  clock.advance(2000)
  await watch.look()
  assert.deepEqual([statesOf(store), errors], [['missed'], []])
  await watch.stop()
  clock.advance(10 * MINUTE_MS)
  await watch.look()
  assert.equal(statesOf(store).length, 1)
})

it('a watch tells what the store throws, and goes on at the next look', async () => {
  const { clock, store, watch, errors } = world()
  await watch.look()
  store.add(every(5, clock.now()))
  const listWatched = store.listWatched.bind(store)
  let broken = true
  store.listWatched = () => (broken ? Promise.reject(new Error('away')) : listWatched())
  clock.advance(30_000)
  await watch.look()
  assert.match(String(errors), /away/)
  broken = false
  await advance(clock, watch, 7 * 60)
  assert.deepEqual([statesOf(store)[0], errors.length], ['missed', 1])
})

/** Due every 5 minutes; after a start nobody looks until the next margin is over. */
async function afterOutage(wrote_itself: boolean | null, database_is_away: boolean): Promise<string[]> {
  const { clock, store, watch } = world()
  await watch.look()
  const schedule = every(5, clock.now())
  store.add(schedule)
  const started_at = clock.now() + 1000
  const start = { sync_id: 1, started_at, shown_from: started_at }
  if (wrote_itself !== null) store.setStarts(schedule.sync_type, [{ ...start, wrote_itself }])
  await advance(clock, watch, 5 * 60)
  store.is_away = database_is_away
  clock.advance(6.5 * MINUTE_MS)
  if (database_is_away) await watch.look()
  store.is_away = false
  clock.advance(1000)
  await watch.look()
  return statesOf(store).slice(0, 2)
}

it('what no server saw is missed where syncs write to the database themselves, and unknown where they are reported', async () => {
  assert.deepEqual(await afterOutage(true, false), ['started', 'missed'])
  assert.deepEqual(await afterOutage(false, false), ['started', 'unknown'])
  assert.deepEqual((await afterOutage(null, false))[0], 'unknown')
})

it('what was due while the database was away is unknown, however syncs come to it', async () => {
  assert.deepEqual(await afterOutage(true, true), ['started', 'unknown'])
  assert.deepEqual(await afterOutage(false, true), ['started', 'unknown'])
})

it('a store that does not answer for more than a minute is an absence of the monitor', async () => {
  const { clock, store, watch } = world()
  await watch.look()
  store.add(every(5, clock.now()))
  const keepLooking = store.keepLooking.bind(store)
  store.keepLooking = () => Promise.reject(new Error('away'))
  await advance(clock, watch, 5 * 60)
  store.keepLooking = keepLooking
  await advance(clock, watch, 2 * 60)
  assert.deepEqual(statesOf(store), ['unknown'])
})

it('thousands of missed runs neither keep the next one from being found nor are asked for at every look', async () => {
  const { clock, store, watch, errors } = world()
  await watch.look()
  const begin = clock.now()
  for (let id = 1; id <= 1500; id++) store.add(every(5, begin, id))
  for (let minute = 0; minute < 6; minute++) {
    clock.advance(MINUTE_MS)
    store.sign(clock.now())
  }
  clock.advance(1)
  // At most 1,000 times at each look.
  for (let look = 0; look < 4; look++) await watch.look()
  assert.equal(store.decided.filter(({ state }) => state === 'missed').length, 1500)
  store.add(every(1, clock.now() - 1000, 2000))
  let asked = 0
  const findStarts = store.findStarts.bind(store)
  store.findStarts = (queries) => {
    asked++
    return findStarts(queries)
  }
  const seconds = 2 * 60 + 4
  for (let second = 0; second < seconds; second += 2) {
    clock.advance(2000)
    await watch.look()
  }
  const [run] = store.runs.get(2000)?.values() ?? []
  assert.equal(run?.state, 'missed')
  const margin_until = begin + 8 * MINUTE_MS - 999
  assert.ok((run.decided_at ?? Infinity) <= margin_until + 5000, String((run.decided_at ?? 0) - margin_until))
  // Of each every ten seconds, and 200 older ones every minute.
  assert.ok(asked <= 1500 * (seconds / 10 + 1) + 200 * 3, String(asked))
  assert.deepEqual(errors, [])
})
