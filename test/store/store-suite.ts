import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { syncStart } from '../support/sync-factory.ts'
import { exerciseAccess } from './access-suite.ts'
import { exerciseCalendar } from './calendar-suite.ts'
import { exerciseChanges } from './change-feed-suite.ts'
import { exerciseCounters } from './counter-suite.ts'
import { exerciseEventCounts } from './event-count-suite.ts'
import { exerciseDueRuns } from './due-run-suite.ts'
import { exerciseEmptySyncs } from './empty-sync-suite.ts'
import { exerciseErrorGroups } from './error-group-suite.ts'
import { exerciseFigures } from './figure-suite.ts'
import { exerciseFreshness } from './freshness-suite.ts'
import { exerciseHistories } from './history-suite.ts'
import { exerciseIncidents } from './incident-suite.ts'
import { exerciseListPages } from './list-page-suite.ts'
import { exerciseListings } from './listing-suite.ts'
import { exerciseNotifications } from './notification-suite.ts'
import type { OpenStore } from './opened-store.ts'
import { exercisePerformance } from './performance-suite.ts'
import { exerciseQueueStore } from './queue-suite.ts'
import { exerciseReports } from './report-suite.ts'
import { exerciseRetention } from './retention-suite.ts'
import { exerciseRunningSyncs } from './running-sync-suite.ts'
import { exerciseScheduleStarts } from './schedule-start-suite.ts'
import { exerciseSchedules } from './schedule-suite.ts'
import { exerciseSyncLists } from './sync-list-suite.ts'
import { exerciseSyncs } from './sync-suite.ts'
import { exerciseSyncedRows } from './synced-row-suite.ts'
import { exerciseSyncedValues } from './synced-value-suite.ts'
import { exerciseUsers } from './users-suite.ts'
import { exerciseSystem } from './system-suite.ts'

/** The contract of a store: whatever passes this may stand behind the monitor. */
export function exerciseStore(name: string, open: OpenStore): void {
  describe(name, () => {
    exerciseOpening(open)
    exerciseSyncs(open)
    exerciseEmptySyncs(open)
    exerciseAccess(open)
    exerciseRunningSyncs(open)
    exerciseRetention(open)
    exerciseSyncLists(open)
    exerciseListPages(open)
    exerciseFreshness(open)
    exerciseFigures(open)
    exerciseErrorGroups(open)
    exerciseIncidents(open)
    exerciseHistories(open)
    exerciseCalendar(open)
    exerciseUsers(open)
    exerciseChanges(open)
    exerciseListings(open)
    exerciseSyncedRows(open)
    exerciseSyncedValues(open)
    exercisePerformance(open)
    exerciseSystem(open)
    exerciseNotifications(open)
    exerciseSchedules(open)
    exerciseScheduleStarts(open)
    exerciseDueRuns(open)
    exerciseReports(open)
    exerciseCounters(open)
    exerciseQueueStore(open)
    exerciseEventCounts(open)
  })
}

function exerciseOpening(open: OpenStore): void {
  describe('opening and closing', () => {
    it('keeps everything when it is opened again', async () => {
      const opened = await open()
      const sync_id = await opened.store.syncs.startSync(syncStart('before'))
      const source = await opened.store.data.openSource('https://canvas.test', '7', 1)
      await using again = await opened.reopen()
      assert.equal((await again.syncs.getSync(sync_id))?.sync_task_id, 'before')
      assert.equal((await again.data.openSource('https://canvas.test', '7', 2)).id, source.id)
      assert.ok((await again.syncs.startSync(syncStart('after'))) > sync_id)
    })

    it('is healthy while it is open and says in a sentence that it is closed', async () => {
      const { store } = await open()
      assert.deepEqual(await store.health(), { ok: true, message: null })
      const closing = store.close()
      const during = await store.health()
      await closing
      for (const health of [during, await store.health()]) {
        assert.equal(health.ok, false)
        assert.match(health.message ?? '', /^[A-Z].*closed\.$/)
      }
    })

    it('finishes what was asked before it was closed', async () => {
      const opened = await open()
      const { store } = opened
      await store.syncs.startSync(syncStart('first'))
      const asked = Promise.all([
        store.syncs.startSync(syncStart('second')),
        store.syncs.getSyncByTaskId('first'),
        store.figures.durationPercentiles({ since: 0 }, [0.5, 0.95]),
        store.data.openSource('https://canvas.test', '7', 1),
        store.syncs.listSyncs({ limit: 5 }),
      ])
      await store.close()
      const [second, first, percentiles] = await asked
      assert.equal(first?.sync_task_id, 'first')
      assert.deepEqual(percentiles, { seconds: [null, null], exact: true })
      await using again = await opened.reopen()
      assert.equal((await again.syncs.getSync(second))?.sync_task_id, 'second')
    })

    it('answers the reads that were asked before it was closed', async () => {
      const { store } = await open()
      const asked = Promise.all([
        store.figures.durationPercentiles({ since: 0 }, [0.1, 0.5, 0.9]),
        store.syncs.getSync(1),
        store.data.listSources(),
      ])
      await store.close()
      assert.deepEqual(await asked, [{ seconds: [null, null, null], exact: true }, null, []])
    })

    it('answers the first promise to a second close and refuses every later call as closed', async () => {
      const { store } = await open()
      const closing = store.close()
      assert.equal(store.close(), closing)
      await assert.rejects(store.syncs.startSync(syncStart('during')), { code: 'closed' })
      await closing
      assert.equal(store.close(), closing)
      await assert.rejects(store.syncs.startSync(syncStart('late')), { code: 'closed' })
      await assert.rejects(store.syncs.listSyncs({ limit: 1 }), { code: 'closed', name: 'MonitorError' })
      await assert.rejects(store.data.listSources(), { code: 'closed' })
    })
  })
}
