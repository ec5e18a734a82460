import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { assertNoWider, becomesTrue, openTabs, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false, alerts: false })
const started_at = Date.now() - 3_600_000
for (let number = 0; number < 30; number++) {
  await sync.failed({ user_id: String(number), started_at: started_at - number * 1000 })(
    store.syncs,
    Date.now(),
  )
}

const heading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, exact: true, level: 1 }).waitFor()
const ground = (page: Page): Promise<string> =>
  page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')

async function openSettings(page: Page): Promise<ReturnType<Page['getByRole']>> {
  await page.getByRole('button', { name: /settings$/ }).click()
  const settings = page.getByRole('dialog', { name: 'Settings' })
  await settings.waitFor()
  return settings
}

suite('what a person chooses', () => {
  test('a theme holds against that of the system, also after a reload', async () => {
    const { page } = await visit(server.url)
    await heading(page, 'Overview')
    const light = await ground(page)
    const settings = await openSettings(page)
    await settings.getByLabel('Dark').check()
    const dark = await ground(page)
    assert.notEqual(dark, light)
    await page.reload()
    await heading(page, 'Overview')
    assert.equal(await ground(page), dark)
    await (await openSettings(page)).getByLabel('As the system').check()
    assert.equal(await ground(page), light)
    await page.close()
  })

  test('a time zone counts for all times at once, in all tabs, and later', async () => {
    const context = await openTabs({ timezoneId: 'America/New_York' })
    const [page, other] = [await context.newPage(), await context.newPage()]
    for (const tab of [page, other]) await tab.goto(`${server.url}/syncs`)
    const exact = (tab: Page): Promise<string | null> =>
      tab.locator('main tbody time').first().getAttribute('title')
    const iso = new Date(started_at).toISOString()
    const told = (zone: string): RegExp => new RegExp(`:\\d\\d ${zone}\n${iso}$`)
    assert.match((await exact(page)) ?? '', told('America/New_York'))
    const settings = await openSettings(page)
    await settings.getByLabel('UTC', { exact: true }).check()
    assert.match((await exact(page)) ?? '', told('UTC'))
    await settings.getByLabel('Another zone').check()
    const field = settings.getByLabel('Zone', { exact: true })
    await field.fill('Mars/Olympus')
    await field.press('Enter')
    await settings.getByRole('alert').getByText('There is no such zone').waitFor()
    await field.fill('Asia/Tokyo')
    assert.match((await exact(page)) ?? '', told('Asia/Tokyo'))
    await becomesTrue(other, "document.querySelector('main tbody time').title.includes('Asia/Tokyo')")
    await page.reload()
    await page.getByRole('button', { name: /^Asia\/Tokyo/ }).waitFor()
    assert.match((await exact(page)) ?? '', told('Asia/Tokyo'))
    await context.close()
  })
})

suite('going from page to page', () => {
  test('a new page begins at its top with its heading in focus; the one before is where it was', async () => {
    const { page } = await visit(`${server.url}/syncs`)
    await page.locator('tbody tr').nth(29).waitFor()
    await becomesTrue(page, "document.querySelector('.waits') === null")
    await page.evaluate('scrollTo(0, 500)')
    await becomesTrue(page, 'scrollY === 500')
    // The page hears of it with its next frame.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await heading(page, 'Users')
    await becomesTrue(page, "scrollY === 0 && document.activeElement.matches('h1')")
    assert.equal(await page.title(), 'Users · Canvas syncs')
    await page.goBack()
    await becomesTrue(page, 'Math.abs(scrollY - 500) < 2')
    await page.reload()
    await page.locator('tbody tr').nth(29).waitFor()
    await becomesTrue(page, 'Math.abs(scrollY - 500) < 2')
    await page.close()
  })

  test('the first thing that the keyboard reaches leads past the navigation', async () => {
    const { page } = await visit(server.url)
    await heading(page, 'Overview')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate("document.activeElement.closest('main') !== null"))
    await page.close()
  })

  test('on a narrow screen all pages can be reached, with targets that a finger meets', async () => {
    const { page } = await visit(`${server.url}/system`, { width: 390 })
    await heading(page, 'System')
    await assertNoWider(page)
    const sizes = await page.evaluate<{ text: string; width: number; height: number }[]>(
      `[...document.querySelectorAll('header.top :is(a, button)')].map((target) => {
        const { width, height } = target.getBoundingClientRect()
        return { text: target.textContent, width, height }
      })`,
    )
    assert.ok(sizes.length >= 10)
    assert.deepEqual(
      sizes.filter(({ width, height }) => width < 24 || height < 24),
      [],
    )
    // Where one is, is seen, though the list is longer than the screen.
    const here = await page.locator('nav a[aria-current="page"]').boundingBox()
    assert.ok(here !== null && here.x >= 0 && here.x + here.width <= 390)
    await page.close()
  })
})

suite('what the circumstances ask for', () => {
  test('nothing moves for who does not want it', async () => {
    const context = await openTabs({ reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByText('Live', { exact: true }).waitFor()
    assert.equal(await page.evaluate('document.getAnimations().length'), 0)
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    assert.ok(await page.evaluate('document.getAnimations().length > 0'))
    await context.close()
  })

  test('on paper there are whole tables and no controls, dark on light', async () => {
    const { page } = await visit(`${server.url}/syncs`, { dark: true })
    await page.locator('tbody tr').nth(29).waitFor()
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    assert.equal(
      await page.evaluate(
        "[...document.querySelectorAll('button, nav, select, input')].filter((each) => each.checkVisibility()).length",
      ),
      0,
    )
    // What scrolls on a screen is whole on paper.
    assert.deepEqual(
      await page.evaluate(
        `[...document.querySelectorAll('main *')]
          .filter((each) => each.checkVisibility() && /auto|scroll/.test(getComputedStyle(each).overflow))
          .map((each) => each.outerHTML)`,
      ),
      [],
    )
    const brightness = await page.evaluate<number>(
      'getComputedStyle(document.body).color.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)',
    )
    assert.ok(brightness < 200, `the text is light: ${brightness}`)
    await page.close()
  })

  test('without a network the page says so, and goes on when it is back', async () => {
    const context = await openTabs()
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByText('Live', { exact: true }).waitFor()
    await context.setOffline(true)
    await page.getByRole('alert').getByText('This computer is offline').waitFor()
    await page.getByText('Not live', { exact: true }).waitFor()
    assert.match(await page.title(), /^Not live · .*Overview · Canvas syncs$/)
    await context.setOffline(false)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.getByText('Live', { exact: true }).waitFor()
    // What went wrong is seen without looking at the page.
    assert.equal(await page.title(), '30 went wrong · Overview · Canvas syncs')
    await context.close()
  })
})
