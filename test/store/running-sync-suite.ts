import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunningSync } from '../../src/store/sync-store.ts'
import { START, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

/** What tells whether a sync that runs lives, and what the monitor makes of it. */
export function exerciseRunningSyncs(open: OpenStore): void {
  describe('a sync in progress', () => {
    const opened = sharedStore(open)
    const syncs = () => opened().store.syncs
    const read = async (id: number): Promise<RunningSync | undefined> =>
      (await syncs().listRunning(null, 1000)).find((sync) => sync.id === id)

    it('is listed with what tells whether it lives, until it ends', async () => {
      const given = { sync_type: 'grades', user_id: '7', started_at: START + 5 }
      const id = await syncs().startSync(syncStart('runs', given))
      assert.deepEqual(plain(await read(id)), {
        id,
        sync_start_time: START + 5,
        sync_task_id: 'runs',
        user_id: '7',
        sync_type: 'grades',
        host: 'worker-1',
        pid: 4711,
        process_started: '881234',
        heartbeat_count: 0,
        running_ms: null,
        heartbeat_expected: true,
      })
      await syncs().finishSync(id, syncFinish())
      assert.equal(await read(id), undefined)
    })

    it('counts each heartbeat and each save, whatever the wall clock says, and keeps how long it runs', async () => {
      const ids = await Promise.all(['c1', 'c2', 'c3'].map((name) => syncs().startSync(syncStart(name))))
      const [first = 0, second = 0, third = 0] = ids
      await syncs().heartbeat([second, first], START - 3_600_000, [2000.4, 1000])
      await syncs().heartbeat([first], START)
      await syncs().saveProgress(third, syncProgress({ running_ms: 3000 }))
      await syncs().saveProgress(third, syncProgress())
      const told = await Promise.all(
        ids.map(async (id) => {
          const sync = await read(id)
          return [sync?.heartbeat_count, sync?.running_ms]
        }),
      )
      assert.deepEqual(told, [
        [2, 1000],
        [1, 2000],
        [2, 3000],
      ])
    })

    it('beats with hundreds of others at once, each with its own running time', async () => {
      const ids = await Promise.all(
        Array.from({ length: 250 }, (_, index) => syncs().startSync(syncStart(`many-${index}`))),
      )
      await syncs().heartbeat(
        ids,
        START + 1,
        ids.map((id) => id * 10),
      )
      const listed = await syncs().listRunning(null, 1000)
      const own = listed.filter(({ sync_task_id }) => sync_task_id.startsWith('many-'))
      assert.equal(own.length, 250)
      for (const { id, running_ms, heartbeat_count } of own) {
        assert.deepEqual([running_ms, heartbeat_count], [id * 10, 1])
      }
    })

    it('is listed oldest first and page by page, none twice and none left out', async () => {
      await Promise.all(
        [3, 1, 1, 2, 1].map((at, index) =>
          syncs().startSync(syncStart(`page-${index}`, { started_at: START + at })),
        ),
      )
      const all = await syncs().listRunning(null, 1000)
      const paged: RunningSync[] = []
      for (;;) {
        const page = await syncs().listRunning(paged.at(-1) ?? null, 2)
        paged.push(...page)
        if (page.length < 2) break
      }
      assert.deepEqual(paged, all)
      const keys = all.map(({ sync_start_time, id }) => sync_start_time * 1e6 + id)
      assert.deepEqual(
        keys,
        keys.toSorted((a, b) => a - b),
      )
    })

    it('keeps what was observed of its running time, never less than before', async () => {
      const id = await syncs().startSync(syncStart('observed'))
      await syncs().saveRunningTime(id, 60_000.4)
      await syncs().saveRunningTime(id, 50_000)
      const sync = await read(id)
      assert.deepEqual([sync?.running_ms, sync?.heartbeat_count], [60_000, 0])
      await syncs().finishSync(id, syncFinish())
      await syncs().saveRunningTime(id, 90_000)
      assert.equal((await syncs().getSync(id))?.running_ms, 60_000)
    })

    it('is timed out once, with the time that it ran, and a late finish does not repair that', async () => {
      const id = await syncs().startSync(syncStart('slow'))
      const at = START + 7_300_000
      const answers = await Promise.all([
        syncs().markTimedOut(id, 'Too long.', at, 7_200_500),
        syncs().markTimedOut(id, 'Too long again.', at, 7_200_700),
      ])
      assert.deepEqual(answers.toSorted(), [false, true])
      const row = await syncs().getSync(id)
      assert.partialDeepStrictEqual(row, { sync_status: 'timed_out', error_type: 'timed_out' })
      assert.equal(row?.sync_end_time, at)
      assert.match(row?.error_message ?? '', /^Too long/)
      assert.ok([7200.5, 7200.7].includes(row?.total_duration_seconds ?? 0))
      assert.deepEqual(await syncs().finishSync(id, syncFinish()), {
        applied: false,
        status: 'timed_out',
        repaired_from: null,
        error_group_id: row?.error_group_id,
      })
      assert.deepEqual(await syncs().markLost([id], 'Gone.', at), [])
      const changes = await syncs().listStatusChanges(id)
      assert.deepEqual(
        changes.map(({ old_status, new_status }) => [old_status, new_status]),
        [
          [null, 'in_progress'],
          ['in_progress', 'timed_out'],
        ],
      )
      assert.equal(changes[1]?.changed_at, at)
    })

    it('is not timed out when it has ended, nor does it end before it started', async () => {
      const ended = await syncs().startSync(syncStart('ended in time'))
      await syncs().finishSync(ended, syncFinish())
      assert.equal(await syncs().markTimedOut(ended, 'Too long.', START, 1), false)
      assert.equal(await syncs().markTimedOut(987_654, 'Too long.', START, 1), false)
      const id = await syncs().startSync(syncStart('clock went back'))
      await syncs().markTimedOut(id, 'Too long.', START - 3_600_000, 1000)
      assert.equal((await syncs().getSync(id))?.sync_end_time, START)
    })

    it('was alive, when it is lost, for as long as it said by its own clock', async () => {
      const id = await syncs().startSync(syncStart('said so'))
      await syncs().heartbeat([id], START + 3_600_000, [5250])
      await syncs().markLost([id], 'Gone.', START)
      assert.equal((await syncs().getSync(id))?.total_duration_seconds, 5.25)
    })
  })
}
