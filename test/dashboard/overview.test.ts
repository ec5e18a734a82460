import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ErrorGroupList } from '../../src/api/errors/error-list.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { assertAccessible, assertNoWider, panel, visit } from './support/visit.ts'

const HOUR_MS = 3_600_000

const open = await openGuardedServer({ requireToken: false, alerts: false })
await sync.failed({ error_type: 'timeout' })(open.store.syncs, Date.now())

suite('the overview', () => {
  test('the figures are those of the period of the address, beside the one before', async () => {
    const figures = await openGuardedServer({ requireToken: false, alerts: false })
    const now = Date.now()
    for (const age_h of [2, 3, 4, 5, 30, 31, 32]) {
      await sync.completed({ started_at: now - age_h * HOUR_MS })(figures.store.syncs, now)
    }
    const { page } = await visit(figures.server.url)
    const syncs = page.locator('.figure').filter({ hasText: 'Syncs' }).locator('dd')
    await page.locator('.figure-value').getByText('4', { exact: true }).first().waitFor()
    assert.match((await syncs.textContent()) ?? '', /^4▲ from 3 in the 24 hours before/)
    await page.getByLabel('7 days').check()
    await page.locator('.figure-value').getByText('7', { exact: true }).first().waitFor()
    assert.equal(new URL(page.url()).search, '?period=7d')
    const copied = await visit(page.url())
    assert.equal(await copied.page.getByLabel('7 days').isChecked(), true)
    await panel(copied.page, 'Syncs by hour, last 7 days').waitFor()
    await copied.page.close()
    await page.goBack()
    await page.locator('.figure-value').getByText('4', { exact: true }).first().waitFor()
    assert.equal(await page.getByRole('radio', { name: '24 hours' }).isChecked(), true)
    await page.getByRole('radio', { name: '24 hours' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.waitForURL((url) => url.search === '?period=7d')
    await page.close()
  })

  test('charts show what calls cost, which were throttled and how long syncs waited, each in its unit', async () => {
    const costs = await openGuardedServer({ requireToken: false, alerts: false })
    const counters = { api_rate_limit_hits: 2, throttle_wait_ms: 30_500, api_request_cost: 12.5 }
    const now = Date.now()
    const hour = now - (now % HOUR_MS)
    for (const age_h of [2, 2, 2, 5]) {
      await sync.completed({ started_at: hour - age_h * HOUR_MS, counters })(costs.store.syncs, now)
    }
    const { page, complaints } = await visit(costs.server.url)
    for (const [title, words, cells] of [
      ['Cost of the calls by hour', '50 units, 37.5 at the most.', ['37.5', '12.5']],
      ['Throttled calls by hour', '8 calls, 6 at the most.', ['6', '2']],
      [
        'Waits for the throttle by hour',
        '2 min 2 s waited, 1 min 32 s at the most.',
        ['1 min 32 s', '30.5 s'],
      ],
    ] as const) {
      const chart = panel(page, title)
      await chart.locator('.plot').waitFor()
      const said = await chart.getByRole('img').first().getAttribute('aria-label')
      assert.equal(said, `${title}: ${words}`)
      await chart.getByRole('button', { name: 'Show as a table' }).click()
      assert.deepEqual(await chart.locator('tbody td').allTextContents(), cells)
    }
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('what somebody has muted or resolved needs no attention any more, and is not hidden', async () => {
    const settled = await openGuardedServer({ requireToken: false, alerts: false })
    await sync.failed({ error_type: 'timeout', error_message: 'Too slow.' })(settled.store.syncs, Date.now())
    await sync.failed({ error_type: 'network', error_message: 'No way.' })(settled.store.syncs, Date.now())
    const { groups } = (await (await settled.send('GET', '/errors')).json()) as ErrorGroupList
    const slow = groups.find(({ message }) => message === 'Too slow.')
    const resolved = await settled.send('POST', `/errors/${slow?.id ?? 0}/resolve`)
    assert.equal(resolved.status, 200)
    const { page } = await visit(settled.server.url)
    await panel(page, 'Needs attention').getByText('No way.').waitFor()
    assert.equal(await panel(page, 'Needs attention').getByText('Too slow.').count(), 0)
    assert.match(
      (await page.locator('.trust').textContent()) ?? '',
      /^2 syncs went wrong .*, 1 of them muted or resolved\./,
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

  test('what cannot be asked says so and can be asked again, and nothing looks well meanwhile', async () => {
    const { page } = await visit('about:blank')
    await page.route('**/errors?*', (route) =>
      route.fulfill({ status: 400, json: { error: 'It is broken.' } }),
    )
    await page.goto(open.server.url)
    const attention = panel(page, 'Needs attention')
    await attention.getByText('It is broken.').waitFor()
    await page.unroute('**/errors?*')
    await attention.getByRole('button', { name: 'Try again' }).click()
    await attention.getByText('It is broken.').waitFor({ state: 'detached' })
    await page.close()
  })

  test('while another period is asked for, nobody is told that nothing went wrong in it', async () => {
    const { page } = await visit(open.server.url)
    const attention = panel(page, 'Needs attention')
    await attention.locator('li').first().waitFor()
    const held = Promise.withResolvers<void>()
    await page.route('**/syncs?*since=7d*', async (route) => {
      await held.promise
      await route.continue()
    })
    await page.getByLabel('7 days').check()
    await attention.getByText('Loading…').waitFor({ state: 'attached' })
    assert.equal(await page.getByText('Nothing went wrong').count(), 0)
    held.resolve()
    await attention.locator('li').first().waitFor()
    await attention.getByText('Loading…').waitFor({ state: 'detached' })
    await page.close()
  })

  for (const dark of [false, true]) {
    for (const width of [1440, 390]) {
      test(`axe finds nothing in the ${dark ? 'dark' : 'light'} theme, ${width} wide, and nothing jumps`, async () => {
        const { page } = await visit(open.server.url, { dark, width })
        await page.locator('.plot').nth(4).waitFor()
        await panel(page, 'Needs attention').locator('li').first().waitFor()
        const shift = await page.evaluate<number>(`new Promise((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0)))
            .observe({ type: 'layout-shift', buffered: true })
          setTimeout(() => resolve(0), 1000)
        })`)
        assert.ok(shift <= 0.02, `${shift} shifted`)
        await assertAccessible(page)
        await assertNoWider(page)
        await page.close()
      })
    }
  }
})
