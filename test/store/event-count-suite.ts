import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DueState } from '../../src/core/schedule.ts'
import type { Store } from '../../src/store/store.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, type OpenStore } from './opened-store.ts'
import { made, NOW } from './schedule-factory.ts'

/** What Prometheus is told of other things than syncs. */
export function exerciseEventCounts(open: OpenStore): void {
  describe('counters of events', () => {
    it('count incidents that open and what became of notifications, also when their rows are gone', async () => {
      const { store } = await open()
      const subject = { source_id: null, sync_type: 'all', user_id: null, schedule: null, channel: null }
      const found = {
        rule: 'token_invalid',
        severity: 'critical',
        subject: { ...subject, host: 'canvas.test', error_type: 'token_expired' },
        facts: {},
        began_at: START,
        last_good_at: null,
        count: 1,
        added: 1,
        last_sync_id: null,
        parent_key: null,
      } as const
      for (const key of ['a', 'b']) await store.incidents.settle([{ ...found, key, member: key }], [], START)
      const events = async () => plain(await store.counters.events())
      const { counts, open_incidents } = await events()
      const opened_twice = { kind: 'incident', label_1: 'token_invalid', label_2: 'critical', counted: 2 }
      assert.deepEqual(counts, [opened_twice])
      const { rule, severity } = found
      const open_ones = { rule, severity, state: 'open', error_type: 'token_expired', incidents: 2 }
      assert.deepEqual(open_incidents, [open_ones])
      const note = {
        kind: 'test',
        incident_id: null,
        report_id: null,
        reader: null,
        group: null,
        repeat_ms: null,
      } as const
      const times = { created_at: START, due_at: START, expires_at: START + 1000 }
      await store.notifications.add([{ ...note, ...times, dedup_key: 'x', channel: 'slack' }])
      assert.equal(await store.notifications.expire(START + 5000, 10), 1)
      assert.equal(await store.notifications.prune(START + 9000, 10), 1)
      const failed = { kind: 'notification', label_1: 'slack', label_2: 'failed', counted: 1 }
      assert.deepEqual((await events()).counts, [opened_twice, failed])
      await store.close()
    })

    it('count each time of a schedule by what became of it, also when it is forgotten, and after a restart', async () => {
      const { store, reopen } = await open()
      const { id: schedule_id } = await made(store, 'nightly')
      const became = async (state: DueState, due_at: number): Promise<void> => {
        const version = (await store.schedules.find('nightly'))?.version ?? 0
        const run = { due_at, state, sync_id: null, started_at: null, decided_at: NOW }
        assert.equal(await store.schedules.decide({ schedule_id, version, runs: [run] }), true)
      }
      for (const state of ['waiting', 'missed', 'missed', 'late'] as const) await became(state, NOW)
      await became('unknown', NOW + 1000)
      await became('waiting', NOW + 2000)
      const counted = [
        ['late', 1],
        ['missed', 1],
        ['unknown', 1],
      ]
      const countsOfRuns = async (of: Store) =>
        (await of.counters.events()).counts.map(({ label_1, counted: times }) => [label_1, times])
      assert.deepEqual(await countsOfRuns(store), counted)
      await store.schedules.remove('nightly', null)
      assert.deepEqual(await countsOfRuns(store), counted)
      await store.close()
      await using again = await reopen()
      assert.deepEqual(await countsOfRuns(again), counted)
    })

    it('count users who try and have nothing fresh', async () => {
      const { store } = await open()
      const sync = async (user_id: string, at: number, status: 'completed' | 'failed') => {
        const task = `${user_id} ${at} ${status}`
        const id = await store.syncs.startSync(syncStart(task, { user_id, started_at: at }))
        await store.syncs.finishSync(id, syncFinish({ status, finished_at: at + 1000 }))
      }
      await sync('fresh', START, 'completed')
      await sync('stale', START - 100_000, 'completed')
      await sync('stale', START, 'failed')
      await sync('never', START, 'failed')
      await sync('gone', START - 900_000, 'failed')
      await store.data.openSource('https://canvas.test', '7', START)
      await store.data.openSource('https://gone.test', '7', START - 900_000)
      const people = async (fresh_since: number, active_since: number) =>
        plain(await store.counters.people({ fresh_since, active_since }))
      const lately = START - 500_000
      assert.deepEqual(await people(START - 50_000, lately), { stale_users: 2, sources: 1 })
      assert.deepEqual(await people(START - 200_000, lately), { stale_users: 1, sources: 1 })
      assert.deepEqual(await people(START - 50_000, 0), { stale_users: 3, sources: 2 })
      await store.close()
    })
  })
}
