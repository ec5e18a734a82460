import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noCounters } from '../../src/core/sync-record.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { syncStart } from '../support/sync-factory.ts'
import { startServer, type RunningServer } from '../../src/server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const HOUR_MS = 3_600_000

const empty = await openGuardedServer({ requireToken: false })
const open = await openGuardedServer({ requireToken: false })
await sync.failed({ error_type: 'timeout' })(open.store.syncs, Date.now())
const guarded = await openGuardedServer()

const panel = (page: Page, title: string): ReturnType<Page['locator']> =>
  page.locator('section.panel').filter({ has: page.getByRole('heading', { name: title }) })

suite('the overview', () => {
  test('with nothing in the database it says how to begin, and complains of nothing', async () => {
    const { page, complaints, hosts } = await visit(empty.server.url)
    await panel(page, 'How fresh the data is').getByText('canvas-sync-monitor sync').waitFor()
    await panel(page, 'Running now').getByText('No sync is running.').waitFor()
    await page.getByText('Nothing went wrong in the last 24 hours.').first().waitFor()
    assert.deepEqual(complaints, [])
    assert.deepEqual([...hosts], [new URL(empty.server.url).host])
    await page.close()
  })

  test('a sync that starts, progresses and fails shows up without a reload', async () => {
    const { page, complaints } = await visit(open.server.url)
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    const { syncs } = open.store
    const started_at = Date.now()
    const id = await syncs.startSync(
      syncStart('seen-live', { user_id: '77', started_at, sync_type: 'grades' }),
    )
    const running = panel(page, 'Running now').locator('li').filter({ hasText: 'grades for user 77' })
    await running.waitFor()
    const progress = {
      heartbeat_at: started_at,
      counters: noCounters(),
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

  test('the figures are those of the chosen period, beside the one before', async () => {
    const now = Date.now()
    for (const age_h of [2, 3, 30, 31, 32]) {
      await sync.completed({ started_at: now - age_h * HOUR_MS })(open.store.syncs, now)
    }
    const { page } = await visit(open.server.url)
    const syncs = page.locator('.figure').filter({ hasText: 'Syncs' }).locator('dd')
    await page.locator('.figure-value').getByText('4', { exact: true }).first().waitFor()
    assert.match((await syncs.textContent()) ?? '', /^4▲ from 3 in the 24 hours before/)
    await page.getByLabel('7 days').check()
    await page.locator('.figure-value').getByText('7', { exact: true }).first().waitFor()
    await page.close()
  })

  test('every number of the chart stands in its table', async () => {
    const { page } = await visit(open.server.url)
    const chart = panel(page, 'Syncs by hour, last 24 hours')
    const words = (await chart.getByRole('img').getAttribute('aria-label')) ?? ''
    const told = Number(/: (\d+) syncs/.exec(words)?.[1])
    await chart.getByRole('button', { name: 'Show as a table' }).click()
    const counts = await chart.locator('tbody tr td:nth-of-type(1)').allTextContents()
    assert.ok(told > 0)
    assert.equal(
      counts.reduce((sum, count) => sum + Number(count), 0),
      told,
    )
    await page.close()
  })

  test('what syncs are called and what went wrong is text, whatever stands in it', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}\u202E"\'`'
    await sync.failed({ user_id: hostile, error_message: hostile })(open.store.syncs, Date.now())
    const { page, complaints } = await visit(open.server.url)
    await panel(page, 'Needs attention').getByText('<img src=x').first().waitFor()
    assert.equal(await page.locator('.attention img, .attention script').count(), 0)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  for (const dark of [false, true]) {
    for (const width of [1440, 390]) {
      test(`axe finds nothing in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
        const { page } = await visit(open.server.url, { dark, width })
        await page.locator('.chart svg').waitFor()
        await panel(page, 'Needs attention').locator('li').first().waitFor()
        await assertAccessible(page)
        await assertNoWider(page)
        await page.close()
      })
    }
  }
})

test('a chosen theme holds against that of the system, also after a reload', async () => {
  const { page } = await visit(open.server.url)
  const ground = (): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
  const light = await ground()
  await page.getByLabel('Theme').selectOption('Dark')
  const dark = await ground()
  assert.notEqual(dark, light)
  await page.reload()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  assert.equal(await ground(), dark)
  await page.getByLabel('Theme').selectOption('As the system')
  assert.equal(await ground(), light)
  await page.close()
})

test('when the server goes the page says so, and is live again when it is back', async () => {
  const directory = temporaryDirectory()
  const start = (port: number): Promise<RunningServer> =>
    startServer({
      database: `sqlite:${join(directory, 'syncs.db')}`,
      logDir: join(directory, 'logs'),
      logCleanup: false,
      port,
    })
  const first = await start(0)
  const { page } = await visit(first.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await first.close()
  await page.getByRole('alert').getByText('Live updates stopped').waitFor()
  await using again = await start(first.port)
  await sync.failed({ user_id: 'while-away' })(again.monitor.store.syncs, Date.now())
  await page.getByText('Live', { exact: true }).waitFor()
  await panel(page, 'Needs attention').getByText('all for user while-away').waitFor()
  assert.equal(await page.getByText('Live updates stopped').count(), 0)
  await page.close()
})

suite('on a server that asks for a token', () => {
  test('a wrong one is refused in a sentence, a right one opens the page and stays nowhere', async () => {
    const token = await guarded.token(['read'])
    const { page } = await visit(guarded.server.url)
    const field = page.getByLabel('Access token')
    await field.fill('nonsense')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('.sign-in-problem:not(:empty)').waitFor()
    assert.equal(await field.inputValue(), '')
    await field.fill(token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const kept = await page.evaluate<string>(
      'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie])',
    )
    assert.ok(!kept.includes(token), kept)
    await page.close()
  })
})

test('what the page loads at first is small', async () => {
  const folder = new URL('../../dashboard/dist/', import.meta.url)
  const html = await readFile(new URL('index.html', folder), 'utf8')
  const { gzipSync } = await import('node:zlib')
  const weigh = async (form: RegExp): Promise<number> => {
    const names = [...html.matchAll(form)].map(([, name]) => name ?? '')
    assert.ok(names.length > 0)
    const files = await Promise.all(names.map((name) => readFile(new URL(`.${name}`, folder))))
    return files.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0)
  }
  const script_bytes = await weigh(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)
  const style_bytes = await weigh(/href="(\/assets\/[^"]+\.css)"/g)
  assert.ok(script_bytes <= 150_000, `${script_bytes} bytes of script`)
  assert.ok(style_bytes <= 20_000, `${style_bytes} bytes of style`)
})
