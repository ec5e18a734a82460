import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { noCounters, type SyncCounters } from '../../src/core/sync-record.ts'
import type { SyncStatus } from '../../src/core/sync-status.ts'
import { DURATION_LIMITS_SECONDS, type SyncCounts } from '../../src/store/counters.ts'
import type { Store } from '../../src/store/store.ts'
import { START, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { History, step, USERS, type KnownSync } from './figure-history.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const NOTHING_SINCE = { remaining_since: 0 }
const AUDIT = { actor_kind: 'cli', actor_id: 'x', target: null, user_id: null, route: null, address: null }

const countsOf = async (store: Store): Promise<SyncCounts> => plain(await store.counters.syncs(NOTHING_SINCE))

/** Every number that must never go down, by a name of its own. */
function monotone(counts: SyncCounts): Map<string, number> {
  const numbers = new Map<string, number>(Object.entries(counts.sums))
  for (const { error_type, syncs } of counts.errors) numbers.set(`error ${error_type}`, syncs)
  for (const type of counts.by_type) {
    const name = `${type.sync_type} ${type.sync_status}`
    numbers.set(`${name} syncs`, type.syncs)
    numbers.set(`${name} durations`, type.durations)
    numbers.set(`${name} seconds`, type.duration_seconds)
    type.at_most.forEach((count, index) => numbers.set(`${name} at most ${index}`, count))
  }
  return numbers
}

/** What is counted, one by one, from what a test has seen of the syncs. */
class Model {
  readonly ended = new Map<SyncStatus, number>()
  readonly seconds: number[] = []
  readonly errors = new Map<string, number>()
  calls = 0
  courses_extracted = 0
  /** Not by their ids: SQLite gives that of the newest row again when it was deleted. */
  readonly #seen = new Map<KnownSync, { status: SyncStatus; counters: SyncCounters }>()

  look(syncs: readonly KnownSync[]): void {
    for (const sync of syncs) {
      const { status, counters, duration_seconds, message } = sync
      const before = this.#seen.get(sync)
      this.#seen.set(sync, { status, counters })
      if (status === 'in_progress' || before?.status === status) continue
      this.ended.set(status, (this.ended.get(status) ?? 0) + 1)
      const error_type = errorType(status, message)
      if (error_type !== null) this.errors.set(error_type, (this.errors.get(error_type) ?? 0) + 1)
      if (duration_seconds !== null) this.seconds.push(duration_seconds)
      const counted = before === undefined || before.status === 'in_progress' ? null : before.counters
      this.calls += Math.max(0, counters.api_calls_made - (counted?.api_calls_made ?? 0))
      this.courses_extracted += Math.max(0, counters.courses_processed - (counted?.courses_processed ?? 0))
    }
  }
}

function errorType(status: SyncStatus, message: string | null): string | null {
  if (status === 'lost' || status === 'timed_out') return status
  return message === null ? null : 'not_found'
}

export function exerciseCounters(open: OpenStore): void {
  describe('counters', () => {
    const opened = sharedStore(open)
    const history = new History(opened)
    const model = new Model()

    it('count every end once, and never go down, whatever is lost, repaired, deleted or erased', async () => {
      const erasure = fc.record({ does: fc.constant<'erase'>('erase'), user_id: fc.constantFrom(...USERS) })
      const steps = fc.array(fc.oneof({ weight: 12, arbitrary: step }, erasure), {
        minLength: 15,
        maxLength: 40,
      })
      let before = monotone(await countsOf(opened().store))
      await fc.assert(
        fc.asyncProperty(steps, async (given) => {
          for (const each of given) {
            if (each.does === 'erase') await eraseUser(opened().store, each.user_id, history)
            else await history.do(each)
            model.look(history.syncs)
            const now = monotone(await countsOf(opened().store))
            for (const [name, value] of before) {
              assert.ok((now.get(name) ?? 0) >= value, `${name} went from ${value} to ${now.get(name)}`)
            }
            before = now
          }
        }),
        { numRuns: 10 },
      )
      const { by_type, errors, sums } = await countsOf(opened().store)
      const by_status = new Map(by_type.map(({ sync_status, syncs }) => [sync_status, syncs]))
      assert.deepEqual(by_status, new Map([...model.ended].sort(([a], [b]) => (a < b ? -1 : 1))))
      assert.deepEqual(
        new Map(errors.map(({ error_type, syncs }) => [error_type, syncs])),
        new Map([...model.errors].sort(([a], [b]) => (a < b ? -1 : 1))),
      )
      assert.equal(sums.api_calls, model.calls)
      assert.equal(sums.courses_extracted, model.courses_extracted)
      const at_most = DURATION_LIMITS_SECONDS.map(
        (limit) => model.seconds.filter((seconds) => seconds <= limit).length,
      )
      const counted = DURATION_LIMITS_SECONDS.map((_, index) =>
        by_type.reduce((total, type) => total + (type.at_most[index] ?? 0), 0),
      )
      assert.deepEqual(counted, at_most)
      assert.equal(
        by_type.reduce((total, { durations }) => total + durations, 0),
        model.seconds.length,
      )
      const seconds = by_type.reduce((total, type) => total + type.duration_seconds, 0)
      assert.ok(Math.abs(seconds - model.seconds.reduce((total, each) => total + each, 0)) < 0.001)
      assert.ok(history.syncs.some((sync) => sync.deleted))
    })

    it('count a lost sync that ends after all again, and of what it did only the rest', async () => {
      const { store } = await open()
      const id = await store.syncs.startSync(syncStart('slow'))
      const so_far = { ...noCounters(), api_calls_made: 10, api_request_cost: 2.5, courses_processed: 4 }
      await store.syncs.saveProgress(id, syncProgress({ counters: { ...so_far, courses_created: 1 } }))
      assert.deepEqual((await countsOf(store)).by_type, [], 'nothing counts before it ends')
      await store.syncs.markLost([id], 'Gone.', START + 1000)
      const counters = { ...noCounters(), api_calls_made: 25, api_request_cost: 4, courses_processed: 3 }
      await store.syncs.finishSync(id, syncFinish({ counters, duration_ms: 12_000 }))
      const { by_type, errors, sums, last_courses } = await countsOf(store)
      assert.deepEqual(
        by_type.map(({ sync_status, syncs, at_most }) => [sync_status, syncs, at_most.slice(0, 4)]),
        [
          ['completed', 1, [0, 0, 0, 1]],
          ['lost', 1, [1, 1, 1, 1]],
        ],
      )
      assert.deepEqual(errors, [{ error_type: 'lost', syncs: 1 }])
      assert.equal(sums.api_calls, 25)
      assert.equal(sums.request_cost_thousandths, 4000)
      assert.deepEqual([sums.courses_extracted, sums.courses_loaded, sums.courses_unchanged], [4, 1, 3])
      assert.equal(last_courses, 3)
      await store.close()
    })

    it('know fifty types by name for ever, and all others as other', async () => {
      const { store } = await open()
      const ids: number[] = []
      for (let number = 0; number < 53; number++) {
        const sync_type = `type-${String(number).padStart(2, '0')}`
        ids.push(await store.syncs.startSync(syncStart(sync_type, { sync_type, started_at: START + number })))
      }
      const running = await countsOf(store)
      assert.equal(running.sync_types.length, 50)
      assert.ok(!running.sync_types.includes('other'))
      const others = {
        sync_type: 'other',
        syncs: 3,
        first_started_at: START + 50,
        last_started_at: START + 52,
      }
      assert.deepEqual(
        running.running.filter(({ sync_type }) => sync_type === 'other'),
        [others],
      )
      for (const id of ids) await store.syncs.finishSync(id, syncFinish({ finished_at: START + 5000 }))
      await store.retention.deleteSyncs(START + 1e9, null, 1000)
      const ended = await countsOf(store)
      assert.deepEqual(ended.sync_types, running.sync_types)
      assert.equal(ended.by_type.length, 51)
      assert.equal(ended.by_type.find(({ sync_type }) => sync_type === 'other')?.syncs, 3)
      // Whoever comes again has the label that it had.
      for (const sync_type of ['type-52', 'type-03']) {
        const id = await store.syncs.startSync(syncStart(`again ${sync_type}`, { sync_type }))
        await store.syncs.finishSync(id, syncFinish())
      }
      const again = new Map((await countsOf(store)).by_type.map((type) => [type.sync_type, type.syncs]))
      assert.deepEqual([again.get('other'), again.get('type-03')], [4, 2])
      await store.close()
    })

    it('tell when each type last started and ended, and what was left of the bucket', async () => {
      const { store } = await open()
      const sync = async (task: string, at: number, status: 'completed' | 'failed', left: number) => {
        const id = await store.syncs.startSync(syncStart(task, { started_at: at }))
        const ended = { status, finished_at: at + 1000, api_rate_limit_remaining_min: left }
        await store.syncs.finishSync(id, syncFinish(ended))
      }
      await sync('newer', START + 5000, 'completed', 600)
      await sync('older', START, 'completed', 300)
      await sync('bad', START + 9000, 'failed', 450)
      const { by_type } = await countsOf(store)
      assert.deepEqual(
        by_type.map(({ sync_status, last_started_at, last_ended_at }) => [
          sync_status,
          last_started_at - START,
          last_ended_at - START,
        ]),
        [
          ['completed', 5000, 6000],
          ['failed', 9000, 10_000],
        ],
      )
      const left = async (remaining_since: number) =>
        (await store.counters.syncs({ remaining_since })).rate_limit_remaining
      assert.equal(await left(START), 450, 'of the completed ones the last has more')
      assert.equal(await left(START + 60_000), null)
      const id = await store.syncs.startSync(syncStart('running'))
      await store.syncs.saveProgress(id, syncProgress({ api_rate_limit_remaining_min: 80 }))
      assert.equal(await left(START + 60_000), 80)
      await store.close()
    })

    it('find examples of durations among the newest syncs of a type', async () => {
      const { store } = await open()
      for (let number = 0; number < 60; number++) {
        const id = await store.syncs.startSync(syncStart(`e${number}`, { started_at: START + number * 1000 }))
        await store.syncs.finishSync(id, syncFinish({ duration_ms: 500 + number }))
      }
      const examples = plain(await store.counters.examples(['all', 'nothing']))
      assert.equal(examples.length, 50)
      const [newest] = examples
      assert.equal(newest?.sync_type, 'all')
      assert.equal(newest?.duration_seconds, 0.559)
      assert.equal(newest?.ended_at, START + 59_559)
      await store.close()
    })
  })
}

async function eraseUser(store: Store, user_id: string, history: History): Promise<void> {
  let done = false
  while (!done) ({ done } = await store.erasure.eraseSyncs(user_id, 100))
  await store.erasure.eraseTraces(user_id, { ...AUDIT, at: START, action: 'user_erased' })
  for (const sync of history.syncs) sync.deleted ||= (await store.syncs.getSync(sync.id)) === null
}
