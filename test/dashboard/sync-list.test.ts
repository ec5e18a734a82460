import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { openSyncList, rowsOf, showsRows } from './support/sync-list.ts'
import { visit } from './support/visit.ts'

const { url, syncs } = await openSyncList()

suite('the list of syncs', () => {
  test('it shows the newest, and more when asked for, while the focus stays', async () => {
    const { page, complaints } = await visit(url)
    await showsRows(page, 50, true)
    assert.match((await rowsOf(page).first().textContent()) ?? '', /grades for user 7.*Failed/)
    const more = page.getByRole('button', { name: 'Show more' })
    await more.focus()
    const before = await page.evaluate<number>('scrollY')
    await page.keyboard.press('Enter')
    await showsRows(page, 100, true)
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Show more')
    assert.equal(await page.evaluate<number>('scrollY'), before)
    await more.click()
    await showsRows(page, 122)
    await page.getByText('These are all.').waitFor()
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'These are all.')
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('at every width its rows stay within their panel', async () => {
    const { page } = await visit(url)
    await showsRows(page, 50, true)
    for (const width of [1440, 1300, 1281, 1280, 1100, 1024, 961, 960, 800, 769, 500]) {
      await page.setViewportSize({ width, height: 900 })
      const beyond = await page.evaluate<number>(`(() => {
        const right = (selector) => document.querySelector(selector).getBoundingClientRect().right
        return right('.sync-list') - right('.sync-panel')
      })()`)
      assert.ok(beyond <= 0, `${beyond} pixels beyond it at ${width}`)
    }
    await page.close()
  })

  test('words of a filter with signs of addresses in them are kept on the way through the list', async () => {
    const { page } = await visit(`${url}?text=100%2525+a%252Bb`)
    await page.goto(`${url}/1?text=100%2525+a%252Bb`)
    const back = page.getByRole('link', { name: 'All syncs' })
    await back.waitFor()
    const href = new URL((await back.getAttribute('href')) ?? '', url)
    assert.equal(href.searchParams.get('text'), '100%25 a%2Bb')
    await page.close()
  })

  test('back from a sync is where one was, with as many rows', async () => {
    const { page } = await visit(`${url}?user_id=42`)
    await page.getByRole('button', { name: 'Show more' }).click()
    await showsRows(page, 100, true)
    const row = rowsOf(page).nth(80).getByRole('link')
    await row.scrollIntoViewIfNeeded()
    const before = await page.evaluate<number>('scrollY')
    assert.ok(before > 1000, `${before}`)
    await row.click()
    await page.waitForURL(/\/syncs\/\d+\?user_id=42$/)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.goBack()
    await showsRows(page, 100, true)
    await page.waitForFunction(`Math.abs(scrollY - ${before}) < 3`)
    await page.close()
  })
})

suite('a list that is looked at', () => {
  test('a row changes, and a new one comes by itself where nobody reads', async () => {
    const { page } = await visit(`${url}?user_id=99`)
    await page.getByText('Live', { exact: true }).waitFor()
    const id = await syncs.startSync(syncStart('seen-in-list', { user_id: '99', started_at: Date.now() }))
    await rowsOf(page).getByText('Running').waitFor()
    await syncs.finishSync(id, syncFinish({ status: 'partial', finished_at: Date.now() }))
    await rowsOf(page).getByText('Partial').waitFor()
    await page.close()
  })

  test('where somebody reads nothing moves: new ones are told of, and come when asked for', async () => {
    const { page } = await visit(`${url}?user_id=42`)
    await page.getByText('Live', { exact: true }).waitFor()
    await showsRows(page, 50, true)
    await page.evaluate('scrollTo(0, 900)')
    const first = await rowsOf(page).first().textContent()
    const place = (await rowsOf(page).nth(30).boundingBox())?.y
    for (const name of ['one', 'two']) {
      await syncs.startSync(syncStart(`new-${name}`, { user_id: '42', started_at: Date.now() }))
    }
    await page.getByRole('button', { name: '2 new syncs' }).waitFor()
    assert.equal(await rowsOf(page).first().textContent(), first)
    assert.equal((await rowsOf(page).nth(30).boundingBox())?.y, place)
    await page.getByRole('button', { name: '2 new syncs' }).click()
    await showsRows(page, 52, true)
    assert.match((await rowsOf(page).first().textContent()) ?? '', /Running/)
    await page.close()
  })
})
