import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { analyzeLogs } from '../../src/analysis/analyze-logs.ts'
import { importLogs } from '../../src/earlier/logs/import-logs.ts'
import type { LogImportReport } from '../../src/earlier/logs/log-import-report.ts'
import { rewriteLine } from '../../src/earlier/logs/rewrite-line.ts'
import { legacyZone, UTC_ZONE, type LegacyZone } from '../../src/logs/reading/legacy-zone.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const OPERATIONS = '[2025-12-22 10:15:35] Courses: 25, 2, 23\n[2025-12-22 10:16:45] Assignments: 340, 340\n'
const CALLS =
  '[2025-12-22 10:15:32] GET /api/v1/courses - Status: 200 - 145.2ms\n' +
  '{"timestamp": "2025-12-23 08:00:00", "level": "DEBUG", "logger": "canvas_sync.api", "message": "GET /api/v1/courses?access_token=7~abcdefghijklmnopqrst", "extra_method": "GET", "extra_endpoint": "/api/v1/courses", "extra_response_status": 200}\n' +
  'what is this\n'
const ERRORS =
  '[2025-12-22 10:20:15] ERROR: Connection timeout - user_id: 42 - course_id: 123 - jane@example.edu\n' +
  'Traceback (most recent call last):\n  File "sync.py", line 1, in <module>\n'

let folders = 0
const newFolder = (): string => {
  const folder = join(temporaryDirectory(), `logs-${++folders}`)
  mkdirSync(folder)
  return folder
}

function earlierFolder(): string {
  const folder = newFolder()
  writeFileSync(join(folder, 'operations.log'), OPERATIONS)
  writeFileSync(join(folder, 'api_calls.log.1'), CALLS)
  writeFileSync(join(folder, 'errors.log.2.gz'), gzipSync(ERRORS))
  return folder
}

const take = (
  from: string,
  directory: string,
  dry_run = false,
  zone: LegacyZone = UTC_ZONE,
): Promise<LogImportReport> =>
  importLogs({ from, directory, zone, clock: new FakeClock(), dry_run, signal: new AbortController().signal })

describe('log files of an earlier system', () => {
  it('are found by search and analysis, at their own times and without secrets', async () => {
    const directory = newFolder()
    const report = await take(earlierFolder(), directory)
    assert.deepEqual(report.files, { read: 3, imported: 3, unchanged: 0, unreadable: [] })
    assert.equal(report.lines, 8)
    assert.deepEqual(report.by_stream, { operations: 2, api_calls: 3, errors: 3 })
    assert.deepEqual(report.by_form, { summary: 4, python_json: 1 })
    assert.equal(report.continuations, 2)
    assert.equal(report.unreadable_lines, 1)
    assert.deepEqual(report.days, { first: '2025-12-22', last: '2025-12-23', count: 2 })
    // The zone in which they are read does not matter any more.
    const analysis = await analyzeLogs({ directory, time_zone: 'UTC', legacy_zone: 'Asia/Tokyo' })
    assert.equal(analysis.api_calls.total_calls, 2)
    assert.equal(analysis.operations.courses_processed, 25)
    assert.equal(analysis.errors.total_errors, 1)
    assert.equal(analysis.range.first, '2025-12-22T10:15:32.000Z')
    assert.ok(!JSON.stringify(analysis).includes('jane@'))
  })

  it('come in once, also when they have grown or were moved on since', async () => {
    const [from, directory] = [earlierFolder(), newFolder()]
    await take(from, directory)
    const again = await take(from, directory)
    assert.deepEqual(again.files, { read: 3, imported: 0, unchanged: 3, unreadable: [] })
    assert.equal(again.lines, 0)
    appendFileSync(join(from, 'operations.log'), '[2025-12-22 10:18:30] Completion: 210.5, done\n')
    renameSync(join(from, 'operations.log'), join(from, 'operations.log.1'))
    writeFileSync(join(from, 'operations.log'), '[2025-12-24 10:18:30] Completion: 5, done\n')
    const grown = await take(from, directory)
    assert.equal(grown.lines, 2)
    assert.deepEqual(grown.files, { read: 4, imported: 2, unchanged: 2, unreadable: [] })
    assert.equal((await take(from, directory)).lines, 0)
    assert.equal(readdirSync(join(directory, 'archives')).length, 5)
  })

  it('are only counted in a dry run', async () => {
    const directory = newFolder()
    assert.equal((await take(earlierFolder(), directory, true)).lines, 8)
    assert.deepEqual(readdirSync(directory), [])
  })

  it('that are damaged are told, and the others come in', async () => {
    const [from, directory] = [earlierFolder(), newFolder()]
    writeFileSync(join(from, 'database.log.1.gz'), gzipSync(OPERATIONS).subarray(0, 40))
    const report = await take(from, directory)
    assert.deepEqual(report.files.unreadable, ['database.log.1.gz'])
    assert.equal(report.lines, 8)
  })

  it('keep each line but for its time and what is secret', () => {
    const zone = legacyZone('America/New_York')
    const table = [
      ['[2025-12-22 10:15:30] hello', '[2025-12-22T15:15:30.000Z] hello'],
      ['[2025-12-22T10:15:30Z] Bearer abcdefgh', '[2025-12-22T10:15:30.000Z] Bearer [redacted]'],
      ['  File "a.py", line 1', '  File "a.py", line 1'],
      ['not a line', 'not a line'],
    ] as const
    for (const [line, kept] of table) assert.equal(rewriteLine(line, 'operations', zone).text, kept)
    // Files of Windows that were put together have such marks in their middle.
    for (const mark of ['\uFEFF', '\u00A0', '\v']) {
      const json = `${mark}{"timestamp": "2025-12-22 10:15:30", "level": "INFO", "logger": "a", "message": "b"}`
      const { text, form } = rewriteLine(json, 'operations', zone)
      assert.equal(form, 'python_json')
      assert.equal((JSON.parse(text) as { timestamp: string }).timestamp, '2025-12-22T15:15:30.000Z')
    }
    const deep = `{"timestamp": "2025-12-22 10:15:30", "level": "INFO", "logger": "a", "message": "b", "c": ${'['.repeat(9000)}${']'.repeat(9000)}}`
    assert.deepEqual(rewriteLine(deep, 'operations', zone).form, null)
  })
})
