import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { giveUsers, STRANGE_IDS } from './support/given-users.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false })
const { syncs } = store
const now = Date.now()
await giveUsers(store, now)
for (let number = 0; number < 25; number++) {
  const user_id = `quiet-${number}`
  const started_at = now - 100 * 86_400_000 - number * 1000
  const id = await syncs.startSync(syncStart(user_id, { user_id, started_at }))
  await syncs.finishSync(id, syncFinish({ finished_at: started_at + 1000 }))
}

const names = (page: Page): Promise<string[]> => page.locator('.user-list tbody th').allTextContents()

async function shows(page: Page, count: number): Promise<void> {
  await page.getByText(new RegExp(`^${count} shown`)).waitFor()
}

suite('the page of users', () => {
  test('it shows those in trouble first, with their runs in bars and in words', async () => {
    const { page, complaints } = await visit(`${server.url}/users`)
    await shows(page, 25)
    assert.deepEqual((await names(page)).slice(0, 3), ['a/b', '42', 'quiet-24'])
    const row = page.locator('.user-list tbody tr').nth(1)
    assert.match(
      (await row.textContent()) ?? '',
      /Failed.*last completed.*24 completed, 2 partial, 4 failed.*Stale/,
    )
    assert.equal(await row.locator('.beat').count(), 30)
    await page.getByRole('button', { name: 'Show more' }).click()
    await shows(page, 31)
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('order, search, period and trouble stand in the address, so that a copied link shows the same', async () => {
    const { page } = await visit(`${server.url}/users`)
    await page.getByLabel('Order', { exact: true }).selectOption('id')
    await page.waitForURL((url) => url.searchParams.get('sort') === 'id')
    await page.getByLabel('Id of the user').fill('QUIET-1')
    await page.keyboard.press('Enter')
    await shows(page, 11)
    assert.deepEqual((await names(page)).slice(0, 3), ['quiet-1', 'quiet-10', 'quiet-11'])
    await page.getByLabel('Success rate of').selectOption('30')
    await page.getByRole('columnheader', { name: 'Success, 30 days' }).waitFor()
    const copied = await visit(page.url())
    await shows(copied.page, 11)
    assert.deepEqual(await names(copied.page), await names(page))
    assert.equal(await copied.page.getByLabel('Order', { exact: true }).inputValue(), 'id')
    await copied.page.close()
    await page.goBack()
    await page.goBack()
    await shows(page, 25)
    assert.equal(await page.getByLabel('Id of the user').inputValue(), '')
    await page.getByRole('button', { name: 'Only those in trouble' }).click()
    await shows(page, 2)
    await page.getByLabel('Id of the user').fill('quiet')
    await page.keyboard.press('Enter')
    await page.getByText('No user is like that.').waitFor()
    await page.close()
  })

  test('a row of bars leads to the page of the user, and is no stop of the tab key', async () => {
    const { page } = await visit(`${server.url}/users?search=42`)
    const bars = page.getByRole('link', { name: 'Runs of user 42: 24 completed, 2 partial, 4 failed' })
    await page.getByRole('link', { name: '42', exact: true }).focus()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate("document.activeElement.closest('.user-list')"), null)
    assert.match(
      (await bars.locator('.beat').last().getAttribute('title')) ?? '',
      /^Failed, .*token expired$/,
    )
    await bars.locator('.beat').last().click()
    await page.waitForURL(`${server.url}/users/42`)
    await page.close()
  })

  test('each run has a bar that is wide enough to hit, in a window of any width', async () => {
    for (const width of [1440, 1100, 700, 390]) {
      const { page } = await visit(`${server.url}/users/42`, { width })
      const bars = page.getByRole('list', { name: 'Runs of user 42' }).getByRole('link')
      await bars.last().waitFor()
      const sizes = await page.evaluate<number[]>(`
        [...document.querySelectorAll('.user-runs .beat')]
          .map((bar) => bar.getBoundingClientRect())
          .map(({ width, height }) => Math.min(width, height))`)
      assert.equal(sizes.length, 30)
      assert.ok(Math.min(...sizes) >= 24, `${width}: ${Math.min(...sizes)} pixels`)
      await page.close()
    }
  })

  test('one walks through a row of bars with the arrow keys, and Enter opens the sync', async () => {
    const { page } = await visit(`${server.url}/users/42`)
    const bars = page.getByRole('list', { name: 'Runs of user 42' }).getByRole('link')
    await bars.first().waitFor()
    assert.equal(await page.locator('.beat[tabindex="0"]').count(), 1)
    await bars.last().focus()
    const focused = (): Promise<string> =>
      page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? ""')
    assert.match(await focused(), /^Failed, \d+ \w+, [\d:]+, took .*, token expired$/)
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
    assert.match(await focused(), /^Completed, /)
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowLeft')
    const oldest = await bars.first().getAttribute('aria-label')
    assert.equal(await focused(), oldest)
    await page.keyboard.press('Tab')
    assert.equal(await page.locator('.beat:focus').count(), 0, 'one stop of the tab key for all bars')
    await page.keyboard.press('Shift+Tab')
    assert.equal(await focused(), oldest)
    const href = await bars.first().getAttribute('href')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${server.url}${href}`)
    await page.close()
  })

  test('a sync that begins and fails shows up by itself', async () => {
    const { page } = await visit(`${server.url}/users?search=anna`)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText('30 completed', { exact: true }).waitFor()
    const id = await syncs.startSync(syncStart('seen', { user_id: 'anna', started_at: Date.now() }))
    await syncs.finishSync(
      id,
      syncFinish({
        status: 'failed',
        error_type: 'network',
        error_message: 'Gone.',
        finished_at: Date.now(),
      }),
    )
    await page.getByText('29 completed, 1 failed').waitFor()
    await page.locator('.user-list .status-failed').waitFor()
    await page.close()
  })

  test('ids of whatever form lead to the page of that user', async () => {
    for (const user_id of STRANGE_IDS.slice(1, 3)) {
      const { page, complaints } = await visit(
        `${server.url}/users?sort=oldest&search=${encodeURIComponent(user_id)}`,
      )
      await page.getByRole('link', { name: user_id, exact: true }).click()
      await page.getByRole('heading', { level: 1, name: `User ${user_id}`, exact: true }).waitFor()
      await page
        .locator('.user-runs .beats-text')
        .getByText(/^1 (?:completed|failed)$/)
        .waitFor()
      assert.deepEqual(complaints, [])
      await page.close()
    }
  })

  test('what the server refuses is told', async () => {
    const { page } = await visit(`${server.url}/users?search=${'x'.repeat(300)}`)
    await page.getByRole('alert').getByText('search').waitFor()
    await page.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page } = await visit(`${server.url}/users`, { dark, width })
      await page.locator('.beat').first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.close()
    })
  }
}
