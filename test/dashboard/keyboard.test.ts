import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { assertAccessible, becomesTrue, openTabs, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false })
const ids: number[] = []
for (let number = 0; number < 5; number++) {
  const started_at = Date.now() - number * 60_000
  ids.push(await sync.completed({ user_id: String(number), started_at })(store.syncs, Date.now()))
}

const dialog = (page: Page, name: string): ReturnType<Page['getByRole']> => page.getByRole('dialog', { name })
const heading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, exact: true, level: 1 }).waitFor()
const focused = (page: Page): Promise<string> => page.evaluate<string>('document.activeElement.textContent')
const theme = (page: Page): Promise<string> => page.evaluate<string>('document.documentElement.dataset.theme')

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

const palette = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('combobox', { name: /^Command/ })

/** The keys count as soon as the page is there. */
async function visitReady(path: string): Promise<Page> {
  const { page } = await visit(`${server.url}${path}`)
  await page.locator('h1').first().waitFor()
  return page
}

suite('keys', () => {
  test('a person without a mouse goes to a list, down its rows, into a sync and back', async () => {
    const page = await visitReady('/')
    await press(page, 'g', 's')
    await heading(page, 'Syncs')
    await becomesTrue(page, "document.activeElement.matches('h1')")
    assert.equal(await page.title(), 'Syncs · Canvas syncs')
    await page.locator('tbody tr').nth(4).waitFor()
    await press(page, 'j', 'j', 'j', 'k')
    assert.match(await focused(page), /for user 1/)
    await press(page, 'Enter')
    await page.waitForURL((url) => url.pathname === `/syncs/${ids[1]}`)
    await page.goBack()
    await heading(page, 'Syncs')
    await page.close()
  })

  test('each page has a letter after g', async () => {
    const page = await visitReady('/')
    for (const [letter, name] of [
      ['s', 'Syncs'],
      ['e', 'Errors'],
      ['p', 'Performance'],
      ['r', 'Reports'],
      ['l', 'Logs'],
      ['u', 'Users'],
      ['y', 'System'],
      ['o', 'Overview'],
    ] as const) {
      await press(page, 'g', letter)
      await heading(page, name)
      assert.equal(await page.locator('nav a[aria-current="page"]').first().textContent(), name)
    }
    await press(page, 'g', 'a')
    await heading(page, 'Incidents')
    assert.equal(await page.locator('nav a[aria-current="page"]').first().textContent(), 'Alerts')
    for (const name of ['Schedules', 'Notifications']) {
      await page.getByRole('navigation', { name: 'Alerts' }).getByRole('link', { name }).press('Enter')
      await heading(page, name)
      assert.equal(await page.title(), `${name} · Canvas syncs`)
      assert.equal(await page.locator('nav a[aria-current="page"]').first().textContent(), 'Alerts')
    }
    await page.close()
  })

  test('a letter that is typed into a field is only that', async () => {
    const page = await visitReady('/syncs')
    await page.locator('main input[type="search"]').waitFor()
    await press(page, '/')
    assert.equal(await page.evaluate<string>('document.activeElement.type'), 'search')
    const before = await theme(page)
    await press(page, 't', '?', 'g', 'o')
    assert.equal(await theme(page), before)
    assert.equal(await page.locator('dialog').count(), 0)
    await heading(page, 'Syncs')
    await page.close()
  })

  test('the list of them opens with ?, keeps the focus, and gives it back', async () => {
    const page = await visitReady('/')
    await page.getByRole('link', { name: 'Users', exact: true }).focus()
    await press(page, '?')
    await dialog(page, 'Keys').getByText('Go to Performance').waitFor()
    // Nothing behind it can be reached, and letters do nothing there.
    for (let times = 0; times < 4; times++) {
      await press(page, 'Tab')
      assert.ok(await page.evaluate("document.activeElement.closest('dialog, body') !== null"))
      assert.equal(await page.evaluate("document.activeElement.closest('main, header.top')"), null)
    }
    await press(page, 'g', 's', 'Escape')
    await dialog(page, 'Keys').waitFor({ state: 'detached' })
    assert.equal(await focused(page), 'Users')
    await heading(page, 'Overview')
    await page.close()
  })

  test('Escape closes what it was pressed for, however often, and the page goes on', async () => {
    const page = await visitReady('/')
    for (const times of [1, 2, 3]) {
      await press(page, '?')
      await dialog(page, 'Keys').waitFor()
      await press(page, ...Array.from({ length: times }, () => 'Escape'))
      await dialog(page, 'Keys').waitFor({ state: 'detached' })
    }
    await press(page, 'g', 'u')
    await heading(page, 'Users')
    await page.close()
  })

  test('those of one letter can be switched off, and stay off', async () => {
    const page = await visitReady('/')
    await press(page, '?')
    await dialog(page, 'Keys').getByLabel('Keys of one letter').uncheck()
    await press(page, 'Escape')
    await page.reload()
    await heading(page, 'Overview')
    const before = await theme(page)
    await press(page, 't', 'g', 's', '?')
    assert.equal(await theme(page), before)
    assert.equal(await page.locator('dialog').count(), 0)
    await heading(page, 'Overview')
    await press(page, 'Control+k')
    await palette(page).waitFor()
    await page.close()
  })

  test('t goes to the theme that is not seen, in all tabs', async () => {
    const context = await openTabs({ colorScheme: 'dark' })
    const pages = [await context.newPage(), await context.newPage()]
    for (const page of pages) {
      await page.goto(server.url)
      await heading(page, 'Overview')
    }
    const [first] = pages
    if (first !== undefined) await press(first, 't')
    for (const page of pages) await becomesTrue(page, "document.documentElement.dataset.theme === 'light'")
    await context.close()
  })
})

suite('the palette of commands', () => {
  test('it finds by what is typed, says which is chosen, and does it', async () => {
    const page = await visitReady('/')
    await press(page, 'Control+k')
    const field = palette(page)
    await field.waitFor()
    await page.keyboard.type('perf')
    const chosen = page.getByRole('option', { selected: true })
    assert.match((await chosen.textContent()) ?? '', /^Performance/)
    assert.equal(await field.getAttribute('aria-activedescendant'), await chosen.getAttribute('id'))
    await press(page, 'ArrowDown')
    assert.match((await chosen.textContent()) ?? '', /Search the logs for “perf”/)
    await press(page, 'ArrowDown', 'ArrowDown')
    assert.match((await chosen.textContent()) ?? '', /^Performance/)
    await press(page, 'Enter')
    await heading(page, 'Performance')
    assert.equal(await page.locator('dialog').count(), 0)
    await page.close()
  })

  test('a number opens the sync, words search the logs', async () => {
    const page = await visitReady('/')
    await press(page, 'Control+k')
    await palette(page).fill(`sync ${ids[2]}`)
    await press(page, 'Enter')
    await page.waitForURL(`${server.url}/syncs/${ids[2]}`)
    await press(page, 'Control+k')
    await palette(page).fill('logs rate & limit')
    await press(page, 'Enter')
    await page.waitForURL(
      (url) => url.pathname === '/logs' && url.searchParams.get('text') === 'rate & limit',
    )
    await page.close()
  })

  test('it copies the link to what is shown', async () => {
    const context = await openTabs({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await context.newPage()
    await page.goto(`${server.url}/syncs?status=failed`)
    await heading(page, 'Syncs')
    await press(page, 'Control+k')
    await palette(page).fill('copy')
    await press(page, 'Enter')
    await page.getByRole('status').getByText('The link to this view is copied.').waitFor()
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), `${server.url}/syncs?status=failed`)
    await context.close()
  })
})

for (const dark of [false, true]) {
  test(`axe finds nothing with each dialog open, in the ${dark ? 'dark' : 'light'} theme`, async () => {
    const { page, complaints } = await visit(server.url, { dark, width: 390 })
    await heading(page, 'Overview')
    for (const command of ['', 'keys', 'settings']) {
      await press(page, 'Control+k')
      await palette(page).fill(command)
      if (command !== '') await press(page, 'Enter')
      await page.locator('dialog[open]').waitFor()
      if (command === 'settings') await page.getByLabel('Another zone').check()
      await assertAccessible(page)
      await press(page, 'Escape')
      await page.locator('dialog').waitFor({ state: 'detached' })
    }
    assert.deepEqual(complaints, [])
    await page.close()
  })
}
