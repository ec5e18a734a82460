import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { writePastLogs } from '../../test/dashboard/support/past-logs.ts'
import { figure, quantile, type Figure } from '../benchmark.ts'
import { startServerProcess } from './server-process.ts'

const LINES = 101_000
/** 60 frames a second, with the fraction of a millisecond by which frames differ. */
const FRAME_MS = { at_most: 17 }

/** Scrolls 2000 pixels with each frame, three seconds long; milliseconds of each frame. */
const SCROLL = `new Promise((resolve) => {
  const list = document.querySelector('.log-view > div')
  const frames = []
  let before = 0
  const step = (now) => {
    if (before > 0) frames.push(now - before)
    before = now
    list.scrollTop -= 2000
    if (frames.length < 180) requestAnimationFrame(step)
    else resolve(frames)
  }
  requestAnimationFrame(step)
})`

/** How a page that holds 100,000 log lines scrolls, on this machine as it is. */
export async function measureScrolling(browser: Browser, directory: string): Promise<Figure[]> {
  const logDir = join(directory, 'many-lines')
  await writePastLogs({
    directory: logDir,
    count: LINES,
    from_ms: Date.now() - 7_200_000,
    step_ms: 60,
    line: (number) => ({
      level: number % 50 === 0 ? 'WARNING' : 'INFO',
      fields: { course_id: String(number % 97), created: number % 5, duration_ms: number % 900 },
      message: `Line ${number}: course ${number % 97} was synced.`,
    }),
  })
  const database = `sqlite:${join(directory, 'no-syncs.db')}`
  await using server = await startServerProcess({ database, logDir, port: 0, logCleanup: false })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await page.goto(`${server.url}/logs?task_id=nightly`)
    await page.getByRole('button', { name: 'Load up to 100,000' }).click()
    await page.getByText('100,000 lines here.').waitFor({ timeout: 60_000 })
    const frames = (await page.evaluate<number[]>(SCROLL)).toSorted((a, b) => a - b)
    return [
      figure('dashboard, a frame of 100,000 lines, median', quantile(frames, 0.5), 'ms', {
        target: FRAME_MS,
      }),
      figure('dashboard, a frame of 100,000 lines, p95', quantile(frames, 0.95), 'ms'),
    ]
  } finally {
    await page.close()
  }
}
