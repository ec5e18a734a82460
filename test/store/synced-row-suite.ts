import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { Listing, ListingScope } from '../../src/store/synced-data-store.ts'
import { START } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { plain, sharedStore, type OpenedStore, type OpenStore } from './opened-store.ts'
import { SyncedRowModel } from './synced-row-model.ts'

type Shown = { readonly id: string; readonly hash: string }

const LISTS = ['self', 'account:1']
const DELETIONS = ['brake', 'accept', 'never'] as const
const IDS = Array.from({ length: 12 }, (_, index) => String(9_007_199_254_740_990n + BigInt(index)))

/** Most lists show most rows, else hardly any would be deleted; each row has one of a few contents. */
const shown: fc.Arbitrary<Shown[][]> = fc
  .tuple(
    fc.subarray(IDS, { maxLength: 3 }),
    fc.array(fc.constantFrom('a.1', 'a.1', 'a.1', 'b.1', 'b.2', 'c'), {
      minLength: IDS.length,
      maxLength: IDS.length,
    }),
    fc.array(fc.constantFrom(...IDS), { maxLength: 3 }),
    fc.integer({ min: 1, max: 12 }),
  )
  .map(([missing, hashes, repeated, size]) => {
    const rows: Shown[] = IDS.flatMap((id, index) =>
      missing.includes(id) ? [] : { id, hash: hashes[index] ?? 'c' },
    )
    rows.push(...repeated.map((id) => ({ id, hash: 'a.1' })))
    const calls: Shown[][] = []
    for (let at = 0; at < rows.length; at += size) calls.push(rows.slice(at, at + size))
    return calls
  })

const few: fc.Arbitrary<Shown[][]> = fc.array(
  fc.array(fc.record({ id: fc.constantFrom(...IDS), hash: fc.constantFrom('a.1', 'b.2', 'c') }), {
    maxLength: 6,
  }),
  { maxLength: 2 },
)

const step = fc.record({
  list: fc.constantFrom(...LISTS, LISTS[0] ?? ''),
  calls: fc.oneof({ weight: 4, arbitrary: shown }, { weight: 1, arbitrary: few }),
  /** The clock's step since the last listing, sometimes back. */
  passed: fc.integer({ min: -500, max: 2000 }),
  end: fc.constantFrom(...DELETIONS, 'brake', 'brake', 'abandoned', 'incremental'),
  /** Completed, or even written, only after the next step: two syncs read the same list at once. */
  late: fc.constantFrom('nothing', 'nothing', 'end', 'rows'),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

class Run {
  readonly #opened: OpenedStore
  readonly #model = new SyncedRowModel()
  readonly #source_id: number
  #at = START
  #waiting: (() => Promise<void>) | null = null

  constructor(opened: OpenedStore, source_id: number) {
    this.#opened = opened
    this.#source_id = source_id
  }

  async take(step: Step): Promise<void> {
    const { data } = this.#opened.store
    this.#at += step.passed
    const scope: ListingScope = { source_id: this.#source_id, entity: 'courses', listed_by: step.list }
    const listing = await data.beginListing(scope, this.#at)
    const write = (): Promise<void> => this.#write(listing, step.calls)
    const end = (): Promise<void> => this.#end(listing, step.end)
    if (step.late !== 'rows') await write()
    const waited = this.#waiting
    this.#waiting = step.late === 'rows' ? () => write().then(end) : step.late === 'end' ? end : null
    if (step.late === 'nothing') await end()
    await waited?.()
    await this.#compare(scope)
  }

  async #write(listing: Listing, calls: Step['calls']): Promise<void> {
    for (const rows of calls) {
      const given = rows.map(({ id, hash }) => syncedRow('courses', id, { hash }))
      const counts = await this.#opened.store.data.applyRows(listing, given)
      assert.deepEqual(plain(counts), this.#model.apply(listing, rows))
    }
  }

  async #end(listing: Listing, end: Step['end']): Promise<void> {
    const { data } = this.#opened.store
    if (end === 'abandoned') return
    if (end === 'incremental') {
      await data.completeIncremental(listing, this.#at)
      return
    }
    const answer = await data.completeListing(listing, { deletions: end, read_through_at: this.#at })
    assert.deepEqual(plain(answer), this.#model.complete(listing, end))
  }

  async #compare(scope: ListingScope): Promise<void> {
    const { data } = this.#opened.store
    const time = (value: unknown): number | null => (value === null ? null : Date.parse(value as string))
    const rows = (await this.#opened.readRows('canvas_courses'))
      .filter((row) => row['source_id'] === this.#source_id)
      .map((row) => ({
        id: row['id'],
        listed_by: row['listed_by'],
        hash: row['content_hash'],
        first_seen_at: time(row['first_seen_at']),
        last_seen_at: time(row['last_seen_at']),
        deleted_at: time(row['deleted_at']),
      }))
    const expected = [...this.#model.rows.values()]
    const byId = (a: { id: unknown }, b: { id: unknown }): number => (String(a.id) < String(b.id) ? -1 : 1)
    assert.deepEqual(rows.sort(byId), expected.sort(byId))
    const live = expected.filter((row) => row.listed_by === scope.listed_by && row.deleted_at === null)
    assert.equal(await data.countRows(scope), live.length)
    assert.deepEqual(
      await data.listRowIds(scope),
      live.map((row) => row.id),
    )
    assert.partialDeepStrictEqual(await data.getListing(scope), this.#model.list(scope.listed_by))
  }
}

export function exerciseSyncedRows(open: OpenStore): void {
  describe('synced rows', () => {
    const opened = sharedStore(open)
    const data = () => opened().store.data
    let owners = 0
    const newSource = async (): Promise<number> =>
      (await data().openSource('https://rows.test', `owner-${++owners}`, START)).id
    const show = async (scope: ListingScope, at: number, ids: readonly string[]): Promise<Listing> => {
      const listing = await data().beginListing(scope, at)
      await data().applyRows(
        listing,
        ids.map((id) => syncedRow(scope.entity, id)),
      )
      return listing
    }
    const brake = { deletions: 'brake', read_through_at: START } as const

    it('become what a plain model of the rules says, however they are listed', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
          const run = new Run(opened(), await newSource())
          for (const each of steps) await run.take(each)
        }),
        { numRuns: 40 },
      )
    })

    it('are deleted at the second complete list without them, and live again when they return', async () => {
      const scope = { source_id: await newSource(), entity: 'sections', listed_by: '77' } as const
      const without = IDS.slice(1)
      await data().completeListing(await show(scope, START, IDS), brake)
      const once = await data().completeListing(await show(scope, START + 1, without), brake)
      assert.deepEqual(plain(once), { deleted: 0, held: 0, live_before: 12, seen: 11 })
      const twice = await data().completeListing(await show(scope, START + 2, without), brake)
      assert.deepEqual(plain(twice), { deleted: 1, held: 0, live_before: 12, seen: 11 })
      assert.deepEqual(await data().listRowIds(scope), without)
      const listing = await data().beginListing(scope, START + 3)
      const counts = await data().applyRows(listing, [syncedRow('sections', IDS[0] ?? '')])
      assert.partialDeepStrictEqual(counts, { processed: 1, created: 0, updated: 1, unchanged: 0 })
      assert.equal(await data().countRows(scope), 12)
    })

    it('are kept by the brake when too many are gone, until somebody accepts it', async () => {
      const scope = { source_id: await newSource(), entity: 'sections', listed_by: '78' } as const
      const half = IDS.map((id) => `${id}1`)
      const all = [...half, ...IDS.map((id) => `${id}2`)]
      await data().completeListing(await show(scope, START, all), brake)
      for (const at of [1, 2, 3]) {
        const { deleted, held } = await data().completeListing(await show(scope, START + at, half), brake)
        assert.deepEqual({ deleted, held }, { deleted: 0, held: 12 })
      }
      const accept = { ...brake, deletions: 'accept' } as const
      assert.equal((await data().completeListing(await show(scope, START + 4, half), accept)).deleted, 12)
      assert.equal((await data().getListing(scope))?.deletions_held, 0)
      assert.equal(await data().countRows(scope), 12)
    })

    it('stay as a later listing left them when an earlier one writes what it read before', async () => {
      const source_id = await newSource()
      const scope = { source_id, entity: 'assignments', listed_by: '80' } as const
      const driven = { source_id, entity: 'submissions', listed_by: '80' } as const
      const [changed = '', gone = '', hidden = '', ...others] = IDS
      const row = (id: string, hash: string) => syncedRow('assignments', id, { hash })
      const all = IDS.map((id) => row(id, 'old~a.1'))
      for (const at of [0, 1]) {
        const listing = await data().beginListing(scope, START + at)
        await data().applyRows(listing, all)
        await data().completeListing(listing, brake)
      }
      const stopped = await data().beginListing(scope, START + 2)
      for (const at of [3, 4]) {
        const listing = await data().beginListing(scope, START + at)
        await data().applyRows(listing, [row(changed, 'new~a.2'), ...others.map((id) => row(id, 'old~a.1'))])
        await data().completeListing(listing, brake)
      }
      const stored = async () =>
        (await opened().readRows('canvas_assignments'))
          .filter((each) => each['source_id'] === source_id)
          .map(({ id, content_hash, last_seen_at, deleted_at }) => ({
            id: String(id),
            content_hash,
            last_seen_at,
            deleted_at,
          }))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
      const before = await stored()
      assert.equal(before.filter(({ deleted_at }) => deleted_at !== null).length, 2)
      assert.deepEqual(before.find(({ id }) => id === changed)?.content_hash, 'new~a.2')
      await data().completeListing(await data().beginListing(driven, START), brake)
      const counts = await data().applyRows(stopped, [row(changed, 'old~b.1'), row(gone, 'old~a.1')])
      assert.partialDeepStrictEqual(counts, { processed: 2, updated: 0, unchanged: 2, regraded: 0 })
      await data().markSeen(stopped, [hidden])
      assert.deepEqual(await stored(), before)
      assert.equal((await data().getListing(driven))?.read_through_at, START)
    })

    it('are not deleted by a listing that began before the last complete one', async () => {
      const scope = { source_id: await newSource(), entity: 'sections', listed_by: '79' } as const
      await data().completeListing(await show(scope, START, IDS), brake)
      const slow = await show(scope, START + 1, IDS.slice(0, 6))
      const fast = await show(scope, START + 2, IDS.slice(0, 11))
      await data().completeListing(fast, brake)
      await data().applyRows(
        slow,
        IDS.slice(6).map((id) => syncedRow('sections', id)),
      )
      const { deleted } = await data().completeListing(slow, brake)
      assert.equal(deleted, 0)
      assert.equal(await data().countRows(scope), 12)
      const state = await data().getListing(scope)
      assert.partialDeepStrictEqual(state, { last_complete_at: START + 2, previous_complete_at: START })
    })
  })
}
