import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { QueueWorkerRow } from '../../src/store/queue.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { newJob } from '../queue/queued-sync-factory.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const unused = await openGuardedServer({ requireToken: false })
const { server, store } = await openGuardedServer({ requireToken: false })

const panel = (page: Page, title: string): ReturnType<Page['locator']> =>
  page.getByRole('region', { name: title, exact: true })

const worker = (id: string, told: Partial<QueueWorkerRow> = {}): QueueWorkerRow => ({
  id,
  host: id,
  pid: 4711,
  version: '1.0.0',
  sources: ['science', 'law'],
  concurrency: 2,
  running: 1,
  state: 'working',
  started_at: Date.now() - 7_200_000,
  // Ahead of the clock, so that it lives for as long as the tests.
  heartbeat_at: Date.now() + 3_600_000,
  ...told,
})

const now = Date.now()
await store.queue.addJob(newJob('science'), now - 600_000)
assert.ok(await store.queue.takeJob(['science'], now))
for (const age_ms of [245_000, 60_000]) await store.queue.addJob(newJob('science'), now - age_ms)
for (const age_ms of [7_500_000, 1000, 1000]) await store.queue.addJob(newJob('medicine'), now - age_ms)
await store.queue.addJob(newJob('law', { start_after: now + 3_600_000 }), now)
await store.queue.saveWorker(worker('canvas-a'))
await store.queue.saveWorker(worker('canvas-b', { state: 'draining' }))
await store.queue.saveWorker(worker('canvas-c', { heartbeat_at: now - 3_700_000 }))

const rowsOf = async (page: Page, label: string): Promise<string[]> => {
  const rows = panel(page, 'Queue').getByRole('group', { name: label, exact: true }).locator('tbody tr')
  await rows.first().waitFor()
  return (await rows.allInnerTexts()).map((text) => text.split(/\s+/).join(' '))
}

test('what waits, for how long, and who is there to take it stand in the queue of the system', async () => {
  const { page, complaints } = await visit(`${server.url}/system`)
  assert.deepEqual(
    (await rowsOf(page, 'Sources of queued syncs')).map((row) => row.replace(/4 min|5 min/, 'N min')),
    ['medicine 3 none 2 h 0', 'law 1 1 – 0', 'science 2 1 N min 1'],
  )
  assert.deepEqual(await rowsOf(page, 'Workers'), [
    'canvas-a process 4711 Working 1 of 2 just now',
    'canvas-b process 4711 Draining 1 of 2 just now',
    'canvas-c process 4711 Silent 1 of 2 1 h ago',
  ])
  await panel(page, 'Queue').getByText('6 waiting, 1 running').waitFor()
  const problem = panel(page, 'Queue').getByRole('status')
  assert.equal(
    await problem.textContent(),
    ' Nobody takes them: 3 syncs of medicine wait, and no living worker has that source. Start one where it is configured: canvas-sync-monitor worker --source medicine',
  )
  const health = panel(page, 'Health').getByRole('listitem').filter({ hasText: 'Workers' })
  await health.getByText('Not well').waitFor()
  await health.getByText('3 syncs of medicine wait').waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('where nobody ever used a queue, there is none to see', async () => {
  const { page, complaints } = await visit(`${unused.server.url}/system`)
  const answered = page.waitForResponse((response) => response.url().endsWith('/queue'))
  await page.reload()
  await answered
  await panel(page, 'Health').getByText('No sync is running.').waitFor()
  await panel(page, 'Log files').getByText('No clean-up was made yet.').waitFor()
  assert.equal(await panel(page, 'Queue').count(), 0)
  // And it comes by itself with the first sync.
  await unused.store.queue.addJob(newJob('law'), Date.now())
  await panel(page, 'Queue').getByText('No worker has told of itself.').waitFor()
  await panel(page, 'Queue').getByRole('status').getByText('1 sync of law waits').waitFor()
  await unused.store.queue.saveWorker(worker('canvas-a', { sources: ['law'] }))
  await panel(page, 'Queue').getByRole('rowheader', { name: 'canvas-a' }).waitFor()
  assert.equal(await panel(page, 'Queue').getByRole('status').count(), 0)
  await panel(page, 'Health').getByText('No sync is running.').waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('a queue that cannot be read says so', async () => {
  const { page } = await visit('about:blank')
  await page.route('**/metrics/queue', (route) => route.fulfill({ status: 500, body: '{}' }))
  await page.goto(`${server.url}/system`)
  await panel(page, 'Queue').getByRole('button').waitFor()
  await page.close()
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page } = await visit(`${server.url}/system`, { dark, width })
      await panel(page, 'Queue').getByRole('table').nth(1).waitFor()
      await panel(page, 'Log files')
        .getByRole('table')
        .or(panel(page, 'Log files').locator('.empty'))
        .first()
        .waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.close()
    })
  }
}
