import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from '../../../support/fast-check.ts'
import { joinHead } from '../../../../dashboard/src/syncs/list-head.ts'
import type { SyncListPage } from '../../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../../src/core/sync-record.ts'

interface Placed {
  readonly id: number
  readonly at: number
}

/** Of a sync only what decides about its place. */
const record = ({ id, at }: Placed): SyncRecord =>
  ({ id, sync_start_time: new Date(at).toISOString(), total_duration_seconds: at }) as SyncRecord

const pageOf = (syncs: readonly Placed[], more: boolean): SyncListPage => ({
  count: syncs.length,
  syncs: syncs.map(record),
  next_cursor: more ? `after ${syncs.at(-1)?.id}` : null,
})

const down = (ids: readonly number[]): Placed[] => ids.map((id) => ({ id, at: id * 1000 }))
const idsOf = (pages: readonly SyncListPage[]): number[][] =>
  pages.map(({ syncs }) => syncs.map(({ id }) => id))

suite('a first page that came again', () => {
  test('new ones come before those that are shown, and no page loses any', () => {
    const shown = [pageOf(down([9, 8, 7]), true), pageOf(down([6, 5, 4]), true)]
    const joined = joinHead(shown, pageOf(down([11, 10, 9]), true), null)
    assert.deepEqual(idsOf(joined.pages), [
      [11, 10, 9, 8, 7],
      [6, 5, 4],
    ])
    assert.equal(joined.fresh, 2)
    assert.deepEqual(
      joined.pages.map(({ next_cursor }) => next_cursor),
      ['after 7', 'after 4'],
    )
  })

  test('what is no longer in the list goes, as far as the page reaches', () => {
    const shown = [pageOf(down([9, 8, 7]), true), pageOf(down([6, 5, 4]), false)]
    const joined = joinHead(shown, pageOf(down([9, 7, 5]), true), null)
    assert.deepEqual(idsOf(joined.pages), [[9, 7, 5], [4]])
    assert.equal(joined.fresh, 0)
    assert.deepEqual(idsOf(joinHead(shown, pageOf(down([9]), false), null).pages), [[9]])
  })

  test('when more came than a page holds, the list begins again rather than with a hole', () => {
    const joined = joinHead([pageOf(down([3, 2]), true)], pageOf(down([9, 8, 7]), true), null)
    assert.equal(joined.begins_again, true)
    assert.deepEqual(idsOf(joined.pages), [[9, 8, 7]])
  })

  test('one that was looked through in vain so far changes nothing', () => {
    const shown = [pageOf(down([3, 2]), true)]
    assert.deepEqual(joinHead(shown, { count: 0, syncs: [], next_cursor: 'on' }, null).pages, shown)
  })

  test('whatever comes and goes, the rows are those of the list now, in its order, without a hole', () => {
    const sorts = fc.constantFrom(null, 'oldest', 'longest', 'shortest')
    const placed = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 60 }), at: fc.nat(20) }), {
      selector: ({ id }) => id,
    })
    fc.assert(
      fc.property(placed, fc.func(fc.boolean()), fc.func(fc.boolean()), sorts, (all, was, is, sort) => {
        const up = sort === 'oldest' || sort === 'shortest'
        const order = (one: Placed, other: Placed): number =>
          (up ? 1 : -1) * (one.at - other.at || one.id - other.id)
        const sorted = all.toSorted(order)
        const before = sorted.filter(({ id }) => was(id))
        const now = sorted.filter(({ id }) => is(id))
        const shown = [
          pageOf(before.slice(0, 5), before.length > 5),
          ...(before.length > 5 ? [pageOf(before.slice(5, 10), before.length > 10)] : []),
        ]
        const head = pageOf(now.slice(0, 5), now.length > 5)
        const ids = idsOf(joinHead(shown, head, sort).pages).flat()
        // As far as the head reaches it is what is; behind it what was.
        const last = head.next_cursor === null ? null : now[4]
        const behind = last == null ? [] : before.slice(0, 10).filter((each) => order(each, last) > 0)
        const expected = [...now.slice(0, 5), ...behind].map(({ id }) => id)
        const begins = last != null && before[0] !== undefined && order(before[0], last) > 0
        assert.deepEqual(ids, begins ? now.slice(0, 5).map(({ id }) => id) : expected)
      }),
    )
  })
})
