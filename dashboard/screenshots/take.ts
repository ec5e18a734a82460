import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../test/support/chromium.ts'
import { openEmptyServer, openFullServer } from './shown-server.ts'
import { SHOWN_PAGES, type ShownIds } from './shown-pages.ts'

// npm run screenshots [-- --only NAME,NAME --out FOLDER --format png]: pictures of every page, light and dark, empty and full, wide and narrow.

const { values } = parseArgs({
  options: { only: { type: 'string' }, out: { type: 'string' }, format: { type: 'string' } },
})
const out = values.out ?? fileURLToPath(new URL('../../docs/screenshots', import.meta.url))
/** PNG for programs that do not know WebP. */
const format = values.format === 'png' ? 'png' : 'webp'
/** Pixels; what is below is left out. */
const HIGHEST = 3200
const only = values.only?.split(',')
const THEMES = ['light', 'dark'] as const
const WIDTHS = [1440, 390]

const browser = await launchChromium()
await mkdir(out, { recursive: true })
try {
  for (const [filling, open] of [
    ['full', openFullServer],
    ['empty', openEmptyServer],
  ] as const) {
    await using server = await open()
    const ids = filling === 'full' ? await idsOf(server.url) : { partial: 0, running: 0, incident: 0 }
    for (const { name, address, full_only } of SHOWN_PAGES) {
      if (only !== undefined && !only.includes(name)) continue
      if (filling === 'empty' && full_only === true) continue
      for (const theme of THEMES) {
        for (const width of WIDTHS) {
          const file = `${name}-${filling}-${theme}-${width}.${format}`
          await writeFile(join(out, file), await pictureOf(browser, server.url + address(ids), theme, width))
          process.stderr.write(`${file}\n`)
        }
      }
    }
  }
} finally {
  await browser.close()
}

async function idsOf(url: string): Promise<ShownIds> {
  const newest = async (status: string): Promise<number> => {
    const answer = await fetch(`${url}/api/canvas/metrics/syncs?status=${status}&user_id=1&limit=1`)
    const { syncs } = (await answer.json()) as { syncs: { id: number }[] }
    return syncs[0]?.id ?? 1
  }
  const open = await fetch(`${url}/api/canvas/metrics/incidents?state=open&limit=1`)
  const { incidents } = (await open.json()) as { incidents: { id: number }[] }
  return {
    partial: await newest('partial'),
    running: await newest('in_progress'),
    incident: incidents[0]?.id ?? 1,
  }
}

async function pictureOf(
  from: Browser,
  url: string,
  colorScheme: 'light' | 'dark',
  width: number,
): Promise<Buffer> {
  const page = await from.newPage({
    colorScheme,
    viewport: { width, height: width > 1000 ? 900 : 844 },
    reducedMotion: 'reduce',
    timezoneId: 'Europe/London',
  })
  try {
    await page.goto(url)
    await page.locator('main h1').waitFor()
    await page
      .getByText(/^Loading…/)
      .first()
      .waitFor({ state: 'hidden' })
    await settled(page)
    await heightened(page, width)
    return await imageOf(page)
  } finally {
    await page.close()
  }
}

/** Two frames in which nothing was asked for. The stream of events never ends, so "no network" would. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      new Promise((resolve) => {
        const before = performance.getEntriesByType('resource').length
        setTimeout(() => {
          resolve(performance.getEntriesByType('resource').length === before)
        }, 400)
      }),
  )
}

/** What is far below is drawn when it comes near: the window becomes as high as the page. */
async function heightened(page: Page, width: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { cssContentSize } = await session.send('Page.getLayoutMetrics')
  await page.setViewportSize({ width, height: Math.min(Math.ceil(cssContentSize.height), HIGHEST) })
  await settled(page)
}

/** The whole page; WebP is a third of the size of PNG, and playwright does not offer it. */
async function imageOf(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page)
  const { cssContentSize } = await session.send('Page.getLayoutMetrics')
  const { data } = await session.send('Page.captureScreenshot', {
    format,
    ...(format === 'webp' ? { quality: 70 } : {}),
    captureBeyondViewport: true,
    clip: {
      x: 0,
      y: 0,
      width: cssContentSize.width,
      height: Math.min(cssContentSize.height, HIGHEST),
      scale: 1,
    },
  })
  return Buffer.from(data, 'base64')
}
