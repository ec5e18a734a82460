import type { Page } from 'playwright-core'
import { writePastLogs } from './past-logs.ts'

const LINES = 101_000

/** More lines than the page of logs keeps, one after the other up to now. */
export async function writeManyLines(directory: string): Promise<void> {
  await writePastLogs({
    directory,
    count: LINES,
    from_ms: Date.now() - 7_200_000,
    step_ms: 60,
    line: (number) => ({
      level: number % 50 === 0 ? 'WARNING' : 'INFO',
      fields: { course_id: String(number % 97), created: number % 5, duration_ms: number % 900 },
      message: `Line ${number}: course ${number % 97} was synced.`,
    }),
  })
}

/** Opens all of them that a page keeps. */
export async function loadManyLines(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Load up to 100,000' }).click()
  await page.getByText('100,000 lines here.').waitFor({ timeout: 60_000 })
}

/** Up the list, so far with each frame. */
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

/** The milliseconds of each of 180 frames in which the list is scrolled, the shortest first. */
export async function framesOfScrolling(page: Page): Promise<number[]> {
  return (await page.evaluate<number[]>(SCROLL)).toSorted((a, b) => a - b)
}
