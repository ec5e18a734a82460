import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import {
  logSearchPieceSchema,
  logSearchResultSchema,
  type LogSearchPiece,
  type LogSearchResult,
} from '../../src/api/logs/log-search-schemas.ts'
import type { Fault } from '../../src/api/logs/log-stream.ts'
import { systemClock, type Clock } from '../../src/core/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { assertBadParameter, assertProblem } from './support/assert-problem.ts'
import { openLogServer, until, type LogServer } from './support/log-server.ts'

const NDJSON = { headers: { accept: 'application/x-ndjson' } }

async function filledServer(): Promise<LogServer> {
  const server = await openLogServer()
  appendLines(
    server.directory,
    'operations',
    {
      at: '2026-11-21T23:30:00.000Z',
      message: 'Course 7: completed.',
      fields: { course_id: 7, duration_ms: 90 },
    },
    { at: '2026-11-22T10:15:00.000Z', message: 'Course 8: completed.', fields: { duration_ms: 4200 } },
    { at: '2026-11-22T10:15:02.000Z', level: 'WARNING', message: 'Course 9: forbidden.', task_id: 'Ü/1' },
  )
  appendLines(server.directory, 'errors', {
    at: '2026-11-22T10:15:01.500Z',
    level: 'ERROR',
    event: 'course_failed',
    user_id: 'ada',
    fields: { status: 403 },
    message: 'Canvas refused course 9.',
  })
  return server
}

const shared = await filledServer()

async function search(query: string): Promise<LogSearchResult> {
  const response = await shared.get(`/logs/search?${query}`)
  assert.equal(response.status, 200, await response.clone().text())
  assert.equal(response.headers.get('content-type'), 'application/json')
  return logSearchResultSchema.parse(await response.json())
}

const messagesOf = ({ entries }: LogSearchResult): string[] => entries.map((entry) => entry.message)

test('it gives what matches, newest first, with what there is to know about it', async () => {
  const result = await search('text=course&ignore_case=true')
  assert.deepEqual(messagesOf(result), [
    'Course 9: forbidden.',
    'Canvas refused course 9.',
    'Course 8: completed.',
    'Course 7: completed.',
  ])
  const { count, next_cursor, cut, malformed_lines, unreadable, error } = result
  assert.deepEqual(
    { count, next_cursor, cut, malformed_lines, unreadable, error },
    { count: 4, next_cursor: null, cut: null, malformed_lines: 0, unreadable: [], error: undefined },
  )
  const [, hit] = result.entries
  assert.deepEqual(
    { ...hit, seq: null },
    {
      stream: 'errors',
      timestamp: '2026-11-22T10:15:01.500Z',
      level: 'ERROR',
      event: 'course_failed',
      task_id: 'nightly',
      user_id: 'ada',
      writer: 'test-1',
      seq: null,
      form: 'json',
      fields: { status: 403 },
      message: 'Canvas refused course 9.',
      source: 'errors.log',
      machine: null,
      offset: 0,
      before: [],
      after: [],
    },
  )
})

const FILTERS: readonly (readonly [string, number])[] = [
  ['', 4],
  ['stream=errors', 1],
  ['stream=errors,operations', 4],
  ['stream=errors&stream=operations', 4],
  ['level=warning', 2],
  ['event=course_failed', 1],
  [`task_id=${encodeURIComponent('Ü/1')}`, 1],
  ['user_id=42', 3],
  ['course_id=7', 1],
  ['status=4xx', 1],
  ['min_duration_ms=100', 1],
  ['max_duration_ms=100', 1],
  ['since=2026-11-22', 3],
  ['until=2026-11-21', 1],
  ['since=2026-11-22T10:15:01Z&until=2026-11-22T10:15:02Z', 1],
  [`regex=${encodeURIComponent(String.raw`course \d`)}`, 1],
  ['regex=COURSE&ignore_case=1', 4],
  ['text=nowhere', 0],
]
for (const [query, hits] of FILTERS) {
  test(`"${query}" finds ${hits}`, async () => {
    assert.equal((await search(query)).count, hits)
  })
}

test('the cursor of an answer that was cut gives the rest', async () => {
  const first = await search('text=ourse&order=oldest&limit=3')
  assert.deepEqual({ count: first.count, cut: first.cut }, { count: 3, cut: 'limit' })
  const rest = await search(
    `text=ourse&order=oldest&limit=3&cursor=${encodeURIComponent(first.next_cursor ?? '')}`,
  )
  assert.deepEqual(messagesOf(rest), ['Course 9: forbidden.'])
  assert.deepEqual({ cut: rest.cut, next_cursor: rest.next_cursor }, { cut: null, next_cursor: null })
})

test('context gives the lines around a hit as they were written', async () => {
  const { entries } = await search('text=Course%208&context=1')
  assert.match(entries[0]?.before[0] ?? '', /^\{"timestamp".*Course 7: completed\."\}$/)
  assert.match(entries[0]?.after[0] ?? '', /Course 9/)
})

test('for who accepts it, each hit is a line, and the last one says how it ended', async () => {
  const response = await shared.get('/logs/search?text=completed', NDJSON)
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  assert.equal(response.headers.get('vary'), 'Accept')
  const text = await response.text()
  assert.ok(text.endsWith('}\n'))
  const pieces = text
    .trimEnd()
    .split('\n')
    .map((line): LogSearchPiece => logSearchPieceSchema.parse(JSON.parse(line)))
    .filter(({ kind }) => kind !== 'progress')
  assert.deepEqual(
    pieces.map(({ kind }) => kind),
    ['hit', 'hit', 'end'],
  )
  assert.deepEqual(Object.keys(pieces[0] ?? {}).slice(0, 4), ['kind', 'stream', 'timestamp', 'level'])
})

test('nobody may keep an answer or guess what it is', async () => {
  for (const init of [{}, NDJSON]) {
    const response = await shared.get('/logs/search?limit=1', init)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    await response.text()
  }
})

test('a wrong parameter is named', async () => {
  const bad = async (query: string, parameter: string, expected: string): Promise<void> => {
    await assertBadParameter(await shared.get(`/logs/search?${query}`), parameter, expected)
  }
  await bad('text=', 'text', 'text of 1 to 1000 characters')
  await bad('text=a&text=b', 'text', 'text of 1 to 1000 characters')
  await bad('limit=1001', 'limit', 'a whole number from 1 to 1000')
  await bad('context=51', 'context', 'a whole number from 0 to 50')
  await bad('level=fatal', 'level', 'one of DEBUG, INFO, WARNING, ERROR')
  await bad(
    'stream=error',
    'stream',
    'one or more of operations, api_calls, database, errors, progress, with commas between them',
  )
  await bad('order=up', 'order', 'newest or oldest')
  await bad('ignore_case=yes', 'ignore_case', 'true or false')
  await bad('status=a%20b', 'status', '404, 4xx, >=400, or a word such as completed')
  await bad('status=99x', 'status', '404, 4xx, >=400, or a word such as completed')
  await bad('min_duration_ms=-1', 'min_duration_ms', 'a whole number from 0 to 1000000000')
  const problem = await assertProblem(await shared.get('/logs/search?since=tomorow'), 400)
  assert.equal(problem.parameter, 'since')
  assert.match(problem.error, /a time such as 2026-11-22, /)
})

test('what only makes no sense together is refused too', async () => {
  const parameterOf = async (query: string): Promise<string | undefined> =>
    (await assertProblem(await shared.get(`/logs/search?${query}`), 400)).parameter
  assert.equal(await parameterOf('text=a&regex=b'), 'regex')
  assert.equal(await parameterOf('since=today&until=yesterday'), 'since')
  assert.equal(await parameterOf('min_duration_ms=5&max_duration_ms=4'), 'min_duration_ms')
  assert.equal(await parameterOf('text=a&cursor=nonsense'), 'cursor')
})

test('an expression that is wrong, too large or cannot be had in linear time is refused by name', async () => {
  for (const regex of ['(', '(?=a)', String.raw`(a)\1`, '((a{100}){100}){100}', 'x'.repeat(1001)]) {
    const response = await shared.get(`/logs/search?regex=${encodeURIComponent(regex)}`)
    assert.equal((await assertProblem(response, 400)).parameter, 'regex', regex.slice(0, 20))
  }
})

test('an expression that takes for ever elsewhere is answered at once', async () => {
  const server = await openLogServer()
  appendLines(server.directory, 'operations', { message: `${'a'.repeat(4000)}!` })
  const response = await server.get(`/logs/search?regex=${encodeURIComponent('(a+)+$')}`)
  assert.equal(((await response.json()) as LogSearchResult).count, 0)
})

test('a search more than there are places for is told to come back', async () => {
  const server = await openLogServer()
  const releases = Array.from({ length: 4 }, () => server.reading.searches.take())
  const response = await server.get('/logs/search')
  assert.equal(response.headers.get('retry-after'), '2')
  assert.match((await assertProblem(response, 429)).error, /Too many searches/)
  releases[0]?.()
  releases[0]?.()
  const found = await server.get('/logs/search')
  assert.equal(found.status, 200)
  await found.text()
  assert.notEqual(server.reading.searches.take(), null)
  assert.equal(server.reading.searches.take(), null, 'a place that is given back twice is one place')
})

test('a search gives its place back however it ends', async () => {
  const server = await openLogServer()
  appendLines(server.directory, 'operations', {})
  for (let round = 0; round < 6; round++) {
    await (await server.get('/logs/search')).text()
    await (await server.get('/logs/search', NDJSON)).text()
    await server.get('/logs/search', { method: 'HEAD' })
    await assertProblem(await server.get('/logs/search?cursor=x'), 400)
  }
  assert.equal((await server.get('/logs/search')).status, 200)
  assert.deepEqual(server.errors, [])
})

test('a client that goes away in the middle frees its place, and nothing is left running', async () => {
  const server = await openLogServer()
  const message = 'x'.repeat(4000)
  appendLines(server.directory, 'operations', ...Array.from({ length: 3000 }, () => ({ message })))
  for (let round = 0; round < 8; round++) {
    await new Promise<void>((resolve) => {
      const client = request(`${server.url}/logs/search?limit=1000&context=50`, (response) => {
        response.once('data', () => {
          client.destroy()
          resolve()
        })
        response.on('error', () => {})
      })
      client.on('error', () => {})
      client.end()
    })
  }
  const free = (): boolean => {
    const release = server.reading.searches.take()
    release?.()
    return release !== null
  }
  await until(free)
  assert.deepEqual(server.errors, [])
})

test('a client that does not read holds its place no longer than a minute', async () => {
  const clock = new FakeClock()
  const server = await openLogServer({ clock })
  const message = 'x'.repeat(4000)
  appendLines(server.directory, 'operations', ...Array.from({ length: 3000 }, () => ({ message })))
  const waiting = await Promise.all(
    Array.from({ length: 4 }, () => server.get('/logs/search?limit=1000&context=50')),
  )
  await assertProblem(await server.get('/logs/search'), 429)
  clock.advance(60_000)
  assert.equal((await server.get('/logs/search?limit=1')).status, 200)
  // What they get is no JSON: nobody takes it for the whole.
  for (const response of waiting) await assert.rejects(response.json())
})

test('a server that stops ends a search that runs', async () => {
  const server = await openLogServer()
  const message = 'x'.repeat(4000)
  appendLines(server.directory, 'operations', ...Array.from({ length: 3000 }, () => ({ message })))
  const response = await server.get('/logs/search?limit=1000&context=50', NDJSON)
  const stopped = server.stop()
  const last = (await response.text()).trimEnd().split('\n').at(-1) ?? ''
  assert.deepEqual(JSON.parse(last), {
    kind: 'error',
    error: 'The server is stopping.',
    request_id: null,
  })
  await stopped
  assert.deepEqual(server.errors, [])
})

test('a fault in the middle is said at the end of the answer and told to the operator', async () => {
  let broken = false
  const clock: Clock = {
    ...systemClock,
    monotonic() {
      if (broken) throw new Error('secret')
      return systemClock.monotonic()
    },
  }
  const server = await openLogServer({ clock })
  const message = 'x'.repeat(4000)
  appendLines(server.directory, 'operations', ...Array.from({ length: 3000 }, () => ({ message })))
  for (const init of [{}, NDJSON]) {
    broken = false
    const response = await server.get('/logs/search?limit=1000&context=50', init)
    broken = true
    const text = await response.text()
    assert.doesNotMatch(text, /secret/)
    const end = JSON.parse(init === NDJSON ? (text.trimEnd().split('\n').at(-1) ?? '') : text) as Fault
    assert.equal(end.error, 'The server could not finish this answer.')
    assert.equal(server.errors.at(-1)?.place.request_id, end.request_id)
    if (init !== NDJSON) assert.equal(logSearchResultSchema.parse(end).cut, 'error')
  }
})
