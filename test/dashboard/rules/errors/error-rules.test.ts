import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  errorFiltersOf,
  isNarrowed,
  openedGroup,
  periodWords,
  queryOf,
} from '../../../../dashboard/src/errors/error-filters.ts'
import { withValue } from '../../../../dashboard/src/parts/address-values.ts'
import { boundedText, directionOf, trendText, whoText } from '../../../../dashboard/src/errors/error-words.ts'
import { errorGroupState } from '../../../../src/core/error-group-state.ts'

const of = (query: string): ReturnType<typeof errorFiltersOf> => errorFiltersOf(new URLSearchParams(query))

test('an address asks for what nobody has settled, of 7 days, unless it says otherwise', () => {
  const usual = {
    days: 7,
    state: 'came_back,new,open',
    error_type: undefined,
    text: undefined,
    sort: undefined,
  }
  assert.deepEqual(queryOf(of('')), usual)
  assert.deepEqual(
    queryOf(of('days=x&state=x&error_type=x&sort=x')),
    usual,
    'what is unknown counts for nothing',
  )
  const narrow = of('days=30&state=all&error_type=timeout&text=Course&sort=rising')
  assert.deepEqual(queryOf(narrow), {
    days: 30,
    state: undefined,
    error_type: 'timeout',
    text: 'Course',
    sort: 'rising',
  })
  assert.deepEqual([isNarrowed(of('state=all')), isNarrowed(narrow)], [false, true])
  assert.deepEqual([periodWords(7), periodWords(1)], ['7 days', '24 hours'])
  assert.equal(withValue(new URLSearchParams('days=30&group=4'), 'group', '').toString(), 'days=30')
})

test('only the id of a group opens one', () => {
  const opened = (group: string): number | null => openedGroup(new URLSearchParams({ group }))
  assert.deepEqual(['12', '0', '-1', '1e3', ' 1', ''].map(opened), [12, null, null, null, null, null])
})

test('what was not counted to its end says so', () => {
  assert.equal(boundedText({ count: 1, more: false }, 'user', 'users'), '1 user')
  assert.equal(boundedText({ count: 1, more: true }, 'user', 'users'), '1+ users')
  assert.equal(boundedText({ count: 100, more: true }, 'user', 'users'), '100+ users')
})

test('an error rises when the later half of the period has half as many again', () => {
  const direction = (sync_count: number, recent_sync_count: number): string =>
    directionOf({ sync_count, recent_sync_count })
  assert.deepEqual(
    [direction(3, 3), direction(10, 6), direction(10, 5), direction(10, 4), direction(4, 4)],
    ['steady', 'rising', 'steady', 'falling', 'rising'],
  )
  const group = { sync_count: 10, recent_sync_count: 6, trend: [1, 3, 6] }
  assert.equal(trendText(group), '10 syncs, rising: 6 in the later half, at most 6 at a time')
})

test('who decided is the name of the token, its id once the token is gone, or the server itself', () => {
  const who = (actor_kind: string, actor_id: string | null, actor_name: string | null): string =>
    whoText({ actor_kind, actor_id, actor_name })
  assert.equal(who('session', 'abc', 'night shift'), 'night shift (token abc)')
  assert.equal(who('token', 'abc', null), 'the token abc')
  assert.equal(who('loopback', null, null), 'somebody on the server itself')
})

test('the state of a group is the last decision, as long as it holds', () => {
  const DAY_MS = 86_400_000
  const now = 100 * DAY_MS
  const facts = { first_seen_at: 1, decision: null, muted_until: null, seen_since: false } as const
  assert.equal(errorGroupState(facts, now), 'open')
  assert.equal(errorGroupState({ ...facts, first_seen_at: now - DAY_MS + 1 }, now), 'new')
  const muted = { ...facts, decision: 'muted', muted_until: now } as const
  assert.deepEqual([errorGroupState(muted, now - 1), errorGroupState(muted, now)], ['muted', 'open'])
  const resolved = { ...facts, decision: 'resolved' } as const
  assert.equal(errorGroupState(resolved, now), 'resolved')
  assert.equal(errorGroupState({ ...resolved, seen_since: true }, now), 'came_back')
})
