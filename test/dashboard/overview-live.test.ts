import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { noCounters } from '../../src/core/sync-record.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { syncStart } from '../support/sync-factory.ts'
import { assertAccessible, heldEvents, panel, visit } from './support/visit.ts'

const HOUR_MS = 3_600_000

const empty = await openGuardedServer({ requireToken: false, alerts: false })
const open = await openGuardedServer({ requireToken: false, alerts: false })
await sync.failed({ error_type: 'timeout' })(open.store.syncs, Date.now())

suite('while it is looked at, the overview changes', () => {
  test('with nothing in the database it says how to begin, and fills itself when the first sync does', async () => {
    const { page, complaints, hosts } = await visit(empty.server.url)
    const begin = panel(page, 'No sync was recorded yet')
    await begin.getByText('npx canvas-sync-monitor demo', { exact: true }).waitFor()
    await begin.getByText('npx canvas-sync-monitor sync --base-url').waitFor()
    assert.equal(await begin.getByRole('link').getAttribute('href'), '/docs')
    await assertAccessible(page)
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await sync.inProgress({ user_id: '5', started_at: Date.now() })(empty.store.syncs, Date.now())
    await panel(page, 'Running now').getByText('all for user 5').waitFor()
    await panel(page, 'How fresh the data is').getByText('npx canvas-sync-monitor sync').waitFor()
    await page.getByText('Nothing went wrong in the last 24 hours.').first().waitFor()
    assert.deepEqual(complaints, [])
    assert.deepEqual([...hosts], [new URL(empty.server.url).host])
    await page.close()
  })

  test('what changed between the first look and the first connection shows, too', async () => {
    const { page } = await visit('about:blank')
    const connect = await heldEvents(page)
    await page.goto(open.server.url)
    await panel(page, 'Running now').getByText('No sync is running.').waitFor()
    await sync.inProgress({ user_id: '88', started_at: Date.now() })(open.store.syncs, Date.now())
    connect()
    await panel(page, 'Running now').getByText('all for user 88').waitFor()
    await page.close()
  })

  test('a sync that starts, progresses and fails shows up without a reload', async () => {
    const { page, complaints } = await visit(open.server.url)
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    const { syncs } = open.store
    const started_at = Date.now() - 120_000
    const id = await syncs.startSync(
      syncStart('seen-live', { user_id: '77', started_at, sync_type: 'grades' }),
    )
    const running = panel(page, 'Running now').locator('li').filter({ hasText: 'grades for user 77' })
    await running.waitFor()
    await running.getByText('no estimate: the first of its kind').waitFor()
    const progress = {
      heartbeat_at: Date.now(),
      counters: { ...noCounters(), throttle_wait_ms: 12_000, api_rate_limit_hits: 3 },
      progress_percent: 40,
      progress_current: 'submissions of course 7',
      api_rate_limit_remaining_min: null,
      target_course_id: null,
      incremental_sync: false,
      chunk_size: null,
      sync_metadata: null,
    }
    await syncs.saveProgress(id, progress)
    await running.getByText('40 %').waitFor()
    await running.getByText('submissions of course 7').waitFor()
    await running.getByText('waited 12 s for the throttle').waitFor()
    await running.getByText('refused 3 times for the rate limit').waitFor()
    // Two minutes for 40 % are three for the rest.
    await running.getByText(/about 3 min \d+ s left/).waitFor()
    await syncs.finishSync(id, {
      ...progress,
      status: 'failed',
      finished_at: started_at + 1000,
      duration_ms: 1000,
      error_type: 'token_expired',
      error_message: 'Canvas refused the token: it has expired.',
    })
    const trouble = panel(page, 'Needs attention').locator('li').filter({ hasText: 'grades for user 77' })
    await trouble.getByText('Canvas refused the token').waitFor()
    await trouble.getByText('Create a new access token in Canvas').waitFor()
    await running.waitFor({ state: 'detached' })
    assert.match((await page.locator('.trust').textContent()) ?? '', /^2 syncs went wrong/)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('one that runs is held against the last ones of its kind, and one that is silent is told of', async () => {
    const now = Date.now()
    const like = { user_id: '31', sync_type: 'courses' }
    for (const duration_seconds of [600, 605, 9000]) {
      await sync.completed({ ...like, started_at: now - 5 * HOUR_MS, duration_seconds })(
        open.store.syncs,
        now,
      )
    }
    const id = await sync.inProgress({ ...like, started_at: now - 300_000 })(open.store.syncs, now - 300_000)
    const { page } = await visit(open.server.url)
    const running = panel(page, 'Running now').locator('li').filter({ hasText: 'courses for user 31' })
    await running.getByText(/about (5 min|4 min \d+ s).* left, as the last ones took/).waitFor()
    await running.getByText('no sign of life since').waitFor()
    const silent = panel(page, 'Needs attention').locator('li').filter({ hasText: 'Silent' })
    await silent.getByText('Look on worker-1').waitFor()
    await silent.getByRole('link', { name: 'courses for user 31' }).click()
    await page.waitForURL(`**/syncs/${id}`)
    await page.close()
  })
})
