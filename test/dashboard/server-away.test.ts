import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startServer, type RunningServer } from '../../src/server/index.ts'
import { sync } from '../api/support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { panel, visit } from './support/visit.ts'

/** A colour of the page, as the browser writes it. */
const colourOf = (page: Page, selector: string): Promise<string> =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).color`)

test('when the server goes the page says so, and is live again when it is back', async () => {
  const directory = temporaryDirectory()
  const start = (port: number): Promise<RunningServer> =>
    startServer({
      database: `sqlite:${join(directory, 'syncs.db')}`,
      logDir: join(directory, 'logs'),
      logCleanup: false,
      alerts: false,
      port,
    })
  const first = await start(0)
  await sync.failed({ user_id: 'before' })(first.monitor.store.syncs, Date.now())
  const { page } = await visit(first.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await panel(page, 'Needs attention').getByText('all for user before').waitFor()
  const figures = ['.figure-value', '.trust', '.attention .status']
  const colours = (): Promise<string[]> =>
    Promise.all(figures.map((selector) => colourOf(page, `main ${selector}`)))
  const fresh = await colours()
  await first.close()
  await page.getByRole('alert').getByText('Live updates stopped').waitFor()
  // No number looks as if it were of now.
  const quiet = await colourOf(page, 'main .figure dt')
  assert.deepEqual(await colours(), [quiet, quiet, quiet])
  assert.ok(!fresh.includes(quiet), fresh.join())
  await using again = await start(first.port)
  await sync.failed({ user_id: 'while-away' })(again.monitor.store.syncs, Date.now())
  await page.getByText('Live', { exact: true }).waitFor()
  await panel(page, 'Needs attention').getByText('all for user while-away').waitFor()
  assert.equal(await page.getByText('Live updates stopped').count(), 0)
  assert.deepEqual(await colours(), fresh)
  await page.close()
})
