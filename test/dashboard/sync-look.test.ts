import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { openCanvas, runEngine } from './support/engine-sync.ts'
import { assertAccessible, assertNoWider, heldEvents, visit } from './support/visit.ts'

const { server } = await openGuardedServer({ requireToken: false })
const canvas = await openCanvas()
await runEngine(server.monitor, canvas)
const [, broken = ''] = [...canvas.university.truth.courses()].map(({ id }) => String(id))
canvas.faults.add({
  when: { course_id: broken, path: '/api/v1/courses/*/sections' },
  fault: { kind: 'canvas_500' },
})
const partial = await runEngine(server.monitor, canvas, { client: { max_attempts: 1 } })

const panel = (page: Page, name: string): ReturnType<Page['locator']> => page.getByRole('region', { name })

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing on one sync, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page } = await visit(`${server.url}/syncs/${partial.id}`, { dark, width })
      await panel(page, 'Where the time went').getByRole('option').first().waitFor()
      await panel(page, 'Compared with the sync before').getByText('Newly failing').waitFor()
      await panel(page, 'Log lines').getByRole('listitem').first().waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      for (const name of ['Where the time went', 'Calls to Canvas, by endpoint']) {
        await panel(page, name).getByRole('button', { name: 'Show as a table' }).click()
      }
      await page.getByText('As JSON').click()
      await assertAccessible(page)
      await assertNoWider(page)
      await page.close()
    })
  }
}

test('axe finds nothing where there is no such sync', async () => {
  const { page } = await visit(`${server.url}/syncs/999999`, { width: 390 })
  await page.getByRole('heading', { name: 'There is no sync 999999' }).waitFor()
  await assertAccessible(page)
  await assertNoWider(page)
  await page.close()
})

/** Counts how often the page is without a heading, and answers it some frames later. */
const WATCH_HEADING = `
  globalThis.headless = 0
  new MutationObserver(() => { if (document.querySelector('h1') === null) globalThis.headless++ })
    .observe(document.body, { childList: true, subtree: true })`
const HEADLESS_AFTER_FRAMES = `new Promise((resolve) => {
  let frames = 0
  const next = () => (++frames < 20 ? requestAnimationFrame(next) : resolve(globalThis.headless))
  next()
})`

test('what is not there is not looked for again when live updates begin: the page would blink', async () => {
  const { page } = await visit('about:blank')
  const connect = await heldEvents(page)
  await page.goto(`${server.url}/syncs/999999`)
  await page.getByRole('heading', { name: 'There is no sync 999999' }).waitFor()
  await page.evaluate(WATCH_HEADING)
  const opened = page.waitForResponse('**/events*')
  connect()
  await opened
  assert.equal(await page.evaluate(HEADLESS_AFTER_FRAMES), 0)
  await page.close()
})

test('what the server could not tell is asked for again when live updates begin', async () => {
  const { page } = await visit('about:blank')
  const connect = await heldEvents(page)
  const address = `**/metrics/sync/${partial.id}`
  await page.route(address, (route) => route.fulfill({ status: 503, body: '{}' }))
  await page.goto(`${server.url}/syncs/${partial.id}`)
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  await page.unroute(address)
  connect()
  await panel(page, 'Where the time went').waitFor()
  await page.close()
})
