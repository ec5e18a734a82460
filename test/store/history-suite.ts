import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noCounters } from '../../src/core/sync-record.ts'
import type { SyncErrorType } from '../../src/core/error-types.ts'
import type { EndedSync } from '../../src/store/sync-histories.ts'
import type { Store } from '../../src/store/store.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, type OpenStore } from './opened-store.ts'

let tasks = 0

interface Given {
  readonly user_id?: string | null
  readonly sync_type?: string
  readonly at?: number
  readonly error_type?: SyncErrorType
  readonly message?: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

async function ended(store: Store, given: Given = {}): Promise<number> {
  const { user_id = '42', sync_type = 'all', at = START, error_type, message = 'Broken.' } = given
  const sync_metadata = given.metadata ?? null
  const start = { user_id, sync_type, started_at: at, sync_metadata }
  const id = await store.syncs.startSync(syncStart(`history ${++tasks}`, start))
  const failed = { status: 'failed', error_type: error_type ?? null, error_message: message } as const
  await store.syncs.finishSync(
    id,
    syncFinish({
      finished_at: at + 1000,
      duration_ms: 1000,
      sync_metadata,
      counters: { ...noCounters(), courses_processed: 1, assignments_processed: 20, grades_processed: 300 },
      ...(error_type === undefined ? {} : failed),
    }),
  )
  return id
}

const idsOf = (syncs: readonly EndedSync[] | undefined): number[] => (syncs ?? []).map(({ id }) => id)

/** What rules read. */
export function exerciseHistories(open: OpenStore): void {
  describe('histories', () => {
    it('are the newest ended syncs of each subject, whoever it runs for', async () => {
      const { store } = await open()
      const ids = []
      for (let number = 0; number < 4; number++) ids.push(await ended(store, { at: START + number }))
      const grades = await ended(store, { sync_type: 'grades' })
      const nobody = await ended(store, { user_id: null, at: START + 9 })
      await ended(store, { user_id: 'other' })
      await store.syncs.startSync(syncStart('runs', { started_at: START + 99 }))
      const subjects = [
        { user_id: '42', sync_type: 'all' },
        { user_id: null, sync_type: 'all' },
        { user_id: 'unknown', sync_type: 'all' },
        { user_id: '42', sync_type: 'grades' },
      ]
      const histories = await store.histories.ofSubjects(subjects, 3)
      assert.deepEqual(histories.map(idsOf), [ids.slice(1).toReversed(), [nobody], [], [grades]])
      assert.deepEqual(plain(histories[1]?.[0]), {
        id: nobody,
        user_id: null,
        sync_type: 'all',
        sync_status: 'completed',
        error_type: null,
        error_group_id: null,
        source_id: null,
        target_course_id: null,
        host: 'worker-1',
        started_at: START + 9,
        ended_at: START + 1009,
        duration_ms: 1000,
        processed: 321,
        incremental: false,
        api_calls_made: 0,
        api_rate_limit_hits: 0,
        throttle_wait_ms: 0,
        records_lost: 0,
        token_expires_at: null,
      })
      assert.deepEqual(await store.histories.ofSubjects([], 3), [])
    })

    it('know when a token ends, where a job has said it', async () => {
      const { store } = await open()
      const say = async (token_expires_at: unknown): Promise<number | null | undefined> => {
        const user_id = `token ${++tasks}`
        await ended(store, { user_id, metadata: { token_expires_at } })
        const [history] = await store.histories.ofSubjects([{ user_id, sync_type: 'all' }], 1)
        return history?.[0]?.token_expires_at
      }
      assert.equal(await say('2026-12-01'), Date.UTC(2026, 11, 1))
      assert.equal(await say('2026-12-01T10:00:00+01:00'), Date.UTC(2026, 11, 1, 9))
      assert.equal(await say(1_800_000_000), 1_800_000_000_000)
      assert.equal(await say('soon'), null)
      assert.equal(await say({ token_expires_at: '2026-12-01' }), null)
    })

    it('find what ended lately, with an error, and with the same one', async () => {
      const { store } = await open()
      const at = START + 1e6
      const good = await ended(store, { at })
      const network = await ended(store, { at: at + 1, error_type: 'network' })
      const timeout = await ended(store, { at: at + 2, error_type: 'timeout', message: 'Slow 1.' })
      const same = await ended(store, { at: at + 3, error_type: 'timeout', message: 'Slow 2.' })
      assert.deepEqual(idsOf(await store.histories.ended(at, 3)), [same, timeout, network])
      assert.deepEqual(idsOf(await store.histories.ended(at, 10)), [same, timeout, network, good])
      const types = await store.histories.withErrors(['network', 'timeout'], at + 1, 10)
      assert.deepEqual(new Set(idsOf(types)), new Set([network, timeout, same]))
      const group = types.find(({ id }) => id === timeout)?.error_group_id ?? 0
      assert.deepEqual(idsOf(await store.histories.ofErrorGroups([group], at, 10)), [same, timeout])
      assert.deepEqual(await store.histories.ofErrorGroups([], at, 10), [])
    })

    it('tell how sources stand: the newest read, and what was tried and not read', async () => {
      const { store } = await open()
      const source = await store.data.openSource('https://canvas.test', '7', START)
      const empty = await store.data.openSource('https://canvas.test', '8', START)
      const read = async (listed_by: string, at: number, complete: boolean): Promise<void> => {
        const scope = { source_id: source.id, entity: 'assignments', listed_by } as const
        const listing = await store.data.beginListing(scope, at)
        const how = { read_through_at: at, deletions: 'brake' } as const
        if (complete) await store.data.completeListing(listing, how)
      }
      for (const course of ['1', '2', '3']) await read(course, START, true)
      await read('1', START + 5000, true)
      const since = START + 1000
      const before = await store.histories.listFreshness(0, since, 10)
      assert.deepEqual(
        before.map(({ source_id, stale_lists, newest_complete_at }) => [
          source_id,
          stale_lists,
          newest_complete_at,
        ]),
        [
          [source.id, 0, START + 5000],
          [empty.id, 0, null],
        ],
      )
      await read('2', START + 6000, false)
      const [after] = await store.histories.listFreshness(0, since, 10)
      assert.deepEqual([after?.stale_lists, after?.oldest_complete_at], [1, START])
      assert.deepEqual(
        (await store.histories.listFreshness(source.id, since, 10)).map(({ source_id }) => source_id),
        [empty.id],
      )
    })
  })
}
