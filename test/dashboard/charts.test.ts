import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { noCounters } from '../../src/core/sync-record.ts'
import { assertAccessible, assertNoWider, openTabs, panel, visit } from './support/visit.ts'

const HOUR_MS = 3_600_000

const open = await openGuardedServer({ requireToken: false })
const now = Date.now()
/** The beginning of an hour ten hours ago. */
const TENTH = Math.floor(now / HOUR_MS) * HOUR_MS - 10 * HOUR_MS
const counters = { ...noCounters(), api_calls_made: 20, api_calls_failed: 3, courses_processed: 5 }
for (const minutes of [5, 10, 15]) {
  const started_at = TENTH + minutes * 60_000
  await sync.completed({ started_at, duration_seconds: 90, counters })(open.store.syncs, now)
}
await sync.failed({ started_at: TENTH + 20 * 60_000, error_type: 'timeout' })(open.store.syncs, now)
const read_one = { ...noCounters(), courses_processed: 1 }
const later = { started_at: TENTH + 3 * HOUR_MS, duration_seconds: 30, counters: read_one }
await sync.completed(later)(open.store.syncs, now)

const SYNCS = 'Syncs by hour, last 24 hours'
const cursorOf = (page: Page, title: string): Locator => panel(page, title).getByRole('slider')

async function visitCharts(): Promise<Page> {
  const { page } = await visit(open.server.url)
  await panel(page, SYNCS).locator('.plot').waitFor()
  return page
}

const valueText = async (cursor: Locator): Promise<string> =>
  (await cursor.getAttribute('aria-valuetext')) ?? ''

/** Where a time lies in a chart of 24 hours, in pixels of the window. */
async function pointAt(cursor: Locator, at_ms: number): Promise<{ x: number; y: number }> {
  await cursor.scrollIntoViewIfNeeded()
  const box = await cursor.boundingBox()
  assert.ok(box !== null)
  const ground = cursor.locator('xpath=preceding-sibling::*').locator('line.plot-ground').first()
  const [left, right] = [await ground.getAttribute('x1'), await ground.getAttribute('x2')].map(Number)
  const first_ms = Math.floor((now - 24 * HOUR_MS) / HOUR_MS) * HOUR_MS
  const span_ms = (Math.floor(now / HOUR_MS) + 1) * HOUR_MS - first_ms
  const part = (at_ms - first_ms) / span_ms
  return { x: box.x + (left ?? 0) + part * ((right ?? 0) - (left ?? 0)), y: box.y + 100 }
}

suite('a chart', () => {
  test('tells its values under the pointer, and all of them in a sentence', async () => {
    const page = await visitCharts()
    const chart = panel(page, SYNCS)
    const words = await chart.getByRole('img').first().getAttribute('aria-label')
    assert.equal(words, `${SYNCS}: 5 syncs, 4 at the most.`)
    const { x, y } = await pointAt(cursorOf(page, SYNCS), TENTH + 1000)
    await page.mouse.move(x, y)
    const shown = chart.locator('.plot-values')
    await shown.waitFor()
    assert.deepEqual(await shown.locator('dl > div').allTextContents(), ['Failed1', 'Completed3'])
    await page.mouse.move(x, 5)
    await shown.waitFor({ state: 'detached' })
    await page.close()
  })

  test('is gone through with the keys, which tell each value', async () => {
    const page = await visitCharts()
    const cursor = cursorOf(page, 'Duration by hour')
    await cursor.focus()
    await page.keyboard.press('End')
    for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowLeft')
    assert.match(
      await valueText(cursor),
      /: Half within \(p50\) 1 min \d+ s, 95 % within \(p95\) 1 min \d+ s$/,
    )
    await page.keyboard.press('ArrowLeft')
    assert.match(await valueText(cursor), /: Half within \(p50\) –, 95 % within \(p95\) –$/)
    await page.keyboard.press('Home')
    assert.equal(await cursor.getAttribute('aria-valuenow'), '0')
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('.plot-values').count(), 0)
    await assertAccessible(page)
    await page.close()
  })

  test('a piece that is drawn over leads to its syncs, and back leads back', async () => {
    const page = await visitCharts()
    const cursor = cursorOf(page, SYNCS)
    const from = await pointAt(cursor, TENTH + 1000)
    const until = await pointAt(cursor, TENTH + 3.5 * HOUR_MS)
    await page.mouse.move(until.x, until.y)
    await page.mouse.down()
    await page.mouse.move(from.x, from.y, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL('**/syncs?*')
    const query = new URL(page.url()).searchParams
    assert.deepEqual(
      [Date.parse(query.get('since') ?? ''), Date.parse(query.get('until') ?? '')],
      [TENTH, TENTH + 4 * HOUR_MS],
    )
    await page.getByText('5 shown').waitFor()
    await page.goBack()
    await panel(page, SYNCS).locator('.plot').waitFor()
    await page.close()
  })

  test('a bar that is clicked, or entered by keys, leads to its syncs', async () => {
    const page = await visitCharts()
    const { x, y } = await pointAt(cursorOf(page, 'Calls to Canvas by hour'), TENTH + 1000)
    await page.mouse.click(x, y)
    await page.waitForURL('**/syncs?*')
    const hour = new URL(page.url()).search
    assert.equal(Date.parse(new URLSearchParams(hour).get('since') ?? ''), TENTH)
    await page.goBack()
    const cursor = cursorOf(page, SYNCS)
    await cursor.focus()
    for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/syncs${hour}`)
    await page.goBack()
    await cursor.focus()
    for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Shift+ArrowRight')
    assert.match(await valueText(cursor), /^Marked from /)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/syncs?*')
    const until = new URL(page.url()).searchParams.get('until') ?? ''
    assert.equal(Date.parse(until), TENTH + 2 * HOUR_MS)
    await page.close()
  })

  test('a finger first sees what is there, and by a second touch opens it', async () => {
    const context = await openTabs({ hasTouch: true })
    const page = await context.newPage()
    await page.goto(open.server.url)
    const cursor = cursorOf(page, SYNCS)
    await cursor.waitFor()
    const { x, y } = await pointAt(cursor, TENTH + HOUR_MS / 2)
    await page.touchscreen.tap(x, y)
    await panel(page, SYNCS).locator('.plot-values').getByText('Completed').waitFor()
    await page.touchscreen.tap(x, y)
    await page.waitForURL('**/syncs?*')
    assert.equal(Date.parse(new URL(page.url()).searchParams.get('since') ?? ''), TENTH)
    await context.close()
  })

  test('every number of it stands in its table, the newest first', async () => {
    const page = await visitCharts()
    const chart = panel(page, SYNCS)
    await chart.getByRole('button', { name: 'Show as a table' }).click()
    const rows = chart.locator('tbody tr')
    await rows.nth(1).waitFor()
    assert.deepEqual(await rows.locator('td:nth-of-type(1)').allTextContents(), ['1', '4'])
    await chart.getByRole('button', { name: 'Show the chart' }).click()
    await chart.locator('.plot').waitFor()
    const durations = panel(page, 'Duration by hour')
    await durations.getByRole('button', { name: 'Show as a table' }).click()
    await durations.locator('tbody tr').nth(1).waitFor()
    const medians = await durations.locator('tbody td:nth-of-type(1)').allTextContents()
    // Percentiles over time are within 2.5 %.
    assert.match(medians.join(', '), /^30(?:\.\d)? s, 1 min \d+ s$/)
    await assertAccessible(page)
    await page.close()
  })

  test('a line can be switched off, and what is left has the room', async () => {
    const page = await visitCharts()
    const calls = panel(page, 'Calls to Canvas by hour')
    const tops = (): Promise<string[]> => calls.locator('.plot > svg text').allTextContents()
    assert.ok((await tops()).includes('60'))
    await calls.getByRole('button', { name: 'Answered' }).click()
    assert.equal(await calls.getByRole('button', { name: 'Answered' }).getAttribute('aria-pressed'), 'false')
    assert.ok(!(await tops()).includes('60'))
    await calls.getByRole('button', { name: 'Answered' }).click()
    assert.ok((await tops()).includes('60'))
    await page.close()
  })

  test('its colours are those of the theme, also when it changes', async () => {
    const page = await visitCharts()
    const colour = (): Promise<string> =>
      page.evaluate<string>("getComputedStyle(document.querySelector('.plot-path path')).stroke")
    const light = await colour()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await colour()
    assert.notEqual(dark, light)
    await page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert.equal(await colour(), light)
    await page.close()
  })

  test('its times are those of the chosen zone', async () => {
    const context = await openTabs()
    await context.addInitScript("localStorage.setItem('canvas-sync-time-zone', 'Asia/Kolkata')")
    const page = await context.newPage()
    await page.goto(open.server.url)
    const cursor = cursorOf(page, SYNCS)
    await cursor.waitFor()
    assert.match(await valueText(cursor), /^\d+ \w+, \d\d:30: /)
    await panel(page, SYNCS).getByRole('button', { name: 'Show as a table' }).click()
    const [begins] = await panel(page, SYNCS).locator('tbody th').allTextContents()
    assert.match(begins ?? '', /, \d\d:30$/)
    await context.close()
  })

  test('it has the width of its place, also when that changes', async () => {
    const page = await visitCharts()
    const plot = panel(page, SYNCS).locator('.plot')
    const widths = async (): Promise<boolean> => {
      const drawn = Number((await plot.locator('svg').first().getAttribute('viewBox'))?.split(' ')[2])
      return Math.abs(drawn - ((await plot.boundingBox())?.width ?? 0)) < 1
    }
    assert.equal(await widths(), true)
    await page.setViewportSize({ width: 390, height: 844 })
    while (!(await widths())) await page.evaluate('new Promise(requestAnimationFrame)')
    await assertNoWider(page)
    const { x, y } = await pointAt(cursorOf(page, SYNCS), TENTH + 1000)
    await page.mouse.move(x, y)
    const shown = await page.locator('.plot-values').boundingBox()
    assert.ok(shown !== null && shown.x >= 0 && shown.x + shown.width <= 390, 'all values are in the window')
    await page.close()
  })
})
