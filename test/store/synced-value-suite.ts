import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import {
  SYNCED_ENTITIES,
  SYNCED_TABLES,
  type ColumnType,
  type SyncedEntity,
} from '../../src/core/synced-entity.ts'
import type { ColumnValue, Listing, SyncedRow } from '../../src/store/synced-data-store.ts'
import { START } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { sharedStore, type OpenStore } from './opened-store.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('\0', '\uFDD0', '0', '1', 'é'), maxLength: 6 }),
)

/** No driver tells minus zero from zero, and Canvas does not either. */
const real = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)

const VALUES: Readonly<Record<ColumnType, fc.Arbitrary<ColumnValue>>> = {
  text: fc.oneof(text, fc.constantFrom('', '007', '1e3', '9007199254740993', 'O’Brien 李 👩🏽‍🎓')),
  real: fc.oneof(real, fc.constantFrom(0.1 + 0.2, 100, -1e-300, 1.7976931348623157e308)),
  integer: fc.maxSafeInteger(),
  boolean: fc.constantFrom(0, 1),
}

function rowOf(entity: SyncedEntity): fc.Arbitrary<SyncedRow> {
  const columns = SYNCED_TABLES[entity].columns
  return fc.record({
    id: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
    values: fc.tuple(...columns.map((column) => fc.option(VALUES[column.type]))),
    data: fc.json(),
    content_hash: text,
  })
}

export function exerciseSyncedValues(open: OpenStore): void {
  describe('synced values', () => {
    const opened = sharedStore(open)
    const data = () => opened().store.data
    let owners = 0
    const begin = async (entity: SyncedEntity): Promise<Listing> => {
      const { id } = await data().openSource('https://values.test', `owner-${++owners}`, START)
      return await data().beginListing({ source_id: id, entity, listed_by: '10000000000000007' }, START)
    }
    const rowsOf = async (listing: Listing): Promise<Record<string, unknown>[]> => {
      const rows = await opened().readRows(SYNCED_TABLES[listing.entity].table)
      return rows.filter((row) => row['source_id'] === listing.source_id)
    }

    for (const entity of SYNCED_ENTITIES) {
      it(`of ${entity} are kept exactly: text, numbers, flags and nothing`, async () => {
        await fc.assert(
          fc.asyncProperty(rowOf(entity), rowOf(entity), async (first, second) => {
            const listing = await begin(entity)
            await data().applyRows(listing, [first])
            await data().applyRows(listing, [{ ...second, id: first.id, content_hash: 'other' }])
            const { columns, scope_column, table } = SYNCED_TABLES[entity]
            const [row, ...more] = await rowsOf(listing)
            assert.deepEqual(more, [], table)
            assert.deepEqual(
              columns.map((column) => row?.[column.name]),
              second.values,
            )
            const kept = { id: first.id, data: second.data, content_hash: 'other', deleted_at: null }
            assert.partialDeepStrictEqual(row, { ...kept, [scope_column]: '10000000000000007' })
            assert.equal(row?.['first_seen_at'], '2026-11-22T10:15:00.000Z')
          }),
          { numRuns: 8 },
        )
      })
    }

    it('of ids that one number would hold for the same are two rows', async () => {
      const listing = await begin('courses')
      const ids = ['9007199254740992', '9007199254740993', '1', '01']
      const counts = await data().applyRows(
        listing,
        ids.map((id) => syncedRow('courses', id)),
      )
      assert.equal(counts.created, 4)
      assert.deepEqual(new Set((await rowsOf(listing)).map((row) => row['id'])), new Set(ids))
    })

    it('come in calls of any size', async () => {
      const listing = await begin('submissions')
      const rows = Array.from({ length: 40_000 }, (_, index) => syncedRow('submissions', String(index)))
      assert.equal((await data().applyRows(listing, rows)).created, 40_000)
      const again = await data().beginListing(listing, START + 1)
      assert.equal((await data().applyRows(again, rows)).unchanged, 40_000)
      assert.deepEqual((await data().applyRows(again, [])).processed, 0)
    })

    it('of a row that two lists show in the same millisecond count in each', async () => {
      const first = await begin('courses')
      const second = await data().beginListing({ ...first, listed_by: 'account:1' }, START)
      assert.equal(first.listing_at, second.listing_at)
      await data().applyRows(first, [syncedRow('courses', '5')])
      const counts = await data().applyRows(second, [syncedRow('courses', '5')])
      assert.partialDeepStrictEqual(counts, { processed: 1, unchanged: 1, duplicates: 0 })
      assert.deepEqual([await data().countRows(first), await data().countRows(second)], [0, 1])
    })

    it('are all there or not at all when one row of a call is refused', async () => {
      const listing = await begin('sections')
      const good = syncedRow('sections', '1')
      const bad = { ...syncedRow('sections', '2'), data: null as unknown as string }
      const [refused, kept] = await Promise.allSettled([
        data().applyRows(listing, [good, bad]),
        data().applyRows(listing, [syncedRow('sections', '3')]),
      ])
      assert.deepEqual([refused.status, kept.status], ['rejected', 'fulfilled'])
      assert.deepEqual(await data().listRowIds(listing), ['3'])
    })
  })
}
