import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'

/** As of a phone or an old laptop. */
const SLOWER = 4

export interface PageMeasures {
  /** When the largest piece of the page was painted, milliseconds after it was asked for. */
  readonly lcp_ms: number
  /** How much of the page moved while somebody looked, as Chromium counts it: 0 for nothing. */
  readonly cls: number
  /** The longest from a press to the next paint, milliseconds. */
  readonly inp_ms: number
}

/** Runs in the page before anything of it. */
const WATCH = `
globalThis.measured = { lcp_ms: 0, cls: 0, inp_ms: 0 }
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) measured.lcp_ms = Math.max(measured.lcp_ms, entry.startTime)
}).observe({ type: 'largest-contentful-paint', buffered: true })
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) measured.cls += entry.value
}).observe({ type: 'layout-shift', buffered: true })
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.interactionId > 0) measured.inp_ms = Math.max(measured.inp_ms, entry.duration)
  }
}).observe({ type: 'event', durationThreshold: 16, buffered: true })
`

export interface SlowPage extends AsyncDisposable {
  readonly page: Page
  /** So far. */
  measures(): Promise<PageMeasures>
  /** What the page's objects take once garbage is collected, bytes. */
  heapBytes(): Promise<number>
}

/** A page of somebody who was never here before, on a machine four times slower than this one. */
export async function openSlowPage(browser: Browser, url: string): Promise<SlowPage> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addInitScript(WATCH)
  const page = await context.newPage()
  const session: CDPSession = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await page.goto(url)
  return {
    page,
    measures: async () => {
      // Observers are told in a later task than the paint.
      await page.evaluate(
        () =>
          new Promise((resolve) => {
            setTimeout(resolve, 100)
          }),
      )
      return await page.evaluate(() => (globalThis as unknown as { measured: PageMeasures }).measured)
    },
    heapBytes: async () => {
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      return usedSize
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}
