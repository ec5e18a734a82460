import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../support/fast-check.ts'
import { renderHtml } from '../../src/analysis/html/render-html.ts'
import { STYLE_SHEET } from '../../src/analysis/html/style-sheet.ts'
import type { AnalysisReport } from '../../src/analysis/report.ts'
import { emptyReport } from './support/empty-report.ts'
import { HOSTILE_TEXTS, SHORT_TEXTS } from './support/hostile-texts.ts'
import { reports } from './support/random-report.ts'
import { readHtml, skeletonOf } from './support/read-html.ts'
import { sampleReport } from './support/sample-report.ts'

const NAMES: ReadonlySet<string> = new Set([
  'key',
  'message',
  'pattern',
  'error_type',
  'operation',
  'task_id',
  'user_id',
  'course_id',
  'source',
  'reason',
  'name',
])
const COUNTS = /^(by_(?!hour|day)|error_types$|status_codes$|tasks$)/

/** The sample with the next of `texts` in each place that a log line, a file name or an error can fill. */
function filled(texts: readonly string[], first = 0): AnalysisReport {
  let place = first
  const next = (): string => texts[place++ % texts.length] ?? ''
  const fill = (value: unknown, field: string): unknown => {
    if (NAMES.has(field) && (typeof value === 'string' || typeof value === 'number')) return next()
    if (Array.isArray(value)) return value.map((item) => fill(item, ''))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    if (COUNTS.test(field)) return Object.fromEntries([[next(), fill(entries[0]?.[1], '')]])
    return Object.fromEntries(entries.map(([name, inner]) => [name, fill(inner, name)]))
  }
  const report = fill(sampleReport(), '') as AnalysisReport
  return { ...report, trends: sampleReport().trends, range: { ...report.range, time_zone: next() } }
}

test('over two hundred hostile texts make no tag, no attribute and no value of one, wherever they stand', () => {
  assert.ok(HOSTILE_TEXTS.length >= 200, String(HOSTILE_TEXTS.length))
  const harmless = skeletonOf(renderHtml(filled(HOSTILE_TEXTS.map((_, place) => `plain ${place}`))))
  // So many steps that each text is in many places, and in each place there are texts of every kind.
  for (let first = 0; first < HOSTILE_TEXTS.length; first += 7) {
    const page = renderHtml(filled(HOSTILE_TEXTS, first))
    assert.equal(skeletonOf(page), harmless, `from text ${first}`)
    assert.doesNotMatch(
      page,
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u,
    )
    assert.ok(page.length < 1_500_000)
  }
})

test('what is escaped can still be read', () => {
  const page = renderHtml(filled([`<b a="1" c='2'>\`&amp;`]))
  assert.ok(page.includes('&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&#96;&amp;amp;'))
})

test('any report makes a well formed page without a script', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...SHORT_TEXTS))
  fc.assert(
    fc.property(reports(text), (report) => {
      const page = renderHtml(report)
      const names = new Set(readHtml(page).map(({ name }) => name))
      for (const name of ['script', 'iframe', 'img', 'object', 'form', 'base'])
        assert.ok(!names.has(name), name)
      for (const { attributes } of readHtml(page)) {
        for (const [name, value] of Object.entries(attributes)) {
          assert.doesNotMatch(name, /^on|^src/)
          assert.doesNotMatch(value, /undefined|NaN|Infinity|\[object/, name)
        }
      }
    }),
    { numRuns: 10 },
  )
})

test('the page loads nothing and says so to the browser', () => {
  const tags = readHtml(renderHtml(sampleReport()))
  const policy = tags.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')
  assert.match(
    policy?.attributes['content'] ?? '',
    /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
  )
  const targets = tags.flatMap(({ attributes }) => [attributes['href'] ?? [], attributes['src'] ?? []].flat())
  for (const target of targets) assert.match(target, /^#|^data:,$/)
  assert.doesNotMatch(STYLE_SHEET, /url\(|@import|</)
})

test('the page can be read without seeing it', () => {
  const tags = readHtml(renderHtml(sampleReport()))
  const all = (name: string): typeof tags => tags.filter((tag) => tag.name === name)
  const ids = tags.flatMap(({ attributes }) => attributes['id'] ?? [])
  assert.equal(new Set(ids).size, ids.length, 'an id is there once')
  for (const { attributes } of tags) {
    for (const id of (attributes['aria-labelledby'] ?? '').split(' ').filter(Boolean))
      assert.ok(ids.includes(id), id)
    const href = attributes['href'] ?? ''
    if (href.startsWith('#')) assert.ok(ids.includes(href.slice(1)), href)
  }
  assert.equal(all('h1').length, 1)
  assert.equal(all('caption').length, all('table').length, 'every table has a caption')
  for (const { attributes } of all('th')) assert.match(attributes['scope'] ?? '', /^(?:row|col)$/)
  for (const { attributes } of all('svg')) {
    assert.ok(attributes['aria-hidden'] === 'true' || attributes['role'] === 'img')
  }
  const charts = all('svg').filter(({ attributes }) => attributes['role'] === 'img')
  assert.equal(charts.length, 6)
  assert.equal(
    all('desc').filter(({ text }) => /\d/.test(text)).length,
    charts.length,
    'each chart tells its numbers',
  )
  assert.equal(all('html')[0]?.attributes['lang'], 'en')
})

test('every column of a chart has its numbers in a title and in a table', () => {
  const page = renderHtml(sampleReport())
  assert.match(page, /<title>\s*2026-11-18: 207,305 calls, 14,793 failed, 9,984 throttled<\/title>/)
  assert.match(page, /<th scope="row">\s*2026-11-18\s*<\/th>\s*<td class="number">\s*207,305\s*<\/td>/)
  assert.match(page, /<title>\s*100 ms to 200 ms: [\d,]+ calls, [\d.]+ %<\/title>/)
  for (const mark of ['p50 131 ms', 'p95 565 ms', 'p99 1.7 s']) assert.ok(page.includes(mark), mark)
})

test('text stands out from its background by 4.5 and more, in light and in dark', () => {
  const [light = '', dark = ''] = [...STYLE_SHEET.matchAll(/:root \{([^}]*)\}/g)].map(([, rules]) => rules)
  for (const rules of [light, dark]) {
    const colours = Object.fromEntries(
      [...rules.matchAll(/--([a-z]+): (#[\da-f]{6})/g)].map(([, name, colour]) => [name, colour]),
    )
    for (const text of ['text', 'quiet', 'good', 'warning', 'bad', 'accent']) {
      for (const behind of ['page', 'card']) {
        const ratio = contrast(colours[text] ?? '', colours[behind] ?? '')
        assert.ok(ratio >= 4.5, `${text} on ${behind}: ${ratio.toFixed(2)}`)
      }
    }
    for (const fill of ['ok', 'failed'])
      assert.ok(contrast(colours[fill] ?? '', colours['card'] ?? '') >= 3, fill)
  }
})

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

test('a report without lines is a short page that says so', () => {
  const page = renderHtml(emptyReport())
  readHtml(page)
  assert.match(page, /There are no log lines/)
  assert.ok(!page.includes('<table'))
})
