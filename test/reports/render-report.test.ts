import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { Report } from '../../src/core/report.ts'
import { textWidth } from '../../src/core/text-width.ts'
import { renderReportHtml } from '../../src/reports/html/render-html.ts'
import { renderReportText } from '../../src/reports/render-text.ts'
import { reportMessage } from '../../src/reports/report-message.ts'
import { viewOf } from '../../src/reports/report-view.ts'
import { launchChromium } from '../support/chromium.ts'
import { figures, report } from './support/report-factory.ts'

const links = {
  dashboard: 'https://monitor.example.edu/canvas/',
  unsubscribe: 'https://monitor.example.edu/canvas/unsubscribe?code=abc',
}
const hostile = fc.oneof(
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '<!channel>',
    '${7*7}',
    '\u202eevil',
  ),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
)

/** A week in which everything went wrong, with these words. */
function badWeek(word: string): Report {
  return report({
    figures: figures(1234, { failed: 300, partial: 20, lost: 2 }),
    steps: Array.from({ length: 7 }, (_, day) => ({
      since: new Date(Date.parse('2026-11-15T23:00:00.000Z') + day * 86_400_000).toISOString(),
      completed: 100 + day,
      partial: day,
      failed: day === 5 ? 300 : 0,
    })),
    failures: [
      {
        error_group_id: 1,
        error_type: 'canvas_error',
        message: word,
        syncs: 300,
        syncs_before: 0,
        next_step: 'Run the sync again.',
      },
    ],
    more_failures: true,
    freshness: {
      target_seconds: 86_400,
      known: true,
      stale: 200,
      never: 1,
      more: true,
      lists: [
        {
          host: 'canvas.test',
          canvas_user_id: '7',
          entity: 'submissions',
          listed_by: word,
          last_complete_at: null,
        },
      ],
    },
    slowest: {
      types: [{ sync_type: word, syncs: 7, p50_seconds: 40, p95_seconds: 100 }],
      courses: [{ course_id: '12', outcomes: 3, mean_seconds: 61 }],
    },
    incidents: {
      opened: 9,
      resolved: 3,
      open: 6,
      listed: [
        { id: 1, severity: 'critical', title: word, began_at: '2026-11-20T10:00:00.000Z', resolved_at: null },
      ],
    },
    schedules: { expected: 70, missed: 2, late: 1, unknown: 1, listed: [{ slug: 'nightly', missed: 2 }] },
    delivery: { sent: 3, failed: 2, failing_channels: ['slack'] },
  })
}

describe('a report as text', () => {
  it('has lines of 76 columns at most, and no sign that drives a terminal', () => {
    fc.assert(
      fc.property(hostile, (word) => {
        const text = renderReportText(viewOf(badWeek(word)), { dashboard: null, unsubscribe: null })
        for (const line of text.split('\n')) assert.ok(textWidth(line) <= 76, line)
        assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        assert.doesNotMatch(text, /undefined|NaN|Infinity|\[object/)
      }),
    )
  })

  it('says all is well outright, and what it stands on', () => {
    const text = renderReportText(viewOf(report()), links)
    assert.match(text, /^Weekly report: 16 to 22 November 2026\n=+\n\nAll is well\./)
    assert.match(text, /Success rate +100 % +▲ 0\.4 points\n/)
    assert.match(text, /Nothing failed\.\n/)
    assert.match(text, /All 70 scheduled syncs started in time\.\n/)
    assert.match(text, /4 messages arrived, all of them\.\n/)
    assert.match(text, /together grew by +1\.0 MB\n +at this pace 25 MB in 90 days\n/)
    assert.match(text, /More: https:\/\/monitor\.example\.edu\/canvas\/\nNo more reports: .*code=abc\n$/)
  })
})

describe('a report as a mail', () => {
  const browser = launchChromium()
  after(async () => (await browser).close())

  it('shows hostile words as they are, and asks no host for anything', async () => {
    const page = await (await browser).newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    let dialogs = 0
    page.on('dialog', (dialog) => {
      dialogs++
      void dialog.dismiss()
    })
    for (const word of [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "'; --",
      '&lt;b&gt;',
    ]) {
      const html = renderReportHtml(viewOf(badWeek(word)), links)
      assert.doesNotMatch(html, /<script|<img|<link|url\(|@import/)
      await page.setContent(html)
      const text = await page.evaluate<string>('document.body.textContent')
      assert.equal(text.split(word).length - 1, 4, word)
    }
    assert.deepEqual([asked, dialogs], [[], 0])
    await page.close()
  })

  it('fits windows of 600 and of 320 pixels, three and two figures beside each other', async () => {
    for (const [width, beside] of [
      [600, 3],
      [320, 2],
    ] as const) {
      const page = await (await browser).newPage({ viewport: { width, height: 800 } })
      await page.setContent(renderReportHtml(viewOf(badWeek('x'.repeat(300))), links))
      const found = await page.evaluate<{ width: number; beside: number; smallest: number }>(`(() => {
        const tops = [...document.querySelectorAll('.figure')].map((each) => each.getBoundingClientRect().top)
        const texts = [...document.querySelectorAll('p, td, h1, h2')]
        return {
          width: document.documentElement.scrollWidth,
          beside: tops.filter((top) => Math.abs(top - tops[0]) < 1).length,
          smallest: Math.min(...texts.map((each) => Number.parseFloat(getComputedStyle(each).fontSize))),
        }
      })()`)
      assert.deepEqual([found.width, found.beside], [width, beside])
      assert.ok(found.smallest >= 11)
      await page.close()
    }
  })

  it('draws the bars in proportion, and tells them in words to who cannot see them', async () => {
    const page = await (await browser).newPage({ viewport: { width: 600, height: 800 } })
    await page.setContent(renderReportHtml(viewOf(badWeek('w')), links))
    const label = await page.getByRole('img').getAttribute('aria-label')
    assert.match(label ?? '', /^Syncs by day, 7 bars\. Mon: 100 completed\. Tue: 101 completed, 1 partial\./)
    assert.match(label ?? '', /Sat: 105 completed, 5 partial, 300 failed\./)
    const heights = await page.evaluate<number[][]>(
      `[...document.querySelectorAll('[role=img] tr:first-child td')].map((cell) =>
        [...cell.children].map((part) => part.getBoundingClientRect().height))`,
    )
    assert.deepEqual(
      heights[5]?.map((height) => Math.round((height * 410) / 96 / 5) * 5),
      [300, 10, 105],
      'a small part is 2 pixels high at least',
    )
    await page.close()
  })

  it('is short enough that no mail program cuts it off', () => {
    const steps = Array.from({ length: 31 }, (_, day) => ({
      since: new Date(Date.UTC(2026, 9, day + 1)).toISOString(),
      completed: 1000,
      partial: 10,
      failed: 10,
    }))
    const html = renderReportHtml(
      viewOf({ ...badWeek('A usual message of an error.'), period: 'monthly', steps }),
      links,
    )
    // Gmail cuts at 102 kB.
    assert.ok(Buffer.byteLength(html) < 60_000, `${Buffer.byteLength(html)} bytes`)
  })
})

describe('a report as a message', () => {
  it('tells chats what is wrong, and programs everything', () => {
    const bad = badWeek('A job failed.')
    const message = reportMessage(bad, { recipient: null, links })
    assert.equal(message.title, 'Weekly report, 16 to 22 November 2026: needs somebody')
    assert.equal(message.tone, 'bad')
    assert.deepEqual(
      message.sections.slice(1).map(({ title }) => title),
      ['What failed', 'Incidents', 'How fresh the data is', 'Scheduled syncs', 'Messages'],
    )
    const facts = message.sections.flatMap((section) => section.facts)
    assert.ok(facts.every(({ label, value }) => label !== '' && value !== ''))
    assert.deepEqual(message.data, { report: bad })
    assert.equal(message.link?.url, links.dashboard)
    assert.equal(message.document?.recipients, undefined)
  })

  it('is short when all is well, and goes to one recipient with a way out', () => {
    const message = reportMessage(report(), { recipient: 'ops@example.edu', links })
    assert.deepEqual([message.tone, message.sections.length], ['good', 1])
    assert.deepEqual(message.document?.recipients, ['ops@example.edu'])
    assert.equal(message.document?.unsubscribe_url, links.unsubscribe)
    assert.doesNotMatch(JSON.stringify(message.data), /ops@/)
  })
})
