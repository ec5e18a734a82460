import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { courseOutcome, syncFinish, syncStart } from '../support/sync-factory.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const { server, store, send } = await openGuardedServer({ requireToken: false })
const { syncs } = store
const now = Date.now()
const hours_ago = (hours: number): number => now - hours * 3_600_000

const HOSTILE = [
  '<img src=x onerror="document.title=1">',
  '<script>document.title = 1</script>',
  '"><svg onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  'javascript:alert(1)',
  '\u202Etxt.exe‮',
  `${'A'.repeat(900)} 𝕳𝖔𝖘𝖙𝖎𝖑𝖊 👩‍🚀 ﷽`,
]

async function failing(
  message: string,
  error_type: 'timeout' | 'network' | 'forbidden' | 'storage' | 'contract',
  hours: readonly number[],
): Promise<void> {
  for (const [index, ago] of hours.entries()) {
    const given = { error_type, error_message: message, user_id: String(index), started_at: hours_ago(ago) }
    await sync.failed(given)(syncs, now)
  }
}

await failing('Canvas did not answer within 60 s.', 'timeout', [2, 3, 4, 30, 50])
await failing('The host could not be reached.', 'network', [40, 90])
await failing('Long ago it was refused.', 'forbidden', [24 * 20])
await failing('The disk is full.', 'storage', [1])
const TIMEOUT = 'Canvas did not answer within 60 s.'

/** What is shown is what was asked for. */
async function settled(page: Page, count: number): Promise<void> {
  const panel = page.locator('.list-panel[aria-busy="false"]')
  await panel.getByText(new RegExp(`^${count} shown`)).waitFor()
}

const rows = (page: Page): ReturnType<Page['locator']> => page.locator('.error-groups > li')

async function shows(page: Page, messages: readonly string[]): Promise<void> {
  await settled(page, messages.length)
  assert.deepEqual(await page.locator('.error-message').allTextContents(), messages)
}

suite('the page of errors', () => {
  test('it shows each error with its state, how often, whom it touches and the next step', async () => {
    const { page, complaints } = await visit(`${server.url}/errors`)
    await shows(page, [TIMEOUT, 'The host could not be reached.', 'The disk is full.'])
    const first = (await rows(page).first().textContent()) ?? ''
    assert.match(first, /Open.*timeout.*raise the time limit.*rising.*5 syncs.*5 users.*last 2 h.*first 2 d/)
    assert.match((await rows(page).last().textContent()) ?? '', /New.*storage.*1 sync.*1 user/)
    const trend = await rows(page).first().getByRole('img').getAttribute('aria-label')
    assert.match(trend ?? '', /5 syncs, rising: 5 in the later half/)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('each filter stands in the address, so that a copied link shows the same', async () => {
    const { page } = await visit(`${server.url}/errors`)
    await shows(page, [TIMEOUT, 'The host could not be reached.', 'The disk is full.'])
    const sameIn = async (count: number): Promise<void> => {
      await settled(page, count)
      const copied = await visit(page.url())
      await settled(copied.page, count)
      const texts = await page.locator('.error-message').allTextContents()
      assert.deepEqual(await copied.page.locator('.error-message').allTextContents(), texts)
      await copied.page.close()
    }
    await page.getByLabel('30 days').check()
    await page.waitForURL((url) => url.searchParams.get('days') === '30')
    await sameIn(4)
    await page.getByLabel('Order').selectOption('newest')
    await page.waitForURL((url) => url.searchParams.get('sort') === 'newest')
    await page.locator('.error-groups > li:first-child', { hasText: 'The disk is full.' }).waitFor()
    await sameIn(4)
    await page.getByLabel('Type').selectOption('timeout')
    await sameIn(1)
    await page.getByLabel('Type').selectOption('')
    await page.getByLabel('In the message').fill('HOST')
    await page.keyboard.press('Enter')
    await sameIn(1)
    await page.getByLabel('Muted').check()
    await page.getByText('No error is muted.').waitFor()
    await page.goBack()
    await page.goBack()
    await page.getByText(/^4 shown/).waitFor()
    assert.equal(await page.getByLabel('In the message').inputValue(), '')
    await page.goForward()
    await page.getByText(/^1 shown/).waitFor()
    await page.getByLabel('In the message').fill('nothing of the kind')
    await page.keyboard.press('Enter')
    await page.getByText('No error is like that. Remove a filter to see more.').waitFor()
    await page.close()
  })
})

suite('one group of errors', () => {
  test('it tells the users, the errors of its courses and its syncs, and a link to it opens it', async () => {
    const id = await syncs.startSync(syncStart('partial', { user_id: '5', started_at: hours_ago(100) }))
    const wrong = {
      outcome: 'forbidden',
      error_type: 'forbidden',
      error_message: 'Canvas refused 102.',
    } as const
    await syncs.saveCourseOutcome(id, courseOutcome('102', wrong))
    const ended = {
      status: 'partial',
      error_type: 'contract',
      error_message: '1 of 3 courses failed.',
    } as const
    await syncs.finishSync(id, syncFinish({ ...ended, finished_at: hours_ago(99) }))
    const { page, complaints } = await visit(`${server.url}/errors?error_type=contract`)
    await page.getByRole('link', { name: '1 of 3 courses failed.' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Canvas refused 102.').waitFor()
    const copied = await visit(page.url())
    await copied.page.getByRole('dialog').getByText('Canvas refused 102.').waitFor()
    await copied.page.close()
    await dialog.getByRole('button', { name: 'Show as a table' }).click()
    await dialog.getByRole('table').waitFor()
    await dialog.getByRole('link', { name: 'User 5' }).click()
    await page.waitForURL((url) => url.searchParams.get('error_group') !== null)
    await page.getByRole('link', { name: 'all for user 5' }).waitFor()
    await page.goBack()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).searchParams.get('group'), null)
    await page.goto(`${server.url}/errors?group=99999`)
    await page.getByText('There is no such group of errors.').waitFor()
    // The browser itself says that the answer was 404.
    assert.deepEqual(
      complaints.filter((words) => !words.includes('404')),
      [],
    )
    await page.close()
  })

  test('it is muted, resolved and opened again by keyboard alone, and its history tells', async () => {
    const { page } = await visit(`${server.url}/errors?error_type=network`)
    await shows(page, ['The host could not be reached.'])
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Resolve' }).waitFor()
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 20; presses++) {
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
    await page.keyboard.type('The network is being rebuilt.')
    await page.keyboard.press('Enter')
    await dialog.getByText('The network is being rebuilt.').waitFor()
    await dialog.locator('.error-marks', { hasText: /Muted.*until/ }).waitFor()
    await dialog.getByRole('status').getByText('The error is muted now.').waitFor()
    await dialog.getByRole('button', { name: 'End muting', disabled: false }).press('Enter')
    await dialog.locator('.error-marks', { hasText: 'Open' }).waitFor()
    await dialog.getByRole('button', { name: 'Resolve', disabled: false }).press('Enter')
    await dialog.locator('.error-marks', { hasText: 'Resolved' }).waitFor()
    await dialog.getByRole('button', { name: 'Open again', disabled: false }).press('Enter')
    await dialog.locator('.error-marks', { hasText: 'Open' }).waitFor()
    const history = await dialog.locator('.error-history strong').allTextContents()
    assert.deepEqual(history, ['Opened again', 'Resolved', 'Muting ended', 'Muted'])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.close()
  })

  test('what the server refuses is told beside the button', async () => {
    const { page } = await visit(`${server.url}/errors?group=1`)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Mute…' }).click()
    await dialog.getByLabel('Why (no names)').fill('\u0085 \u2028 odd')
    await dialog.getByRole('button', { name: /^Mute until/ }).click()
    await dialog.getByRole('alert').getByText('"reason" must be').waitFor()
    await page.close()
  })

  test('a sync that fails again brings a resolved one back while somebody looks', async () => {
    const { groups } = (await (await send('GET', '/errors?error_type=storage')).json()) as {
      groups: { id: number }[]
    }
    const [group] = groups
    assert.ok(group)
    assert.equal((await send('POST', `/errors/${group.id}/resolve`, null, {})).status, 200)
    const { page } = await visit(`${server.url}/errors?error_type=storage`)
    await page.getByText('Nothing to look at').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    const started_at = Date.now()
    const id = await syncs.startSync(syncStart('again', { user_id: '1', started_at }))
    const failed = { status: 'failed', error_type: 'storage', error_message: 'The disk is full.' } as const
    await syncs.finishSync(id, syncFinish({ ...failed, finished_at: Date.now() }))
    await rows(page).getByText('Came back').waitFor()
    await page.close()
  })
})

test('it says when nothing went wrong; then messages that mean harm stay text, in the list and beside it', async () => {
  const { server: other, store: hostile } = await openGuardedServer({ requireToken: false })
  const { page: quiet } = await visit(`${other.url}/errors`)
  await quiet.getByText('No sync ended with an error in the last 7 days.').waitFor()
  await quiet.getByText('canvas-sync-monitor syncs').waitFor()
  await quiet.close()
  for (const [index, words] of HOSTILE.entries()) {
    const given = { error_type: 'contract', error_message: `${'x'.repeat(index + 1)} ${words}` } as const
    await sync.failed({ ...given, started_at: hours_ago(index + 1) })(hostile.syncs, now)
  }
  const { page, complaints } = await visit(`${other.url}/errors?sort=newest`, { width: 390 })
  const expected = HOSTILE.map((words, index) => `${'x'.repeat(index + 1)} ${words}`)
  await shows(page, expected)
  await assertNoWider(page)
  const title = await page.title()
  for (const words of expected) {
    await page.locator('.error-message', { hasText: words.slice(0, 100) }).click()
    await page.getByRole('dialog').locator('.error-sentence').waitFor()
    assert.equal(await page.locator('.error-sentence').textContent(), words)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  assert.equal(await page.title(), title)
  assert.deepEqual(complaints, [])
  await page.close()
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page } = await visit(`${server.url}/errors?state=all&days=30`, { dark, width })
      await rows(page).first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.goto(`${server.url}/errors?group=1`)
      await page.getByRole('button', { name: 'Mute…' }).click()
      await page.getByLabel('Why (no names)').waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.close()
    })
  }
}
