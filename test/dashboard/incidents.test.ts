import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { givenAlerts, openIncident, recoverIncident, type GivenIncident } from './support/given-alerts.ts'
import { assertAccessible, assertNoWider, openTabs, panel, visit } from './support/visit.ts'

const quiet = { requireToken: false, alerts: false } as const
const { server, store } = await openGuardedServer(quiet)
const now = Date.now()
await sync.failed({ user_id: '7', error_type: 'timeout', started_at: now - 7_200_000 })(store.syncs, now)
const ids = await givenAlerts(store, now)
const base = `${server.url}/incidents`

/** What is shown is what was asked for. */
async function settled(page: Page, count: number): Promise<void> {
  const list = page.locator('.list-panel[aria-busy="false"]')
  await list.getByText(new RegExp(`^${count} shown`)).waitFor()
}

const titles = (page: Page): Promise<string[]> => page.locator('.error-message').allTextContents()
const row = (page: Page, title: string): Locator => page.locator('[data-row]').filter({ hasText: title })

const GRADES = 'Syncs of grades from canvas.example.edu fail'
const NIGHTLY = 'nightly did not start'
const DISK = 'The disk of the database on monitor-1 is almost full'
const SLOW = 'Syncs of submissions are slower than usual'
const TOKEN = 'The token of user 17 expires in 6 days'

suite('the page of incidents', () => {
  test('open ones stand first, the gravest first, each with what broke, whose, since when, why and what to do', async () => {
    const { page, complaints } = await visit(base)
    await settled(page, 5)
    assert.deepEqual(await page.locator('.list-panel h2').allTextContents(), ['Critical', 'Warning', 'Note'])
    assert.deepEqual(await titles(page), [NIGHTLY, GRADES, DISK, SLOW, TOKEN])
    assert.match(
      (await row(page, GRADES).textContent()) ?? '',
      /Critical.*fail.*Canvas answers too slowly\..*run the sync again.*3 users.*12 syncs.*began 3 h ago.*last good 5 h ago/,
    )
    assert.match((await row(page, NIGHTLY).textContent()) ?? '', /for the 2nd time in a row.*2 missed times/)
    assert.match((await row(page, SLOW).textContent()) ?? '', /Acknowledged/)
    assert.equal(await page.title(), '4 open · Incidents · Canvas syncs')
    const place = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' })
    assert.equal(await place.textContent(), 'Alerts4 open')
    assert.equal(await place.getAttribute('aria-current'), 'page')
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('each filter stands in the address, so that a copied link shows the same, and back goes through them', async () => {
    const { page } = await visit(base)
    await settled(page, 5)
    await page.getByLabel('Quiet').check()
    await settled(page, 2)
    assert.match(await page.locator('.list-panel').innerText(), /Muted\s+until.*Explained by a larger one/s)
    await page.getByLabel('Resolved').check()
    await settled(page, 1)
    await page.getByLabel('All').check()
    await settled(page, 8)
    await page.getByLabel('Severity').selectOption('critical')
    await settled(page, 3)
    await page.getByLabel('Rule').selectOption('missed')
    await settled(page, 1)
    const copied = await visit(page.url())
    await settled(copied.page, 1)
    assert.deepEqual(await titles(copied.page), [NIGHTLY])
    await copied.page.close()
    await page.goBack()
    await settled(page, 3)
    await page.goBack()
    await settled(page, 8)
    await page.goForward()
    await settled(page, 3)
    await page.getByLabel('Id of the user').fill('17')
    await page.keyboard.press('Enter')
    await page.getByText('No incident is like that. Remove a filter to see more.').waitFor()
    await page.goto(`${base}?user_id=17&state=nonsense&severity=nonsense`)
    await settled(page, 1)
    assert.deepEqual(await titles(page), [TOKEN])
    await page.close()
  })

  test('its times are those of the zone that somebody has chosen', async () => {
    const context = await openTabs({ timezoneId: 'America/New_York' })
    const page = await context.newPage()
    await page.goto(`${base}?rule=missed`)
    await settled(page, 1)
    const due = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/New_York',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).format(now - 8 * 3_600_000)
    await row(page, NIGHTLY).getByText(`Nothing started for ${due}`).waitFor()
    await context.close()
  })

  test('it says that nothing is wrong, and then what is, without a reload', async () => {
    const { server: other, store: fresh } = await openGuardedServer(quiet)
    const { page } = await visit(`${other.url}/incidents`)
    await page.getByText('Nothing is wrong.').waitFor()
    assert.equal(await page.locator('.place-count').count(), 0)
    const given: GivenIncident = { rule: 'disk', severity: 'warning', facts: { holds: 'logs' }, key: 'disk' }
    await openIncident(fresh, given, Date.now())
    await page.getByText('The disk of the logs is almost full').waitFor()
    await page.locator('.place-count').waitFor()
    await recoverIncident(fresh, given, Date.now())
    await page.getByText('Nothing is wrong that nobody has muted.').waitFor()
    await page.close()
  })
})

suite('one incident', () => {
  test('it leads to its syncs, its schedule and what explains it', async () => {
    const { page, complaints } = await visit(`${base}/${ids.failed}`)
    await page.getByRole('heading', { name: GRADES, level: 1 }).waitFor()
    assert.match(await page.title(), /^Syncs of grades .* fail · Incident \d+ · Canvas syncs$/)
    for (const words of [
      'Whose data: 3 users',
      'Last good: 5 h ago',
      'Probable cause: Canvas answers too slowly.',
    ]) {
      await page.getByText(words).waitFor()
    }
    await panel(page, 'Facts').getByText('12 syncs, 3 users').waitFor()
    await page.getByRole('link', { name: 'Its newest sync' }).click()
    await page.waitForURL(`${server.url}/syncs/1`)
    await page.goBack()
    await page.getByRole('link', { name: 'All its syncs' }).click()
    await page.waitForURL((url) => url.pathname === '/syncs' && url.searchParams.get('type') === 'grades')
    await page.goto(`${base}/${ids.missed}`)
    await panel(page, 'Facts').getByRole('link', { name: 'nightly' }).click()
    await page.getByRole('dialog', { name: 'Schedule nightly' }).waitFor()
    await page.goto(`${base}/${ids.suppressed}`)
    await panel(page, 'Facts')
      .getByRole('link', { name: `incident ${ids.failed}` })
      .click()
    await page.getByRole('heading', { name: GRADES, level: 1 }).waitFor()
    await page.goto(`${base}/${ids.resolved}`)
    assert.equal(await page.getByRole('button', { name: 'Acknowledge' }).count(), 0)
    await panel(page, 'Timeline').getByText('Recovered').waitFor()
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('there is none by an id of none, and by what is no id', async () => {
    const { page } = await visit(`${base}/999999`)
    await page.getByRole('heading', { name: 'There is no such incident' }).waitFor()
    await page.goto(`${base}/nonsense`)
    await page.getByRole('heading', { name: 'There is no such incident' }).waitFor()
    await page.getByRole('link', { name: 'All incidents' }).click()
    await settled(page, 5)
    await page.close()
  })

  test('it is acknowledged, muted with an end and a reason, and resolved by keyboard alone; its timeline says by whom', async () => {
    const id = await openIncident(
      store,
      { rule: 'log_loss', severity: 'critical', facts: { machine: 'worker-9', records_lost: 3 }, key: 'own' },
      now,
    )
    const { page } = await visit(`${base}?rule=log_loss`)
    await settled(page, 1)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${base}/${id}`)
    await page.getByRole('button', { name: 'Acknowledge' }).press('Enter')
    await page.getByRole('status').getByText('The incident is acknowledged now.').waitFor()
    await page.getByRole('button', { name: 'Acknowledge' }).waitFor({ state: 'detached' })
    // A button that waits for an answer takes no key.
    const pressed = async (name: string): Promise<void> => {
      await page.locator('button:enabled', { hasText: name }).press('Enter')
    }
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab')
        const focused = await page.evaluate<string>(
          'document.activeElement.name || document.activeElement.textContent',
        )
        if (name.test(focused)) return
      }
      assert.fail(`no ${String(name)} by keyboard`)
    }
    await tabTo(/^Mute…/)
    await page.keyboard.press('Enter')
    await tabTo(/^reason/)
    await page.keyboard.type('The disk is being replaced.')
    await page.keyboard.press('Enter')
    await page.locator('.sync-title', { hasText: /Muted.*until/ }).waitFor()
    await pressed('End muting')
    await page.getByRole('button', { name: 'End muting' }).waitFor({ state: 'detached' })
    await pressed('Resolve…')
    await page.getByLabel('Why (no names)').fill('It was replaced.')
    await page.keyboard.press('Enter')
    await page.locator('.sync-title', { hasText: 'Resolved' }).waitFor()
    const steps = panel(page, 'Timeline').locator('li')
    await steps.nth(4).waitFor()
    const told = await panel(page, 'Timeline').locator('strong').allTextContents()
    assert.deepEqual(told, ['Resolved', 'Muting ended', 'Muted', 'Acknowledged', 'Opened, critical'])
    assert.match(await steps.first().innerText(), /by somebody on the server itself.*It was replaced\./s)
    assert.match(await steps.nth(2).innerText(), /The disk is being replaced\./)
    assert.match(await steps.last().innerText(), /by the monitor/)
    await page.close()
  })

  test('who may only read is told so, and sees only incidents about users whose data they may see', async () => {
    const { server: other, store: guarded, token } = await openGuardedServer({ alerts: false })
    const mine = await openIncident(
      guarded,
      {
        rule: 'sync_failed',
        severity: 'critical',
        subject: { sync_type: 'grades' },
        users: ['42'],
        key: 'a',
      },
      now,
    )
    const theirs = await openIncident(
      guarded,
      { rule: 'sync_lost', severity: 'critical', subject: { sync_type: 'grades' }, users: ['7'], key: 'b' },
      now,
    )
    const { page } = await visit(other.url)
    await page.getByLabel('Access token').fill(await token(['read:user:42']))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.goto(`${other.url}/incidents`)
    await settled(page, 1)
    await page.goto(`${other.url}/incidents/${mine}`)
    await page.getByText('takes an access token with the scope admin').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Mute…' }).count(), 0)
    await page.goto(`${other.url}/incidents/${theirs}`)
    await page.getByRole('heading', { name: 'There is no such incident' }).waitFor()
    await page.close()
  })
})

test('the overview leads to what nobody looks after, and tells a sync once', async () => {
  const { page } = await visit(`${server.url}/?period=7d`)
  const attention = panel(page, 'Needs attention')
  await attention.getByRole('link', { name: GRADES }).waitFor()
  assert.equal(await attention.getByRole('link', { name: SLOW }).count(), 0)
  // The failed sync is the newest one of the incident.
  assert.equal(await attention.getByText('for user 7').count(), 0)
  await attention.getByRole('link', { name: NIGHTLY }).click()
  await page.getByRole('heading', { name: NIGHTLY, level: 1 }).waitFor()
  await page.close()
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page, complaints } = await visit(`${base}?state=all`, { dark, width })
      await page.locator('[data-row]').first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.goto(`${base}/${ids.muted}`)
      await page.getByRole('button', { name: 'Mute for another time…' }).click()
      await page.getByLabel('Why (no names)').waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      assert.deepEqual(complaints, [])
      await page.close()
    })
  }
}
