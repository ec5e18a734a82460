import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { openIncident } from './support/given-alerts.ts'
import { assertAccessible, openTabs, visit } from './support/visit.ts'

const guarded = await openGuardedServer({ alerts: false })
const { url } = guarded.server

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Access token').fill(token)
  await page.keyboard.press('Enter')
}

suite('on a server that asks for a token', () => {
  test('who signs in sees the address that was asked for, their name, and what they may', async () => {
    const token = await guarded.token(['read'], { name: 'Ana of reporting' })
    const { page } = await visit(`${url}/syncs?status=failed`)
    await signIn(page, token)
    await page.getByRole('heading', { name: 'Syncs', exact: true, level: 1 }).waitFor()
    assert.equal(page.url(), `${url}/syncs?status=failed`)
    const menu = page.getByRole('banner').locator('details')
    await menu.locator('summary', { hasText: 'Ana of reporting' }).click()
    await menu.getByText('read', { exact: true }).waitFor()
    await assertAccessible(page)
    await page.keyboard.press('Escape')
    await menu.getByText('read', { exact: true }).waitFor({ state: 'hidden' })
    assert.ok(await page.evaluate("document.activeElement.matches('.session summary')"))
    await page.close()
  })

  test('who signs out is signed out in all tabs, at the address where they were', async () => {
    const token = await guarded.token(['read'])
    const context = await openTabs()
    const [page, other] = [await context.newPage(), await context.newPage()]
    await page.goto(`${url}/syncs?user_id=7`)
    await other.goto(`${url}/system`)
    await signIn(page, token)
    await other.getByRole('heading', { name: 'System', level: 1 }).waitFor()
    await page.getByRole('banner').locator('summary').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    for (const tab of [page, other]) await tab.getByLabel('Access token').waitFor()
    assert.equal(await other.title(), 'Sign in · Canvas syncs')
    // Nothing of what was shown is left.
    assert.equal(await other.getByRole('heading', { name: 'System' }).count(), 0)
    await signIn(other, token)
    await page.getByRole('heading', { name: 'Syncs', exact: true, level: 1 }).waitFor()
    assert.equal(page.url(), `${url}/syncs?user_id=7`)
    await context.close()
  })

  test('a token that is none is said to be so, in the field where the next one is typed', async () => {
    const { page } = await visit(url)
    await signIn(page, 'csm_none')
    await page.getByRole('alert').getByText('The access token is not valid.').waitFor()
    const field = page.getByLabel('Access token')
    assert.equal(await field.inputValue(), '')
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    assert.ok(await page.evaluate("document.activeElement.matches('input')"))
    await assertAccessible(page)
    await page.close()
  })

  test('however wide the window, no page of the navigation is cut off where it has one row', async () => {
    await openIncident(guarded.store, { rule: 'disk', severity: 'warning' }, Date.now())
    const token = await guarded.token(['read', 'ingest', 'admin'], {
      name: 'Anastasia of the reporting group',
    })
    const context = await openTabs({ timezoneId: 'America/Argentina/Buenos_Aires' })
    const page = await context.newPage()
    await page.goto(url)
    await signIn(page, token)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.locator('header .session').waitFor()
    await page.evaluate("localStorage.setItem('canvas-sync-time-zone', 'America/Argentina/Buenos_Aires')")
    await page.reload()
    await page.locator('header .session').waitFor()
    await page.locator('.place-count').waitFor()
    for (const width of [1105, 1200, 1393, 1440, 1521, 1600]) {
      await page.setViewportSize({ width, height: 600 })
      const cut = await page.evaluate<number>(
        "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('nav ul'))",
      )
      assert.equal(cut, 0, `${width} wide`)
    }
    await context.close()
  })

  test('a session that ends while a page is open asks for a token there', async () => {
    const token = await guarded.token(['read'])
    const { page } = await visit(`${url}/syncs`)
    await signIn(page, token)
    await page.getByRole('heading', { name: 'Syncs', exact: true, level: 1 }).waitFor()
    await page.context().clearCookies()
    await page.getByRole('link', { name: 'Overview', exact: true }).click()
    await page.getByLabel('Access token').waitFor()
    assert.equal(page.url(), `${url}/`)
    await signIn(page, token)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.close()
  })
})
