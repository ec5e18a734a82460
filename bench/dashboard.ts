import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../test/support/chromium.ts'
import { figure, quantile, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { writeApiCallsLog } from './support/log-files.ts'
import { fillSqlite } from './support/many-syncs.ts'
import { openSlowPage } from './support/page-measures.ts'
import { measureScrolling } from './support/scrolled-lines.ts'
import { startServerProcess, type ServerProcess } from './support/server-process.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const LCP_MS = { at_most: 1000 }
const INP_MS = { at_most: 100 }
const CLS = { at_most: 0.02 }
/** Of one page after an hour of changes, one a second. */
const HEAP_GROWTH_MIB = { at_most: 2 }

const SYNCS = 1_000_000
const LOG_BYTES = 200 << 20

interface MeasuredPage {
  readonly name: string
  readonly address: string
  /** What a person does there; each press is measured until the page shows something. */
  readonly use?: (page: Page) => Promise<void>
}

const press = async (page: Page, key: string): Promise<void> => {
  await page.keyboard.press(key)
  await page.waitForTimeout(100)
}

const PAGES: readonly MeasuredPage[] = [
  {
    name: 'overview',
    address: '/',
    use: async (page) => {
      for (const period of ['7 days', '30 days']) {
        await page.getByRole('radio', { name: period }).click()
        await page.waitForTimeout(300)
      }
      await press(page, 'Control+k')
      await page.keyboard.type('logs')
      await press(page, 'Escape')
    },
  },
  {
    name: 'syncs',
    address: '/syncs',
    use: async (page) => {
      await page.getByRole('button', { name: 'Show more' }).click()
      await page.waitForTimeout(300)
      await page.getByRole('button', { name: 'Went wrong' }).click()
      await page.waitForTimeout(300)
      await press(page, 'j')
      await press(page, 't')
    },
  },
  { name: 'one sync', address: '/syncs/19000' },
  {
    name: 'errors',
    address: '/errors',
    use: async (page) => {
      await page.getByRole('radio', { name: '90 days' }).click()
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'performance',
    address: '/performance',
    use: async (page) => {
      await page.getByRole('radio', { name: '90 days' }).click()
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'logs',
    address: '/logs',
    use: async (page) => {
      for (const key of ['e', 'j', 'j', 'w', 'Escape']) await press(page, key)
    },
  },
  { name: 'users', address: '/users' },
  { name: 'one user', address: '/users/7' },
  { name: 'system', address: '/system' },
]

/** The median of several visits, of whom none has anything of the page yet. */
async function measurePage(
  browser: Browser,
  url: string,
  { name, address, use }: MeasuredPage,
  visits: number,
): Promise<Figure[]> {
  const lcp: number[] = []
  const cls: number[] = []
  const inp: number[] = []
  for (let visit = 0; visit < visits; visit++) {
    await using slow = await openSlowPage(browser, url + address)
    await slow.page.locator('main h1').waitFor()
    await slow.page.waitForTimeout(1500)
    const loaded = await slow.measures()
    lcp.push(loaded.lcp_ms)
    cls.push(loaded.cls)
    if (use === undefined) continue
    await use(slow.page)
    inp.push((await slow.measures()).inp_ms)
  }
  const middle = (values: number[]): number =>
    quantile(
      values.toSorted((a, b) => a - b),
      0.5,
    )
  const title = `dashboard, ${name}`
  return [
    figure(`${title}, LCP`, middle(lcp), 'ms', { target: LCP_MS }),
    figure(`${title}, CLS`, Math.max(...cls), '', { target: CLS }),
    ...(use === undefined ? [] : [figure(`${title}, INP`, middle(inp), 'ms', { target: INP_MS })]),
  ]
}

/** Reports syncs that begin and end, so many changes in all. */
async function change(server: ServerProcess, from: number, changes: number): Promise<void> {
  const at_once = 20
  for (let number = from; number < from + changes; number += at_once) {
    const events = Array.from({ length: at_once }, (_, index) => {
      const task_id = `live-${(number + index) >> 1}`
      if ((number + index) % 2 === 0) return { type: 'start', task_id, user_id: index, sync_type: 'grades' }
      return { type: 'finish', task_id, status: index % 9 === 0 ? 'failed' : 'completed' }
    })
    const answer = await fetch(`${server.url}/api/canvas/metrics/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    })
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`)
    await answer.arrayBuffer()
    // Slow enough that the page brings every change in, and asks for figures between.
    await new Promise((resolve) => {
      setTimeout(resolve, 200)
    })
  }
}

async function measureHour(browser: Browser, server: ServerProcess, quick: boolean): Promise<Figure> {
  const changes = quick ? 200 : 3600
  await using slow = await openSlowPage(browser, server.url)
  await slow.page.getByText('Live', { exact: true }).waitFor()
  // What is made once is there then: code, formats, the first figures.
  await change(server, 0, changes / 4)
  const before = await slow.heapBytes()
  await change(server, changes / 4, changes)
  const growth = (await slow.heapBytes()) - before
  return figure('dashboard, heap grown in an hour of changes', growth / 2 ** 20, 'MiB', {
    target: HEAP_GROWTH_MIB,
  })
}

async function run({ quick, progress }: BenchmarkOptions): Promise<Figure[]> {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'sync.db')
  const logDir = join(directory.path, 'logs')
  const syncs = quick ? 20_000 : SYNCS
  await fillSqlite(path, { syncs, users: 5000, days: 400, until: Date.now() }, progress)
  await using server = await startServerProcess({
    database: `sqlite:${path}`,
    logDir,
    port: 0,
    logCleanup: false,
    retention: false,
  })
  writeApiCallsLog(join(logDir, 'api_calls.log'), quick ? LOG_BYTES / 50 : LOG_BYTES)
  const browser = await launchChromium()
  try {
    const figures: Figure[] = []
    for (const page of PAGES) {
      const measured = await measurePage(browser, server.url, page, quick ? 1 : 5)
      for (const { name, value, unit } of measured) progress(`${name}: ${value} ${unit}`)
      figures.push(...measured)
    }
    figures.push(...(await measureScrolling(browser, directory.path)))
    figures.push(await measureHour(browser, server, quick))
    return figures
  } finally {
    await browser.close()
  }
}

export const benchmark: Benchmark = { name: 'dashboard', run }
