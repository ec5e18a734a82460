import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FoundIncident } from '../../src/store/incidents.ts'
import type {
  ChannelClaim,
  ClaimedBatch,
  NewNotification,
  NotificationStore,
  Settlement,
} from '../../src/store/notifications.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const NOW = Date.UTC(2026, 10, 22, 10, 15)
const GROUP = { key: 'open:sync_failed', wait_ms: 15_000, interval_ms: 300_000 }

let numbers = 0
const freshChannel = (): string => `channel-${++numbers}`

function notification(channel: string, given: Partial<NewNotification> = {}): NewNotification {
  return {
    dedup_key: `key-${++numbers}`,
    channel,
    kind: 'incident',
    incident_id: ++numbers,
    report_id: null,
    reader: null,
    created_at: NOW,
    due_at: NOW,
    expires_at: NOW + 86_400_000,
    group: null,
    repeat_ms: 1000,
    ...given,
  }
}

const claim = (channel: string, given: Partial<ChannelClaim> = {}): ChannelClaim => ({
  channel,
  holder: 'me',
  now: NOW,
  lease_ms: 30_000,
  gap_ms: 15_000,
  most: 1000,
  ...given,
})

function settlement(batch: ClaimedBatch, given: Partial<Settlement> = {}): Settlement {
  return {
    channel: batch.channel,
    holder: batch.holder,
    ids: batch.rows.map(({ id }) => id),
    at: NOW,
    outcome: 'sent',
    duration_ms: 5,
    error: null,
    retry_after_ms: null,
    withdrawn: [],
    postponed: [],
    told: [],
    reference: null,
    progress: null,
    keeps_batch: false,
    reader_due_at: null,
    next_allowed_at: 0,
    retry_at: 0,
    ...given,
  }
}

async function claimed(
  store: NotificationStore,
  channel: string,
  given: Partial<ChannelClaim> = {},
): Promise<ClaimedBatch> {
  const batch = await store.claim(claim(channel, given))
  assert.ok(batch)
  return batch
}

async function plan(store: NotificationStore, notifications: readonly NewNotification[]): Promise<void> {
  const after = await store.place()
  assert.ok(await store.plan({ after, through: after + 1, notifications, reminders: [] }))
}

const foundOf = (key: string, user_id: string): FoundIncident => ({
  rule: 'sync_failed',
  key,
  member: key,
  severity: 'warning',
  subject: {
    host: null,
    source_id: null,
    sync_type: 'all',
    user_id,
    schedule: null,
    channel: null,
    error_type: 'timeout',
  },
  facts: {},
  began_at: NOW,
  last_good_at: null,
  count: 1,
  added: 1,
  last_sync_id: null,
  parent_key: null,
})

const stateOf = async (store: NotificationStore, id: number): Promise<unknown> =>
  (await store.find(id))?.state

/** The outbox and its log. */
export function exerciseNotifications(open: OpenStore): void {
  describe('notifications', () => {
    const shared = sharedStore(open)
    const outbox = (): NotificationStore => shared().store.notifications

    it('are planned once, by whoever comes first, with their place', async () => {
      const store = outbox()
      const channel = freshChannel()
      const after = await store.place()
      const step = { after, through: after + 7, reminders: [] }
      const rows = [notification(channel), notification(channel)]
      const done = await Promise.all([
        store.plan({ ...step, notifications: rows }),
        store.plan({ ...step, notifications: [notification(channel)] }),
      ])
      assert.deepEqual(done.toSorted(), [false, true])
      assert.equal(await store.place(), after + 7)
      const waiting = (await store.page({ channel, limit: 10 })).notifications
      assert.equal(waiting.length, done[0] ? 2 : 1)
    })

    it('with the same key are one', async () => {
      const store = outbox()
      const channel = freshChannel()
      const report = notification(channel, { kind: 'report', incident_id: null, report_id: 4, reader: 'a' })
      const twice = await Promise.all([store.add([report]), store.add([{ ...report, reader: 'b' }])])
      assert.deepEqual(plain(twice[0]), plain(twice[1]))
      assert.equal((await store.page({ channel, limit: 10 })).notifications.length, 1)
    })

    it('of a group wait for each other, and what comes later for the interval', async () => {
      const store = outbox()
      const channel = freshChannel()
      const at = async (created_at: number): Promise<number | undefined> => {
        const row = notification(channel, { created_at, due_at: created_at, group: GROUP })
        await plan(store, [row])
        return (await store.page({ channel, limit: 1 })).notifications[0]?.due_at
      }
      assert.equal(await at(NOW), NOW + 15_000)
      assert.equal(await at(NOW + 14_000), NOW + 15_000)
      assert.equal(await at(NOW + 16_000), NOW + 315_000)
      assert.equal(await at(NOW + 200_000), NOW + 315_000)
      assert.equal(await at(NOW + 1_000_000), NOW + 1_015_000)
    })

    it('about incidents are claimed together, the others one by one, and a channel by one sender', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [
        notification(channel),
        notification(channel),
        notification(channel, { due_at: NOW + 1 }),
      ])
      const test = { kind: 'test', incident_id: null, due_at: NOW - 5 } as const
      await store.add([notification(channel, test), notification(channel, test)])
      const both = await Promise.all([
        store.claim(claim(channel)),
        store.claim(claim(channel, { holder: 'other' })),
      ])
      const [first, ...others] = both.filter((batch) => batch !== null)
      assert.ok(first)
      assert.deepEqual(others, [])
      assert.deepEqual(
        first.rows.map(({ kind }) => kind),
        ['incident', 'incident'],
      )
      assert.equal(first.notices.length, 2)
      await store.settle(
        settlement(first, { told: [{ incident_id: 1, state: 'told', next_reminder_at: null }] }),
      )
      // The next message about incidents has to wait.
      const second = await claimed(store, channel, { now: NOW + 10 })
      assert.deepEqual(
        second.rows.map(({ kind }) => kind),
        ['test'],
      )
      await store.settle(settlement(second))
      assert.equal((await claimed(store, channel, { now: NOW + 15_000 })).rows[0]?.kind, 'incident')
    })

    it('of a sender that was killed are sent again, the same ones and by their old name', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel), notification(channel)])
      const killed = await claimed(store, channel)
      await plan(store, [notification(channel)])
      assert.equal(await store.claim(claim(channel, { holder: 'next', now: NOW + 29_999 })), null)
      const again = await claimed(store, channel, { holder: 'next', now: NOW + 30_000 })
      assert.deepEqual(plain(again.rows), plain(killed.rows))
      await store.settle(settlement(again))
      assert.equal((await claimed(store, channel, { now: NOW + 30_001 })).rows.length, 1)
    })

    it('are not taken from who has them by who looked at the clock a moment before, or has one that is behind', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel)])
      const first = await claimed(store, channel)
      for (const behind_ms of [1, 60_000]) {
        assert.equal(await store.claim(claim(channel, { holder: 'other', now: NOW - behind_ms })), null)
      }
      const incident_id = first.rows[0]?.incident_id ?? 0
      const told = [{ incident_id, state: 'told', next_reminder_at: null } as const]
      await store.settle(settlement(first, { told }))
      await plan(store, [notification(channel, { due_at: NOW - 10 })])
      assert.equal(await store.claim(claim(channel, { holder: 'other', now: NOW - 1 })), null)
      // Nobody waits for an hour because a clock went back by one.
      await claimed(store, channel, { now: NOW + 15_000 })
      await plan(store, [notification(channel, { due_at: NOW - 3_600_000 })])
      await claimed(store, channel, { holder: 'other', now: NOW - 3_600_000 })
    })

    it('of a sender that is known to be gone are sent by the next one at once', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel)])
      const killed = await claimed(store, channel, { holder: 'gone' })
      assert.ok((await store.holders()).includes('gone'))
      assert.equal(await store.release([]), 0)
      assert.equal(await store.release(['gone', 'nobody']), 1)
      assert.ok(!(await store.holders()).includes('gone'))
      const again = await claimed(store, channel, { holder: 'next', now: NOW + 1 })
      assert.deepEqual(plain(again.rows), plain(killed.rows))
      // What the one that was thought to be gone says then ends no lease of another one.
      await store.settle(settlement(killed))
      assert.deepEqual(
        (await store.holders()).filter((holder) => holder === 'next'),
        ['next'],
      )
    })

    it('that could not be sent wait for the channel, together with what comes meanwhile', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel)])
      const first = await claimed(store, channel)
      const again = { outcome: 'again', error: 'http_500', next_allowed_at: NOW + 7000 } as const
      await store.settle(settlement(first, { ...again, retry_after_ms: 7000 }))
      await plan(store, [notification(channel)])
      assert.equal(await store.nextDue([channel, 'none']), NOW + 7000)
      assert.equal(await store.claim(claim(channel, { now: NOW + 6999 })), null)
      const state = (await store.channels()).find((one) => one.channel === channel)
      const failing = { failing_since: NOW, failures: 1, last_error: 'http_500', retry_at: NOW + 7000 }
      assert.deepEqual(plain(state), { channel, last_ok_at: null, ...failing, waiting: 2 })
      const second = await claimed(store, channel, { now: NOW + 7000 })
      assert.equal(second.failures, 1)
      assert.equal(second.rows.length, 2)
      await store.settle(settlement(second, { at: NOW + 7100 }))
      const [lead, rest] = second.rows
      assert.deepEqual(
        [await stateOf(store, lead?.id ?? 0), await stateOf(store, rest?.id ?? 0)],
        ['sent', 'combined'],
      )
      const [listed, ...others] = (await store.page({ channel, limit: 10 })).notifications
      assert.deepEqual(others, [])
      assert.deepEqual(
        plain(listed?.incident_ids),
        second.rows.map(({ incident_id }) => incident_id),
      )
      assert.deepEqual(
        plain(await store.attempts(lead?.id ?? 0)).map(({ outcome, error, retry_after_ms }) => [
          outcome,
          error,
          retry_after_ms,
        ]),
        [
          ['again', 'http_500', 7000],
          ['sent', null, null],
        ],
      )
      const well = (await store.channels()).find((one) => one.channel === channel)
      assert.partialDeepStrictEqual(well, {
        last_ok_at: NOW + 7100,
        failing_since: null,
        failures: 0,
        waiting: 0,
      })
    })

    it('that may have arrived keep their batch and what was reached', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel)])
      const first = await claimed(store, channel)
      await store.settle(
        settlement(first, { outcome: 'again', error: 'reset', keeps_batch: true, progress: '["a"]' }),
      )
      await plan(store, [notification(channel)])
      const second = await claimed(store, channel, { now: NOW + 20_000 })
      assert.deepEqual(
        second.rows.map(({ id, progress, attempts }) => [id, progress, attempts]),
        [[first.rows[0]?.id, '["a"]', 1]],
      )
    })

    it('that never get through let others pass, and are tried on by their name', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel)])
      const perhaps = { outcome: 'again', error: 'connection', keeps_batch: true } as const
      const first = await claimed(store, channel)
      await plan(store, [notification(channel), notification(channel)])
      for (let attempt = 0; attempt < 3; attempt++) {
        const again = attempt === 0 ? first : await claimed(store, channel)
        assert.deepEqual(plain(again.rows).length, 1)
        await store.settle(settlement(again, perhaps))
      }
      const others = await claimed(store, channel)
      assert.equal(others.rows.length, 2)
      await store.settle(settlement(others, perhaps))
      await plan(store, [notification(channel)])
      // Two: the channel is away, and what comes now waits to be told together.
      for (const expected of [2, 2, 1, 2, 1]) {
        const again = await claimed(store, channel)
        assert.equal(again.rows.length, expected)
        await store.settle(settlement(again, perhaps))
      }
      await store.settle(settlement(await claimed(store, channel)))
      const last = await claimed(store, channel)
      assert.equal(last.rows.length, 1)
      assert.notEqual(last.rows[0]?.id, first.rows[0]?.id)
    })

    it('that are not wanted any more are withdrawn, and their incident may be told anew', async () => {
      const store = outbox()
      const channel = freshChannel()
      const row = notification(channel)
      await plan(store, [row])
      const batch = await claimed(store, channel)
      const [first] = batch.rows
      await store.settle(settlement(batch, { outcome: 'nothing', withdrawn: [first?.id ?? 0] }))
      assert.equal(await stateOf(store, first?.id ?? 0), 'withdrawn')
      assert.deepEqual(plain(await store.notices([row.incident_id ?? 0])), [])
      assert.equal(await store.claim(claim(channel)), null)
    })

    it('leave what the channel knows: told, with its message, reminded, and over', async () => {
      const store = outbox()
      const channel = freshChannel()
      const row = notification(channel, { repeat_ms: 5000 })
      const incident_id = row.incident_id ?? 0
      await plan(store, [row])
      const notice = { incident_id, channel, repeat_ms: 5000 }
      const untold = { told_at: null, reference: null, next_reminder_at: null }
      assert.deepEqual(plain(await store.notices([incident_id])), [
        { ...notice, state: 'planned', ...untold },
      ])
      const told = [{ incident_id, state: 'told', next_reminder_at: NOW + 5000 } as const]
      await store.settle(settlement(await claimed(store, channel), { told, reference: 'C1 17.5' }))
      const known = { ...notice, state: 'told', told_at: NOW, reference: 'C1 17.5' }
      assert.deepEqual(plain(await store.notices([incident_id])), [
        { ...known, next_reminder_at: NOW + 5000 },
      ])
      assert.deepEqual(plain(await store.dueReminders(NOW + 4999, 5)), [])
      assert.equal((await store.dueReminders(NOW + 5000, 5)).length, 1)
      const after = await store.place()
      const reminders = [{ incident_id, channel, next_reminder_at: null }]
      await store.plan({ after, through: after, notifications: [], reminders })
      assert.deepEqual(plain(await store.dueReminders(NOW + 5000, 5)), [])
      await plan(store, [notification(channel, { kind: 'recovery', incident_id })])
      const over = [{ incident_id, state: 'over', next_reminder_at: null } as const]
      const end = await claimed(store, channel, { now: NOW + 20_000 })
      assert.equal(end.notices[0]?.reference, 'C1 17.5')
      await store.settle(settlement(end, { told: over, at: NOW + 20_000 }))
      assert.equal((await store.notices([incident_id]))[0]?.state, 'over')
      // It opens again.
      await plan(store, [notification(channel, { incident_id })])
      assert.equal((await store.notices([incident_id]))[0]?.state, 'planned')
    })

    it('of a dead channel are passed on once, but for tests and what the other one knows', async () => {
      const store = outbox()
      const [from, to] = [freshChannel(), freshChannel()]
      const known = notification(to)
      await plan(store, [known, notification(from), notification(from, { incident_id: known.incident_id })])
      await store.add([notification(from, { kind: 'test', incident_id: null })])
      assert.equal(await store.passOn(from, to, NOW, 100), 1)
      assert.equal(await store.passOn(from, to, NOW, 100), 0)
      assert.equal((await claimed(store, to)).rows.length, 2)
      assert.equal((await claimed(store, from)).rows.length, 2)
    })

    it('are given up in time, and forgotten a while after', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel, { expires_at: NOW + 10 })])
      const [row] = (await store.page({ channel, limit: 5 })).notifications
      assert.equal(await store.expire(NOW + 9, 100), 0)
      assert.equal(await store.prune(NOW + 1, 1), 0)
      assert.equal(await store.expire(NOW + 10, 100), 1)
      assert.partialDeepStrictEqual(await store.find(row?.id ?? 0), {
        state: 'failed',
        last_error: 'expired',
      })
      assert.ok((await store.prune(NOW + 1, 1000)) >= 1)
      assert.deepEqual(plain(await store.attempts(row?.id ?? 0)), [])
      assert.equal(await store.find(row?.id ?? 0), null)
    })

    it('are listed newest first, by channel, state and kind, page by page', async () => {
      const store = outbox()
      const channel = freshChannel()
      for (let number = 0; number < 5; number++) await plan(store, [notification(channel)])
      await store.add([notification(channel, { kind: 'test', incident_id: null })])
      const first = await store.page({ channel, kinds: ['incident'], limit: 3 })
      const second = await store.page({ channel, kinds: ['incident'], limit: 3, after_id: first.next_id })
      assert.equal(second.next_id, null)
      const ids = [...first.notifications, ...second.notifications].map(({ id }) => id)
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => b - a),
      )
      assert.equal(ids.length, 5)
      assert.deepEqual(plain((await store.page({ channel, states: ['sent'], limit: 3 })).notifications), [])
    })

    it('are listed to the end, however few of many are asked for', async () => {
      const store = outbox()
      const channel = freshChannel()
      await store.add([notification(channel, { kind: 'test', incident_id: null })])
      const other = freshChannel()
      await store.add(
        Array.from({ length: 5001 }, () => notification(other, { kind: 'test', incident_id: null })),
      )
      const first = await store.page({ channel, limit: 3 })
      assert.deepEqual(plain(first.notifications), [])
      const second = await store.page({ channel, limit: 3, after_id: first.next_id })
      assert.deepEqual([second.notifications.length, second.next_id], [1, null])
    })

    it('about incidents that are deleted name them no more, and are not sent', async () => {
      const { incidents, erasure, notifications: store } = shared().store
      const channel = freshChannel()
      const opened = async (user_id: string): Promise<number> => {
        const key = `sync_failed ${user_id}`
        await incidents.settle([foundOf(key, user_id)], [{ rule: 'sync_failed', member: key }], NOW)
        const found = (await incidents.listOpen()).find((incident) => incident.key === key)
        return found?.id ?? assert.fail()
      }
      const users = [`erased-${++numbers}`, `old-${++numbers}`]
      const ids = await Promise.all(users.map(opened))
      await plan(
        store,
        ids.map((incident_id) => notification(channel, { incident_id })),
      )
      const told = ids.map((incident_id) => ({ incident_id, state: 'told', next_reminder_at: 1 }) as const)
      await store.settle(settlement(await claimed(store, channel), { told }))
      const reminders = ids.map((incident_id) => notification(channel, { kind: 'reminder', incident_id }))
      await plan(store, reminders)
      const [reminder] = (await store.page({ channel, states: ['waiting'], limit: 5 })).notifications
      const entry = { at: NOW, actor_kind: 'cli', actor_id: null, user_id: null, route: null, address: null }
      await erasure.eraseTraces(users[0] ?? '', { ...entry, action: 'user_erased', target: null } as const)
      assert.deepEqual(
        plain(await store.notices(ids)).map(({ incident_id }) => incident_id),
        [ids[1]],
      )
      assert.deepEqual(
        plain((await store.page({ channel, states: ['sent'], limit: 5 })).notifications)[0]?.incident_ids,
        [ids[1]],
      )
      assert.equal((await store.page({ channel, states: ['withdrawn'], limit: 5 })).notifications.length, 1)
      const member = { rule: 'sync_failed', member: `sync_failed ${users[1]}` } as const
      await incidents.settle([], [member], NOW + 1)
      assert.ok((await incidents.removeResolved(NOW + 2, 1000)) >= 1)
      assert.deepEqual(plain(await store.notices(ids)), [])
      assert.equal(await stateOf(store, reminder?.id ?? 0), 'withdrawn')
      assert.equal(await store.claim(claim(channel, { now: NOW + 1e6 })), null)
    })

    it('wake a channel that waits after failures, and not one that asked for time', async () => {
      const store = outbox()
      const channel = freshChannel()
      await plan(store, [notification(channel)])
      const later = { outcome: 'again', error: 'reset', retry_at: NOW + 60_000 } as const
      await store.settle(settlement(await claimed(store, channel), later))
      assert.equal(await store.claim(claim(channel)), null)
      await store.wake(channel, NOW)
      const asked = { outcome: 'again', error: 'http_429', next_allowed_at: NOW + 7000 } as const
      await store.settle(settlement(await claimed(store, channel), asked))
      await store.wake(channel, NOW)
      assert.equal(await store.claim(claim(channel)), null)
    })
  })
}
