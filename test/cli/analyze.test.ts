import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ANALYSIS_REPORT_SCHEMA } from '../../src/analysis/report-schema.ts'
import { assertExplained, assertNoEscapes } from './support/assert-explained.ts'
import { no_pty, startInPty } from './support/pty.ts'
import type { CliResult } from './support/run-cli.ts'
import { runMain } from './support/run-main.ts'
import { SAMPLE_CALLS, writeSampleLogs } from './support/sample-logs.ts'
import { WorkPlace } from './support/work-place.ts'

const UTC = { environment: { TZ: 'UTC' } }
const BERLIN = ['--time-zone', 'Europe/Berlin']

function samplePlace(): WorkPlace {
  const place = new WorkPlace()
  writeSampleLogs(place)
  return place
}

/** In this process. */
function analyze(place: WorkPlace, ...args: readonly string[]): Promise<CliResult> {
  return runMain(['analyze', '--log-dir', place.path('logs/canvas_sync'), ...args])
}

test('analyze --json prints exactly the documented report', async () => {
  const place = samplePlace()
  const { code, stdout, stderr } = await place.run(['analyze', '--json'], UTC)
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  assert.equal(stdout.split('\n').length, 2)
  const report = ANALYSIS_REPORT_SCHEMA.parse(JSON.parse(stdout))
  const { api_calls } = report
  assert.equal(api_calls.total_calls, SAMPLE_CALLS.total)
  assert.equal(api_calls.failed_calls, SAMPLE_CALLS.failed)
  assert.equal(api_calls.throttling.throttled_calls, SAMPLE_CALLS.throttled)
  assert.deepEqual(api_calls.by_endpoint, { '/api/v1/courses/:id/assignments': SAMPLE_CALLS.total })
  assert.deepEqual(report.operations.by_status, { completed: 1 })
  assert.equal(report.errors.total_errors, 1)
  assert.equal(report.skipped.malformed_lines, 1)
  assert.equal(report.range.time_zone, 'UTC')
})

test('analyze in a pipe is plain text of 80 columns', async () => {
  const { code, stdout, stderr } = await analyze(samplePlace(), ...BERLIN)
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  assertNoEscapes(stdout)
  assert.match(stdout, /^Canvas sync report {2}2026-11-16 11:00 to 2026-11-21 11:00 \(Europe\/Berlin\)$/m)
  assert.match(stdout, /^✘ Not well: 10.0 % of the API calls failed/m)
  assert.match(stdout, /^Database {2}no operations$/m)
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
})

test('a range counts what is in it, in the zone that is asked for', async () => {
  const place = samplePlace()
  const range = ['--since', '2026-11-18', '--until', '2026-11-18']
  const { stdout } = await analyze(place, '--json', ...range, ...BERLIN)
  const report = ANALYSIS_REPORT_SCHEMA.parse(JSON.parse(stdout))
  assert.equal(report.api_calls.total_calls, 10)
  assert.equal(report.range.since, '2026-11-17T23:00:00.000Z')
  assert.equal(report.range.until, '2026-11-18T23:00:00.000Z')
  assert.deepEqual(
    report.api_calls.by_day.map(({ day }) => day),
    ['2026-11-18'],
  )
})

test('a range without lines is an answer, not an error', async () => {
  const { code, stdout } = await analyze(samplePlace(), '--until', '2020-01-01')
  assert.equal(code, 0)
  assert.match(stdout, /There are no log lines in this range/)
})

test('the name of the file tells the format, and so does an option', async () => {
  const place = samplePlace()
  const cases: readonly [name: string, args: readonly string[], begins: RegExp][] = [
    ['a.html', [], /^<!doctype html>\n<html lang="en">/],
    ['a.HTM', [], /^<!doctype html>/],
    ['a.json', [], /^\{"generated_at":/],
    ['a.txt', [], /^Canvas sync report/],
    ['a', [], /^Canvas sync report/],
    ['b', ['--html'], /^<!doctype html>/],
    ['c.log', ['--json'], /^\{"generated_at":/],
    ['d', ['--format', 'html'], /^<!doctype html>/],
  ]
  for (const [name, args, begins] of cases) {
    const path = place.path(name)
    const { code, stdout, stderr } = await analyze(place, '-o', path, ...args)
    assert.equal(code, 0, stderr)
    assert.equal(stdout, '')
    assert.ok(stderr.startsWith(`The report is in ${path} (`) && stderr.endsWith(' kB).\n'), stderr)
    assert.match(readFileSync(path, 'utf8'), begins)
  }
  const page = await analyze(place, '--html', '--output', '-')
  assert.match(page.stdout, /^<!doctype html>/)
  const quiet = await analyze(place, '--quiet', '-o', place.path('e.html'))
  assert.deepEqual([quiet.stdout, quiet.stderr], ['', ''])
})

test('a wrong call is told before anything is read', async () => {
  const place = samplePlace()
  mkdirSync(place.path('folder'))
  const errors_log = place.path('logs/canvas_sync/errors.log')
  const cases: readonly [args: readonly string[], sentence: RegExp, code?: number][] = [
    [['--format', 'xml'], /There is no format "xml"\.$/],
    [['--html', '--json'], /either json or html\.$/],
    [['--json', '-o', 'a.html'], /a\.html would not hold html but json\.$/],
    [['--since', 'soon'], /--since must be a time, got "soon"\.$/],
    [['--since', '1d', '--until', '2d'], /is not before/],
    [['--time-zone', 'Mars/Olympus'], /There is no time zone "Mars\/Olympus"\.$/],
    [['-o', place.path('folder')], /--output \S*folder is a folder\.$/],
    [['-o', place.path('none/a.html')], /cannot be written to \S* \(its folder does not exist\)\.$/, 1],
    [['-o', errors_log], /errors\.log is a log\.$/],
  ]
  const before = readFileSync(errors_log, 'utf8')
  for (const [args, sentence, code = 2] of cases) {
    assertExplained(await analyze(place, ...args), { code, sentence })
  }
  assert.equal(readFileSync(errors_log, 'utf8'), before)
})

test('a log folder that is not there, is a file or holds no log is told with what to do', async () => {
  const place = new WorkPlace()
  mkdirSync(place.path('empty'))
  place.write('file', 'x')
  place.write('others/syslog.log', 'x\n')
  const next = /--log-dir or CANVAS_SYNC_LOG_DIR/
  const cases: readonly [directory: string, sentence: RegExp][] = [
    ['gone', /The log folder \S*gone does not exist\.$/],
    ['file', /The log folder \S*file is a file\.$/],
    ['empty', /There is no log file in \S*empty\.$/],
    ['others', /There is no log file in \S*others\.$/],
  ]
  for (const [directory, sentence] of cases) {
    const result = await runMain(['analyze', '--log-dir', place.path(directory)])
    assertExplained(result, { code: 1, sentence, next })
  }
})

test(
  'on a screen the report is coloured, as wide as the screen, and in ASCII where there is no UTF-8',
  { skip: no_pty },
  async () => {
    const place = samplePlace()
    const run = startInPty(place, ['analyze'])
    assert.equal(await run.code, 0)
    assert.match(run.screen(), /\u001b\[31m✘ /)
    const plain = startInPty(place, ['analyze', '--no-color'], { LC_ALL: 'C' })
    assert.equal(await plain.code, 0)
    assert.match(plain.screen(), /^[\r\n\u0020-\u007e\u001b]*$/)
    assert.match(plain.screen(), /x Not well/)
  },
)
