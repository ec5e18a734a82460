import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { LogEntry } from '../../src/core/log-entry.ts'
import { finderOf } from '../../src/cli/find-text.ts'
import { LogText, type LogTextOptions } from '../../src/cli/log-text.ts'
import { Terminal } from '../../src/cli/terminal.ts'
import { assertNoEscapes } from './support/assert-explained.ts'

const UUID = '3f2a91c0-1111-4222-8333-944455556666'

const ENTRY: LogEntry = {
  stream: 'operations',
  form: 'json',
  timestamp_ms: Date.parse('2026-11-22T10:15:30.005Z'),
  level: 'WARNING',
  event: 'course_finished',
  task_id: UUID,
  user_id: 42,
  writer: 'w',
  seq: 1,
  fields: { course_id: '7', request_id: 'abc-123' },
  message: 'Course 7: forbidden.',
}

const screenOf = (columns: number): Terminal => {
  const stream = { isTTY: true, columns } as NodeJS.WriteStream
  return new Terminal({ stdout: stream, stderr: stream, environment: { TERM: 'xterm' } })
}
const pipe = new Terminal({
  stdout: { isTTY: false } as NodeJS.WriteStream,
  stderr: { isTTY: true, columns: 80 } as NodeJS.WriteStream,
  environment: {},
})

const text = (options: Partial<LogTextOptions> = {}): LogText =>
  new LogText({ terminal: pipe, zone: 'Europe/Berlin', with_stream: true, find: null, ...options })
const bare = (lines: readonly string[]): string[] => lines.map(stripVTControlCharacters)

test('in a pipe a line has its date, its stream and its whole task id', () => {
  assert.deepEqual(text().lines(ENTRY, ''), [
    `2026-11-22 11:15:30.005 WARNING operations ${UUID} Course 7: forbidden.`,
  ])
  const without = { ...ENTRY, task_id: null, level: 'INFO' } as const
  assert.deepEqual(text({ zone: 'UTC', with_stream: false }).lines(without, ''), [
    `2026-11-22 10:15:30.005 INFO    - Course 7: forbidden.`,
  ])
})

test('the hour changes where the clocks are set', () => {
  const shown = text()
  const timeAt = (at: string): string | undefined =>
    shown.lines({ ...ENTRY, timestamp_ms: Date.parse(at) }, '')[0]?.slice(0, 23)
  assert.equal(timeAt('2026-10-25T00:59:59.999Z'), '2026-10-25 02:59:59.999')
  assert.equal(timeAt('2026-10-25T01:00:00.000Z'), '2026-10-25 02:00:00.000')
  assert.equal(timeAt('2026-10-25T00:59:59.999Z'), '2026-10-25 02:59:59.999')
})

test('on a narrow screen each day has a heading, and the task id is short', () => {
  const shown = text({ terminal: screenOf(80) })
  assert.deepEqual(bare(shown.lines(ENTRY, '')), [
    'Sunday, 2026-11-22',
    '11:15:30.005 WARNING operations 3f2a91c0 Course 7: forbidden.',
  ])
  assert.equal(shown.lines(ENTRY, '').length, 1)
  const next = { ...ENTRY, timestamp_ms: ENTRY.timestamp_ms + 86_400_000, task_id: 'nightly-2026' }
  assert.deepEqual(bare(shown.lines(next, '')), [
    'Monday, 2026-11-23',
    '11:15:30.005 WARNING operations nightly… Course 7: forbidden.',
  ])
})

test('on a wide screen the task id is whole', () => {
  const [, line] = bare(text({ terminal: screenOf(140) }).lines(ENTRY, ''))
  assert.equal(line, `11:15:30.005 WARNING operations ${UUID} Course 7: forbidden.`)
})

test('the level is a colour and a word', () => {
  const colours = { DEBUG: 90, INFO: 32, WARNING: 33, ERROR: 31 } as const
  for (const level of ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const) {
    const [, line = ''] = text({ terminal: screenOf(80) }).lines({ ...ENTRY, level }, '')
    assert.ok(line.includes(`\u001b[${colours[level]}m${level.padEnd(7)}\u001b[39m`), JSON.stringify(line))
  }
})

test('what was found stands out on a screen', async () => {
  const find = await finderOf({ text: 'COURSE', ignore_case: true })
  const [, line = ''] = text({ terminal: screenOf(80), find }).lines(ENTRY, '')
  assert.ok(
    line.includes('\u001b[1m\u001b[35mCourse\u001b[39m\u001b[22m 7: forbidden.'),
    JSON.stringify(line),
  )
  const regex = await finderOf({ regex: String.raw`\d+|forb` })
  const [, other = ''] = text({ terminal: screenOf(80), find: regex }).lines(ENTRY, '')
  assert.equal(other.match(/\u001b\[35m/g)?.length, 2)
})

test('what was found outside of the message is shown behind it', async () => {
  const found = async (wanted: string, line = ''): Promise<string | undefined> =>
    text({ find: await finderOf({ text: wanted }) }).lines(ENTRY, line)[0]
  assert.match((await found('abc-1')) ?? '', /forbidden\. {2}request_id=abc-123$/)
  assert.match((await found('course_fin')) ?? '', /forbidden\. {2}event=course_finished$/)
  assert.match((await found('urse_i')) ?? '', /forbidden\. {2}course_id=7$/)
  const line = JSON.stringify({ ...ENTRY.fields, status: 'x' })
  assert.match((await found('"request_id":', line)) ?? '', /forbidden\. {2}….*"request_id":"abc-123".*…$/)
  assert.match((await found('not there', line)) ?? '', /forbidden\.$/)
})

test('an expression that is none, and none at all, find nothing', async () => {
  assert.equal(await finderOf({ regex: '(' }), null)
  assert.equal(await finderOf({ level: 'ERROR' }), null)
  assert.deepEqual((await finderOf({ regex: 'x*' }))?.('abc'), [])
})

test('an expression that would take for ever elsewhere takes no time', async () => {
  const find = await finderOf({ regex: '(a+)+$' })
  assert.deepEqual(find?.(`${'a'.repeat(4000)}!`), [])
})

test('no sign of a line reaches the terminal that it would obey', async () => {
  const evil = '\u001b[2J\u0007\r\n\u202eevil\u0085'
  const entry = { ...ENTRY, message: evil, task_id: evil, fields: { endpoint: evil } }
  const find = await finderOf({ text: '[2J\u0007\r\n\u202eevil' })
  for (const terminal of [pipe, screenOf(80), screenOf(140)]) {
    const shown = text({ terminal, find })
    const lines = [...shown.lines(entry, evil), shown.aroundLine(entry), shown.unknownLine('errors', evil)]
    for (const line of lines) {
      assertNoEscapes(stripVTControlCharacters(line))
      assert.doesNotMatch(line, /\u001b\[2J|\n/)
    }
  }
})
