import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { ChannelConfig, DeliveryConfig } from '../../src/delivery/delivery-config.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { HttpStandIn, REPLIES } from '../delivery/support/http-stand-in.ts'
import { openIncident } from './support/given-alerts.ts'
import { assertAccessible, assertNoWider, panel, visit } from './support/visit.ts'

const works = await HttpStandIn.start(REPLIES.status(204))
const refuses = await HttpStandIn.start(REPLIES.status(410))
const limits = await HttpStandIn.start(REPLIES.status(429, { 'retry-after': '3000' }))
const channel = (name: string, url: string): ChannelConfig => ({
  name,
  kind: 'webhook',
  url: `${url}/secret-path`,
  secret: 'hidden-secret-of-the-test',
  allow_hosts: ['127.0.0.1'],
  fallback: null,
})
const notifications: DeliveryConfig = {
  channels: [channel('ops', works.url), channel('tickets', refuses.url), channel('busy', limits.url)],
  routes: [{ match: {}, channels: ['ops'], repeat_ms: 0, stop: false }],
  group_wait_ms: 0,
  group_interval_ms: 0,
  fallback_after_ms: 600_000,
  public_url: null,
  calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
}
const { server, store } = await openGuardedServer({ requireToken: false, alerts: false, notifications })
const base = `${server.url}/notifications`
const id = await openIncident(store, { rule: 'disk', severity: 'warning', key: 'disk' }, Date.now())

const channelRow = (page: Page, name: string): Locator =>
  panel(page, 'Channels').locator('li').filter({ hasText: name })
const logRow = (page: Page, words: RegExp): Locator =>
  panel(page, 'Delivery log').locator('tbody tr').filter({ hasText: words })

suite('the page of notifications', () => {
  test('a test takes the real way, and the page says that it arrived', async () => {
    const { page, complaints } = await visit(base)
    await channelRow(page, 'ops').getByRole('button', { name: 'Send a test to ops' }).press('Enter')
    await channelRow(page, 'ops').getByRole('status').getByText('The test has arrived.').waitFor()
    assert.ok(works.received.some(({ body }) => body.includes('If you can read this')))
    await channelRow(page, 'ops').getByText('Works').waitFor()
    await logRow(page, /Sent.*Test.*ops/).waitFor()
    await logRow(page, new RegExp(`Incident ${id}.*ops`)).waitFor()
    assert.ok(!(await page.content()).includes('secret'))
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a channel that refuses, and one that asks to wait, are told with the reason of each attempt', async () => {
    const { page } = await visit(base)
    await page.getByRole('button', { name: 'Send a test to tickets' }).click()
    await channelRow(page, 'tickets').getByText('The test did not arrive: HTTP 410.').waitFor()
    await page.getByRole('button', { name: 'Send a test to busy' }).click()
    await channelRow(page, 'busy').getByText('It is tried again.').waitFor()
    await channelRow(page, 'busy').getByText('Tries again').waitFor()
    await logRow(page, /Failed.*tickets.*HTTP 410/).waitFor()
    await logRow(page, /Waits.*busy/)
      .getByRole('link')
      .first()
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('To be tried again').waitFor()
    await dialog.getByText('HTTP 429; the channel asked to wait 50 min').waitFor()
    const copied = await visit(page.url())
    await copied.page.getByRole('dialog').getByText('HTTP 429').waitFor()
    await copied.page.close()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.close()
  })

  test('filters of the log stand in the address, back and forward go through them, and rows lead to incidents', async () => {
    const { page } = await visit(base)
    const log = panel(page, 'Delivery log')
    await log.getByLabel('Channel').selectOption('tickets')
    await log.getByText('1 shown').waitFor()
    await log.getByLabel('State').selectOption('sent')
    await log.getByText('No notification is like that. Remove a filter to see more.').waitFor()
    await page.goBack()
    await log.getByText('1 shown').waitFor()
    await page.goForward()
    await log.getByText('No notification is like that.').waitFor()
    await page.goto(`${base}?kind=incident&channel=gone`)
    await log.getByText('No notification is like that.').waitFor()
    assert.equal(await log.getByLabel('Channel').inputValue(), 'gone')
    await page.goto(`${base}?kind=incident`)
    await log.getByText('1 shown').waitFor()
    await log.getByRole('link', { name: String(id), exact: true }).click()
    await page.waitForURL(`${server.url}/incidents/${id}`)
    await page.close()
  })

  test('without a channel it says how to have one, and who may only read can test none', async () => {
    const { server: other, token } = await openGuardedServer({ alerts: false, notifications })
    const { page } = await visit(other.url)
    await page.getByLabel('Access token').fill(await token(['read']))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.goto(`${other.url}/notifications`)
    await page.getByText('To test channels takes an access token with the scope admin.').waitFor()
    await page.getByText('Nothing was told yet').waitFor()
    assert.equal(await page.getByRole('button', { name: /^Send a test/ }).count(), 0)
    await page.close()
    const { server: none } = await openGuardedServer({ requireToken: false, alerts: false })
    const { page: empty } = await visit(`${none.url}/notifications`)
    await empty.getByText('canvas-sync-monitor notify test').waitFor()
    await empty.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page, complaints } = await visit(base, { dark, width })
      await logRow(page, /tickets/).waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.goto(`${base}?notification=1`)
      await page.getByRole('dialog').getByText('Attempts').waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      assert.deepEqual(complaints, [])
      await page.close()
    })
  }
}
