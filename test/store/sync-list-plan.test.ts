import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { planSyncList, type SyncListDriver } from '../../src/store/sql/lists/sync-list-plan.ts'
import { selectRows } from '../../src/store/sql/lists/sync-list-statements.ts'
import type { SyncCondition, SyncSort } from '../../src/store/sync-lists.ts'

const many = Array.from({ length: 9 }, (_, index) => String(index))

/** What is asked for, and what is walked along. */
const BY_START: readonly (readonly [SyncCondition, SyncListDriver])[] = [
  [{}, 'start'],
  [{ since: 1, until: 9 }, 'start'],
  [{ sync_types: ['all'], host: 'a', trigger: 'b', min_duration_ms: 5 }, 'start'],
  [{ user_ids: ['1'] }, 'user'],
  [{ user_ids: ['1', '2'], course_id: '5', error_group_id: 3, source_id: 4 }, 'user'],
  [{ user_ids: many }, 'start'],
  [{ user_ids: many, course_id: '5' }, 'course'],
  [{ user_ids: ['1'], statuses: ['failed', 'lost'] }, 'user_troubled'],
  [{ user_ids: ['1'], statuses: ['failed', 'completed'] }, 'user'],
  [{ user_ids: ['1'], statuses: ['in_progress'] }, 'status'],
  [{ error_group_id: 3, source_id: 4, course_id: '5', error_types: ['timeout'] }, 'error_group'],
  [{ source_id: 4, course_id: '5', error_types: ['timeout'], statuses: ['failed'] }, 'source'],
  [{ course_id: '5', error_types: ['timeout'], statuses: ['failed'] }, 'course'],
  [{ error_types: ['timeout'], statuses: ['failed'], error_text: 'x' }, 'error_type'],
  [{ statuses: ['completed'] }, 'status'],
  [{ statuses: ['failed'], error_text: 'x' }, 'status'],
  [{ statuses: ['completed'], error_text: 'x' }, 'error_text'],
  [{ error_text: 'x' }, 'error_text'],
]

describe('the plan of a list of syncs', () => {
  for (const [condition, driver] of BY_START) {
    it(`walks along ${driver} for ${JSON.stringify(condition)}`, () => {
      const narrowed = driver !== 'start' || condition.since !== undefined
      for (const sort of ['newest', 'oldest', 'longest', 'shortest'] as const satisfies readonly SyncSort[]) {
        const plan = planSyncList(condition, sort)
        if (sort === 'newest' || sort === 'oldest') {
          assert.deepEqual([plan.driver, plan.if_few], [driver, null])
          continue
        }
        const of_users = Object.keys(condition).join() === 'user_ids'
        assert.equal(plan.driver, of_users && driver === 'user' ? 'user_duration' : 'duration')
        assert.equal(plan.if_few?.driver, narrowed && !of_users ? driver : undefined)
      }
    })
  }

  it('walks along the durations of users only when nothing else is asked for', () => {
    const user_ids = ['1', '2']
    assert.equal(planSyncList({ user_ids, min_duration_ms: 5 }, 'longest').driver, 'user_duration')
    assert.equal(planSyncList({ user_ids }, 'shortest').driver, 'user_duration')
    assert.equal(planSyncList({ user_ids, since: 1 }, 'longest').driver, 'duration')
    const many = Array.from({ length: 9 }, (_, id) => String(id))
    assert.equal(planSyncList({ user_ids: many }, 'longest').driver, 'duration')
  })

  it('says of no condition that the walk fulfils it which the walk does not', () => {
    const { fulfilled } = planSyncList({ user_ids: ['1'], statuses: ['failed'], since: 1 }, 'newest')
    assert.deepEqual([...fulfilled].toSorted(), ['since', 'until', 'user_ids'])
    const longest = planSyncList({ statuses: ['failed'], since: 1, min_duration_ms: 1 }, 'longest')
    assert.deepEqual([...longest.fulfilled].toSorted(), ['max_duration_ms', 'min_duration_ms'])
    assert.deepEqual([...(longest.if_few?.fulfilled ?? [])].toSorted(), ['since', 'statuses', 'until'])
  })
})

describe('a page behind another one', () => {
  const by_start: SyncCondition = { since: 100, until: 900 }
  const by_duration: SyncCondition = { min_duration_ms: 100_000, max_duration_ms: 900_000 }
  const valuesOf = (sort: SyncSort, value: number): readonly unknown[] => {
    const condition = sort === 'newest' || sort === 'oldest' ? by_start : by_duration
    const plan = planSyncList(condition, sort)
    const after = { value, id: 7 }
    return selectRows({ dialect: 'sqlite', plan, condition, sort }, { after, stop: null, limit: 5 }).values
  }

  // An engine enters an index by one comparison on each side, and it may be the one that is met long before the other.
  for (const [sort, near, far] of [
    ['newest', 900, 100],
    ['oldest', 100, 900],
    ['longest', 900, 100],
    ['shortest', 100, 900],
  ] as const) {
    it(`is not bounded by the end of the window that lies behind it: ${sort}`, () => {
      assert.ok(!valuesOf(sort, 500).includes(near))
      assert.ok(valuesOf(sort, 500).includes(far))
    })

    it(`is bounded by the window where its place is outside: ${sort}`, () => {
      assert.ok(valuesOf(sort, sort === 'newest' || sort === 'longest' ? 950 : 50).includes(near))
    })
  }
})
