import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { appendLines } from '../support/log-line-factory.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { writePastLogs, type PastLine } from './support/past-logs.ts'
import { assertAccessible, assertNoWider, becomesTrue, openTabs, visit } from './support/visit.ts'

const COUNT = 1800
const STEP_MS = 4000
/** Two hours, the last of which is over. */
const FROM_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3 * 3_600_000

const SPECIAL: Readonly<Record<number, PastLine>> = {
  300: {
    stream: 'api_calls',
    level: 'WARNING',
    event: 'api_call',
    task_id: 'weekly',
    user_id: '7',
    fields: { course_id: '101', status: 404, duration_ms: 2500 },
    message: 'Canvas answered 404 for course 101.',
  },
  // Far from the newest, so that it is not loaded at first. Only in `errors`: nothing else repeats it.
  200: { stream: 'errors', level: 'ERROR', event: 'course_failed', message: 'Canvas did not answer.' },
  1500: { stream: 'errors', level: 'ERROR', event: 'course_failed', message: 'The token was refused.' },
  1600: { stream: 'errors', level: 'ERROR', event: 'course_failed', message: 'The token was refused again.' },
}

const { server, directory } = await openGuardedServer({ requireToken: false })
await writePastLogs({
  directory: join(directory, 'logs'),
  count: COUNT,
  from_ms: FROM_MS,
  step_ms: STEP_MS,
  line: (number) => SPECIAL[number] ?? { stream: number % 2 === 0 ? 'operations' : 'database' },
})
const base = `${server.url}/logs`
const until = new Date(FROM_MS + COUNT * STEP_MS).toISOString()
/** What the server itself writes meanwhile is left out. */
const all = `${base}?until=${until}`
const timeOf = (number: number): string => new Date(FROM_MS + number * STEP_MS).toISOString()

const lines = (page: Page): Locator => page.locator('.log-item')
const selected = (page: Page): Locator => page.locator('.log-line-selected')
const counted = (page: Page): Locator => page.locator('.log-count')

async function here(page: Page, count: number): Promise<void> {
  const words = count === 1 ? '1 line here.' : `${count.toLocaleString('en')} lines here.`
  await page.getByText(words).waitFor()
}

/** As somebody does it: with the wheel, and then by the bar. */
const SCROLL_TO_TOP = `
  const list = document.querySelector('.log-view > div')
  list.dispatchEvent(new WheelEvent('wheel', { bubbles: true }))
  list.scrollTop = 0`

suite('the page of logs', () => {
  test('it opens at the newest line, and loads older ones where somebody scrolls to', async () => {
    const { page, complaints } = await visit(all)
    await here(page, 500)
    await lines(page)
      .filter({ hasText: `Line ${COUNT - 1}.` })
      .waitFor()
    await counted(page).getByText('1,800 lines').waitFor()
    for (const expected of [1000, 1500, 1800]) {
      await page.evaluate(SCROLL_TO_TOP)
      await here(page, expected)
    }
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('the first lines are asked for while the page is made, and once', async () => {
    const tabs = await openTabs()
    const page = await tabs.newPage()
    const searches: string[] = []
    const { promise: searched, resolve } = Promise.withResolvers<void>()
    page.on('request', (request) => {
      if (!request.url().includes('/logs/search')) return
      searches.push(new URL(request.url()).search)
      resolve()
    })
    await page.route('**/metrics/session', async (route) => {
      await searched
      await route.continue()
    })
    await page.goto(`${base}?event=course_failed`)
    await lines(page).filter({ hasText: 'The token was refused again.' }).waitFor()
    await page.getByText('Nothing older is like that.').waitFor()
    assert.deepEqual(searches, ['?event=course_failed&order=newest&limit=100'])
    await tabs.close()
  })

  test('it stays at the newest line while others come before it, and in a window of another size', async () => {
    const { page } = await visit(all)
    const newest = lines(page).filter({ hasText: `Line ${COUNT - 1}.` })
    await newest.waitFor()
    for (const height of [1400, 700, 1100]) {
      await page.setViewportSize({ width: 1440, height })
      await newest.waitFor()
    }
    await here(page, 500)
    await newest.waitFor()
    // A busy browser moves there some frames later.
    await page.waitForFunction(`
      (({ scrollHeight, clientHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop < 48)(
        document.querySelector('.log-view > div'))`)
    assert.equal(await page.getByRole('button', { name: 'To the newest' }).count(), 0)
    await page.close()
  })

  test('it stays at the newest line though the list takes itself to be elsewhere, and moves there again', async () => {
    const { page } = await visit(all, { width: 390 })
    await here(page, 500)
    await lines(page)
      .filter({ hasText: `Line ${COUNT - 1}.` })
      .waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    const left_px = await page.evaluate<number>(`(async () => {
      const list = document.querySelector('.log-view > div')
      const elsewhere = list.scrollTop - 500
      const again = Promise.withResolvers()
      // As soon as the list is at its end again, before anybody is told of it.
      list.addEventListener('scroll', () => again.resolve((list.scrollTop = elsewhere)), { once: true })
      list.scrollTop = elsewhere
      await again.promise
      for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame)
      return list.scrollHeight - list.clientHeight - list.scrollTop
    })()`)
    assert.ok(left_px < 48, `${left_px} pixels`)
    await page.close()
  })

  test('it opens at the newest line on a phone as well, where lines are higher', async () => {
    const { page } = await visit(all, { width: 390 })
    const newest = lines(page).filter({ hasText: `Line ${COUNT - 1}.` })
    await here(page, 500)
    await newest.waitFor()
    for (const height of [844, 1757, 844]) {
      await page.setViewportSize({ width: 390, height })
      await newest.waitFor()
      await becomesTrue(
        page,
        `(({ scrollHeight, clientHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop < 48)(
          document.querySelector('.log-view > div'))`,
      )
    }
    assert.equal(await page.getByRole('button', { name: 'To the newest' }).count(), 0)
    await page.close()
  })

  test('each filter stands in the address, so that a copied link shows the same', async () => {
    const cases: readonly (readonly [string, string, number])[] = [
      ['level', 'WARNING', 4],
      ['stream', 'api_calls,errors', 4],
      ['task_id', 'weekly', 1],
      ['user_id', '7', 1],
      ['course_id', '101', 1],
      ['event', 'course_failed', 3],
      ['status', '4xx', 1],
      ['min_duration_ms', '1000', 1],
      ['text', 'token was', 2],
      ['regex', 'token was refused\\.', 1],
      ['since', timeOf(COUNT - 5), 5],
    ]
    const { page } = await visit(all)
    for (const [name, value, count] of cases) {
      await page.goto(`${all}&${name}=${encodeURIComponent(value)}`)
      await here(page, count)
      await counted(page)
        .getByText(count === 1 ? /^1 line$/ : `${count} lines`)
        .waitFor()
      await page.getByRole('list', { name: 'Filters in use' }).getByRole('button').nth(1).waitFor()
    }
    await page.close()
  })

  test('filters are chosen and typed, and back and forward go through them', async () => {
    const { page } = await visit(all)
    await here(page, 500)
    await page.getByLabel('Level').selectOption('ERROR')
    await here(page, 3)
    await page.getByLabel('Look for').fill('TOKEN')
    await page.keyboard.press('Enter')
    await page.getByText('No line is like that.').waitFor()
    await page.getByLabel('any case').check()
    await here(page, 2)
    assert.deepEqual(await page.locator('.log-view mark').allTextContents(), ['token', 'token'])
    await page.getByLabel('expression').check()
    await page.waitForURL((url) => url.searchParams.get('regex') === 'TOKEN')
    await page.getByLabel('Look for').fill('refused( again)?\\.')
    await page.keyboard.press('Enter')
    await page.locator('.log-view mark', { hasText: 'refused again.' }).waitFor()
    await page.goBack()
    await page.goBack()
    await page.waitForURL((url) => url.searchParams.get('text') === 'TOKEN')
    assert.equal(await page.getByLabel('Look for').inputValue(), 'TOKEN')
    await page.getByRole('button', { name: 'Add filter' }).click()
    await page.getByLabel('Task').fill('nobody')
    await page.keyboard.press('Enter')
    await page.getByText('No line is like that.').waitFor()
    await page.getByRole('button', { name: 'Remove the filter Task: nobody' }).click()
    await here(page, 2)
    await page.getByLabel('errors').uncheck()
    await page.waitForURL(
      (url) => url.searchParams.get('stream') === 'operations,api_calls,database,progress',
    )
    await page.close()
  })

  test('what the server refuses is told in its own words', async () => {
    const { page } = await visit(`${base}?regex=${encodeURIComponent('(')}`)
    await page.getByRole('alert').getByText('regular expression cannot be used').first().waitFor()
    await page.close()
  })

  test('a click on the histogram shows that time only, and a drag a longer one', async () => {
    const { page } = await visit(all)
    await counted(page).getByText('1,800 lines').waitFor()
    const box = await page.locator('.log-chart svg').boundingBox()
    assert.ok(box !== null)
    const bars = await page.locator('.log-chart-column').count()
    const x = (bar: number): number => box.x + (box.width * (bar + 0.5)) / bars
    await page.mouse.click(x(10), box.y + 50)
    const hits = await page.evaluate<number>(
      'Number(new URL(location.href).searchParams.get("since") !== null)',
    )
    assert.equal(hits, 1)
    const address = new URL(page.url()).searchParams
    const since_ms = Date.parse(address.get('since') ?? '')
    const until_ms = Date.parse(address.get('until') ?? '')
    assert.equal(until_ms - since_ms, 120_000)
    await here(page, 120_000 / STEP_MS)
    await page.goBack()
    await counted(page).getByText('1,800 lines').waitFor()
    await page.mouse.move(x(20), box.y + 50)
    await page.mouse.down()
    await page.mouse.move(x(17), box.y + 50, { steps: 4 })
    await page.mouse.up()
    await here(page, (4 * 120_000) / STEP_MS)
    await page.close()
  })

  test('the table under the histogram has its numbers, and chooses a time without a pointer', async () => {
    const { page } = await visit(all)
    await page.getByRole('button', { name: 'Show as a table' }).click()
    const rows = page.locator('.log-chart-table tbody tr')
    await rows.first().waitFor()
    const texts = await rows.locator('td.numeric').allTextContents()
    assert.equal(
      texts.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0),
      COUNT,
    )
    await rows.first().getByRole('button').press('Enter')
    await page.waitForURL((url) => url.searchParams.get('since') === timeOf(0))
    await page.close()
  })

  test('e and E go to the next error and the one before, also beyond what is loaded', async () => {
    const { page } = await visit(all)
    await here(page, 500)
    await page.keyboard.press('E')
    await selected(page).getByText('The token was refused again.').waitFor()
    await page.keyboard.press('E')
    await selected(page).getByText('The token was refused.', { exact: true }).waitFor()
    await page.keyboard.press('E')
    await selected(page).getByText('Canvas did not answer.').waitFor()
    await lines(page).filter({ hasText: 'Line 199.' }).waitFor()
    await page.keyboard.press('e')
    await selected(page).getByText('The token was refused.', { exact: true }).waitFor()
    await page.keyboard.press('j')
    await selected(page).getByText('Line 1501.').waitFor()
    await page.keyboard.press('k')
    await selected(page).getByText('The token was refused.', { exact: true }).waitFor()
    await page.close()
  })

  test('who goes to a field right behind a key stays there', async () => {
    const { page } = await visit(`${all}&text=Line%2017&others=true`)
    await here(page, 500)
    const focused = await page.evaluate<string>(`(async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'N', shiftKey: true, bubbles: true }))
      document.querySelector('[data-search]').focus()
      for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame)
      return document.activeElement.getAttribute('type')
    })()`)
    await selected(page).getByText('Line 1799.').waitFor()
    assert.equal(focused, 'search')
    await page.close()
  })

  test('n and N go through the hits among the other lines', async () => {
    const { page } = await visit(`${all}&text=Line%2017&others=true`)
    await here(page, 500)
    await page.keyboard.press('N')
    await selected(page).getByText('Line 1799.').waitFor()
    await page.getByLabel('Look for').fill('Line 1200')
    await page.keyboard.press('Enter')
    await page.waitForURL(/text=Line\+1200/)
    await here(page, 500)
    await page.locator('h1').click()
    await page.keyboard.press('N')
    // It is not among those that are loaded.
    await selected(page).getByText('Line 1200.').waitFor()
    await page.keyboard.press('N')
    await page.getByText('No hit before this.').waitFor()
    await page.close()
  })
})

suite('one line', () => {
  test('opened, it shows all its fields, and its link shows it to somebody else', async () => {
    const { page } = await visit(`${all}&task_id=weekly`)
    await lines(page).first().locator('.log-line').click()
    const facts = page.getByRole('table', { name: 'Fields of the line' })
    for (const text of ['Canvas answered 404 for course 101.', '2500', 'weekly', 'api_calls.log']) {
      await facts.getByText(text, { exact: true }).waitFor()
    }
    await page.getByRole('link', { name: 'User 7' }).waitFor()
    await page.getByRole('link', { name: 'Syncs of course 101' }).waitFor()
    const link = new URL(page.url())
    for (const name of ['task_id', 'until']) link.searchParams.delete(name)
    const { page: other } = await visit(link.href)
    await selected(other).getByText('Canvas answered 404 for course 101.').first().waitFor()
    await other.getByRole('table', { name: 'Fields of the line' }).waitFor()
    await lines(other).filter({ hasText: 'Line 299.' }).waitFor()
    await lines(other).filter({ hasText: 'Line 301.' }).waitFor()
    await other.keyboard.press('Escape')
    await other.getByRole('table', { name: 'Fields of the line' }).waitFor({ state: 'detached' })
    await other.close()
    await page.close()
  })

  test('in context, what was written around it stands in place, of its stream or of all', async () => {
    const { page } = await visit(`${all}&text=refused%20again`)
    await lines(page).first().locator('.log-line').click()
    await page.getByRole('button', { name: 'In context' }).click()
    const around = page.getByRole('region', { name: 'Lines around it' })
    await around.getByText('The token was refused.', { exact: true }).waitFor()
    await around.getByLabel('of all streams').check()
    await around.getByText('Line 1599.').waitFor()
    await around.getByText('Line 1601.').waitFor()
    assert.equal(await around.locator('.log-line').count(), 101)
    assert.match((await around.locator('[aria-current]').textContent()) ?? '', /refused again/)
    await page.close()
  })

  test('one that is not there any more is told', async () => {
    const { page } = await visit(`${base}?line=${timeOf(5)}~999~nobody`)
    await page.getByRole('alert').getByText('The line of this link is not here').waitFor()
    await lines(page).filter({ hasText: 'Line 5.' }).first().waitFor()
    await page.close()
  })

  test('whatever its message is, it stays text, with what cannot be seen shown', async () => {
    const message = '<img src=x onerror=alert(1)> \u001b[31m \u202egnp.exe\u202c \u2028 \u0000 end'
    const at = new Date(FROM_MS + 60_000_000).toISOString()
    const long = `${'long '.repeat(30_000)}end`
    appendLines(
      join(directory, 'logs'),
      'operations',
      { at, task_id: 'hostile', message },
      { at, task_id: 'hostile', message: long },
    )
    const { page, complaints } = await visit(`${base}?task_id=hostile`)
    const row = lines(page).first()
    await row.locator('.line-what').waitFor()
    const shown = (await row.locator('.line-what').textContent()) ?? ''
    assert.ok(shown.startsWith('<img src=x onerror=alert(1)> ␛[31m U+202Egnp.exeU+202C U+2028 ␀ end'), shown)
    assert.equal(await page.locator('img').count(), 0)
    await lines(page).nth(1).getByText('open it to see all').click()
    const cell = page.getByRole('row').filter({ hasText: 'message' })
    await cell.getByRole('button', { name: 'Show all 150,003 characters' }).click()
    await cell.getByText('long end').waitFor()
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a field of it becomes a filter', async () => {
    const { page } = await visit(`${all}&task_id=weekly`)
    await lines(page).first().locator('.log-line').click()
    await page.getByRole('button', { name: 'Only these: lines with this event' }).click()
    await page.waitForURL((url) => url.searchParams.get('event') === 'api_call')
    await page.close()
  })
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page } = await visit(`${all}&text=token`, { dark, width })
      await lines(page).first().locator('.log-line').click()
      await page.getByRole('button', { name: 'In context' }).click()
      await page.getByRole('button', { name: 'Show as a table' }).click()
      await page.locator('[aria-current="true"]').waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.close()
    })
  }
}
