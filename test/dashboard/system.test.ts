import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { systemClock } from '../../src/core/clock.ts'
import { CleanupLock } from '../../src/logs/cleanup/cleanup-lock.ts'
import { FileLogWriter } from '../../src/logs/writing/file-log-writer.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const settings = [{ name: 'port', value: '5123', from: '--port' }]
const open = await openGuardedServer({ requireToken: false, settings, logCleanup: { at: '02:00' } })
const guarded = await openGuardedServer({ settings })
const logs = join(open.directory, 'logs')

const panel = (page: Page, title: string): ReturnType<Page['locator']> =>
  page.getByRole('region', { name: title, exact: true })

/** So many lines that some files are rotated. */
async function givenLines(): Promise<void> {
  const log = new FileLogWriter({ directory: logs, streams: { operations: { max_bytes: 4096, backups: 5 } } })
  for (let line = 0; line < 100; line++) {
    log.write('operations', {
      level: 'INFO',
      event: 'course_synced',
      task_id: `past-${line}`,
      user_id: null,
      fields: { course_id: String(line) },
      message: 'Synced a course.',
    })
  }
  await log.close()
}

before(givenLines)

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Access token').fill(token)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'System', exact: true }).waitFor()
}

test('each part says whether it is well, and the page what it is made of', async () => {
  const { page, complaints } = await visit(`${open.server.url}/system`)
  const health = panel(page, 'Health').getByRole('listitem')
  await health.nth(6).waitFor()
  assert.match((await health.first().textContent()) ?? '', /^Database WellIt answers/)
  await panel(page, 'Database')
    .getByText(/^SQLite 3\./)
    .waitFor()
  await panel(page, 'Database').getByText('canvas-sync-monitor backup FILE').waitFor()
  await panel(page, 'Database')
    .getByText(/^Tables with rows/)
    .click()
  await panel(page, 'Database').getByRole('rowheader', { name: 'canvas_sync_tokens' }).waitFor()
  await panel(page, 'Retention').getByText('400 days').first().waitFor()
  await panel(page, 'Settings in effect').getByRole('row', { name: 'port 5123 --port' }).waitFor()
  for (const address of ['/docs', '/openapi.json', '/livez', '/readyz']) {
    await panel(page, 'Server').getByRole('link', { name: address, exact: true }).waitFor()
  }
  assert.deepEqual(complaints, [])
  await page.close()
})

test('a clean-up says what it would do, is started, and is seen to end without a reload', async () => {
  const { page, complaints } = await visit(`${open.server.url}/system`)
  const files = panel(page, 'Log files')
  await files.getByText('No clean-up was made yet.').waitFor()
  await files.getByRole('button', { name: 'Clean up now…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Clean up the logs now' })
  await dialog.getByText('There would be nothing to do.').waitFor()
  await dialog.getByLabel('Archive rotated files after').fill('0')
  await dialog.getByLabel('Keep the newest of each stream').fill('1')
  await dialog
    .getByText(/^It would archive [1-9]\d* lines of \d+ files .* and delete no archive\.$/)
    .waitFor()
  await dialog.getByText('logs cleanup --max-lines 1 --archive-days 0 --delete-days 30').waitFor()
  await assertAccessible(page)
  await dialog.getByRole('button', { name: 'Start the clean-up' }).click()
  await dialog.waitFor({ state: 'detached' })
  await files.getByText(/^The clean-up has ended\. Archived [1-9]\d* lines of \d+ files/).waitFor()
  const history = files.getByRole('group', { name: 'Last clean-ups' }).getByRole('row')
  assert.equal(await history.count(), 2)
  assert.match((await history.nth(1).textContent()) ?? '', /hand.*:1.*none$/)
  await files
    .getByRole('rowheader', { name: /^archives\/operations_/ })
    .first()
    .waitFor()
  // Coming back to the page, one still sees what it came to.
  await page.getByRole('link', { name: 'Performance', exact: true }).first().click()
  await page.getByRole('heading', { name: 'Performance', exact: true }).waitFor()
  await page.goBack()
  await files.getByText(/^The clean-up has ended\./).waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('a number that is wrong starts nothing, and one that runs already is told', async () => {
  const { page } = await visit(`${open.server.url}/system`)
  await panel(page, 'Log files').getByRole('button', { name: 'Clean up now…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Clean up the logs now' })
  const start = dialog.getByRole('button', { name: 'Start the clean-up' })
  await dialog.getByLabel('Delete archives after').fill('0')
  await dialog.getByText('A number is missing or too large.').waitFor()
  assert.ok(await start.isDisabled())
  await dialog.getByLabel('Delete archives after').fill('30')
  const lock = new CleanupLock(join(logs, '.cleanup.lock'), systemClock)
  assert.equal(lock.tryAcquire('of-another'), undefined)
  await start.click()
  await dialog.getByRole('alert').getByText('A clean-up is running already').waitFor()
  lock.release()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.close()
})

test('who may only read is offered no clean-up, sees no token, and is refused by the server too', async () => {
  const { page } = await visit(`${guarded.server.url}/system`)
  await signIn(page, await guarded.token(['read']))
  await panel(page, 'Log files').getByText('Only an administrator may clean them up.').waitFor()
  await panel(page, 'Health').getByText('It answers.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Clean up now…' }).count(), 0)
  for (const title of ['Access tokens', 'Audit', 'Settings in effect']) {
    assert.equal(await panel(page, title).count(), 0, title)
  }
  assert.ok(!((await page.textContent('main')) ?? '').includes(guarded.directory))
  const status = await page.evaluate<number>(
    `fetch('/api/canvas/metrics/logs/cleanup', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((answer) => answer.status)`,
  )
  assert.equal(status, 403)
  await page.close()
})

test('a token is revoked after a question, and stands in the audit', async () => {
  const doomed = await guarded.token(['read'], { name: 'doomed' })
  const { page } = await visit(`${guarded.server.url}/system`)
  await signIn(page, await guarded.token(['admin'], { name: 'mine' }))
  const tokens = panel(page, 'Access tokens')
  await tokens.getByRole('button', { name: 'Revoke doomed' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke “doomed”?' })
  await assertAccessible(page)
  await dialog.getByRole('button', { name: 'Keep it' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal((await guarded.send('GET', '/recent', doomed)).status, 200)

  await tokens.getByRole('button', { name: 'Revoke doomed' }).click()
  await dialog.getByRole('button', { name: 'Revoke it' }).click()
  await tokens.getByRole('row', { name: /^doomed.*Revoked/ }).waitFor()
  assert.equal((await guarded.send('GET', '/recent', doomed)).status, 401)
  await panel(page, 'Audit').getByRole('cell', { name: 'token revoked' }).waitFor()

  // The own one, too: then one is asked for another.
  await tokens.getByRole('button', { name: 'Revoke mine' }).click()
  const own = page.getByRole('dialog', { name: 'Revoke “mine”?' })
  await own.getByText('You are signed in with it yourself.').waitFor()
  await own.getByRole('button', { name: 'Revoke it' }).click()
  await page.getByLabel('Access token', { exact: true }).waitFor()
  await page.close()
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page, complaints } = await visit(`${open.server.url}/system`, { dark, width })
      await panel(page, 'Audit').getByRole('table').or(panel(page, 'Audit').locator('.empty')).waitFor()
      await panel(page, 'Health').getByRole('listitem').nth(6).waitFor()
      await panel(page, 'Database')
        .getByText(/^Tables with rows/)
        .click()
      await panel(page, 'Database')
        .getByText(/^Migrations/)
        .click()
      await panel(page, 'Log files').getByRole('table').first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      assert.deepEqual(complaints, [])
      await page.close()
    })
  }
}
