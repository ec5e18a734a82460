import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { PruneReport } from '../../src/maintenance/prune-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { courseOutcome, syncFinish, syncStart } from '../support/sync-factory.ts'
import { assertExplained } from './support/assert-explained.ts'
import { WorkPlace } from './support/work-place.ts'

const DAY_MS = 86_400_000

/** Ten ended syncs of 90 days ago, three of yesterday, and one that began 90 days ago and runs. */
async function placeWithOldSyncs(): Promise<WorkPlace> {
  const place = new WorkPlace()
  await using store = await openStore(`sqlite:${place.path('data/canvas-sync.db')}`)
  for (let index = 0; index < 13; index++) {
    const started_at = Date.now() - (index < 10 ? 90 : 1) * DAY_MS
    const id = await store.syncs.startSync(syncStart(`sync-${index}`, { started_at }))
    await store.syncs.saveCourseOutcome(id, courseOutcome('1'))
    await store.syncs.finishSync(id, syncFinish({ finished_at: started_at + 1000 }))
  }
  await store.syncs.startSync(syncStart('runs', { host: 'elsewhere', started_at: Date.now() - 90 * DAY_MS }))
  return place
}

const count = (place: WorkPlace): unknown =>
  place.rows('select count(*) as n from canvas_sync_metrics')[0]?.['n']

suite('syncs prune', { concurrency: 2 }, () => {
  test('says what would go, changes nothing then, and deletes it when it may', async () => {
    const place = await placeWithOldSyncs()
    const plan = await place.run(['syncs', 'prune', '--days', '30', '--dry-run'])
    assert.deepEqual([plan.code, plan.stderr], [0, ''])
    assert.equal(plan.stdout, 'Would delete 10 syncs older than 30 days, with 10 course outcomes.\n')
    assert.equal(count(place), 14)

    const result = await place.run(['syncs', 'prune', '--days', '30', '--json'])
    assert.deepEqual([result.code, result.stderr], [0, ''])
    const report = JSON.parse(result.stdout) as PruneReport
    assert.partialDeepStrictEqual(report, {
      dry_run: false,
      complete: true,
      syncs: 10,
      courses: 10,
      sync_days: 30,
    })
    assert.ok((report.reusable_bytes ?? -1) >= 0)
    assert.equal(count(place), 4)

    const again = await place.run(['syncs', 'prune', '--days', '30'])
    assert.match(again.stdout, /^Deleted 0 syncs older than 30 days, with 0 course outcomes, in /)
  })

  test('keeps for as long as the configuration file says when --days does not', async () => {
    const place = await placeWithOldSyncs()
    assert.match((await place.run(['syncs', 'prune'])).stdout, /^Deleted 0 syncs older than 400 days/)
    place.write('canvas-sync-monitor.config.json', '{ "retention": { "sync_days": 60 } }')
    assert.match((await place.run(['syncs', 'prune'])).stdout, /^Deleted 10 syncs older than 60 days/)
  })

  test('explains a wrong number of days', async () => {
    const place = new WorkPlace()
    for (const days of ['0', '-1', 'x', '1.5', '99999']) {
      assertExplained(await place.run(['syncs', 'prune', `--days=${days}`]), {
        code: 2,
        sentence: /--days must be a whole number from 1 to 36500/,
      })
    }
  })
})
