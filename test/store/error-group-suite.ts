import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ErrorGroupDecision } from '../../src/core/error-group-state.ts'
import type { SyncErrorType } from '../../src/core/error-types.ts'
import type { AuditEntry } from '../../src/store/access-store.ts'
import type { ErrorGroup, ErrorGroupOutcome, ErrorGroupQuery } from '../../src/store/error-groups.ts'
import type { Store } from '../../src/store/store.ts'
import { courseOutcome, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, type OpenStore } from './opened-store.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 22, 10, 15)
const WEEK = { since: NOW - 7 * DAY_MS, now: NOW }
const AUDIT: AuditEntry = {
  at: NOW,
  actor_kind: 'token',
  actor_id: 'abc',
  action: 'error_group_decided',
  target: '1',
  user_id: null,
  route: null,
  address: null,
}

interface Failing {
  readonly user_id?: string | null
  readonly at?: number
  readonly message?: string
  readonly error_type?: SyncErrorType
  readonly course_id?: string
  /** Of courses that went wrong, and why. */
  readonly courses?: Readonly<Record<string, string>>
}

let tasks = 0

async function fail(store: Store, given: Failing = {}): Promise<number> {
  const { user_id = '42', at = NOW - 3 * DAY_MS, message = 'No network.', error_type = 'network' } = given
  const target = given.course_id === undefined ? {} : { target_course_id: given.course_id }
  const id = await store.syncs.startSync(
    syncStart(`failing ${++tasks}`, { user_id, started_at: at, ...target }),
  )
  for (const [course_id, error_message] of Object.entries(given.courses ?? {})) {
    const outcome = { outcome: 'failed', error_type: 'timeout', error_message } as const
    await store.syncs.saveCourseOutcome(id, courseOutcome(course_id, outcome))
  }
  const failed = { status: 'failed', error_type, error_message: message, ...target } as const
  await store.syncs.finishSync(id, syncFinish({ ...failed, finished_at: at + 1000 }))
  return id
}

async function groupsOf(store: Store, query: Partial<ErrorGroupQuery> = {}): Promise<readonly ErrorGroup[]> {
  return plain((await store.errorGroups.list({ ...WEEK, limit: 100, ...query })).groups)
}

async function onlyGroup(store: Store, query: Partial<ErrorGroupQuery> = {}): Promise<ErrorGroup> {
  const [group, ...others] = await groupsOf(store, query)
  assert.ok(group)
  assert.deepEqual(others, [])
  return group
}

async function decide(
  store: Store,
  id: number,
  decision: ErrorGroupDecision,
  { at = NOW, until = null, why = null }: { at?: number; until?: number | null; why?: string | null } = {},
): Promise<ErrorGroupOutcome | null> {
  const decided = { id, decision, decided_at: at, muted_until: until, reason: why }
  return plain(await store.errorGroups.decide({ ...decided, audit: { ...AUDIT, target: String(id) } }))
}

/** What people see of groups of errors, and what they decide about them. */
export function exerciseErrorGroups(open: OpenStore): void {
  describe('groups of errors', () => {
    it('tell whom they touch, how often and when, by days, hours and months', async () => {
      const { store } = await open()
      await fail(store, { at: NOW - 6.9 * DAY_MS, user_id: 'a', course_id: '7' })
      await fail(store, { at: NOW - 2 * DAY_MS, user_id: 'b', courses: { 8: 'Slow.', 9: 'Slow.' } })
      await fail(store, { at: NOW - 2 * DAY_MS + 5, user_id: null })
      const last = await fail(store, { at: NOW - 3600_000, user_id: 'a' })
      await fail(store, { at: NOW - 40 * DAY_MS, user_id: 'long ago' })
      const group = await onlyGroup(store)
      assert.partialDeepStrictEqual(group, {
        syncs: 4,
        recent_syncs: 3,
        first_seen_at: NOW - 40 * DAY_MS,
        last_seen_at: NOW - 3600_000,
        last_sync_id: last,
        state: 'open',
        users: { count: 2, more: false },
        courses: { count: 3, more: false },
        trend: [1, 0, 0, 0, 0, 2, 0, 1],
      })
      const ofTrend = async (days: number): Promise<[string, number, number]> => {
        const query = { ...WEEK, since: NOW - days * DAY_MS, limit: 1 }
        const { trend, groups } = await store.errorGroups.list(query)
        return [trend.bucket, trend.starts.length, (groups[0]?.trend ?? []).reduce((a, b) => a + b, 0)]
      }
      assert.deepEqual(await ofTrend(1), ['hour', 25, 1])
      assert.deepEqual(await ofTrend(30), ['day', 31, 4])
      assert.deepEqual(await ofTrend(200), ['month', 7, 5])
      const found = await store.errorGroups.find(group.id, WEEK)
      assert.deepEqual(
        found?.users.map(({ user_id, syncs }) => [user_id, syncs]),
        [
          ['a', 2],
          ['b', 1],
        ],
      )
      assert.partialDeepStrictEqual(plain(found?.course_errors), [
        { message: 'Slow.', outcomes: 2, courses: 2, course_ids: ['8', '9'] },
      ])
      assert.deepEqual(plain(found?.group), group)
    })

    it('count to a bound and say that there are more', async () => {
      const { store } = await open()
      for (let user = 0; user < 120; user++) {
        await fail(store, { user_id: `user-${user}`, course_id: String(user % 3) })
      }
      const { users, courses, syncs } = await onlyGroup(store)
      assert.deepEqual([users, courses, syncs], [{ count: 100, more: true }, { count: 3, more: false }, 120])
    })

    it('are found by state, type and text, in each order, page by page', async () => {
      const { store } = await open()
      const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon']
      for (const [index, word] of words.entries()) {
        const error_type = index % 2 === 0 ? 'network' : 'timeout'
        for (let time = 0; time <= index; time++) {
          await fail(store, { message: `${word} fails.`, error_type, at: NOW - (index + 1) * DAY_MS - time })
        }
      }
      const wordsOf = async (query: Partial<ErrorGroupQuery>): Promise<string[]> =>
        (await groupsOf(store, query)).map(({ message }) => message.split(' ')[0] ?? '')
      assert.deepEqual(await wordsOf({}), words.toReversed())
      assert.deepEqual(await wordsOf({ sort: 'newest' }), words)
      assert.deepEqual(await wordsOf({ sort: 'rising' }), ['gamma', 'beta', 'alpha', 'delta', 'epsilon'])
      assert.deepEqual(await wordsOf({ error_types: ['timeout'] }), ['delta', 'beta'])
      assert.deepEqual(await wordsOf({ text: 'GAMMA' }), ['gamma'])
      for (const sort of ['most', 'newest', 'rising'] as const) {
        const walked: string[] = []
        let after: ErrorGroupQuery['after'] = null
        do {
          const page = await store.errorGroups.list({ ...WEEK, sort, limit: 2, after })
          walked.push(...page.groups.map(({ message }) => message.split(' ')[0] ?? ''))
          after = page.next
        } while (after !== null)
        assert.deepEqual(walked, await wordsOf({ sort }))
      }
      const [most] = await groupsOf(store)
      await decide(store, most?.id ?? 0, 'resolved')
      assert.deepEqual(await wordsOf({ states: ['resolved'] }), ['epsilon'])
      const { states } = await store.errorGroups.list({ ...WEEK, limit: 1, states: ['muted'] })
      assert.deepEqual(plain(states), { came_back: 0, new: 0, open: 4, muted: 0, resolved: 1 })
    })

    it('are new for a day, and muted until a time', async () => {
      const { store } = await open()
      await fail(store, { at: NOW - 1000 })
      const { id, state } = await onlyGroup(store)
      assert.equal(state, 'new')
      assert.equal((await onlyGroup(store, { now: NOW + DAY_MS })).state, 'open')
      const until = NOW + 3 * DAY_MS
      const muted = await decide(store, id, 'muted', { until, why: 'Upgrade.' })
      assert.deepEqual(muted, { state: 'muted', muted_until: until, changed: true })
      assert.partialDeepStrictEqual(await onlyGroup(store), { state: 'muted', muted_until: until })
      const later = await onlyGroup(store, { now: until })
      assert.partialDeepStrictEqual(later, { state: 'open', muted_until: null })
      assert.equal((await decide(store, id, 'unmuted'))?.state, 'new')
      assert.equal((await onlyGroup(store)).state, 'new')
    })

    it('come back with a sync that starts after they were resolved, and stay so when it is deleted', async () => {
      const { store } = await open()
      await fail(store)
      const { id } = await onlyGroup(store)
      const running = await store.syncs.startSync(syncStart('from before', { started_at: NOW - 10 }))
      assert.equal((await decide(store, id, 'resolved'))?.state, 'resolved')
      const failed = { status: 'failed', error_type: 'network', error_message: 'No network.' } as const
      await store.syncs.finishSync(running, syncFinish({ ...failed, finished_at: NOW + 10 }))
      const later = { now: NOW + 400 * DAY_MS }
      assert.equal((await onlyGroup(store, later)).state, 'resolved')
      await fail(store, { at: NOW + 1000 })
      assert.equal((await onlyGroup(store, later)).state, 'came_back')
      // So that the first one after may go.
      await fail(store, { at: NOW + 300 * DAY_MS, message: 'Other.' })
      await store.retention.deleteSyncs(NOW + 200 * DAY_MS, null, 100)
      const whole = { since: NOW - 8 * DAY_MS, now: NOW + 400 * DAY_MS }
      const kept = await store.errorGroups.find(id, whole)
      assert.partialDeepStrictEqual(plain(kept?.group), { state: 'came_back', last_sync_id: null })
      assert.equal((await decide(store, id, 'resolved', { at: NOW + 5000 }))?.state, 'resolved')
      assert.equal((await decide(store, id, 'reopened', { at: NOW + 6000 }))?.state, 'open')
    })

    it('come back with a sync that was written whole, with its group, by another program', async () => {
      const opened = await open()
      const { store } = opened
      await fail(store)
      const { id } = await onlyGroup(store)
      const write = async (started_at: number): Promise<void> => {
        await opened.execute(`insert into canvas_sync_metrics (sync_task_id, sync_start_time, heartbeat_at,
          sync_status, sync_type, error_type, error_message, error_group_id)
          values ('written at ${started_at}', ${started_at}, ${started_at}, 'failed', 'all', 'network', 'No network.', ${id})`)
      }
      assert.equal((await decide(store, id, 'resolved'))?.state, 'resolved')
      await write(NOW)
      assert.equal((await onlyGroup(store, { now: NOW + 5000 })).state, 'resolved')
      await write(NOW + 1)
      assert.equal((await onlyGroup(store, { now: NOW + 5000 })).state, 'came_back')
    })

    it('are decided about by the last one, whatever came before, and their history tells', async () => {
      const opened = await open()
      const { store } = opened
      await fail(store)
      const { id } = await onlyGroup(store)
      const until = NOW + DAY_MS
      const steps: [ErrorGroupDecision, boolean, string][] = [
        ['unmuted', false, 'open'],
        ['reopened', false, 'open'],
        ['muted', true, 'muted'],
        ['muted', false, 'muted'],
        ['reopened', false, 'muted'],
        ['resolved', true, 'resolved'],
        ['resolved', false, 'resolved'],
        ['unmuted', false, 'resolved'],
        ['reopened', true, 'open'],
      ]
      for (const [decision, changed, state] of steps) {
        const given = decision === 'muted' ? { until, why: 'Known.' } : {}
        const outcome = await decide(store, id, decision, given)
        assert.deepEqual([outcome?.changed, outcome?.state], [changed, state], decision)
      }
      // Two people at once: both are told, the last one counts.
      await Promise.all([
        decide(store, id, 'muted', { until, why: 'One.' }),
        decide(store, id, 'muted', { until, why: 'Other.' }),
      ])
      const history = plain((await store.errorGroups.find(id, WEEK))?.history ?? [])
      assert.deepEqual(
        history.map(({ decision }) => decision),
        ['muted', 'muted', 'reopened', 'resolved', 'muted'],
      )
      assert.deepEqual(new Set(history.slice(0, 2).map(({ reason }) => reason)), new Set(['One.', 'Other.']))
      assert.partialDeepStrictEqual(history.at(-1), {
        decided_at: NOW,
        muted_until: until,
        reason: 'Known.',
        actor_kind: 'token',
        actor_id: 'abc',
        actor_name: null,
      })
      const audited = await store.access.listAudit({ limit: 100, before_id: null })
      assert.equal(audited.length, 5, 'what changed nothing is not audited')
      assert.equal(await decide(store, 999, 'resolved'), null)
      assert.equal(await store.errorGroups.find(999, WEEK), null)
    })

    it('take their syncs out of a list of what is unsettled, and those that come after a resolution stay in it', async () => {
      const { store } = await open()
      const first = await fail(store, { at: NOW - 5000 })
      const other = await fail(store, { at: NOW - 4000, message: 'Other.' })
      const { id } = await onlyGroup(store, { text: 'network' })
      const idsOf = async (unsettled_at: number): Promise<number[]> => {
        const condition = { statuses: ['failed'] as const, unsettled_at }
        const page = await store.lists.page({ condition, sort: 'newest', limit: 10, after: null })
        return page.rows.map((sync) => sync.id)
      }
      assert.deepEqual(await idsOf(NOW), [other, first])
      await decide(store, id, 'muted', { until: NOW + 1000, why: 'Known.' })
      assert.deepEqual(await idsOf(NOW), [other])
      assert.deepEqual(await idsOf(NOW + 1000), [other, first])
      await decide(store, id, 'resolved')
      const again = await fail(store, { at: NOW + 5000 })
      assert.deepEqual(await idsOf(NOW + 9000), [again, other])
    })

    it('keep the newest hundred decisions of each', async () => {
      const opened = await open()
      const { store } = opened
      await fail(store)
      const { id } = await onlyGroup(store)
      for (let time = 0; time < 60; time++) {
        await decide(store, id, 'resolved', { at: NOW + time })
        await decide(store, id, 'reopened', { at: NOW + time })
      }
      const found = await store.errorGroups.find(id, WEEK)
      assert.equal(found?.history.length, 100)
      assert.equal(found.history[0]?.decided_at, NOW + 59)
      assert.equal((await opened.readRows('canvas_sync_error_decisions')).length, 100)
    })

    it('show who may see some users nothing of what others met or decided', async () => {
      const { store } = await open()
      await fail(store, { user_id: 'own', message: 'No course "own".' })
      await fail(store, { user_id: 'other', message: 'No course "secret".', at: NOW - 2 * DAY_MS })
      await fail(store, { user_id: 'other', message: 'Elsewhere.' })
      const user_ids = ['own']
      const group = await onlyGroup(store, { user_ids })
      await decide(store, group.id, 'muted', { until: NOW + 5, why: 'Because of other.' })
      await decide(store, group.id, 'resolved')
      await fail(store, { user_id: 'other', at: NOW + 10, message: 'No course "secret".' })
      const later = { ...WEEK, now: NOW + 20 }
      const all = await groupsOf(store, later)
      assert.deepEqual(new Set(all.map(({ state }) => state)), new Set(['came_back', 'open']))
      const seen = await store.errorGroups.find(group.id, { ...later, user_ids })
      assert.partialDeepStrictEqual(plain(seen?.group), {
        message: 'No course "own".',
        syncs: 1,
        state: 'resolved',
        users: { count: 1, more: false },
        last_seen_at: NOW - 3 * DAY_MS,
      })
      assert.deepEqual(seen?.history, [])
      assert.doesNotMatch(JSON.stringify(seen), /secret|other/)
      assert.deepEqual(await groupsOf(store, { user_ids, text: 'secret' }), [])
      const elsewhere = all.find(({ message }) => message === 'Elsewhere.')
      assert.equal(await store.errorGroups.find(elsewhere?.id ?? 0, { ...WEEK, user_ids }), null)
      assert.deepEqual(await groupsOf(store, { user_ids: [] }), [])
      await fail(store, { user_id: 'own', at: NOW + 15, message: 'No course "own".' })
      assert.equal((await onlyGroup(store, { ...later, user_ids })).state, 'came_back')
    })
  })
}
