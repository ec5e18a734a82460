import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { courseOutcome, syncFinish, syncStart } from '../support/sync-factory.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false })
const { syncs } = store
const now = Date.now()
const hours_ago = (hours: number): number => now - hours * 3_600_000

for (let number = 0; number < 60; number++) {
  await sync.completed({ user_id: '42', sync_type: 'all', started_at: hours_ago(100 + number) })(syncs, now)
}
const failed = await sync.failed({
  user_id: '7',
  sync_type: 'grades',
  started_at: hours_ago(2),
  duration_seconds: 700,
  error_type: 'timeout',
  error_message: 'Canvas did not answer within 60 s.',
})(syncs, now)
await sync.partial({ user_id: '8', sync_type: 'grades', started_at: hours_ago(30) })(syncs, now)

const rows = (page: Page): ReturnType<Page['locator']> => page.locator('tbody tr')

async function shows(page: Page, count: number): Promise<void> {
  await page.getByText(`${count} shown`, { exact: true }).waitFor()
  assert.equal(await rows(page).count(), count)
}

suite('the page of syncs', () => {
  test('it shows the newest, and more when asked for', async () => {
    const { page, complaints } = await visit(`${server.url}/syncs`)
    await shows(page, 50)
    assert.match((await rows(page).first().textContent()) ?? '', /grades for user 7.*Failed/)
    await page.getByRole('button', { name: 'Show more' }).click()
    await shows(page, 62)
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('each filter stands in the address, so that a copied link shows the same', async () => {
    const { page } = await visit(`${server.url}/syncs`)
    const chosen: readonly (readonly [string, string, string, number])[] = [
      ['Status', 'failed,partial,lost,timed_out', 'status', 2],
      ['Started', '24h', 'since', 1],
      ['Error', 'timeout', 'error_type', 1],
      ['Took', '10m', 'min_duration', 1],
    ]
    for (const [label, value, name, count] of chosen) {
      await page.getByLabel(label, { exact: true }).selectOption(value)
      await page.waitForURL((url) => url.searchParams.get(name) === value)
      await shows(page, count)
      const copied = await visit(page.url())
      await shows(copied.page, count)
      assert.equal(await copied.page.getByLabel(label, { exact: true }).inputValue(), value)
      await copied.page.close()
    }
    await page.getByRole('button', { name: /^Remove the filter Started/ }).click()
    await page.waitForURL((url) => url.searchParams.get('since') === null)
    await page.close()
  })

  test('what is typed counts when it is entered, and back and forward go through it', async () => {
    const { page } = await visit(`${server.url}/syncs`)
    for (const [label, value, count] of [
      ['User', '7', 1],
      ['User', '8', 1],
      ['Type', 'grades', 1],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(value)
      await page.keyboard.press('Enter')
      await shows(page, count)
    }
    await page.goBack()
    await page.goBack()
    await page.getByRole('link', { name: 'grades for user 7' }).waitFor()
    assert.equal(await page.getByLabel('User', { exact: true }).inputValue(), '7')
    await page.goForward()
    await page.getByRole('link', { name: 'grades for user 8' }).waitFor()
    await page.close()
  })

  test('nothing that is like that is told, and so is what the server refuses', async () => {
    const { page } = await visit(`${server.url}/syncs?user_id=nobody`)
    await page.getByText('No sync is like that.').waitFor()
    await page.goto(`${server.url}/syncs?min_duration=nonsense`)
    await page.getByRole('alert').getByText('min_duration').waitFor()
    await page.close()
  })

  test('a row changes while it is looked at, and a new one comes', async () => {
    const { page } = await visit(`${server.url}/syncs?user_id=99`)
    await page.getByText('Live', { exact: true }).waitFor()
    const id = await syncs.startSync(syncStart('seen-in-list', { user_id: '99', started_at: Date.now() }))
    await rows(page).getByText('Running').waitFor()
    await syncs.finishSync(id, syncFinish({ status: 'partial', finished_at: Date.now() }))
    await rows(page).getByText('Partial').waitFor()
    await page.close()
  })
})

suite('the page of one sync', () => {
  test('it says what happened, why, and what to do, with the worst courses first', async () => {
    const id = await syncs.startSync(syncStart('with-courses', { user_id: '5', started_at: hours_ago(1) }))
    await syncs.saveCourseOutcome(id, courseOutcome('101'))
    await syncs.saveCourseOutcome(
      id,
      courseOutcome('102', {
        outcome: 'forbidden',
        error_type: 'forbidden',
        error_message: 'Canvas refused course 102.',
      }),
    )
    await syncs.finishSync(id, syncFinish({ status: 'partial', finished_at: hours_ago(0.9) }))
    const { page, complaints } = await visit(`${server.url}/syncs/${id}`)
    await page.getByText('Canvas refused course 102.').waitFor()
    assert.deepEqual(await rows(page).locator('th').allTextContents(), ['102', '101'])
    await page.getByText("logs search --task 'with-courses'").waitFor()
    await page.getByRole('link', { name: 'All syncs' }).click()
    await page.getByRole('heading', { name: 'Syncs', exact: true }).waitFor()
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a link in the list leads to it, with its error and the next step', async () => {
    const { page } = await visit(`${server.url}/syncs?status=failed`)
    await page.getByRole('link', { name: 'grades for user 7' }).click()
    await page.waitForURL(`${server.url}/syncs/${failed}`)
    await page.getByText('Canvas did not answer within 60 s.').waitFor()
    assert.ok(((await page.locator('.next-step').textContent()) ?? '').length > 20)
    await page.close()
  })

  test('one that is not there is told in a sentence', async () => {
    const { page } = await visit(`${server.url}/syncs/999999`)
    await page.getByRole('alert').first().waitFor()
    await page.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing on both, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      for (const path of ['/syncs?user_id=42', `/syncs/${failed}`]) {
        const { page } = await visit(`${server.url}${path}`, { dark, width })
        await page.locator('.status').first().waitFor()
        await assertAccessible(page)
        await assertNoWider(page)
        await page.close()
      }
    })
  }
}
