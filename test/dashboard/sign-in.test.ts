import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { assertAccessible, openTabs, visit } from './support/visit.ts'

const guarded = await openGuardedServer()
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
    await page.getByRole('banner').getByText('Ana of reporting').waitFor()
    await page.getByRole('banner').getByText('read', { exact: true }).waitFor()
    await assertAccessible(page)
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
