import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { givenAlerts, givenSchedule } from './support/given-alerts.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false, alerts: false })
const now = Date.now()
await givenAlerts(store, now)
const base = `${server.url}/schedules`

const row = (page: Page, slug: string): Locator =>
  page.locator('[data-row]').filter({ has: page.getByRole('link', { name: slug, exact: true }) })
const shown = (page: Page, count: number): Promise<void> =>
  page.getByRole('status').getByText(`${count} shown`).waitFor()
const names = (page: Page): Promise<string[]> => page.locator('.error-message').allTextContents()

suite('the page of schedules', () => {
  test('each schedule tells its state, its last times and the next, as ticks and in words', async () => {
    const { page, complaints } = await visit(base)
    await shown(page, 4)
    const nightly = row(page, 'nightly')
    assert.match(
      (await nightly.textContent()) ?? '',
      /Missed.*0 2 \* \* \*, Europe\/Zurich.*27 on time, 1 late, 2 missed.*next in .*last due/,
    )
    assert.equal(await nightly.locator('.beat-completed').count(), 27)
    assert.equal(await nightly.locator('.beat-failed').count(), 2)
    const title = (await nightly.locator('.beat-partial').getAttribute('title')) ?? ''
    assert.match(title, /^Late, due \d+ \w+, \d\d:\d\d$/)
    assert.match(
      (await row(page, 'grades-hourly').textContent()) ?? '',
      /On time.*26 on time, 1 late, 3 unknown/,
    )
    assert.match((await row(page, 'user-42-submissions').textContent()) ?? '', /Late.*for user 42.*every 6 h/)
    assert.match((await row(page, 'weekly-full').textContent()) ?? '', /Paused.*not due yet.*nothing due/)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('filters and the opened one stand in the address, and back and forward go through them', async () => {
    const { page } = await visit(base)
    await shown(page, 4)
    await page.getByLabel('In trouble').check()
    await shown(page, 2)
    assert.deepEqual(await names(page), ['nightly', 'user-42-submissions'])
    await page.getByLabel('Name, type or user').fill('NIGHT')
    await page.keyboard.press('Enter')
    await shown(page, 1)
    await page.keyboard.press('Escape')
    await page.locator('h1').click()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Schedule nightly' }).waitFor()
    const copied = await visit(page.url())
    await copied.page.getByRole('dialog', { name: 'Schedule nightly' }).waitFor()
    await copied.page.close()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.goBack()
    await page.getByRole('dialog').waitFor()
    await page.goBack()
    await page.goBack()
    await shown(page, 2)
    await page.getByLabel('Name, type or user').fill('nobody')
    await page.keyboard.press('Enter')
    await page.getByText('No schedule is like that. Remove a filter to see more.').waitFor()
    await page.close()
  })

  test('one schedule tells its terms, what comes, what became of each time, and only what was not on time', async () => {
    const { page } = await visit(`${base}?schedule=nightly`)
    const dialog = page.getByRole('dialog')
    await dialog.getByText('15 min', { exact: true }).waitFor()
    await dialog.getByText('2 h', { exact: true }).waitFor()
    assert.equal(await dialog.locator('.error-lines li').count(), 5)
    assert.equal(await dialog.locator('tbody tr').count(), 30)
    await dialog.getByLabel('Not on time').check()
    assert.equal(await dialog.locator('tbody tr').count(), 3)
    assert.deepEqual(await dialog.locator('tbody .verdict').allTextContents(), [
      ' Missed',
      ' Missed',
      ' Late',
    ])
    await page.goto(`${base}?schedule=weekly-full`)
    await dialog.getByText('2026-12-21 to 2027-01-03').waitFor()
    await dialog.getByText('Winter break').waitFor()
    await page.goto(`${base}?schedule=nothing`)
    await dialog.getByText('There is no such schedule.').waitFor()
    await page.close()
  })

  test('it is paused and resumed, for who may', async () => {
    await givenSchedule(store, 'own', { every: '1d' }, { letters: 's', every_ms: 86_400_000, now })
    const { page } = await visit(`${base}?schedule=own`)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Pause' }).press('Enter')
    await dialog.getByText('Nothing is expected until it is resumed.').first().waitFor()
    await dialog.getByRole('button', { name: 'Resume' }).click()
    await dialog.getByRole('button', { name: 'Pause' }).waitFor()
    await page.close()
    await store.schedules.remove('own', null)
    const { server: other, token } = await openGuardedServer({ alerts: false })
    const { page: reader } = await visit(other.url)
    await reader.getByLabel('Access token').fill(await token(['read']))
    await reader.keyboard.press('Enter')
    await reader.getByRole('heading', { name: 'Overview' }).waitFor()
    await reader.goto(`${other.url}/schedules`)
    await reader.getByText('No schedule yet.').waitFor()
    await reader.getByText('canvas-sync-monitor schedules preview').waitFor()
    await reader.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page, complaints } = await visit(base, { dark, width })
      await page.locator('[data-row]').first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.goto(`${base}?schedule=nightly`)
      await page.getByRole('dialog').locator('tbody tr').first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      assert.deepEqual(complaints, [])
      await page.close()
    })
  }
}
