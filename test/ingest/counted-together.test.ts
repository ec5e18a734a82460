import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { Store } from '../../src/store/store.ts'
import * as fc from '../support/fast-check.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { checkAll } from '../store/figure-suite.ts'
import { plain } from '../store/opened-store.ts'
import { ingestWorld } from './support/ingest-world.ts'

/** Before the clock of the servers. */
const BEGAN = START - 4 * 3_600_000
const STATUSES = ['completed', 'partial', 'failed', 'cancelled'] as const

/** What one sync tells in one request. */
const told = fc.record({
  task: fc.integer({ min: 1, max: 9 }),
  user: fc.integer({ min: 1, max: 4 }),
  type: fc.constantFrom('all', 'grades'),
  at: fc.integer({ min: 0, max: 3_000_000 }),
  calls: fc.integer({ min: 0, max: 3 }),
  ends: fc.option(fc.constantFrom(...STATUSES), { nil: null, freq: 1 }),
})
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never

const request = fc.record({
  told: fc.uniqueArray(told, { minLength: 4, maxLength: 9, selector: ({ task }) => task }),
  /** Syncs that the server gives up behind it. */
  lost: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 9 }),
})

function eventsOf({ task, user, type, at, calls, ends }: Told, run: number, number: number): object[] {
  const head = { task_id: `${run}-${task}`, at: BEGAN + at }
  const call = { type: 'api_call', ...head, endpoint: '/api/v1/courses', status: 200, duration_ms: 12.5 }
  const end =
    ends === 'failed' ? { status: ends, error: { type: 'network', message: 'Away.' } } : { status: ends }
  return [
    // Of a sync that is there it is the start that was told before.
    {
      type: 'start',
      ...head,
      user_id: user,
      sync_type: type,
      started_at: BEGAN + task * 400_000 + run * 500,
    },
    ...Array.from({ length: calls }, (_, index) => ({
      ...call,
      id: `${number} ${index}`,
      request_cost: 0.5,
    })),
    ...(ends === null ? [] : [{ type: 'finish', ...head, id: `end ${number}`, ...end }]),
  ]
}

const EVERYBODY = { sort: 'trouble', beats: 0, figures_since: 0, limit: 100, after: null } as const

const engines: readonly (readonly [string, () => Promise<Store>])[] = [
  ['SQLite', () => openStore(`sqlite:${join(temporaryDirectory(), 'syncs.db')}`)],
  ['PostgreSQL', async () => PostgresStore.open(await (await startPostgres()).createDatabase())],
]

describe('syncs that one request ends', () => {
  for (const [engine, open] of engines) {
    it(`are counted together as they are one by one, in ${engine}`, async () => {
      await using together = await open()
      await using apart = await open()
      await using of_many = await ingestWorld(together).open()
      await using of_one = await ingestWorld(apart).open()
      let run = 0
      let largest = 0
      await fc.assert(
        fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), async (requests) => {
          run++
          for (const [number, { told: syncs, lost }] of requests.entries()) {
            const events = syncs.map((sync) => eventsOf({ ...sync, ...sameAs(sync) }, run, number))
            const report = await of_many.take(events.flat())
            assert.deepEqual(report.errors, [])
            const statuses = new Map(report.syncs.map(({ task_id, status }) => [task_id, status]))
            largest = Math.max(largest, [...statuses.values()].filter((of) => of !== 'in_progress').length)
            for (const each of events) {
              for (const { task_id, status } of (await of_one.take(each)).syncs)
                assert.equal(status, statuses.get(task_id))
            }
            for (const store of [together, apart]) {
              const rows = await Promise.all(
                lost.map((task) => store.syncs.getSyncByTaskId(`${run}-${task}`)),
              )
              const ids = rows.flatMap((row) => (row?.sync_status === 'in_progress' ? [row.id] : []))
              await store.syncs.markLost(ids, 'Gone.', BEGAN + 3_000_000)
            }
          }
          const counted = async (store: Store) => plain(await store.counters.syncs({ remaining_since: 0 }))
          assert.deepEqual(await counted(together), await counted(apart))
          const users = async (store: Store) => plain(await store.users.page(EVERYBODY))
          assert.deepEqual(await users(together), await users(apart))
        }),
        { numRuns: engine === 'SQLite' ? 40 : 10 },
      )
      assert.ok(largest >= 5, 'some requests ended many')
      const totals = async (store: Store) => plain(await store.figures.totals({ since: 0 }))
      assert.deepEqual(await totals(together), await totals(apart))
      for (const store of [together, apart]) assert.deepEqual(plain(await checkAll(store.figures)), [])
    })
  }
})

/** A sync stays of its user and type, whoever tells of it. */
const sameAs = ({ task }: Told): Pick<Told, 'user' | 'type'> => ({
  user: 1 + (task % 4),
  type: task % 3 === 0 ? 'grades' : 'all',
})
