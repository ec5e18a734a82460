import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { readSyncPage } from '../../src/store/sql/lists/read-sync-page.ts'
import { SqlFreshness } from '../../src/store/sql/lists/sql-freshness.ts'
import { SqlSyncLists } from '../../src/store/sql/lists/sql-sync-lists.ts'
import type { SyncCondition } from '../../src/store/sync-lists.ts'
import { SqlIncidentStore } from '../../src/store/sql/incidents/sql-incident-store.ts'
import { SqlSyncHistories } from '../../src/store/sql/incidents/sql-sync-histories.ts'
import { SqlErrorGroups } from '../../src/store/sql/errors/sql-error-groups.ts'
import { SqlPerformanceFigures } from '../../src/store/sql/performance/sql-performance-figures.ts'
import { SqlReportStore } from '../../src/store/sql/reports/sql-report-store.ts'
import { SqlRetentionStore } from '../../src/store/sql/retention/sql-retention-store.ts'
import { SqlScheduleStore } from '../../src/store/sql/schedules/sql-schedule-store.ts'
import { SqlSyncFigures } from '../../src/store/sql/figures/sql-sync-figures.ts'
import { SqlSyncCalendar } from '../../src/store/sql/calendar/sql-sync-calendar.ts'
import { SqlSyncStore } from '../../src/store/sql/syncs/sql-sync-store.ts'
import { SqlSyncUsers } from '../../src/store/sql/users/sql-sync-users.ts'
import { USER_SORTS } from '../../src/store/sync-users.ts'
import { SqlSyncedDataStore } from '../../src/store/sql/data/sql-synced-data-store.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import { SqliteDatabase } from '../../src/store/sqlite/sqlite-database.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { TIME_BUCKETS } from '../../src/core/time-buckets.ts'
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

/** What a statement has just found by other steps; no tables. */
const SUBQUERIES: ReadonlySet<string> = new Set(
  [
    'parts',
    'found',
    'made',
    'c',
    'expected',
    'both_sides',
    'p',
    'k',
    'r',
    'newest',
    'm',
    'u',
    'looked',
    'split',
    'oldest_lists',
    'newest_lists',
    'stale_sums',
    'newest_sums',
    'CONSTANT ROW',
  ].map((name) => `SCAN ${name}`),
)

/** Along an index in the order of a page, up to its limit. */
const WALKS =
  /USING (?:COVERING )?INDEX canvas_sync_(?:metrics_(?:start|error_text)|listings_stale|users_(?:trouble|last))$/

const LISTED: readonly SyncCondition[] = [
  {},
  { user_ids: ['42'] },
  { user_ids: ['42'], host: 'x' },
  { user_ids: ['42'], statuses: ['failed'] },
  { error_types: ['timeout'] },
  { error_group_id: 1 },
  { statuses: ['failed'], unsettled_at: 1 },
  { error_text: 'x' },
  { course_id: '1', host: 'x' },
  { source_id: 1 },
  { statuses: ['failed', 'lost'] },
]
/** As in a list of millions, of which nothing is few. */
const NO_FEW = { entries: 10, first_look: 5, few: -1 }

describe('the queries of the store', () => {
  it('never read a whole table but where everything is asked for', async () => {
    const path = join(temporaryDirectory(), 'plans.db')
    const file = openSqliteFile(path)
    migrate(file)
    const database = new SqliteDatabase(path, file)
    const syncs = new SqlSyncStore(database)
    const data = new SqlSyncedDataStore(database)
    const figures = new SqlSyncFigures(database)
    const errorGroups = new SqlErrorGroups(database)
    const performance = new SqlPerformanceFigures(database)
    const retention = new SqlRetentionStore(database)
    const histories = new SqlSyncHistories(database)
    const incidents = new SqlIncidentStore(database)
    const schedules = new SqlScheduleStore(database)
    const lists = new SqlSyncLists(database)
    const freshness = new SqlFreshness(database)
    const users = new SqlSyncUsers(database)
    const calendar = new SqlSyncCalendar(database)
    const reports = new SqlReportStore(database)
    const plans = await plansOf(path, async () => {
      const id = await syncs.startSync(syncStart('a'))
      const { id: source_id } = await data.openSource('https://canvas.test', '1', 1)
      await syncs.saveSource(id, source_id, 'courses')
      await syncs.saveProgress(id, syncProgress())
      await syncs.heartbeat([id], 5)
      await syncs.saveCourseOutcome(id, courseOutcome('1'))
      await syncs.heartbeat([id], 6, [5])
      await syncs.saveRunningTime(id, 9)
      await syncs.listRunning(null, 5)
      await syncs.listRunning({ sync_start_time: 1, id: 1 }, 5)
      await syncs.markTimedOut(id + 1, 'Slow.', 5, 5)
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
      await retention.countSyncs(5)
      await retention.deleteSyncs(5, { sync_start_time: 1, id: 1 }, 10)
      const take = { job: 'prune', holder: 'a', done_for: 'now', now: 1, lease_ms: 1 }
      await retention.beginJob('prune', 'now')
      await retention.takeJob(take)
      await retention.keepJob(take)
      await retention.endJob(take, '{}')
      await figures.totals({ since: 1 })
      await figures.totals({ since: 1, user_ids: ['42'] })
      await figures.totals({ since: 1, status: 'completed' })
      await figures.durationPercentiles({ since: 1 }, [0.5])
      await figures.durationPercentiles({ since: 1, user_ids: ['42'] }, [0.5])
      const wrong = await syncs.startSync(syncStart('wrong', { user_id: '42' }))
      await syncs.finishSync(wrong, syncFinish({ status: 'failed', error_type: 'timeout' }))
      const by = { actor_kind: 'cli', actor_id: 'x', target: null, user_id: null, route: null, address: null }
      const audit = { ...by, at: 1, action: 'error_group_muted' }
      for (const decision of ['muted', 'resolved'] as const) {
        const decided = { decision, decided_at: 1, muted_until: 5, reason: 'x' }
        assert.equal((await errorGroups.decide({ id: 1, ...decided, audit }))?.changed, true)
      }
      const metrics = ['syncs', 'duration_p95_seconds'] as const
      for (const whose of [{}, { user_ids: ['42'] }, { user_ids: ['42', '43'] }]) {
        await figures.countUsers({ since: 1, ...whose })
        await figures.recentError({ since: 1, ...whose })
        await performance.byType({ since: 1, ...whose })
        await performance.slowestCourses({ since: 1, ...whose }, 5)
        await performance.slowestUsers({ since: 1, ...whose }, 5)
        for (const now of [2, 10 * 86_400_000, 4e12]) {
          await errorGroups.list({ since: 1, now, text: 'x', limit: 5, ...whose })
          await errorGroups.find(1, { since: 1, now, ...whose })
        }
        for (const bucket of TIME_BUCKETS) {
          await figures.series({ metrics, bucket, since: 1e12, until: 1e12 + 1, ...whose })
        }
      }
      for (const condition of LISTED) {
        for (const sort of ['newest', 'longest'] as const) {
          const query = { condition, sort, limit: 5, after: { value: 5, id: 5 } }
          await lists.page(query)
          await database.read((connection) => readSyncPage(connection, query, NO_FEW))
        }
      }
      for (const since of [1, 1e12]) {
        const span = { since, until: since + 3_000_000_000 }
        await reports.failures({ ...span, before: since - 1, limit: 5 })
        await reports.incidents(span, 5)
        await reports.dueTimes(span, 5)
        await reports.messages(span)
      }
      await reports.unsubscribed(['x'])
      await reports.unsubscribedAt('x')
      await reports.unsubscribe('x', 1)
      await freshness.page({ limit: 5, after: null, entity: 'courses' })
      await freshness.page({ limit: 5, after: null, course_id: '1' })
      await freshness.page({ limit: 5, after: null, user_ids: ['42'] })
      for (const sort of USER_SORTS) {
        const query = { sort, beats: 5, figures_since: 1, limit: 1 }
        const { next } = await users.page({ ...query, after: null, limit: 5 })
        assert.equal(next, null)
        const after = {
          well: 1,
          last_completed_start_time: 0,
          last_sync_start_time: 1,
          user_id: '1',
        } as const
        await users.page({ ...query, after })
        await users.page({ ...query, after, failing: true })
        await users.page({ ...query, after: null, user_ids: ['42', '43'] })
      }
      for (const bounds of [[0, 1, 2].map((day) => day * 86_400_000), [300_000, 86_700_000]]) {
        await calendar.days({ bounds })
        await calendar.days({ bounds, user_ids: ['42'] })
      }
      for (let place = await figures.rebuild(null); place !== null;) place = await figures.rebuild(place)
      for (let { next } = await figures.check(null); next !== null;) ({ next } = await figures.check(next))
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
      const member = { rule: 'sync_failed', member: 'm' } as const
      const subject = {
        host: null,
        source_id,
        sync_type: 'all',
        user_id: '42',
        schedule: null,
        channel: null,
      }
      const found = {
        ...member,
        key: 'k',
        severity: 'info',
        subject: { ...subject, error_type: null },
        facts: {},
        began_at: 1,
        last_good_at: null,
        count: 1,
        added: 1,
        last_sync_id: id,
        parent_key: 'p',
      } as const
      await incidents.settle([found], [member], 1, { name: 'n', from: null, to: 1 })
      await incidents.settle([], [member], 2)
      await incidents.forgetSilent(1, 2, 5)
      await incidents.place('n')
      await incidents.listOpen(['sync_failed'])
      await incidents.listBadMembers(['sync_failed'])
      await incidents.list({ now: 3, limit: 5, after_id: 9, user_ids: ['42'], rules: ['sync_failed'] })
      await incidents.list({ now: 3, limit: 5 })
      await incidents.find(1, ['42'])
      await incidents.changesAfter(0, 10)
      await incidents.removeResolved(1, 10)
      await histories.ofSubjects([{ user_id: '42', sync_type: 'all' }], 5)
      await histories.ofSubjects([{ user_id: null, sync_type: 'all' }], 5)
      await histories.ended(1, 5)
      await histories.withErrors(['timeout'], 1, 5)
      await histories.ofErrorGroups([1], 1, 5)
      await histories.changedBehind(1, 5)
      await histories.listFreshness(0, 1, 5)
      for (const user_id of [null, '42']) {
        const query = { schedule_id: 1, sync_type: 'all', user_id, from: 1, until: 2, pick: 'last' } as const
        await schedules.findStarts([query])
      }
      const gone = await syncs.startSync(syncStart('b'))
      await syncs.finishSync(gone, syncFinish())
      await retention.deleteSyncs(Number.MAX_SAFE_INTEGER, null, 10)
    })
    await database.close()
    assert.ok(plans.size > 30, String(plans.size))
    for (const [text, plan] of plans) {
      // Newest first without a filter walks the index of the start times and stops at the limit.
      const scans = plan.split('\n').filter((step) => step.startsWith('SCAN'))
      assert.deepEqual(
        scans.filter((step) => !WALKS.test(step) && !SUBQUERIES.has(step)),
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
    assert.ok(indexes.length >= 8)
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

  it('sort nothing by its start that lies in that order in an index already', async () => {
    const path = join(temporaryDirectory(), 'sorted.db')
    const file = openSqliteFile(path)
    migrate(file)
    const database = new SqliteDatabase(path, file)
    const plans = await plansOf(path, async () => {
      for (const condition of LISTED.filter(({ statuses, course_id }) => !statuses?.[1] && !course_id)) {
        for (const after of [null, { value: 5, id: 5 }]) {
          await database.read((connection) =>
            readSyncPage(connection, { condition, sort: 'newest', limit: 5, after }, NO_FEW),
          )
        }
      }
    })
    await database.close()
    const sorted = [...plans].filter(
      ([text, plan]) => !text.includes('union') && plan.includes('TEMP B-TREE'),
    )
    assert.deepEqual(sorted, [])
    assert.ok(plans.size > 10)
  })
})
