import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Report } from '../../src/core/report.ts'
import { renderReportHtml } from '../../src/reports/html/render-html.ts'
import { viewOf } from '../../src/reports/report-view.ts'
import { openBrowser } from '../support/browser.ts'
import { figures, report } from './support/report-factory.ts'

const browser = await openBrowser()
const links = {
  dashboard: 'https://monitor.example.edu/',
  unsubscribe: `https://monitor.example.edu/unsubscribe?code=${'c'.repeat(43)}`,
}
const HOUR_MS = 3_600_000
const LONG = 'x'.repeat(200)

const stepsOf = (many: number, each_ms: number): Report['steps'] =>
  Array.from({ length: many }, (_, index) => ({
    since: new Date(Date.parse('2026-09-30T22:00:00.000Z') + index * each_ms).toISOString(),
    completed: 1_000_000 + index,
    partial: index % 3,
    failed: index % 5,
  }))

/** Large numbers, long names, and something in every section. */
const full: Partial<Report> = {
  figures: figures(123_456_789, { failed: 987_654, throttle_wait_seconds: 1e7, rate_limit_hits: 1e6 }),
  before: figures(1, {}),
  failures: [
    {
      error_group_id: 1,
      error_type: null,
      message: LONG,
      syncs: 987_654,
      syncs_before: 12_345,
      next_step: LONG,
    },
  ],
  freshness: {
    target_seconds: 86_400,
    known: true,
    stale: 200,
    never: 1,
    more: true,
    lists: [
      {
        host: `${LONG}.test`,
        canvas_user_id: '7',
        entity: 'submissions',
        listed_by: LONG,
        last_complete_at: null,
      },
      {
        host: 'canvas.test',
        canvas_user_id: '7',
        entity: 'courses',
        listed_by: '',
        last_complete_at: '2026-11-20T10:00:00.000Z',
      },
    ],
  },
  slowest: {
    types: [{ sync_type: LONG, syncs: 1, p50_seconds: 86_399, p95_seconds: 86_400 }],
    courses: [{ course_id: '9'.repeat(30), outcomes: 3, mean_seconds: 61 }],
  },
  incidents: {
    opened: 9,
    resolved: 3,
    open: 6,
    listed: [
      { id: 1, severity: 'critical', title: LONG, began_at: '2026-11-20T10:00:00.000Z', resolved_at: null },
      {
        id: 2,
        severity: 'warning',
        title: 'b',
        began_at: '2026-11-20T10:00:00.000Z',
        resolved_at: '2026-11-20T11:00:00.000Z',
      },
    ],
  },
  schedules: { expected: 70, missed: 2, late: 1, unknown: 1, listed: [{ slug: 'n'.repeat(50), missed: 2 }] },
  delivery: { sent: 3, failed: 2, failing_channels: ['c'.repeat(50)] },
}

const REPORTS: readonly (readonly [name: string, of: Report])[] = [
  ['a week in which all is well', report()],
  ['a week in which nothing ran', report({ figures: figures(0), steps: [] })],
  ['a bad day', report({ ...full, period: 'daily', steps: stepsOf(25, HOUR_MS) })],
  ['a bad week', report(full)],
  ['a bad month', report({ ...full, period: 'monthly', steps: stepsOf(31, 24 * HOUR_MS) })],
]

/** How wide it is, and each text whose contrast with what is behind it is under 4.5. */
const LOOK = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((each) => {
      const share = each / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at)
      if (channels(backgroundColor)[3] !== 0) return backgroundColor
    }
    return 'rgb(255, 255, 255)'
  }
  const faint = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement
    if (!/[\\p{L}\\p{N}]/u.test(node.data) || element.getClientRects().length === 0) continue
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))]
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (contrast < 4.5) faint.push(node.data.trim() + ' ' + contrast.toFixed(1))
  }
  return { width: document.documentElement.scrollWidth, faint }
})()`

describe('the mail of a report', () => {
  for (const [name, of] of REPORTS) {
    it(`of ${name} fits windows of 600 and of 320 pixels, and is read well in light and dark ones`, async () => {
      for (const width of [600, 320]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme })
          const page = await context.newPage()
          await page.setContent(renderReportHtml(viewOf(of), links))
          const found = await page.evaluate<{ width: number; faint: string[] }>(LOOK)
          assert.deepEqual(found, { width, faint: [] }, `${width} ${colorScheme}`)
          await context.close()
        }
      }
    })
  }
})
