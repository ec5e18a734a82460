import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { givenAlerts } from './support/given-alerts.ts'
import { openCanvas, runEngine } from './support/engine-sync.ts'
import { assertNoWider, assertTargetsApart, visit } from './support/visit.ts'

const { server, store } = await openGuardedServer({ requireToken: false, alerts: false })
/** Of sums of how far things moved while nobody touched anything: https://web.dev/articles/cls calls less than 0.1 good. */
const MOST_SHIFT = 0.1

const canvas = await openCanvas()
const [course] = [...canvas.university.truth.courses()]
canvas.faults.add({
  when: { path: `/api/v1/courses/${String(course?.['id'])}/*`, times: 4 },
  fault: { kind: 'status', status: 403, form: 'errors_array' },
})
const { id } = await runEngine(server.monitor, canvas)
const now = Date.now()
for (let day = 0; day < 10; day++) {
  const started_at = now - day * 86_400_000 - 3_600_000
  await sync.completed({ started_at })(store.syncs, now)
  await sync.failed({ started_at, user_id: '7', error_type: 'timeout' })(store.syncs, now)
}

const { failed } = await givenAlerts(store, now)

const PAGES = {
  overview: '/',
  syncs: '/syncs',
  'one sync': `/syncs/${id}`,
  errors: '/errors',
  performance: '/performance',
  logs: '/logs',
  users: '/users',
  'one user': '/users/42',
  incidents: '/incidents?state=all',
  'one incident': `/incidents/${failed}`,
  schedules: '/schedules',
  'one schedule': '/schedules?schedule=nightly',
  notifications: '/notifications',
  reports: '/reports',
  system: '/system',
  'no page': '/none',
}

async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  await page.locator('.skeleton').first().waitFor({ state: 'detached' })
}

/** Sizes of texts that no variable of the style names, with what is written so. */
const SIZES_OFF_SCALE = `(() => {
  const root = getComputedStyle(document.documentElement)
  const names = ['note', 'small', 'body', 'head', 'title', 'figure']
  const scale = new Set(names.map((name) => 16 * parseFloat(root.getPropertyValue('--size-' + name))))
  const texts = [...document.body.querySelectorAll('*')].filter((each) =>
    each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
  return texts
    .map((each) => [parseFloat(getComputedStyle(each).fontSize), each])
    .filter(([size]) => !scale.has(size))
    .map(([size, each]) => size + ' px: ' + each.outerHTML.slice(0, 120))
})()`

/** Buttons, fields and the like that a finger does not meet. Links stand in texts and lists: of these axe knows more. */
const SMALL_CONTROLS = `(() => {
  const all = document.querySelectorAll('button, summary, select, textarea, input, [role="slider"], [role="option"]')
  return [...all].filter((each) => each.checkVisibility()).flatMap((each) => {
    // For the key Enter only.
    if (each.matches('.visually-hidden[tabindex="-1"]')) return []
    // The word of a box to tick belongs to it.
    const target = each.closest('label') ?? each
    const { width, height } = target.getBoundingClientRect()
    return width >= 24 && height >= 24 ? [] : [width + ' x ' + height + ': ' + each.outerHTML.slice(0, 120)]
  })
})()`

const SHIFT = `new Promise((resolve) => {
  let sum = 0
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value
  }).observe({ type: 'layout-shift', buffered: true })
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)))
})`

/** What is wrong with what is shown now. */
const faultsOf = async (page: Page): Promise<string[]> => [
  ...(await page.evaluate<string[]>(SIZES_OFF_SCALE)),
  ...(await page.evaluate<string[]>(SMALL_CONTROLS)),
]

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name}: nothing moves, sizes are of the scale, controls are large, and 320 pixels are enough`, async (context) => {
    const { page } = await visit(server.url + path)
    await settle(page)
    const shift = await page.evaluate<number>(SHIFT)
    context.diagnostic(`moved by ${shift.toFixed(3)}`)
    assert.ok(shift <= MOST_SHIFT, `moved by ${shift}`)
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 })
      assert.deepEqual(await faultsOf(page), [])
      await assertTargetsApart(page)
    }
    // 1280 pixels at 400 %, as WCAG 1.4.10 has it.
    await page.setViewportSize({ width: 320, height: 900 })
    await assertNoWider(page)
    await page.close()
  })
}

test('dialogs: sizes are of the scale, and controls are large', async () => {
  const { page } = await visit(server.url)
  await settle(page)
  for (const command of ['', 'keys', 'settings']) {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /^Command/ }).fill(command)
    if (command !== '') await page.keyboard.press('Enter')
    await page.locator('dialog[open]').waitFor()
    assert.deepEqual(await faultsOf(page), [], command)
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
  }
  await page.close()
})
