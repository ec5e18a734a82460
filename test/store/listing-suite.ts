import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { Listing, ListingScope } from '../../src/store/synced-data-store.ts'
import { START } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

export function exerciseListings(open: OpenStore): void {
  describe('sources, listings and checkpoints', () => {
    const opened = sharedStore(open)
    const data = () => opened().store.data
    let scopes = 0
    const newScope = async (entity: ListingScope['entity'] = 'sections'): Promise<ListingScope> => {
      const source = await data().openSource('https://canvas.test', `owner-${++scopes}`, START)
      return { source_id: source.id, entity, listed_by: '77' }
    }
    const show = async (scope: ListingScope, at: number, ids: readonly string[]): Promise<Listing> => {
      const listing = await data().beginListing(scope, at)
      await data().applyRows(
        listing,
        ids.map((id) => syncedRow(scope.entity, id)),
      )
      return listing
    }
    const brake = { deletions: 'brake', read_through_at: START } as const

    it('know a source by its host and the owner of its token', async () => {
      await using store = (await open()).store
      const first = await store.data.openSource('https://a.test', '1', START)
      const owner = await store.data.openSource('https://a.test', '9007199254740993', START)
      const host = await store.data.openSource('https://b.test', '1', START)
      assert.deepEqual(plain(await store.data.openSource('https://a.test', '1', START + 5)), plain(first))
      assert.deepEqual(plain(await store.data.listSources()), plain([first, owner, host]))
      assert.equal(owner.canvas_user_id, '9007199254740993')
      assert.equal(new Set([first.id, owner.id, host.id]).size, 3)
    })

    it('open a source once when many ask at the same time', async () => {
      const sources = await Promise.all(
        Array.from({ length: 8 }, () => data().openSource('https://raced.test', '1', START)),
      )
      assert.equal(new Set(sources.map((source) => source.id)).size, 1)
    })

    it('give each listing of a scope a later time, whatever the clock does', async () => {
      const times = fc.array(fc.integer({ min: 0, max: START }), { minLength: 2, maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(times, async (times) => {
          const scope = await newScope()
          let last = -1
          for (const at of times) {
            const listing = await data().beginListing(scope, at)
            assert.deepEqual(plain(listing), { ...scope, listing_at: Math.max(at, last + 1, 1) })
            last = listing.listing_at
          }
          assert.equal((await data().getListing(scope))?.last_listing_at, last)
        }),
        { numRuns: 15 },
      )
    })

    it('give listings that begin at once times of their own', async () => {
      const scope = await newScope()
      const listings = await Promise.all(Array.from({ length: 8 }, () => data().beginListing(scope, START)))
      assert.equal(new Set(listings.map((listing) => listing.listing_at)).size, 8)
    })

    it('tell when a list was last begun, read whole, read before that, and read through', async () => {
      const scope = await newScope()
      assert.equal(await data().getListing(scope), null)
      const first = await show(scope, START, ['1', '2'])
      const begun = { ...scope, last_listing_at: START, last_complete_at: null, previous_complete_at: null }
      const state = { ...begun, read_through_at: null, row_count: null, deletions_held: 0, final: false }
      assert.deepEqual(plain(await data().getListing(scope)), state)
      await data().completeListing(first, { ...brake, read_through_at: START - 3 })
      const whole = { ...state, last_complete_at: START, read_through_at: START - 3, row_count: 2 }
      assert.deepEqual(plain(await data().getListing(scope)), whole)
      const some = await show(scope, START + 10, ['3'])
      await data().completeIncremental(some, START + 9)
      const through = { ...whole, last_listing_at: START + 10, read_through_at: START + 9 }
      assert.deepEqual(plain(await data().getListing(scope)), through)
      const second = await show(scope, START + 20, ['1'])
      await data().completeListing(second, { ...brake, read_through_at: START + 19 })
      const times = { last_listing_at: START + 20, last_complete_at: START + 20, previous_complete_at: START }
      const counts = { read_through_at: START + 19, row_count: 1, deletions_held: 2 }
      assert.deepEqual(plain(await data().getListing(scope)), { ...through, ...times, ...counts })
      assert.deepEqual(plain(await data().listListings(scope.source_id)), [
        plain(await data().getListing(scope)),
      ])
    })

    it('tell whether the last whole read was the final one', async () => {
      const scope = await newScope()
      for (const [at, final] of [true, undefined, true, false].entries()) {
        const listing = await show(scope, START + at, ['1'])
        await data().completeListing(listing, final === undefined ? brake : { ...brake, final })
        assert.equal((await data().getListing(scope))?.final, final ?? false)
      }
    })

    it('list the states of one source by entity and list', async () => {
      const { source_id } = await newScope()
      for (const [entity, listed_by] of [
        ['sections', '9'],
        ['courses', 'self'],
        ['sections', '10'],
      ] as const) {
        await data().beginListing({ source_id, entity, listed_by }, START)
      }
      const states = await data().listListings(source_id)
      const names = states.map((state) => `${state.entity} ${state.listed_by}`)
      assert.deepEqual(names, ['courses self', 'sections 10', 'sections 9'])
      assert.deepEqual(await data().listListings(987_654), [])
    })

    it('count and name the live rows of one scope only, in the order of text', async () => {
      const scope = await newScope()
      await show(scope, START, ['9', '10', '9007199254740993', '10000000000000007'])
      await show({ ...scope, listed_by: '78' }, START, ['5'])
      assert.equal(await data().countRows(scope), 4)
      const ids = ['10', '10000000000000007', '9', '9007199254740993']
      assert.deepEqual(await data().listRowIds(scope), ids)
      const empty = { ...scope, listed_by: '79' }
      assert.deepEqual([await data().countRows(empty), await data().listRowIds(empty)], [0, []])
    })

    it('take the second word that a listing is complete as the first one said again', async () => {
      const scope = await newScope()
      const ids = Array.from({ length: 10 }, (_, index) => String(index))
      await data().completeListing(await show(scope, START, ids), brake)
      const second = await show(scope, START + 10, ids.slice(1))
      const answer = await data().completeListing(second, brake)
      const state = await data().getListing(scope)
      assert.deepEqual(plain(await data().completeListing(second, brake)), plain(answer))
      assert.deepEqual(plain(await data().getListing(scope)), plain(state))
      assert.equal(await data().countRows(scope), 10)
    })

    it('count rows as seen that a list shows by their ids alone, also those that were deleted', async () => {
      const scope = await newScope()
      const ids = Array.from({ length: 10 }, (_, index) => String(index))
      for (const at of [0, 1, 2]) {
        const listing = await show(scope, START + at, at === 0 ? ids : ids.slice(1))
        await data().completeListing(listing, brake)
      }
      assert.equal(await data().countRows(scope), 9)
      const listing = await data().beginListing(scope, START + 3)
      const unknown = Array.from({ length: 40_000 }, (_, index) => `unknown-${index}`)
      await data().markSeen(listing, [...ids, ...unknown])
      await data().markSeen(listing, [])
      const { seen, held, deleted } = await data().completeListing(listing, brake)
      assert.deepEqual({ seen, held, deleted }, { seen: 10, held: 0, deleted: 0 })
      assert.equal(await data().countRows(scope), 10)
    })

    it('know a row as seen by the later of two listings, whichever marks it last', async () => {
      const scope = await newScope()
      await data().completeListing(await show(scope, START, ['1', '2']), brake)
      const slow = await data().beginListing(scope, START + 1)
      const fast = await data().beginListing(scope, START + 2)
      await data().markSeen(fast, ['1', '2'])
      await data().markSeen(slow, ['1', '2'])
      const { seen, held } = await data().completeListing(fast, brake)
      assert.deepEqual({ seen, held }, { seen: 2, held: 0 })
    })

    it('keep where a sync of a source and scope stopped, and forget it when told', async () => {
      const { source_id } = await newScope()
      const other = await newScope()
      const save = (course_id: string, sync_id: number, saved_at: number): Promise<void> =>
        data().saveCheckpoint(source_id, 'all', { course_id, sync_id, saved_at })
      await save('10', 1, START + 2)
      await save('9', 1, START + 2)
      await save('8', 1, START + 1)
      await save('8', 2, START + 3)
      await data().saveCheckpoint(source_id, 'account:1', { course_id: '10', sync_id: 3, saved_at: START })
      await data().saveCheckpoint(other.source_id, 'all', { course_id: '10', sync_id: 4, saved_at: START })
      const expected = [
        { course_id: '10', sync_id: 1, saved_at: START + 2 },
        { course_id: '9', sync_id: 1, saved_at: START + 2 },
        { course_id: '8', sync_id: 2, saved_at: START + 3 },
      ]
      assert.deepEqual(plain(await data().listCheckpoints(source_id, 'all')), expected)
      await data().clearCheckpoints(source_id, 'all')
      assert.deepEqual(await data().listCheckpoints(source_id, 'all'), [])
      assert.equal((await data().listCheckpoints(source_id, 'account:1')).length, 1)
      assert.equal((await data().listCheckpoints(other.source_id, 'all')).length, 1)
    })
  })
}
