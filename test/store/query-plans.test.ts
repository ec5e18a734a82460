import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { SqlSyncFigures } from '../../src/store/sql/sql-sync-figures.ts'
import { SqlSyncStore } from '../../src/store/sql/sql-sync-store.ts'
import { SqlSyncedDataStore } from '../../src/store/sql/sql-synced-data-store.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import { SqliteDatabase } from '../../src/store/sqlite/sqlite-database.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { courseOutcome, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** The plans of all statements that `work` prepares, by their text. */
async function plansOf(path: string, work: () => Promise<void>): Promise<Map<string, string>> {
  // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
  const prepare = DatabaseSync.prototype.prepare
  const texts = new Set<string>()
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given: Parameters<typeof prepare>) {
    texts.add(given[0])
    return prepare.apply(this, given)
  }
  try {
    await work()
  } finally {
    DatabaseSync.prototype.prepare = prepare
  }
  using database = new DatabaseSync(path)
  return new Map(
    [...texts].map((text) => {
      const steps = database.prepare(`explain query plan ${text}`).all()
      return [text, steps.map((step) => String(step['detail'])).join('\n')]
    }),
  )
}

describe('the queries of the store', () => {
  it('never read a whole table but where everything is asked for', async () => {
    const path = join(temporaryDirectory(), 'plans.db')
    const file = openSqliteFile(path)
    migrate(file)
    const database = new SqliteDatabase(path, file)
    const syncs = new SqlSyncStore(database)
    const data = new SqlSyncedDataStore(database)
    const figures = new SqlSyncFigures(database)
    const plans = await plansOf(path, async () => {
      const id = await syncs.startSync(syncStart('a'))
      const { id: source_id } = await data.openSource('https://canvas.test', '1', 1)
      await syncs.saveSource(id, source_id, 'courses')
      await syncs.saveProgress(id, syncProgress())
      await syncs.heartbeat([id], 5)
      await syncs.saveCourseOutcome(id, courseOutcome('1'))
      await syncs.markLost([id], 'Gone.', 5)
      await syncs.finishSync(id, syncFinish())
      await syncs.getSyncByTaskId('a')
      await syncs.listSyncs({ limit: 5 })
      await syncs.listSyncs({ limit: 5, since: 1, host: 'x', sync_type: 'all' })
      await syncs.listSyncs({ limit: 5, user_id: '42' })
      await syncs.listSyncs({ limit: 5, user_id: '42', status: 'failed', since: 1 })
      await syncs.listSyncs({ limit: 5, status: 'failed', since: 1 })
      await syncs.listSyncs({ limit: 5, statuses: ['failed', 'lost'], since: 1 })
      await syncs.listCourseOutcomes(id)
      await syncs.listStatusChanges(id)
      await syncs.lastEndedSync(source_id, 'courses', 9)
      await figures.totals({ since: 1 })
      await figures.totals({ since: 1, user_id: '42' })
      await figures.totals({ since: 1, status: 'completed' })
      await figures.durationPercentiles(1, [0.5])
      const scope = { source_id, entity: 'sections', listed_by: '1' } as const
      for (const at of [1, 2, 3]) {
        const listing = await data.beginListing(scope, at)
        await data.applyRows(
          listing,
          ['1', '2', '3', '4', '5'].slice(at === 1 ? 0 : 1).map((row) => syncedRow('sections', row)),
        )
        await data.markSeen(listing, ['2'])
        await data.completeListing(listing, { read_through_at: 1, deletions: 'brake' })
      }
      await data.getListing(scope)
      await data.listListings(source_id)
      await data.countRows(scope)
      await data.listRowIds(scope)
      await data.saveCheckpoint(source_id, 'courses', { course_id: '1', sync_id: id, saved_at: 1 })
      await data.listCheckpoints(source_id, 'courses')
      await data.clearCheckpoints(source_id, 'courses')
    })
    await database.close()
    assert.ok(plans.size > 30, String(plans.size))
    for (const [text, plan] of plans) {
      // Newest first without a filter walks the index of the start times and stops at the limit.
      const scans = plan.split('\n').filter((step) => step.startsWith('SCAN'))
      assert.deepEqual(
        scans.filter((step) => !step.endsWith('USING INDEX canvas_sync_metrics_start')),
        [],
        text,
      )
    }
    using own = new DatabaseSync(path)
    const indexes = own
      .prepare(
        "select name from sqlite_schema where type = 'index' and sql is not null and tbl_name in (?, ?)",
      )
      .all('canvas_sync_metrics', 'canvas_sections')
    const used = [...plans.values()].join('\n')
    for (const { name } of indexes) assert.ok(used.includes(String(name)), `${String(name)} is used`)
    assert.equal(indexes.length, 5)
    const sorting = [...plans].filter(([, plan]) => plan.includes('TEMP B-TREE FOR ORDER BY'))
    for (const [text] of sorting) {
      // Several statuses are several ranges of their index, which have to be merged.
      if (text.includes('"sync_status" in')) continue
      assert.doesNotMatch(
        text,
        /^select \* from "canvas_sync_metrics" .*limit/,
        'a page of syncs is not sorted first',
      )
    }
  })
})
