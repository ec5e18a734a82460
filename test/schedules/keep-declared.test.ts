import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import type { ScheduleTerms } from '../../src/core/schedule.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { keepDeclared } from '../../src/schedules/keep-declared.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const MINUTE_MS = 60_000

/** A minute after the other, in which somebody looks and all servers have said what they have. */
async function pass(clock: FakeClock, store: Store, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    clock.advance(MINUTE_MS)
    // Asked for after theirs, and the store does one after the other.
    await store.schedules.keepLooking(clock.now())
    await store.schedules.list()
  }
}

it('servers that are upgraded one after the other keep what each of them has, and what none has any more goes', async () => {
  await using store = await openStore(`sqlite:${join(temporaryDirectory(), 'sync.db')}`)
  const clock = new FakeClock()
  const errors: unknown[] = []
  const server = (...terms: ScheduleTerms[]): Promise<() => Promise<void>> =>
    keepDeclared({ store: store.schedules, clock, terms, onError: (error) => errors.push(error) })
  const slugs = async (): Promise<string[]> => (await store.schedules.list()).map(({ slug }) => slug)
  const [same, before, after] = ['same', 'before', 'after'].map((slug) =>
    checkSchedule(slug, { every: '1d' }, 'UTC'),
  ) as [ScheduleTerms, ScheduleTerms, ScheduleTerms]

  await store.schedules.keepLooking(clock.now())
  const old = await Promise.all([server(same, before), server(same, before)])
  await pass(clock, store, 10)
  const found = await store.schedules.find('same')
  await old[0]()
  const upgraded = await server(same, after)
  // The other one crashes and is started again, as it was.
  await old[1]()
  const again = await server(same, before)
  await pass(clock, store, 10)
  assert.deepEqual(await slugs(), ['after', 'before', 'same'])

  await again()
  const last = await server(same, after)
  await pass(clock, store, 4)
  assert.deepEqual(await slugs(), ['after', 'before', 'same'])
  await pass(clock, store, 3)
  assert.deepEqual(await slugs(), ['after', 'same'])
  assert.equal((await store.schedules.find('same'))?.expected_since, found?.expected_since)
  await Promise.all([upgraded(), last()])
  assert.deepEqual(errors, [])
})

it('a server whose database is away says so, and says again what it has as soon as it is back', async () => {
  await using store = await openStore(`sqlite:${join(temporaryDirectory(), 'sync.db')}`)
  const clock = new FakeClock()
  const errors: unknown[] = []
  let calls = 0
  const declareAll: Store['schedules']['declareAll'] = (...given) =>
    ++calls === 2 ? Promise.reject(new Error('away')) : store.schedules.declareAll(...given)
  const terms = [checkSchedule('nightly', { every: '1d' }, 'UTC')]
  const end = await keepDeclared({
    store: { declareAll },
    clock,
    terms,
    onError: (error) => errors.push(error),
  })
  const row = await store.schedules.find('nightly')
  await pass(clock, store, 3)
  assert.match(String(errors), /^Error: away$/)
  assert.equal(calls, 4)
  assert.equal((await store.schedules.find('nightly'))?.version, row?.version, 'saying so changes nothing')
  await end()
  await pass(clock, store, 3)
  assert.equal(calls, 4)
})

it('a server of which the database takes no more schedules says which are not watched, and starts', async () => {
  const errors: unknown[] = []
  const none = { created: [], changed: [], removed: [] }
  const end = await keepDeclared({
    store: { declareAll: () => Promise.resolve({ ...none, left_out: ['nightly', 'weekly'] }) },
    clock: new FakeClock(),
    terms: [],
    onError: (error) => errors.push(error),
  })
  await end()
  assert.match(
    String(errors),
    /2000 schedules, .*: 2 of the configuration are not watched, among them nightly\./,
  )
})
