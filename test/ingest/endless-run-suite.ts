import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import type { Store } from '../../src/store/store.ts'
import { LostSyncWatch } from '../../src/tracker/lost-sync-watch.ts'
import { syncLimits, type SyncLimitOptions } from '../../src/tracker/sync-limits.ts'
import { ingestWorld } from './support/ingest-world.ts'

const HOUR_MS = 3_600_000

/** What becomes of runs that tell their start and nothing more. */
export function exerciseEndlessRuns(store: () => Store): void {
  const limited: readonly [string, SyncLimitOptions, number][] = [
    ['after the limit of its job', { quick: '10m' }, HOUR_MS / 6],
    ['after the 24 hours of all that have no limit of their own', {}, 24 * HOUR_MS],
    ['after a week where there is no limit', { default: 'none' }, 168 * HOUR_MS],
  ]
  describe('a run of pings that never ends', () => {
    for (const [when, limits, limit_ms] of limited) {
      it(`is timed out ${when}, with one line, whatever signs of life it gave`, async () => {
        const { open, clock } = ingestWorld(store())
        await using ingest = await open()
        const task_id = `quick:${crypto.randomUUID()}`
        const start = { type: 'start', task_id, sync_type: 'quick', trigger: 'ping' }
        await ingest.take([{ ...start, heartbeat_expected: false }])
        const { id } = (await store().syncs.getSyncByTaskId(task_id)) ?? { id: 0 }
        const statusOf = async (): Promise<string | undefined> =>
          (await store().syncs.getSync(id))?.sync_status
        // What servers saw of it before they were started anew.
        await store().syncs.saveRunningTime(id, limit_ms - 20_000)
        const logs = new MemoryLogWriter({ clock })
        const watch = new LostSyncWatch(store().syncs, logs, clock, syncLimits(limits))
        for (const expected of ['in_progress', 'in_progress', 'in_progress', 'timed_out', 'timed_out']) {
          await watch.once()
          assert.equal(await statusOf(), expected)
          await ingest.take([{ type: 'heartbeat', task_id }])
          clock.advance(expected === 'in_progress' ? 7000 : 1000)
        }
        const lines = logs.events('errors').filter((line) => line['task_id'] === task_id)
        assert.deepEqual(
          lines.map(({ event, timeout_ms }) => [event, timeout_ms]),
          [['sync_timed_out', limit_ms]],
        )
        // Its end comes too late to change that.
        const { late } = await ingest.take([{ type: 'finish', task_id, status: 'completed' }])
        assert.deepEqual([late, await statusOf()], [1, 'timed_out'])
      })
    }
  })
}
