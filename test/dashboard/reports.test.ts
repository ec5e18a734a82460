import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { FrameLocator, Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { report } from '../reports/support/report-factory.ts'
import { assertAccessible, assertNoWider, becomesTrue, panel, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false, alerts: false, timeZone: 'UTC' })
const now = Date.now()
for (const days of [2, 5, 9, 20, 40]) {
  await sync.completed({ started_at: now - days * 86_400_000 })(store.syncs, now)
}
const HOSTILE = '<img src=x onerror="parent.harmed=1"><script>parent.harmed=1</script> all is well'
const { id } = await store.reports.keep({ ...report(), headline: HOSTILE })
const base = `${server.url}/reports`

const mail = (page: Page): FrameLocator => page.frameLocator('.report-frame')
const heading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, level: 2, exact: true }).waitFor()
/** It is as high as what is in it: nothing scrolls within. */
const isWhole = `(() => {
  const { contentDocument: inside, clientHeight } = document.querySelector('.report-frame')
  return inside.readyState === 'complete' && inside.documentElement.scrollHeight <= clientHeight
})()`

suite('the page of reports', () => {
  test('it shows the mail of the last week, month or day as it would be sent, whole', async () => {
    const { page, complaints, hosts } = await visit(base)
    await heading(page, 'Weekly report')
    await mail(page).getByRole('heading', { name: 'Weekly report' }).waitFor()
    await becomesTrue(page, isWhole)
    await page.getByLabel('Monthly').check()
    await heading(page, 'Monthly report')
    await mail(page).getByRole('heading', { name: 'Monthly report' }).waitFor()
    assert.equal(new URL(page.url()).search, '?period=monthly')
    const copied = await visit(page.url())
    await heading(copied.page, 'Monthly report')
    await copied.page.close()
    await page.getByLabel('320 px').check()
    await page.waitForURL((url) => url.searchParams.get('width') === 'narrow')
    await becomesTrue(page, `document.querySelector('.report-frame').clientWidth === 320 && ${isWhole}`)
    await page.goBack()
    await page.goBack()
    await mail(page).getByRole('heading', { name: 'Weekly report' }).waitFor()
    assert.deepEqual(complaints, [])
    assert.deepEqual([...hosts], [new URL(server.url).host])
    await page.close()
  })

  test('one that was sent is shown as it was, and what stands in it stays text', async () => {
    const { page } = await visit(base)
    const sent = panel(page, 'Sent')
    await sent.getByText(HOSTILE).waitFor()
    await sent.getByRole('link', { name: /^Weekly, / }).click()
    await heading(page, 'As it was sent')
    assert.equal(new URL(page.url()).searchParams.get('report'), String(id))
    await mail(page).getByText(HOSTILE).last().waitFor()
    assert.equal(await mail(page).locator('img, script').count(), 0)
    assert.equal(await page.evaluate('globalThis.harmed'), undefined)
    await page.getByRole('link', { name: 'Back to the preview' }).click()
    await heading(page, 'Weekly report')
    await page.goto(`${base}?report=99999`)
    await page.getByText('There is no report with this id').waitFor()
    await page.goto(`${base}?report=nonsense&period=nonsense`)
    await heading(page, 'Weekly report')
    await page.close()
  })

  test('nothing in the mail can run: it may not, whatever its own rules say', async () => {
    const { page } = await visit(base)
    await mail(page).getByRole('heading', { name: 'Weekly report' }).waitFor()
    assert.equal(await page.locator('.report-frame').getAttribute('sandbox'), 'allow-same-origin')
    const answer = await fetch(`${server.url}/api/canvas/metrics/reports/preview?format=html`)
    assert.match(
      answer.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'unsafe-inline'/,
    )
    await page.close()
  })

  test('before the first it says who gets them', async () => {
    const { server: other } = await openGuardedServer({ requireToken: false, alerts: false })
    const { page } = await visit(`${other.url}/reports`)
    await page.getByText('No report was sent yet.').waitFor()
    await page.getByText('canvas-sync-monitor report --period weekly').waitFor()
    await page.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page, complaints } = await visit(base, { dark, width })
      await panel(page, 'Sent').locator('tbody tr').first().waitFor()
      await mail(page).getByRole('heading', { name: 'Weekly report' }).waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      assert.deepEqual(complaints, [])
      await page.close()
    })
  }
}
