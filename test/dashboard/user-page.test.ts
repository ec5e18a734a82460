import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { giveUsers } from './support/given-users.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false })
const now = Date.now()
await giveUsers(store, now)

const cells = '.heat-map a'

suite('the page of one user', () => {
  test('it says how they fare: figures, runs, token, freshness, errors, and how to forget them', async () => {
    const { page, complaints } = await visit(`${server.url}/users/42?period=7d`)
    await page.getByRole('heading', { level: 1, name: 'User 42', exact: true }).waitFor()
    await page.locator('.token-refused').waitFor()
    await page.getByText('since 3 d ago: token expired.').waitFor()
    await page.getByText('Create a new access token in Canvas').first().waitFor()
    await page.getByText('24 completed, 2 partial, 4 failed').waitFor()
    await page
      .getByText(/(?:from \d+|as) in the 7 days before/)
      .first()
      .waitFor()
    const freshness = page.getByRole('group', { name: 'Freshness of each list' })
    assert.deepEqual(await freshness.locator('tbody th').allTextContents(), [
      'submissions of course 102',
      'submissions of course 101',
    ])
    assert.match((await freshness.textContent()) ?? '', /Stale.*Fresh/)
    await page.getByRole('link', { name: 'Canvas refused the token: it has expired.' }).waitFor()
    await page.getByText('canvas-sync-monitor privacy erase --user 42', { exact: true }).waitFor()
    assert.equal(await page.locator('.user-syncs tbody tr').count(), 10)
    assert.equal(await page.title(), 'User 42 · Canvas syncs')
    assert.deepEqual(complaints, [])
    await page.getByRole('link', { name: 'All syncs of this user' }).click()
    await page.waitForURL(`${server.url}/syncs?user_id=42`)
    await page.close()
  })

  test('a token that works is said to, and a user whom nobody knows has empty panels that say so', async () => {
    const { page } = await visit(`${server.url}/users/anna`)
    await page.locator('.token-worked').waitFor()
    await page.goto(`${server.url}/users/nobody`)
    await page.getByText('nothing is known of the token').waitFor()
    await page.getByText('No sync has run for this user.').waitFor()
    await page.getByText('No list of Canvas was read for this user yet.').waitFor()
    await page.close()
  })

  test('a day of the calendar leads to the list of exactly its syncs', async () => {
    const { page } = await visit(`${server.url}/users/42`)
    const failed = page.locator(`${cells}.heat-failed`).last()
    await failed.waitFor()
    const name = (await failed.getAttribute('aria-label')) ?? ''
    const [, count] = /^\w+, \d+ \w+ \d{4}: (\d+) syncs?, 1 failed/.exec(name) ?? []
    assert.ok(count, name)
    await failed.click()
    await page.waitForURL(/\/syncs\?since=.*&until=.*&user_id=42/)
    const { searchParams } = new URL(page.url())
    await page.locator('.sync-list tbody tr').first().waitFor()
    assert.equal(await page.locator('.sync-list tbody tr').count(), Number(count))
    const list = await fetch(`${server.url}/api/canvas/metrics/syncs?${searchParams.toString()}`)
    assert.equal(((await list.json()) as { count: number }).count, Number(count))
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'User 42' }).waitFor()
    await page.close()
  })

  test('the calendar is one stop of the tab key, with arrow keys by day and week, and has a table for a twin', async () => {
    const { page } = await visit(`${server.url}/users/42`)
    await page.locator(cells).first().waitFor()
    const total = await page.locator(cells).count()
    assert.equal(await page.locator(`${cells}[tabindex="0"]`).count(), 1)
    await page.locator(`${cells}[tabindex="0"]`).focus()
    const here = (): Promise<string> =>
      page.evaluate<string>('document.activeElement.getAttribute("aria-label")')
    const dayOf = async (): Promise<number> => Date.parse(`${(await here()).split(':')[0] ?? ''} UTC`)
    const today = await dayOf()
    for (const [key, days] of [
      ['ArrowUp', -1],
      ['ArrowLeft', -8],
      ['ArrowDown', -7],
      ['ArrowRight', 0],
      ['Home', 1 - total],
    ] as const) {
      await page.keyboard.press(key)
      assert.equal(Math.round(((await dayOf()) - today) / 86_400_000), days, key)
    }
    const named = await page.evaluate<string[]>(
      `[...document.querySelectorAll('${cells}')].map((day) => day.getAttribute('aria-label'))`,
    )
    const numbers = named.reduce((sum, words) => sum + Number(/: (\d+) sync/.exec(words)?.[1] ?? 0), 0)
    const panel = page.getByRole('region', { name: 'Syncs by day, last 52 weeks' })
    await panel.getByRole('button', { name: 'Show as a table' }).click()
    const rows = panel.locator('tbody tr')
    await rows.first().waitFor()
    const all = await rows.locator('td:nth-child(2)').allTextContents()
    assert.equal(
      all.reduce((sum, text) => sum + Number(text), 0),
      numbers,
    )
    assert.ok(numbers > 250)
    await page.close()
  })

  test('the period stands in the address, also of a user whose id has other ids in it', async () => {
    const { page } = await visit(`${server.url}/users/a%252Fb`)
    await page.getByRole('heading', { level: 1, name: 'User a%2Fb', exact: true }).waitFor()
    await page.getByLabel('30 days').check()
    await page.waitForURL(`${server.url}/users/a%252Fb?period=30d`)
    await page.getByRole('heading', { level: 2, name: 'Errors of the last 30 days' }).waitFor()
    await page.getByRole('heading', { level: 1, name: 'User a%2Fb', exact: true }).waitFor()
    await page.close()
  })

  test('the days are those of the chosen zone', async () => {
    const { page } = await visit(`${server.url}/users/42`)
    await page.evaluate(`localStorage.setItem('canvas-sync-time-zone', 'Asia/Kathmandu')`)
    await page.reload()
    await page.getByText(/^Days of Asia\/Kath?mandu\./).waitFor()
    const since = await page.locator(cells).first().getAttribute('href')
    assert.match(since ?? '', /since=\d{4}-\d\d-\d\dT18%3A15%3A00\.000Z/)
    await page.close()
  })

  test('a sync that begins and ends shows up by itself', async () => {
    const { page } = await visit(`${server.url}/users/anna`)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText('30 completed', { exact: true }).waitFor()
    const id = await store.syncs.startSync(syncStart('seen', { user_id: 'anna', started_at: Date.now() }))
    await page.getByText('29 completed, 1 running').waitFor()
    await store.syncs.finishSync(
      id,
      syncFinish({
        status: 'failed',
        error_type: 'token_revoked',
        error_message: 'Canvas refused the token: it was deleted.',
        finished_at: Date.now(),
      }),
    )
    await page.getByText('29 completed, 1 failed').waitFor()
    await page.getByText('token revoked.').waitFor()
    await page.getByRole('link', { name: 'Canvas refused the token: it was deleted.' }).waitFor()
    await page.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page } = await visit(`${server.url}/users/42?period=7d`, { dark, width })
      for (const there of ['.beat', cells, '.user-syncs tbody tr', '.user-freshness', '.error-groups'])
        await page.locator(there).first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.close()
    })
  }
}
