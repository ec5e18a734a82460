import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { framesOfScrolling, loadManyLines, writeManyLines } from '../../test/dashboard/support/many-lines.ts'
import { figure, quantile, type Figure } from '../benchmark.ts'
import { startServerProcess } from './server-process.ts'

/** 60 frames a second, with the fraction of a millisecond by which frames differ. */
const FRAME_MS = { at_most: 17 }

/** How a page that holds 100,000 log lines scrolls, on this machine as it is. */
export async function measureScrolling(browser: Browser, directory: string): Promise<Figure[]> {
  const logDir = join(directory, 'many-lines')
  await writeManyLines(logDir)
  const database = `sqlite:${join(directory, 'no-syncs.db')}`
  await using server = await startServerProcess({ database, logDir, port: 0, logCleanup: false })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await page.goto(`${server.url}/logs?task_id=nightly`)
    await loadManyLines(page)
    const frames = await framesOfScrolling(page)
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
