import assert from 'node:assert/strict'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { assertExplained, assertNoEscapes } from './support/assert-explained.ts'
import { no_pty, startInPty } from './support/pty.ts'
import type { CliResult } from './support/run-cli.ts'
import { runMain } from './support/run-main.ts'
import { WorkPlace } from './support/work-place.ts'
import { appendLines, logLine } from '../support/log-line-factory.ts'

const LOGS = 'logs/canvas_sync'
const place = new WorkPlace()
const folder = place.path(LOGS)

// The older lines are in a rotated and in a compressed file.
appendLines(folder, 'operations', {
  at: '2026-11-20T08:00:00.000Z',
  task_id: 'old',
  message: 'Course 1: completed.',
})
writeFileSync(
  place.path(`${LOGS}/operations.log.2.gz`),
  gzipSync(
    logLine({
      at: '2026-11-19T08:00:00.000Z',
      task_id: 'oldest',
      message: 'Course 0: completed.',
    }),
  ),
)
renameSync(place.path(`${LOGS}/operations.log`), place.path(`${LOGS}/operations.log.1`))
appendLines(
  folder,
  'operations',
  {
    at: '2026-11-21T23:30:00.000Z',
    message: 'Course 7: completed.',
    fields: { course_id: 7, duration_ms: 90 },
  },
  {
    at: '2026-11-22T10:15:00.000Z',
    message: 'Course 8: completed.',
    fields: { course_id: '8', duration_ms: 4200 },
  },
  {
    at: '2026-11-22T10:15:02.000Z',
    level: 'WARNING',
    message: 'Course 9: forbidden.',
    fields: { course_id: '9' },
  },
)
appendLines(
  folder,
  'errors',
  {
    at: '2026-11-22T10:15:01.500Z',
    level: 'ERROR',
    event: 'course_failed',
    user_id: 'ada',
    message: 'Canvas refused course 9.',
  },
  {
    at: '2026-11-22T10:15:09.000Z',
    level: 'ERROR',
    event: 'sync_failed',
    message: '\u001b[2J\u202eevil\u0007',
  },
)
appendLines(folder, 'api_calls', {
  at: '2026-11-22T10:15:01.000Z',
  event: 'api_call',
  fields: {
    method: 'GET',
    endpoint: '/api/v1/courses/9',
    status: 403,
    duration_ms: 120.5,
    request_id: 'req-77',
  },
  message: 'GET /api/v1/courses/9: 403 in 121 ms',
})

const search = (...args: string[]): Promise<CliResult> =>
  runMain(['logs', 'search', '--log-dir', folder, ...args], { TZ: 'Europe/Berlin' })

const ENTRY = z.strictObject({
  stream: z.enum(['operations', 'api_calls', 'database', 'errors', 'progress']),
  timestamp: z.iso.datetime({ precision: 3 }),
  level: z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR']),
  event: z.string().nullable(),
  task_id: z.string().nullable(),
  user_id: z.union([z.string(), z.int(), z.null()]),
  writer: z.string().nullable(),
  seq: z.int().nullable(),
  form: z.enum(['json', 'python_json', 'python_text', 'summary']),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  message: z.string(),
  source: z.string(),
  machine: z.null(),
  offset: z.int().min(0),
  before: z.array(z.string()),
  after: z.array(z.string()),
})

const entriesOf = ({ stdout }: CliResult): z.infer<typeof ENTRY>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ENTRY.parse(JSON.parse(line)))

suite('logs search', { concurrency: 2 }, () => {
  test('shows what matches, newest first, through rotated and compressed files, in local time', async () => {
    const { code, stdout, stderr } = await search('completed')
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.equal(
      stdout,
      [
        '2026-11-22 11:15:00.000 INFO    operations nightly Course 8: completed.',
        '2026-11-22 00:30:00.000 INFO    operations nightly Course 7: completed.',
        '2026-11-20 09:00:00.000 INFO    operations old Course 1: completed.',
        '2026-11-19 09:00:00.000 INFO    operations oldest Course 0: completed.',
        '',
      ].join('\n'),
    )
  })

  test('several streams are merged by time, and --oldest-first turns it round', async () => {
    const { stdout } = await search('course', '-i', '--since', '2026-11-22T11:00', '--oldest-first')
    assert.deepEqual(
      stdout.split('\n').map((line) => line.slice(14, 42)),
      [
        '15:00.000 INFO    operations',
        '15:01.000 INFO    api_calls ',
        '15:01.500 ERROR   errors    ',
        '15:02.000 WARNING operations',
        '',
      ],
    )
  })

  test('--json prints one object for each hit, in the documented form', async () => {
    const result = await search('--task', 'nightly', '--json')
    assert.equal(result.stderr, '')
    const entries = entriesOf(result)
    assert.equal(entries.length, 6)
    const call = entries.find((entry) => entry.stream === 'api_calls')
    assert.deepEqual(
      { ...call, seq: null },
      {
        stream: 'api_calls',
        timestamp: '2026-11-22T10:15:01.000Z',
        level: 'INFO',
        event: 'api_call',
        task_id: 'nightly',
        user_id: 42,
        writer: 'test-1',
        seq: null,
        form: 'json',
        fields: {
          method: 'GET',
          endpoint: '/api/v1/courses/9',
          status: 403,
          duration_ms: 120.5,
          request_id: 'req-77',
        },
        message: 'GET /api/v1/courses/9: 403 in 121 ms',
        source: 'api_calls.log',
        machine: null,
        offset: 0,
        before: [],
        after: [],
      },
    )
    assertNoEscapes(result.stdout)
  })

  const FILTERS: readonly (readonly [string[], string[]])[] = [
    [
      ['--level', 'error'],
      ['\u001b[2J\u202eevil\u0007', 'Canvas refused course 9.'],
    ],
    [['--level', 'warn', '--stream', 'operations'], ['Course 9: forbidden.']],
    [['--event', 'course_failed'], ['Canvas refused course 9.']],
    [['--user', 'ada'], ['Canvas refused course 9.']],
    [['--course', '7'], ['Course 7: completed.']],
    [['--course', '8'], ['Course 8: completed.']],
    [['--status', '4xx'], ['GET /api/v1/courses/9: 403 in 121 ms']],
    [['--min-duration', '100', '--max-duration', '1000'], ['GET /api/v1/courses/9: 403 in 121 ms']],
    [['--min-duration', '1000'], ['Course 8: completed.']],
    [['--task', 'old'], ['Course 1: completed.']],
    [['--stream', 'errors,api_calls', '--stream', 'database', 'refused'], ['Canvas refused course 9.']],
    [
      ['--regex', String.raw`[Cc]ourse (7|9)[.:]`, '--until', '2026-11-22', '--stream', 'errors'],
      ['Canvas refused course 9.'],
    ],
    [
      ['completed', '--since', '2026-11-22', '--until', '2026-11-22'],
      ['Course 8: completed.', 'Course 7: completed.'],
    ],
    [
      ['completed', '--since', '2026-11-21T23:00Z', '--until', '2026-11-22T10:15:00Z'],
      ['Course 7: completed.'],
    ],
    [['req-77'], ['GET /api/v1/courses/9: 403 in 121 ms']],
  ]
  for (const [args, messages] of FILTERS) {
    test(`${args.join(' ')} finds ${messages.length}`, async () => {
      const result = await search(...args, '--json')
      assert.equal(result.code, 0, result.stderr)
      assert.deepEqual(
        entriesOf(result).map((entry) => entry.message),
        messages,
      )
    })
  }

  test('what was cut by the limit goes on with the cursor, and nothing comes twice or is missing', async () => {
    const seen: string[] = []
    let cursor: string[] = []
    for (let page = 0; page < 4; page++) {
      const result = await search('course', '-i', '--limit', '2', '--json', ...cursor)
      assert.equal(result.code, 0, result.stderr)
      seen.push(...entriesOf(result).map((entry) => entry.message))
      const [, next] =
        /^2 hits, cut at the limit of 2\. For more: --cursor (\S+)\n$/.exec(result.stderr) ?? []
      if (next === undefined) break
      cursor = ['--cursor', next]
    }
    assert.deepEqual(
      seen,
      entriesOf(await search('course', '-i', '--json')).map((entry) => entry.message),
    )
    assert.equal(new Set(seen).size, 7)
  })

  test('--count prints how many there are, whatever the limit', async () => {
    const { code, stdout, stderr } = await search('course', '-i', '--count', '--limit', '1')
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '7\n', stderr: '' })
    assert.equal((await search('course', '-i', '--count', '--json')).stdout, '{"count":7}\n')
    assert.equal((await search('nowhere', '--count')).stdout, '0\n')
  })

  test('--context shows the lines around a hit', async () => {
    const { stdout } = await search('Course 8', '-C', '1')
    assert.equal(
      stdout,
      [
        '2026-11-22 00:30:00.000 INFO    operations nightly Course 7: completed.',
        '2026-11-22 11:15:00.000 INFO    operations nightly Course 8: completed.',
        '2026-11-22 11:15:02.000 WARNING operations nightly Course 9: forbidden.',
        '',
      ].join('\n'),
    )
    const two = await search('forbidden', '-C', '1', '--stream', 'operations')
    assert.deepEqual(two.stdout.split('\n').length, 3)
    const groups = await search('completed', '-C', '1')
    assert.equal(groups.stdout.match(/^--$/gm)?.length, 3)
  })

  test('nothing found is good, and is said', async () => {
    const { code, stdout, stderr } = await search('nowhere')
    assert.deepEqual(
      { code, stdout, stderr },
      { code: 0, stdout: '', stderr: `No line in ${folder} matches.\n` },
    )
    assert.equal((await search('nowhere', '--quiet')).stderr, '')
  })

  test('control characters of a line never reach the terminal', async () => {
    const { stdout } = await search('evil')
    assert.match(stdout, /evil/)
    assertNoEscapes(stdout)
  })

  test('a file that cannot be read is named, the others are searched, and the exit code is 3', async () => {
    const other = new WorkPlace()
    appendLines(other.path(LOGS), 'operations', { message: 'Course 7: completed.' })
    writeFileSync(other.path(`${LOGS}/operations.log.1.gz`), gzipSync('x'.repeat(5000)).subarray(0, 20))
    const { code, stdout, stderr } = await other.run(['logs', 'search', 'completed'])
    assert.equal(code, 3, stderr)
    assert.match(stdout, /Course 7/)
    assert.match(stderr, /^Not searched: operations\.log\.1\.gz \(.+\)\n$/)
  })

  test('a reader that goes away ends it, silently', async () => {
    const other = new WorkPlace()
    const many = Array.from({ length: 20_000 }, () => ({ message: 'x'.repeat(200) }))
    appendLines(other.path(LOGS), 'operations', ...many)
    const running = other.start(['logs', 'search', 'xxx', '--limit', '20000'])
    running.child.stdout?.once('data', () => running.child.stdout?.destroy())
    const { code, stderr } = await running.result
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  })

  const WRONG: readonly (readonly [string[], RegExp, RegExp])[] = [
    [[], /needs a text or a filter/, /--level error/],
    [['a', 'b'], /takes one text/, /"a b"/],
    [[''], /empty text/, /\w/],
    [['--regex'], /--regex needs the expression/, /course/],
    [['--regex', '(a'], /regular expression/, /Syntax/],
    [['x', '--stream', 'error'], /no log stream "error"/, /Did you mean errors\?/],
    [['x', '--stream', 'foo'], /no log stream "foo"/, /operations, api_calls/],
    [['x', '--level', 'fatal'], /no log level "fatal"/, /debug, info/],
    [['x', '--since', 'tomorow'], /--since must be a time, got "tomorow"/, /--since yesterday/],
    [['x', '--since', 'today', '--until', 'yesterday'], /is not before/, /earlier/],
    [['x', '--limit', '0'], /--limit must be a whole number from 1/, /--limit/],
    [['x', '--context', '51'], /--context must be a whole number from 0 to 50/, /--context/],
    [['x', '--min-duration', '1s'], /--min-duration must be a whole number/, /--min-duration/],
    [['x', '--status', 'a b'], /status/, /404/],
    [['x', '--cursor', 'nonsense'], /cursor/i, /\w/],
    [['x', '--sicne', '2h'], /has no option --sicne/, /Did you mean --since\?/],
  ]
  for (const [args, sentence, next] of WRONG) {
    test(`"logs search ${args.join(' ')}" is explained`, async () => {
      assertExplained(await search(...args), { code: 2, sentence, next })
    })
  }

  test('a folder that is not there is explained', async () => {
    assertExplained(await search('x', '--log-dir', 'elsewhere'), {
      code: 1,
      sentence: /The log folder elsewhere does not exist/,
      next: /--log-dir/,
    })
    const directory = place.path('empty')
    mkdirSync(directory)
    const empty = await search('x', '--log-dir', directory)
    assert.deepEqual(
      { code: empty.code, stderr: empty.stderr },
      { code: 0, stderr: `There is no log file in ${directory}.\n` },
    )
  })

  test('on a screen it has headings, colours and a count', { skip: no_pty }, async () => {
    const run = startInPty(place, ['logs', 'search', 'Course 7'], { TZ: 'UTC' })
    assert.equal(await run.code, 0)
    const screen = run.screen()
    assert.match(screen, /Saturday, 2026-11-21/)
    assert.match(screen, /\u001b\[32mINFO {3}\u001b\[39m operations/)
    assert.match(screen, /\u001b\[35mCourse 7\u001b\[39m/)
    assert.match(screen, /1 hit in \d+ ms\./)
  })
})
