import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { IncidentChangeKind, IncidentSubject } from '../../src/core/incident.ts'
import type { AuditEntry } from '../../src/store/access-store.ts'
import type { FoundIncident, IncidentDecision, JudgedMember } from '../../src/store/incidents.ts'
import type { Store } from '../../src/store/store.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, type OpenStore } from './opened-store.ts'

const NOW = Date.UTC(2026, 10, 22, 10, 15)
const MINUTE_MS = 60_000
const AUDIT: AuditEntry = {
  at: NOW,
  actor_kind: 'token',
  actor_id: 'abc',
  action: 'incident_decided',
  target: '1',
  user_id: null,
  route: null,
  address: null,
}

let keys = 0
const newKey = (): string => `sync_failed key ${++keys}`

const subject = (given: Partial<IncidentSubject> = {}): IncidentSubject => ({
  host: 'canvas.test',
  source_id: null,
  sync_type: 'all',
  user_id: null,
  schedule: null,
  channel: null,
  error_type: 'timeout',
  ...given,
})

function found(key: string, given: Partial<FoundIncident> = {}): FoundIncident {
  return {
    rule: 'sync_failed',
    key,
    member: `${key} member`,
    severity: 'warning',
    subject: subject(),
    facts: { failures: 2 },
    began_at: NOW - 1000,
    last_good_at: NOW - 5000,
    count: 2,
    added: 1,
    last_sync_id: 7,
    parent_key: null,
    ...given,
  }
}

const judgedOf = (...all: readonly FoundIncident[]): JudgedMember[] =>
  all.map(({ rule, member }) => ({ rule, member }))

async function settle(
  store: Store,
  all: readonly FoundIncident[],
  judged: readonly JudgedMember[] = judgedOf(...all),
  now: number = NOW,
): Promise<IncidentChangeKind[]> {
  return ((await store.incidents.settle(all, judged, now)) ?? []).map(({ change }) => change)
}

async function ofKey(store: Store, key: string) {
  const rows = await store.incidents.list({ limit: 1000, now: NOW })
  return rows.incidents.filter((incident) => incident.key === key)
}

async function only(store: Store, key: string) {
  const [incident, ...others] = await ofKey(store, key)
  assert.ok(incident)
  assert.deepEqual(others, [])
  return incident
}

function decision(id: number, given: Partial<IncidentDecision>): IncidentDecision {
  const audit = { ...AUDIT, target: String(id) }
  return { id, decision: 'acknowledged', decided_at: NOW, muted_until: null, reason: null, audit, ...given }
}

/** What is wrong, from the finding to the end. */
export function exerciseIncidents(open: OpenStore): void {
  describe('incidents', () => {
    it('open once, are brought up to date, and end when their members are good', async () => {
      const { store } = await open()
      const key = newKey()
      assert.deepEqual(await settle(store, [found(key)]), ['opened'])
      assert.deepEqual(plain(await only(store, key)), {
        id: (await only(store, key)).id,
        rule: 'sync_failed',
        key,
        severity: 'warning',
        subject: subject(),
        facts: { failures: 2 },
        began_at: NOW - 1000,
        opened_at: NOW,
        last_seen_at: NOW,
        last_good_at: NOW - 5000,
        count: 2,
        user_count: 0,
        last_sync_id: 7,
        state: 'open',
        parent_id: null,
        acknowledged_at: null,
        acknowledged_by: null,
        muted_until: null,
        mute_reason: null,
        resolved_at: null,
        resolved_by: null,
      })
      const again = found(key, { count: 3, last_sync_id: 9, facts: { failures: 3 } })
      assert.deepEqual(await settle(store, [again], judgedOf(again), NOW + 10), [])
      const updated = await only(store, key)
      assert.partialDeepStrictEqual(plain(updated), { count: 3, last_sync_id: 9, last_seen_at: NOW + 10 })
      assert.deepEqual(await settle(store, [], judgedOf(again), NOW + 20), ['resolved'])
      const ended = await store.incidents.find(updated.id)
      assert.partialDeepStrictEqual(plain(ended?.incident), { state: 'resolved', resolved_at: NOW + 20 })
      assert.deepEqual(
        ended?.history.map(({ change }) => change),
        ['opened', 'resolved'],
      )
      assert.deepEqual(await settle(store, [], judgedOf(again), NOW + 30), [])
    })

    it('count what is new of each member, and each user once', async () => {
      const { store } = await open()
      const key = newKey()
      const of = (user_id: string, added: number): FoundIncident =>
        found(key, { member: `${key} ${user_id}`, subject: subject({ user_id }), count: added, added })
      await settle(store, [of('a', 2), of('b', 3)])
      await settle(store, [of('a', 4)])
      const incident = await only(store, key)
      assert.deepEqual([incident.count, incident.user_count], [9, 2])
      assert.equal(incident.subject.user_id, null)
      assert.equal(incident.subject.sync_type, 'all')
      assert.deepEqual(await settle(store, [], judgedOf(of('a', 1))), [])
      assert.deepEqual(await settle(store, [], judgedOf(of('b', 1))), ['resolved'])
      assert.deepEqual([(await only(store, key)).count, (await only(store, key)).user_count], [9, 2])
    })

    it('leave alone whom nobody judged, and take a member from one incident to another', async () => {
      const { store } = await open()
      const [one, two] = [newKey(), newKey()]
      const member = `${one} member`
      await settle(store, [found(one)])
      assert.deepEqual(await settle(store, [], []), [])
      assert.deepEqual(await settle(store, [], [{ rule: 'sync_partial', member }]), [])
      assert.deepEqual(await settle(store, [found(two, { member })]), ['opened', 'resolved'])
      assert.equal((await only(store, one)).state, 'resolved')
    })

    it('become worse and never better while they are open', async () => {
      const { store } = await open()
      const key = newKey()
      await settle(store, [found(key, { severity: 'info' })])
      assert.deepEqual(await settle(store, [found(key, { severity: 'critical' })]), ['worsened'])
      assert.deepEqual(await settle(store, [found(key, { severity: 'info' })]), [])
      assert.equal((await only(store, key)).severity, 'critical')
    })

    it('are opened again when they come back soon, and anew when they come back late', async () => {
      const { store } = await open()
      const key = newKey()
      const bad = found(key)
      await settle(store, [bad])
      await settle(store, [], judgedOf(bad))
      assert.deepEqual(await settle(store, [bad], judgedOf(bad), NOW + 20 * MINUTE_MS), ['reopened'])
      assert.equal((await only(store, key)).count, 3)
      await settle(store, [], judgedOf(bad), NOW + 21 * MINUTE_MS)
      assert.deepEqual(await settle(store, [bad], judgedOf(bad), NOW + 90 * MINUTE_MS), ['opened'])
      assert.equal((await ofKey(store, key)).length, 2)
    })

    it('stay resolved by a person until a newer sync fails', async () => {
      const { store } = await open()
      const key = newKey()
      await settle(store, [found(key)])
      const { id } = await only(store, key)
      await store.incidents.decide(decision(id, { decision: 'resolved', reason: 'Done' }))
      const seen = found(key, { added: 0 })
      assert.deepEqual(await settle(store, [seen], judgedOf(seen), NOW + MINUTE_MS), [])
      assert.deepEqual(await settle(store, [found(key)], undefined, NOW + 2 * MINUTE_MS), ['reopened'])
      const disk = newKey()
      const full = found(disk, { rule: 'disk', last_sync_id: null })
      await settle(store, [full])
      await store.incidents.decide(decision((await only(store, disk)).id, { decision: 'resolved' }))
      assert.deepEqual(await settle(store, [full], undefined, NOW + MINUTE_MS), [])
      assert.deepEqual(await settle(store, [full], undefined, NOW + 25 * 60 * MINUTE_MS), ['opened'])
    })

    it('are suppressed by what explains them, and released when it ends and they fail on', async () => {
      const { store } = await open()
      const [parent_key, early, late] = [newKey(), newKey(), newKey()]
      const parent = found(parent_key, { rule: 'canvas_unreachable' })
      const explained = (key: string): FoundIncident => found(key, { parent_key })
      assert.deepEqual(await settle(store, [explained(early)]), ['opened'])
      assert.deepEqual(await settle(store, [explained(late), parent]), ['opened', 'suppressed', 'suppressed'])
      const { id } = await only(store, parent_key)
      for (const key of [early, late]) {
        assert.partialDeepStrictEqual(plain(await only(store, key)), { state: 'suppressed', parent_id: id })
      }
      // What failed before the parent ended says nothing about afterwards.
      assert.deepEqual(await settle(store, [explained(early)], judgedOf(parent, explained(early))), [
        'resolved',
      ])
      assert.equal((await only(store, early)).state, 'suppressed')
      assert.deepEqual(await settle(store, [], judgedOf(explained(early))), ['resolved'])
      assert.deepEqual(await settle(store, [explained(late)]), ['released'])
      assert.partialDeepStrictEqual(plain(await only(store, late)), { state: 'open', parent_id: null })
    })

    it('are released when nothing is heard of them half an hour after their parent', async () => {
      const { store } = await open()
      const [parent_key, key] = [newKey(), newKey()]
      const parent = found(parent_key, { rule: 'canvas_unreachable' })
      await settle(store, [parent, found(key, { parent_key })])
      await settle(store, [], judgedOf(parent), NOW)
      assert.deepEqual(await settle(store, [], [], NOW + 29 * MINUTE_MS), [])
      assert.deepEqual(await settle(store, [], [], NOW + 30 * MINUTE_MS), ['released'])
    })

    it('are acknowledged, muted and resolved by people, once each, and audited', async () => {
      const { store } = await open()
      const key = newKey()
      await settle(store, [found(key)])
      const { id } = await only(store, key)
      const decide = async (given: Partial<IncidentDecision>): Promise<[string, boolean]> => {
        const decided = await store.incidents.decide(decision(id, given))
        assert.ok(decided)
        return [decided.incident.state, decided.changed]
      }
      const mute = { decision: 'muted', muted_until: NOW + MINUTE_MS, reason: 'Upgrade' } as const
      assert.deepEqual(await decide({}), ['acknowledged', true])
      assert.deepEqual(await decide({}), ['acknowledged', false])
      assert.deepEqual(await decide(mute), ['muted', true])
      assert.deepEqual(await decide(mute), ['muted', false])
      assert.deepEqual(await settle(store, [], [], NOW + MINUTE_MS - 1), [])
      assert.deepEqual(await settle(store, [], [], NOW + MINUTE_MS), ['unmuted'])
      assert.deepEqual(await decide({ decision: 'unmuted' }), ['acknowledged', false])
      assert.deepEqual(await decide(mute), ['muted', true])
      assert.deepEqual(await decide({ decision: 'unmuted' }), ['acknowledged', true])
      assert.deepEqual(await decide({ decision: 'resolved' }), ['resolved', true])
      assert.deepEqual(await decide({}), ['resolved', false])
      assert.equal(await store.incidents.decide(decision(999_999, {})), null)
      const history = (await store.incidents.find(id))?.history ?? []
      assert.deepEqual(
        history.map(({ change, actor_kind, reason }) => [change, actor_kind, reason]),
        [
          ['opened', 'monitor', null],
          ['acknowledged', 'token', null],
          ['muted', 'token', 'Upgrade'],
          ['unmuted', 'monitor', null],
          ['muted', 'token', 'Upgrade'],
          ['unmuted', 'token', null],
          ['resolved', 'token', null],
        ],
      )
      const audited = await store.access.listAudit({ action: AUDIT.action, limit: 100, before_id: null })
      assert.equal(audited.filter(({ target }) => target === String(id)).length, 5)
    })

    it('stay muted when they come back before the mute ends, unless a person called them over', async () => {
      const { store } = await open()
      const key = newKey()
      const bad = found(key)
      const DAY_MS = 86_400_000
      await settle(store, [bad])
      const { id } = await only(store, key)
      const mute = { decision: 'muted', muted_until: NOW + 2 * DAY_MS, reason: 'Upgrade' } as const
      await store.incidents.decide(decision(id, mute))
      await settle(store, [], judgedOf(bad), NOW + 1)
      assert.deepEqual(await settle(store, [bad], undefined, NOW + MINUTE_MS), ['reopened'])
      assert.partialDeepStrictEqual(plain(await only(store, key)), { state: 'muted', mute_reason: 'Upgrade' })
      await settle(store, [], judgedOf(bad), NOW + 2 * MINUTE_MS)
      assert.deepEqual(await settle(store, [bad], undefined, NOW + DAY_MS), ['opened'])
      const [next] = await ofKey(store, key)
      assert.ok(next)
      assert.notEqual(next.id, id)
      assert.deepEqual([next.state, next.muted_until], ['muted', mute.muted_until])
      const over = { decision: 'resolved', decided_at: NOW + DAY_MS, reason: 'Done' } as const
      await store.incidents.decide(decision(next.id, over))
      assert.deepEqual(await settle(store, [bad], undefined, NOW + DAY_MS + 1), ['reopened'])
      assert.equal((await ofKey(store, key))[0]?.state, 'open')
      await settle(store, [], judgedOf(bad), NOW + DAY_MS + 2)
    })

    it('show who may see some users only what these have part in', async () => {
      const { store } = await open()
      const [shared, others] = [newKey(), newKey()]
      const of = (key: string, user_id: string, last_sync_id: number): FoundIncident =>
        found(key, {
          member: `${key} ${user_id}`,
          subject: subject({ user_id }),
          last_sync_id,
          facts: { users: 2 },
        })
      await settle(store, [of(shared, 'mine', 3), of(shared, 'yours', 8), of(others, 'yours', 9)])
      const page = await store.incidents.list({ user_ids: ['mine'], limit: 10, now: NOW })
      assert.deepEqual(
        page.incidents.map(({ key, count, user_count, last_sync_id, facts }) => [
          key,
          count,
          user_count,
          last_sync_id,
          plain(facts),
        ]),
        [[shared, 2, 1, 3, {}]],
      )
      assert.equal(page.states.open, 1)
      const { id } = await only(store, others)
      assert.equal(await store.incidents.find(id, ['mine']), null)
      assert.ok(await store.incidents.find(id, ['yours']))
      assert.deepEqual((await store.incidents.list({ user_ids: [], limit: 10, now: NOW })).incidents, [])
    })

    it('are listed by state, rule and severity, the newest first, page by page', async () => {
      const { store } = await open()
      const rule = 'notification_failing'
      const all = Array.from({ length: 7 }, () => found(newKey(), { rule, severity: 'info' }))
      await settle(store, all)
      await settle(store, [], judgedOf(...all.slice(0, 3)))
      const walked: string[] = []
      let after_id: number | null = null
      do {
        const page = await store.incidents.list({ rules: [rule], limit: 2, after_id, now: NOW })
        walked.push(...page.incidents.map(({ key }) => key))
        after_id = page.next_id
        assert.partialDeepStrictEqual(plain(page.states), { open: 4, resolved: 3 })
      } while (after_id !== null)
      assert.deepEqual(walked, all.map(({ key }) => key).toReversed())
      const keysOf = async (query: object): Promise<number> =>
        (await store.incidents.list({ rules: [rule], limit: 100, now: NOW, ...query })).incidents.length
      assert.equal(await keysOf({ states: ['open'] }), 4)
      assert.equal(await keysOf({ states: ['resolved', 'open'] }), 7)
      assert.equal(await keysOf({ severities: ['critical'] }), 0)
      assert.equal(await keysOf({ sync_type: 'grades' }), 0)
      assert.equal((await store.incidents.listOpen([rule])).length, 4)
      assert.equal((await store.incidents.listBadMembers([rule])).length, 4)
    })

    it('tell their changes in order, each once', async () => {
      const { store } = await open()
      const key = newKey()
      const before = (await store.incidents.changesAfter(0, 100_000)).at(-1)?.change.id ?? 0
      await settle(store, [found(key)])
      await settle(store, [], judgedOf(found(key)))
      const first = await store.incidents.changesAfter(before, 1)
      assert.deepEqual(
        first.map(({ change, incident }) => [change.change, incident.state, incident.key]),
        [['opened', 'resolved', key]],
      )
      const rest = await store.incidents.changesAfter(first[0]?.change.id ?? 0, 10)
      assert.deepEqual(
        rest.map(({ change }) => change.change),
        ['resolved'],
      )
    })

    it('settle a place once, whoever else tries', async () => {
      const { store } = await open()
      const key = newKey()
      const at = { name: key, from: null, to: 5 }
      const last_sync_id = await store.syncs.startSync(syncStart(key))
      const bad = found(key, { last_sync_id })
      assert.equal(await store.incidents.place(key), null)
      const settled = await Promise.all(
        [1, 2, 3].map(() => store.incidents.settle([bad], judgedOf(bad), NOW, at)),
      )
      assert.equal(settled.filter((changes) => changes !== null).length, 1)
      assert.deepEqual(plain(await store.incidents.place(key)), { place: 5, judged_at: NOW })
      assert.equal((await only(store, key)).count, 2)
      assert.notEqual(await store.incidents.settle([], [], NOW + 1, { name: key, from: 5, to: 6 }), null)
    })

    it('open once when many look at the same time', async () => {
      const { store } = await open()
      const one = newKey()
      const all = await Promise.all(Array.from({ length: 20 }, () => settle(store, [found(one)])))
      assert.deepEqual(all.flat(), ['opened'])
      assert.equal((await only(store, one)).count, 21)
    })

    it('keep their evidence, and go when they are resolved and old', async () => {
      const { store } = await open()
      const start = async (name: string): Promise<number> => {
        const id = await store.syncs.startSync(syncStart(`evidence ${name}`, { started_at: 1000 }))
        await store.syncs.finishSync(id, syncFinish({ finished_at: 2000 }))
        return id
      }
      const [kept, gone] = [await start('kept'), await start('gone')]
      const key = newKey()
      const bad = found(key, { last_sync_id: kept })
      await settle(store, [bad], undefined, 3000)
      let place = null
      do place = (await store.retention.deleteSyncs(10_000, place, 100)).next
      while (place !== null)
      assert.ok(await store.syncs.getSync(kept))
      assert.equal(await store.syncs.getSync(gone), null)
      assert.equal(await store.incidents.removeResolved(4000, 100), 0)
      await settle(store, [], judgedOf(bad), 3500)
      await store.retention.deleteSyncs(10_000, null, 100)
      assert.equal(await store.syncs.getSync(kept), null)
      assert.equal(await store.incidents.removeResolved(4000, 100), 1)
      assert.deepEqual(await ofKey(store, key), [])
    })

    it('are given up when none of their members was seen for long, and say so', async () => {
      const { store } = await open()
      const [one, two] = [newKey(), newKey()]
      const of = (key: string, name: string): FoundIncident => found(key, { member: `${key} ${name}` })
      const at = NOW - 1000 * 86_400_000
      await settle(store, [of(one, 'a'), of(two, 'a'), of(two, 'b')], [], at)
      await settle(store, [of(two, 'b')], [], at + 10)
      const forget = async (before: number, limit = 100): Promise<string[]> =>
        (await store.incidents.forgetSilent(before, at + 86_400_000, limit)).map(
          ({ change, reason }) => `${change}: ${reason}`,
        )
      const why = 'resolved: Nothing was heard of it for 1 day.'
      assert.deepEqual(await forget(at), [])
      assert.deepEqual(await forget(at + 1, 1), [why])
      assert.deepEqual(await forget(at + 1), [])
      assert.deepEqual([(await only(store, one)).state, (await only(store, two)).state], ['resolved', 'open'])
      assert.deepEqual(await forget(at + 11), [why])
      assert.equal((await only(store, two)).facts['silent_days'], 1)
      assert.deepEqual(await settle(store, [of(two, 'b')], [], at + 2 * 86_400_000), ['opened'])
      await settle(store, [], judgedOf(of(two, 'b')))
    })

    it('forget an erased user', async () => {
      const { store } = await open()
      const user_id = 'erased-one'
      const [own, shared] = [newKey(), newKey()]
      const of = (key: string, user: string): FoundIncident =>
        found(key, { member: `${key} ${user}`, subject: subject({ user_id: user }) })
      await settle(store, [of(own, user_id), of(shared, user_id), of(shared, 'other')])
      const { id } = await only(store, shared)
      const reason = `erased-one knows of it`
      await store.incidents.decide(decision(id, { decision: 'muted', muted_until: NOW + 1, reason }))
      await store.erasure.eraseTraces(user_id, { ...AUDIT, action: 'erased' })
      assert.deepEqual(await ofKey(store, own), [])
      const left = await store.incidents.find(id)
      assert.equal(JSON.stringify(left).includes(user_id), false)
      assert.deepEqual(
        (await store.incidents.listBadMembers(['sync_failed'])).filter(
          ({ incident_id }) => incident_id === id,
        ).length,
        1,
      )
    })

    it('do not bring back a user who is erased while somebody looks', async () => {
      const { store } = await open()
      const key = newKey()
      const user_id = 'erased meanwhile'
      const last_sync_id = await store.syncs.startSync(syncStart(key, { user_id }))
      await store.syncs.finishSync(last_sync_id, syncFinish({ status: 'failed' }))
      const seen = found(key, { subject: subject({ user_id }), last_sync_id })
      while (!(await store.erasure.eraseSyncs(user_id, 100)).done);
      await store.erasure.eraseTraces(user_id, { ...AUDIT, action: 'erased' })
      const place = { name: key, from: null, to: 1 }
      assert.deepEqual(await store.incidents.settle([seen], judgedOf(seen), NOW, place), [])
      assert.deepEqual(await ofKey(store, key), [])
    })

    it('follow a model through random findings', async () => {
      const { store } = await open()
      const member = fc.constantFrom('a', 'b', 'c')
      const group = fc.constantFrom('x', 'y')
      const step = fc.record({
        found: fc.array(fc.tuple(group, member), { maxLength: 4 }),
        judged: fc.array(member),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const run = newKey()
          const bad = new Map<string, string>()
          let counts = new Map<string, number>()
          for (const [index, { found: given, judged }] of steps.entries()) {
            // A rule finds a member in one group at a time.
            const now_bad = new Map(given.map(([of_group, name]) => [name, of_group]))
            for (const name of judged) if (!now_bad.has(name)) bad.delete(name)
            for (const [name, of_group] of now_bad) bad.set(name, of_group)
            const all = [...now_bad].map(([name, of_group]) =>
              found(`${run} ${of_group}`, { member: `${run} ${name}` }),
            )
            const names = new Set([...judged, ...now_bad.keys()])
            const asked = [...names].map(
              (name) => ({ rule: 'sync_failed', member: `${run} ${name}` }) as const,
            )
            await store.incidents.settle(all, asked, NOW + index)
            const open_now = (await store.incidents.listOpen(['sync_failed'])).filter(({ key }) =>
              key.startsWith(`${run} `),
            )
            const expected = new Set([...bad.values()].map((of_group) => `${run} ${of_group}`))
            assert.deepEqual(new Set(open_now.map(({ key }) => key)), expected)
            assert.equal(open_now.length, expected.size, 'never two open of one key')
            for (const { id, key, count } of open_now) {
              assert.ok(count >= (counts.get(`${id} ${key}`) ?? 0), 'a count never falls')
            }
            counts = new Map(open_now.map(({ id, key, count }) => [`${id} ${key}`, count]))
          }
        }),
        { numRuns: 25 },
      )
    })
  })
}
