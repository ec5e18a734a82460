import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { renameToBackup } from '../../src/logs/directory/backup-files.ts'
import { assertExplained, assertNoEscapes } from './support/assert-explained.ts'
import { no_pty, startInPty } from './support/pty.ts'
import type { CliResult } from './support/run-cli.ts'
import { runMain } from './support/run-main.ts'
import { WorkPlace } from './support/work-place.ts'
import { appendLines, logLine } from '../support/log-line-factory.ts'

const LOGS = 'logs/canvas_sync'

/** A folder with four lines of two streams. */
function filledPlace(): WorkPlace {
  const place = new WorkPlace()
  const at = (second: number): string => `2026-11-22T10:15:0${second}.000Z`
  appendLines(
    place.path(LOGS),
    'operations',
    { at: at(1), message: 'one' },
    { at: at(3), message: 'three', level: 'WARNING' },
  )
  appendLines(place.path(LOGS), 'errors', { at: at(2), message: 'two', level: 'ERROR', user_id: 'ada' })
  appendLines(place.path(LOGS), 'errors', {
    at: at(4),
    message: 'four',
    level: 'ERROR',
    event: 'sync_failed',
  })
  return place
}

const shared = filledPlace()
const tail = (...args: string[]): Promise<CliResult> =>
  runMain(['logs', 'tail', '--no-follow', '--log-dir', shared.path(LOGS), ...args], { TZ: 'UTC' })
const wordsOf = ({ stdout }: CliResult): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').at(-1) ?? '')

suite('logs tail', { concurrency: 2 }, () => {
  test('--no-follow shows the last lines of all streams in the order of their times, and ends', async () => {
    const { code, stdout, stderr } = await tail()
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.equal(
      stdout,
      [
        '2026-11-22 10:15:01.000 INFO    operations nightly one',
        '2026-11-22 10:15:02.000 ERROR   errors     nightly two',
        '2026-11-22 10:15:03.000 WARNING operations nightly three',
        '2026-11-22 10:15:04.000 ERROR   errors     nightly four',
        '',
      ].join('\n'),
    )
  })

  test('the filters and -n choose the lines', async () => {
    assert.deepEqual(wordsOf(await tail('-n', '2')), ['three', 'four'])
    assert.deepEqual(wordsOf(await tail('--lines', '0')), [''])
    assert.deepEqual(wordsOf(await tail('--level', 'warning', '-n', '2')), ['three', 'four'])
    assert.deepEqual(wordsOf(await tail('--stream', 'operations')), ['one', 'three'])
    assert.deepEqual(wordsOf(await tail('--user', 'ada')), ['two'])
    assert.deepEqual(wordsOf(await tail('--event', 'sync_failed')), ['four'])
    assert.deepEqual(wordsOf(await tail('--task', 'other')), [''])
  })

  test('a text, an expression and what a line is about choose the lines as in a search', async () => {
    const place = filledPlace()
    appendLines(place.path(LOGS), 'api_calls', {
      message: 'five',
      fields: { course_id: '7', status: 403, duration_ms: 90 },
    })
    const words = async (...args: string[]): Promise<string[]> =>
      wordsOf(await tail('--log-dir', place.path(LOGS), ...args))
    assert.deepEqual(await words('FOUR'), [''])
    assert.deepEqual(await words('FOUR', '-i'), ['four'])
    assert.deepEqual(await words('--regex', String.raw`\b(one|three)\b`), ['one', 'three'])
    assert.deepEqual(await words('--course', '7'), ['five'])
    assert.deepEqual(await words('--status', '4xx', '--min-duration', '90'), ['five'])
    assert.deepEqual(await words('--max-duration', '80'), [''])
  })

  test('--json prints one object for each line', async () => {
    const { stdout } = await tail('--json', '-n', '1')
    const entry = JSON.parse(stdout) as Record<string, unknown>
    const keys = 'stream timestamp level event task_id user_id writer seq form fields message source machine'
    assert.deepEqual(Object.keys(entry), keys.split(' '))
    assert.deepEqual(
      [entry['stream'], entry['timestamp'], entry['message'], entry['source']],
      ['errors', '2026-11-22T10:15:04.000Z', 'four', 'errors.log'],
    )
  })

  test('a line in no known form is shown too, without a sign that a terminal would obey', async () => {
    const place = filledPlace()
    const text = place.start(['logs', 'tail', '-n', '0'])
    const json = place.start(['logs', 'tail', '-n', '1', '--json'])
    await json.shows('stdout', /four/)
    const write = setInterval(() => {
      appendFileSync(place.path(`${LOGS}/operations.log`), 'free \u001b[2Jtext\n')
    }, 50)
    await text.shows('stdout', /^\? operations free \ufffd\[2Jtext\n/)
    await json.shows('stdout', /free.*\n/)
    clearInterval(write)
    for (const { child } of [text, json]) child.kill('SIGINT')
    const { stdout } = await json.result
    const [, line = ''] = stdout.split('\n')
    const entry = JSON.parse(line) as Record<string, unknown>
    assert.deepEqual([entry['stream'], entry['form'], entry['timestamp']], ['operations', null, null])
    assert.equal(entry['message'], 'free \u001b[2Jtext')
    for (const result of [stdout, (await text.result).stdout]) assertNoEscapes(result)
  })

  test('it follows through a rotation, misses nothing, and Ctrl-C ends it with 130', async () => {
    const place = filledPlace()
    const running = place.start(['logs', 'tail', '-n', '1'])
    await running.shows('stdout', /four\n/)
    appendLines(place.path(LOGS), 'operations', { message: 'five' })
    await running.shows('stdout', /five\n/)
    appendLines(place.path(LOGS), 'operations', { message: 'six' })
    renameToBackup(place.path(`${LOGS}/operations.log`))
    appendFileSync(place.path(`${LOGS}/operations.log`), logLine({ message: 'seven' }))
    await running.shows('stdout', /seven\n/)
    running.child.kill('SIGINT')
    const result = await running.result
    assert.equal(result.code, 130)
    assert.deepEqual(wordsOf(result), ['four', 'five', 'six', 'seven'])
    assert.ok(result.stdout.endsWith('\n'))
  })

  test('a reader that goes away ends it', async () => {
    const place = filledPlace()
    const running = place.start(['logs', 'tail'])
    await running.shows('stdout', /four/)
    running.child.stdout?.destroy()
    const write = setInterval(() => {
      appendLines(place.path(LOGS), 'operations', { message: 'more' })
    }, 20)
    const { code, stderr } = await running.result
    clearInterval(write)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  })

  test('wrong calls are explained', async () => {
    const cases: readonly (readonly [string[], RegExp, RegExp])[] = [
      [['--stream', 'api_call'], /no log stream "api_call"/, /Did you mean api_calls\?/],
      [['-n', 'x'], /--lines must be a whole number from 0/, /--lines 10/],
      [['-n', '-3'], /--lines needs a value/, /given as --lines=VALUE/],
      [['two', 'words'], /logs tail takes one text/, /"two words"/],
      [['--regex'], /--regex needs the expression/, /logs tail --regex/],
      [['--min-duration', 'x'], /--min-duration must be a whole number/, /--min-duration 10/],
    ]
    for (const [args, sentence, next] of cases) {
      assertExplained(await tail(...args), { code: 2, sentence, next })
    }
    const gone = await runMain(['logs', 'tail', '--log-dir', shared.path('elsewhere')])
    assertExplained(gone, { code: 1, sentence: /log folder \S+ does not exist/, next: /--log-dir/ })
  })

  test('on a screen it has a heading for each day', { skip: no_pty }, async () => {
    const place = filledPlace()
    const run = startInPty(place, ['logs', 'tail'], { TZ: 'UTC' })
    await run.shows(/four/)
    assert.match(stripVTControlCharacters(run.screen()), /^Sunday, 2026-11-22\r\n10:15:01\.000 INFO/)
    run.type('\u0003')
    assert.equal(await run.code, 130)
  })
})
