import { join } from 'node:path'
import { test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { startServer, type RunningServer } from '../../src/server/index.ts'
import type { Store } from '../../src/store/store.ts'
import { until } from '../api/support/log-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { openTabs } from './support/visit.ts'

const start = (directory: string, port = 0): Promise<RunningServer> =>
  startServer({
    database: `sqlite:${join(directory, 'syncs.db')}`,
    logDir: join(directory, 'logs'),
    logCleanup: false,
    drainMs: 100,
    port,
  })

async function openLive(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${url}/syncs`)
  await isLive(page)
  return page
}

const isLive = (page: Page): Promise<void> => page.getByText('Live', { exact: true }).waitFor()

/** Every answer has left, but those that go on until the client leaves. */
const streamsOf = (server: RunningServer, count: number): Promise<void> =>
  until(() => server.runningRequests() === count)

const startNew = (syncs: Store['syncs'], user_id: string): Promise<number> =>
  syncs.startSync(syncStart(`of-${user_id}`, { user_id, started_at: Date.now() }))

async function allShow(pages: readonly Page[], user_id: string, words: string): Promise<void> {
  for (const page of pages) {
    await page
      .locator('tr')
      .filter({ hasText: `for user ${user_id}` })
      .getByText(words)
      .waitFor()
  }
}

test('eight tabs share one stream; when the one that has it closes, another goes on, and nothing is missed', async () => {
  await using server = await start(temporaryDirectory())
  const { syncs } = server.monitor.store
  const context = await openTabs()
  const pages: Page[] = []
  for (let tab = 0; tab < 8; tab++) pages.push(await openLive(context, server.url))
  await streamsOf(server, 1)
  const id = await startNew(syncs, 'first')
  await allShow(pages, 'first', 'Running')
  // The first tab to come is the one that follows. What happens while it leaves is the harder half.
  const [first, ...others] = pages
  const leaves = first?.close()
  await syncs.finishSync(id, syncFinish({ status: 'partial', finished_at: Date.now() }))
  await startNew(syncs, 'between')
  await leaves
  await allShow(others, 'first', 'Partial')
  await allShow(others, 'between', 'Running')
  await streamsOf(server, 1)
  await startNew(syncs, 'after')
  await allShow(others, 'after', 'Running')
  await context.close()
  await streamsOf(server, 0)
})

test('a tab that takes over before anything was told loads again what may have changed', async () => {
  await using server = await start(temporaryDirectory())
  const context = await openTabs()
  const first = await openLive(context, server.url)
  const second = await openLive(context, server.url)
  // Holds up the new stream, so that what happens meanwhile is in none.
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { promise: isHeldUp, resolve: holdsUp } = Promise.withResolvers<void>()
  await second.route('**/events*', async (route) => {
    holdsUp()
    await gate
    await route.continue()
  })
  await first.close()
  await isHeldUp
  const other = await fetch(`${server.url}/api/canvas/metrics/events`)
  await startNew(server.monitor.store.syncs, 'unheard')
  // The server has told others of it, and will not tell of it again.
  for await (const piece of other.body ?? []) if (Buffer.from(piece).includes('of-unheard')) break
  open()
  await allShow([second], 'unheard', 'Running')
  await context.close()
})

test('a tab that is stuck loses the stream to one that is looked at, and comes back as a listener', async () => {
  await using server = await start(temporaryDirectory())
  const { syncs } = server.monitor.store
  const context = await openTabs()
  const stuck = await openLive(context, server.url)
  const second = await context.newPage()
  await second.clock.install()
  await second.goto(`${server.url}/syncs`)
  await isLive(second)
  // It tells nobody anything any more, as if it slept with the lock in its hands.
  await stuck.evaluate('BroadcastChannel.prototype.postMessage = () => {}')
  await startNew(syncs, 'stuck')
  await second.clock.runFor(12_000)
  await second.locator('tr').filter({ hasText: 'for user stuck' }).waitFor()
  await streamsOf(server, 1)
  await startNew(syncs, 'both')
  await second.clock.runFor(5000)
  await allShow([stuck, second], 'both', 'Running')
  await context.close()
})

test('after a restart of the server all tabs are live again, and show what happened meanwhile', async () => {
  const directory = temporaryDirectory()
  const before = await start(directory)
  const context = await openTabs()
  const pages = [await openLive(context, before.url), await openLive(context, before.url)]
  await before.close()
  for (const page of pages) await page.getByRole('alert').getByText('Live updates stopped').waitFor()
  await using after = await start(directory, before.port)
  await startNew(after.monitor.store.syncs, 'away')
  for (const page of pages) await isLive(page)
  await allShow(pages, 'away', 'Running')
  await streamsOf(after, 1)
  await context.close()
})

test('where tabs cannot agree, each follows by itself', async () => {
  await using server = await start(temporaryDirectory())
  const context = await openTabs()
  await context.addInitScript("Object.defineProperty(navigator, 'locks', { value: undefined })")
  const pages = [await openLive(context, server.url), await openLive(context, server.url)]
  await streamsOf(server, 2)
  await startNew(server.monitor.store.syncs, 'alone')
  await allShow(pages, 'alone', 'Running')
  await context.close()
})
