import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { FileLogWriter } from '../../src/logs/writing/file-log-writer.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { writePastLogs } from './support/past-logs.ts'
import { visit } from './support/visit.ts'

const { server, directory } = await openGuardedServer({ requireToken: false })
const folder = join(directory, 'logs')
const FROM_MS = Date.now() - 3_600_000
await writePastLogs({ directory: folder, count: 200, from_ms: FROM_MS, step_ms: 1000, line: () => ({}) })
const log = new FileLogWriter({ directory: folder })
after(() => log.close())

async function write(from: number, count: number, task_id = 'live'): Promise<void> {
  for (let number = from; number < from + count; number++) {
    const fields = { course_id: String(number) }
    log.write('operations', {
      level: 'INFO',
      event: 'course_synced',
      task_id,
      user_id: 42,
      fields,
      message: `New ${number}.`,
    })
  }
  await log.flush()
}

const line = (page: Page, text: string): Locator =>
  page.locator('.log-item').filter({ has: page.getByText(text, { exact: true }) })
const place = (page: Page): Promise<number> =>
  page.evaluate<number>("document.querySelector('.log-view > div').scrollTop")

suite('following the logs', () => {
  test('lines appear as they are written; paused, the list stays where it is and says how many wait', async () => {
    const { page, complaints } = await visit(`${server.url}/logs?event=course_synced`)
    await page.getByText('200 lines here.').waitFor()
    await page.getByRole('button', { name: 'Follow', exact: true }).click()
    await page.getByText('Following: new lines appear here.').waitFor()
    await page.waitForURL((url) => url.searchParams.get('follow') === '1')
    await write(0, 3)
    await line(page, 'New 2.').waitFor()
    await page.getByText('203 lines here.').waitFor()

    await page.keyboard.press('p')
    await page.getByText('Paused: the list stays where it is, new lines wait.').waitFor()
    const before = await place(page)
    await write(3, 312)
    await page.getByRole('button', { name: '312 new lines' }).waitFor()
    assert.equal(await place(page), before)
    assert.equal(await line(page, 'New 314.').count(), 0)
    await page.keyboard.press('p')
    await line(page, 'New 314.').waitFor()
    await page.getByText('515 lines here.').waitFor()

    // Who scrolls up reads: that pauses, too.
    await page.locator('.log-view').hover()
    await page.mouse.wheel(0, -900)
    await page.getByText('Paused: the list stays where it is, new lines wait.').waitFor()
    await write(315, 5)
    await page.getByRole('button', { name: '5 new lines' }).click()
    await line(page, 'New 319.').waitFor()
    await page.getByText('520 lines here.').waitFor()
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('only lines that match are followed', async () => {
    const { page } = await visit(`${server.url}/logs?task_id=wanted&follow=1`)
    await page.getByText('Following: new lines appear here.').waitFor()
    await write(1000, 2, 'unwanted')
    await write(2000, 2, 'wanted')
    await line(page, 'New 2001.').waitFor()
    await page.getByText('2 lines here.').waitFor()
    await page.close()
  })

  test('while nobody looks there is no connection, and later none of what came is missing', async () => {
    const { page } = await visit(`${server.url}/logs?task_id=hidden&follow=1`)
    await page.getByText('Following: new lines appear here.').waitFor()
    await write(0, 1, 'hidden')
    await line(page, 'New 0.').waitFor()
    await page.evaluate(HIDE)
    await page.getByText('Following goes on where it was').waitFor()
    await write(1, 50, 'hidden')
    assert.equal(await line(page, 'New 50.').count(), 0)
    await page.evaluate(SHOW)
    await line(page, 'New 50.').waitFor()
    await page.getByText('51 lines here.').waitFor()
    await page.getByRole('button', { name: 'Stop following' }).click()
    await page.getByText('The newest, as of').waitFor()
    await write(51, 1, 'hidden')
    await page.getByRole('button', { name: 'Look for newer' }).click()
    await line(page, 'New 51.').waitFor()
    await page.getByText('52 lines here.').waitFor()
    await page.close()
  })
})

const become = (state: string): string => `(() => {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${state}' })
  document.dispatchEvent(new Event('visibilitychange'))
})()`
const HIDE = become('hidden')
const SHOW = become('visible')
