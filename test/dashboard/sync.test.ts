import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import type { RunSyncOptions } from '../../src/engine/sync-engine.ts'
import type { Simulator } from '../../src/simulator/index.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { openCanvas, runEngine } from './support/engine-sync.ts'
import { visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false })
const { syncs } = store

const canvas = await openCanvas()

const runOf = (simulator: Simulator, options: Partial<RunSyncOptions> = {}): Promise<SyncRecord> =>
  runEngine(server.monitor, simulator, options)

const first = await runOf(canvas)
const [, broken = ''] = [...canvas.university.truth.courses()].map(({ id }) => String(id))
canvas.faults.add({
  when: { course_id: broken, path: '/api/v1/courses/*/sections' },
  fault: { kind: 'canvas_500' },
})
canvas.faults.add({ when: { path: '/api/v1/users/self', nth: 1 }, fault: { kind: 'throttled_429' } })
const partial = await runOf(canvas, { client: { max_attempts: 2 } })

const open = (path: string | number): ReturnType<typeof visit> => visit(`${server.url}/syncs/${path}`)
const panel = (page: Page, name: string | RegExp): ReturnType<Page['locator']> =>
  page.getByRole('region', { name })

suite('one sync that the engine made', () => {
  test('it says in a sentence what went wrong and what to do, with the course that failed first', async () => {
    const { page, complaints } = await open(partial.id)
    await page.getByText('Partial: 1 of 6 courses could not be read because Canvas itself failed.').waitFor()
    const group = page.getByRole('link', { name: 'This failure’s group' })
    assert.match((await group.getAttribute('href')) ?? '', /^\/errors\?group=[1-9]\d*$/)
    await page.getByText('What to do:').waitFor()
    const failed = panel(page, '1 of 6 courses could not be read')
    await failed.getByText(`course ${broken}`).waitFor()
    const courses = panel(page, 'Courses').locator('tbody tr')
    await courses.nth(5).waitFor()
    assert.match((await courses.first().textContent()) ?? '', new RegExp(`^${broken}.*failed`))
    assert.match(await page.title(), /^Partial · all for user 42 · /)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('the waterfall shows each course with what it waited for, exactly by arrow keys, and as a table', async () => {
    const { page } = await open(partial.id)
    const waterfall = panel(page, 'Where the time went')
    const parts = waterfall.getByRole('option')
    await waterfall.getByText("waiting for Canvas's throttle", { exact: true }).waitFor()
    await waterfall
      .getByRole('option', { name: /^Testing the token .* waiting for Canvas's throttle/ })
      .waitFor()
    await waterfall
      .getByRole('option', { name: new RegExp(`^Course ${broken} .* failed: .* waiting before another try`) })
      .waitFor()
    await waterfall.getByRole('listbox').focus()
    await page.keyboard.press('ArrowDown')
    const chosen = waterfall.locator('[aria-selected="true"]')
    assert.equal(await chosen.getAttribute('id'), await parts.nth(1).getAttribute('id'))
    const detail = await waterfall.locator('.row-detail').textContent()
    assert.match(detail ?? '', /\d\d:\d\d:\d\d\.\d{3} to \d\d:\d\d:\d\d\.\d{3}/)
    await parts.nth(3).hover()
    await waterfall.locator('[id$="-3"][aria-selected="true"]').waitFor()
    await waterfall.getByRole('button', { name: 'Show as a table' }).click()
    await waterfall.getByRole('row', { name: new RegExp(`^Course ${broken} failed`) }).waitFor()
    await page.close()
  })

  test('rows, calls and log lines say what was done', async () => {
    const { page } = await open(first.id)
    const rows = panel(page, 'Rows')
    const submissions = rows.getByRole('row', { name: /^Submissions/ })
    const count = new Intl.NumberFormat('en').format(first.submissions.processed)
    await rows.getByRole('row', { name: new RegExp(`^Submissions ${count} ${count} 0 0 –`) }).waitFor()
    assert.match(
      (await submissions.locator('[title]').first().getAttribute('title')) ?? '',
      /fails its course/,
    )
    const calls = panel(page, 'Calls to Canvas, by endpoint')
    await calls.getByText('/api/v1/courses/:id/sections', { exact: true }).waitFor()
    await calls.getByRole('button', { name: 'Show as a table' }).click()
    await calls.getByRole('row', { name: /^GET \/api\/v1\/courses\/:id\/sections 6 0 / }).waitFor()
    const lines = panel(page, 'Log lines')
    await lines.getByText(/Sync completed in/).waitFor()
    await lines.getByRole('radio', { name: 'What went wrong' }).check()
    await lines.getByText('No line of this sync tells of trouble.').waitFor()
    const search = lines.getByRole('link', { name: 'Search among its log lines' })
    assert.equal(
      await search.getAttribute('href'),
      `/logs?${new URLSearchParams({ task_id: first.sync_task_id, level: 'WARNING' }).toString()}`,
    )
    await page.close()
  })

  test('it is compared with the one before, which it leads to', async () => {
    const { page } = await open(partial.id)
    const before = panel(page, 'Compared with the sync before')
    await before.getByText('Newly failing: 1').waitFor()
    await before.getByText(`course ${broken}`).waitFor()
    await before.getByRole('row', { name: /^Courses 6 6 the same/ }).waitFor()
    await before.getByRole('link', { name: 'The sync before' }).click()
    await page.waitForURL(`${server.url}/syncs/${first.id}`)
    await page.getByText(/^Completed: 6 courses were read/).waitFor()
    await panel(page, 'Compared with the sync before').getByText('There is no earlier sync').waitFor()
    await page.close()
  })

  test('link, id and commands are copied; where the browser refuses, the text is selected', async () => {
    const { page } = await open(first.id)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy: curl', exact: true }).click()
    await page.getByRole('status').getByText('curl copied.').waitFor()
    assert.equal(
      await page.evaluate('navigator.clipboard.readText()'),
      `curl -s ${server.url}/api/canvas/metrics/sync/${first.id}`,
    )
    await page.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error('no'))
      document.execCommand = () => false`)
    await page.getByRole('button', { name: 'Copy: Command' }).click()
    await page.getByText('The browser does not let the page copy.').waitFor()
    assert.equal(
      await page.evaluate('getSelection().toString()'),
      `canvas-sync-monitor syncs show ${first.id}`,
    )
    await page.getByText('As JSON').click()
    await page.getByText(`"sync_task_id": "${first.sync_task_id}"`).waitFor()
    await page.close()
  })

  test('[ and ] go through the list that led here, with its filters', async () => {
    const { page } = await open(`${first.id}?user_id=42`)
    await page.getByRole('link', { name: 'Previous' }).waitFor()
    await page.keyboard.press('[')
    await page.waitForURL(`${server.url}/syncs/${partial.id}?user_id=42`)
    await page.getByRole('link', { name: 'Next' }).waitFor()
    await page.keyboard.press(']')
    await page.waitForURL(`${server.url}/syncs/${first.id}?user_id=42`)
    await page.getByRole('link', { name: 'All syncs' }).click()
    await page.waitForURL(`${server.url}/syncs?user_id=42`)
    await page.close()
  })
})

test('a sync is followed from its start to its failure without loading the page again', async () => {
  const falling = await openCanvas()
  falling.faults.add({ when: { path: '/api/v1/courses/*/assignment_groups' }, fault: { kind: 'hang' } })
  const { promise: begun, resolve: hasBegun } = Promise.withResolvers<undefined>()
  const running = runOf(falling, {
    taskId: 'followed',
    userId: 43,
    client: { max_attempts: 1 },
    observer: {
      courseStarted: () => {
        hasBegun(undefined)
      },
    },
  })
  await begun
  const row = await syncs.getSyncByTaskId('followed')
  assert.ok(row !== null)
  const { page, complaints } = await open(row.id)
  await page.getByRole('progressbar').waitFor()
  await page.getByText('0 % · 0 of 6 courses done').waitFor()
  await page.getByText('Time so far').waitFor()
  await page.locator('.sync-title .status-in_progress').waitFor()
  await page.evaluate('globalThis.notReloaded = true')
  // What answers a hanging call is the end of its host.
  await falling.close()
  await running
  await page
    .getByText('Failed: none of 6 courses could be read because Canvas could not be reached.')
    .waitFor()
  await panel(page, '6 of 6 courses could not be read').getByText('6 courses', { exact: true }).waitFor()
  await panel(page, 'Log lines')
    .getByText(/sync_failed/)
    .first()
    .waitFor()
  assert.equal(await page.getByRole('progressbar').count(), 0)
  assert.equal(await page.evaluate('globalThis.notReloaded'), true)
  assert.deepEqual(complaints, [])
  await page.close()
})
