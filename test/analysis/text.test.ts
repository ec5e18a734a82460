import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from '../support/fast-check.ts'
import type { AnalysisReport } from '../../src/analysis/report.ts'
import { renderText, type TextOptions } from '../../src/analysis/text/render-text.ts'
import { PLAIN_STYLE, type Style } from '../../src/analysis/text/style.ts'
import { textWidth } from '../../src/core/text-width.ts'
import { emptyReport } from './support/empty-report.ts'
import { SHORT_TEXTS } from './support/hostile-texts.ts'
import { reports } from './support/random-report.ts'
import { sampleReport } from './support/sample-report.ts'

const PLAIN: TextOptions = { width: 80, unicode: true, style: PLAIN_STYLE }
const RAW = { serializers: [String] }
const golden = (name: string): string => `${import.meta.dirname}/${name}`

const COLOURED: Style = {
  title: (text) => `\u001b[1m${text}\u001b[22m`,
  quiet: (text) => `\u001b[90m${text}\u001b[39m`,
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  warning: (text) => `\u001b[33m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  chart: (text) => `\u001b[36m${text}\u001b[39m`,
}

function withKeys(report: AnalysisReport, key: string): AnalysisReport {
  const [group] = report.api_calls.slowest_endpoints
  assert.ok(group)
  return {
    ...report,
    api_calls: { ...report.api_calls, slowest_endpoints: [{ ...group, key }] },
    operations: { ...report.operations, by_sync_type: { [key]: 3 } },
  }
}

test('the report of a week looks as it should on 80 and on 120 columns', (t) => {
  t.assert.fileSnapshot(renderText(sampleReport(), PLAIN), golden('text-80.txt'), RAW)
  const wide = renderText(sampleReport(), { ...PLAIN, width: 120, explain: true })
  t.assert.fileSnapshot(wide, golden('text-120-explained.txt'), RAW)
})

test('a terminal that shows nothing but ASCII gets nothing else', (t) => {
  const text = renderText(sampleReport(), { ...PLAIN, width: 60, unicode: false })
  assert.match(text, /^[\n\u0020-\u007e]+$/)
  t.assert.fileSnapshot(text, golden('text-60-ascii.txt'), RAW)
})

test('a report without lines takes one line for each section', () => {
  const text = renderText(emptyReport(), PLAIN)
  assert.match(text, /^! There are no log lines: nothing ran, or it logs elsewhere\.$/m)
  for (const line of [
    'Operations  no lines',
    'API calls  no calls',
    'Database  no operations',
    'Errors  none',
  ]) {
    assert.ok(text.split('\n').includes(line), line)
  }
  assert.ok(text.split('\n').length < 32)
})

test('no line is wider than the terminal, whatever the report holds, and nothing in it drives a terminal', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...SHORT_TEXTS))
  fc.assert(
    fc.property(reports(text), fc.integer({ min: 40, max: 200 }), fc.boolean(), (report, width, unicode) => {
      const lines = renderText(report, { ...PLAIN, width, unicode, explain: true }).split('\n')
      for (const line of lines) {
        assert.ok(textWidth(line) <= width, `${textWidth(line)} columns: ${line}`)
        assert.doesNotMatch(
          line,
          /[\u0000-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2066-\u2069]|undefined|NaN|Infinity/,
        )
        if (!unicode) assert.match(line, /^[\u0020-\u007e]*$/)
      }
    }),
    { numRuns: 25 },
  )
})

test('the sample fits from 40 to 200 columns', () => {
  for (let width = 40; width <= 200; width += 4) {
    for (const line of renderText(sampleReport(), { ...PLAIN, width, explain: true }).split('\n')) {
      assert.ok(textWidth(line) <= width, `${width}: ${line}`)
      assert.equal(line, line.trimEnd())
    }
  }
})

test('colours change nothing but colours', () => {
  const coloured = renderText(sampleReport(), { ...PLAIN, style: COLOURED })
  assert.match(coloured, /\u001b\[31m/)
  const bare = stripVTControlCharacters(coloured).replaceAll(/ +$/gm, '')
  assert.equal(bare, renderText(sampleReport(), PLAIN))
})

test('a key that is too long keeps both of its ends', () => {
  const key = `/api/v1/beginning/${'middle/'.repeat(40)}the-end`
  const text = renderText(withKeys(sampleReport(), key), PLAIN)
  assert.match(text, /^ {2}\/api\/v1\/beg\S*…\S*the-end {2}/m)
})

test('a line of a megabyte makes no long report', () => {
  const text = renderText(withKeys(sampleReport(), 'x'.repeat(1_000_000)), PLAIN)
  assert.ok(text.length < 40_000)
})

test('what could not be read is listed only when it is asked for', () => {
  const short = renderText(sampleReport(), PLAIN)
  assert.match(short, /could not be read; --explain tells which/)
  assert.doesNotMatch(short, /damaged at byte/)
  const long = renderText(sampleReport(), { ...PLAIN, width: 120, explain: true })
  assert.match(long, /archives\/errors_20261101_020000\.tar\.gz +the archive is damaged at byte 1,204/)
  assert.match(long, /api_calls\.log +41,200,118 +not JSON: ends in the middle/)
  assert.match(long, /progress\.log\.1\.gz +progress +610 kB +18,000/)
})
