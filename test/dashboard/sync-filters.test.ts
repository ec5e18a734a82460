import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { parseCsv } from '../api/support/parse-csv.ts'
import { hoursAgo, openSyncList, showsRows } from './support/sync-list.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const { url } = await openSyncList()
const find = (page: Page): Locator => page.getByRole('combobox', { name: 'Find syncs' })

suite('the filters of the list of syncs', () => {
  test('what is typed as name and value becomes a filter of the address, and back goes through them', async () => {
    const { page, complaints } = await visit(url)
    await showsRows(page, 50, true)
    const typed: readonly (readonly [string, string, number])[] = [
      ['status:failed,partial type:grades', 'status=failed%2Cpartial&type=grades', 2],
      ['user:8', 'status=failed%2Cpartial&type=grades&user_id=8', 1],
    ]
    for (const [text, query, count] of typed) {
      await find(page).fill(text)
      await page.keyboard.press('Enter')
      await page.waitForURL(`${url}?${query}`)
      await showsRows(page, count)
      const copied = await visit(page.url())
      await showsRows(copied.page, count)
      await copied.page.close()
    }
    await page.goBack()
    await showsRows(page, 2)
    await page.goForward()
    await showsRows(page, 1)
    await page.getByRole('button', { name: 'Remove the filter User: 8' }).click()
    await showsRows(page, 2)
    await page.getByRole('button', { name: 'Clear all' }).click()
    await page.waitForURL(url)
    await find(page).fill('who:7')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('There is no filter “who”').waitFor()
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('suggestions are taken with the keys alone', async () => {
    const { page } = await visit(url)
    await showsRows(page, 50, true)
    await page.keyboard.press('/')
    await page.keyboard.type('use')
    await page.getByRole('option', { name: /user:/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    assert.equal(await find(page).inputValue(), 'user:')
    await page.getByRole('option', { name: /user:7/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${url}?user_id=7`)
    await showsRows(page, 1)
    await page.close()
  })

  test('each filter has a field of its own, too', async () => {
    const { page } = await visit(url)
    await page.getByRole('button', { name: 'Add filter' }).click()
    const form = page.getByRole('form', { name: 'All filters' })
    for (const status of ['failed', 'partial']) {
      await form.getByRole('checkbox', { name: status }).check()
      await page.waitForURL((url) => url.searchParams.get('status')?.includes(status) === true)
    }
    await showsRows(page, 2)
    await form.getByLabel('Took at least').fill('10m')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.searchParams.get('min_duration') === '10m')
    await showsRows(page, 1)
    await form.getByLabel('Took at least').fill('')
    await form.getByLabel('User').focus()
    await showsRows(page, 2)
    await form.getByLabel('Since, before now').selectOption('24h')
    await showsRows(page, 1)
    const day_ago = new Date(hoursAgo(40)).toISOString().slice(0, 16)
    await form.getByLabel('Since', { exact: true }).fill(day_ago)
    await form.getByLabel('User').focus()
    await page.waitForURL((url) => url.searchParams.get('since') === `${day_ago}:00.000Z`)
    await showsRows(page, 2)
    await page.close()
  })

  test('nothing that is like that is told, and so is what the server refuses', async () => {
    const { page } = await visit(`${url}?user_id=nobody`)
    await page.getByText('No sync is like that.').waitFor()
    await page.goto(`${url}?min_duration=nonsense`)
    await page.getByRole('alert').getByText('min_duration').waitFor()
    await page.close()
  })

  test('the whole list can be saved as a file, in the form that is chosen', async () => {
    const { page } = await visit(`${url}?status=failed&sort=oldest`)
    await showsRows(page, 1)
    await page.getByText('Export', { exact: true }).click()
    await page.getByText('The one sync that fits.').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ])
    assert.match(download.suggestedFilename(), /^canvas-syncs-\d{4}-\d\d-\d\d\.csv$/)
    const text = (await readFile(await download.path(), 'utf8')).replace('\u{FEFF}', '')
    const [head = [], row = [], ...others] = parseCsv(text)
    assert.equal(others.length, 0)
    const message = head.findIndex((cell) => cell.text === 'error_message')
    assert.equal(row[message]?.text, "'=Canvas did not answer within 60 s.")
    await page.close()
  })
})

suite('views', () => {
  test('a list is kept under a name, shown again, and forgotten', async () => {
    const { page } = await visit(`${url}?type=grades&sort=longest`)
    await showsRows(page, 2)
    await page.getByText('Views', { exact: true }).click()
    await page.getByLabel('Name of the view').fill('Long grades')
    await page.keyboard.press('Enter')
    await page.goto(url)
    await page.getByText('Views', { exact: true }).click()
    await page.getByRole('link', { name: 'Long grades' }).click()
    await page.waitForURL(`${url}?type=grades&sort=longest`)
    await showsRows(page, 2)
    await page.getByText('Views', { exact: true }).click()
    await page.getByRole('button', { name: 'Forget the view Long grades' }).click()
    await page.getByText('in this browser.').waitFor()
    await page.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page } = await visit(`${url}?type=grades`, { dark, width })
      await showsRows(page, 2)
      await assertAccessible(page)
      await assertNoWider(page)
      await page.getByRole('button', { name: 'Add filter' }).click()
      await find(page).fill('status:')
      await page.getByRole('option').first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.close()
    })
  }
}
