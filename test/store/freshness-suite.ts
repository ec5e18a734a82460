import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { SyncedEntity } from '../../src/core/synced-entity.ts'
import type { FreshnessPlace, FreshnessQuery, FreshnessRow } from '../../src/store/freshness.ts'
import type { Store } from '../../src/store/store.ts'
import { START, syncStart } from '../support/sync-factory.ts'
import { sharedStore, type OpenStore } from './opened-store.ts'

interface PlannedList {
  readonly user: 0 | 1 | 2
  readonly entity: SyncedEntity
  readonly listed_by: string
  readonly complete: boolean
  readonly offset: number
  readonly final: boolean
}

const plannedList: fc.Arbitrary<PlannedList> = fc.record({
  user: fc.constantFrom(0, 1, 2),
  entity: fc.constantFrom('courses', 'assignments', 'submissions'),
  listed_by: fc.constantFrom('7', '8', '70', 'course:7', 'self'),
  complete: fc.boolean(),
  offset: fc.nat(4),
  final: fc.boolean(),
})

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined })

/** By source, entity and list. */
const KEY = ['source_id', 'entity', 'listed_by'] as const

function compare(a: FreshnessRow, b: FreshnessRow): number {
  const age = (a.last_complete_at ?? 0) - (b.last_complete_at ?? 0)
  if (age !== 0) return age
  for (const name of KEY) if (a[name] !== b[name]) return a[name] < b[name] ? -1 : 1
  return 0
}

async function walk({ freshness }: Store, query: Omit<FreshnessQuery, 'after'>): Promise<FreshnessRow[]> {
  const rows: FreshnessRow[] = []
  let after: FreshnessPlace | null = null
  do {
    const asked: FreshnessQuery = { ...query, after }
    const page = await freshness.page(asked)
    assert.ok(page.rows.length <= query.limit)
    rows.push(...page.rows)
    after = page.next
  } while (after !== null)
  return rows
}

export function exerciseFreshness(open: OpenStore): void {
  describe('freshness', () => {
    const opened = sharedStore(open)

    it('lists every list with the stalest first, by source, course, entity and age, page by page', async () => {
      const { store } = opened()
      const { data, syncs } = store
      const sources: number[] = []
      for (const user of ['a', 'b', 'c'])
        sources.push((await data.openSource('https://canvas.test', user, 1)).id)
      // User 1 has read the first source, user 2 the first and the second; nobody is known to have read the third.
      for (const [user_id, index] of [
        ['1', 0],
        ['2', 0],
        ['2', 1],
      ] as const) {
        const id = await syncs.startSync(syncStart(`reads-${user_id}-${index}`, { user_id }))
        await syncs.saveSource(id, sources[index] ?? 0, 'courses')
      }
      for (const plan of fc.sample(plannedList, { numRuns: 60, seed: 11 })) {
        const scope = { source_id: sources[plan.user] ?? 0, entity: plan.entity, listed_by: plan.listed_by }
        const listing = await data.beginListing(scope, START + plan.offset)
        if (!plan.complete) continue
        const { final } = plan
        await data.completeListing(listing, { read_through_at: START, deletions: 'brake', final })
      }
      const all = await walk(store, { limit: 1000 })
      assert.deepEqual(all, all.toSorted(compare))
      assert.ok(all.length > 25, String(all.length))
      assert.ok(all.some((row) => row.last_complete_at === null) && all.some((row) => row.final))
      const listed = (await Promise.all(sources.map((source) => data.listListings(source)))).flat()
      assert.equal(all.length, listed.length)

      const visible = new Map([
        ['1', sources.slice(0, 1)],
        ['2', sources.slice(0, 2)],
        ['3', []],
      ])
      const queries = fc.record({
        source_id: maybe(fc.constantFrom(...sources)),
        course_id: maybe(fc.constantFrom('7', '70', '9')),
        entity: maybe(fc.constantFrom('courses', 'submissions')),
        final: maybe(fc.boolean()),
        complete_before: maybe(fc.nat(5).map((offset) => START + offset)),
        user_ids: maybe(fc.subarray(['1', '2', '3'])),
        limit: fc.integer({ min: 1, max: 12 }),
      })
      await fc.assert(
        fc.asyncProperty(queries, async ({ limit, ...given }) => {
          const { source_id, course_id, entity, final, complete_before, user_ids } = given
          const expected = all
            .filter((row) => source_id === undefined || row.source_id === source_id)
            .filter(
              (row) => course_id === undefined || [course_id, `course:${course_id}`].includes(row.listed_by),
            )
            .filter((row) => entity === undefined || row.entity === entity)
            .filter((row) => final === undefined || row.final === final)
            .filter((row) => complete_before === undefined || (row.last_complete_at ?? 0) < complete_before)
            .filter(
              (row) =>
                user_ids === undefined ||
                user_ids.some((user_id) => visible.get(user_id)?.includes(row.source_id) === true),
            )
          const chosen = Object.entries(given).filter(([, value]) => value !== undefined)
          const query = { ...Object.fromEntries(chosen), limit }
          assert.deepEqual(await walk(store, query), expected)
        }),
        { numRuns: 80 },
      )
    })
  })
}
