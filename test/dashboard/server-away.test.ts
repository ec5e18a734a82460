import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer, type RunningServer } from '../../src/server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { panel, visit } from './support/visit.ts'

test('when the server goes the page says so, and is live again when it is back', async () => {
  const directory = temporaryDirectory()
  const start = (port: number): Promise<RunningServer> =>
    startServer({
      database: `sqlite:${join(directory, 'syncs.db')}`,
      logDir: join(directory, 'logs'),
      logCleanup: false,
      port,
    })
  const first = await start(0)
  const { page } = await visit(first.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await first.close()
  await page.getByRole('alert').getByText('Live updates stopped').waitFor()
  await using again = await start(first.port)
  await sync.failed({ user_id: 'while-away' })(again.monitor.store.syncs, Date.now())
  await page.getByText('Live', { exact: true }).waitFor()
  await panel(page, 'Needs attention').getByText('all for user while-away').waitFor()
  assert.equal(await page.getByText('Live updates stopped').count(), 0)
  await page.close()
})
