import assert from 'node:assert/strict'
import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { tailEventSchema } from '../../src/api/logs/log-search-schemas.ts'
import { TAIL_PARAMETERS } from '../../src/api/logs/log-tail.ts'
import { renameToBackup } from '../../src/logs/directory/backup-files.ts'
import { startServer } from '../../src/server/index.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { assertBadParameter, assertProblem } from './support/assert-problem.ts'
import { EventReader } from './support/event-reader.ts'
import { openLogServer, until, type LogServer } from './support/log-server.ts'

async function follow(server: LogServer, query = '', init: RequestInit = {}): Promise<EventReader> {
  const response = await server.get(`/logs/tail${query}`, init)
  assert.equal(response.status, 200, response.status === 200 ? '' : await response.text())
  return new EventReader(response)
}

async function messages(reader: EventReader, count: number): Promise<string[]> {
  const events = await reader.take(count)
  return events.map(({ event, data }) => {
    assert.equal(event, 'line')
    const record = tailEventSchema.parse(JSON.parse(data))
    return 'message' in record ? record.message : ''
  })
}

const allFree = (server: LogServer): boolean => {
  const releases = Array.from({ length: 16 }, () => server.reading.tails.take())
  for (const release of releases) release?.()
  return !releases.includes(null)
}

test('it sends each line as it is written, and first the last ones when asked for', async () => {
  const server = await openLogServer()
  appendLines(server.directory, 'operations', { message: 'one' }, { message: 'two' })
  const reader = await follow(server, '?last=1')
  const { headers } = reader.response
  assert.equal(headers.get('content-type'), 'text/event-stream')
  assert.equal(headers.get('cache-control'), 'no-store, no-transform')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.deepEqual(await messages(reader, 1), ['two'])
  appendLines(server.directory, 'errors', { message: 'three', level: 'ERROR' })
  appendLines(server.directory, 'operations', { message: 'four' })
  assert.deepEqual((await messages(reader, 2)).toSorted(), ['four', 'three'])
  await reader.close()
})

test('the form of the stream is that of the standard', async () => {
  const server = await openLogServer()
  appendLines(server.directory, 'operations', { message: 'a\u2028b\nc' })
  const response = await server.get('/logs/tail?last=1')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(': idle')) text += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  assert.match(
    text,
    /^retry: 3000\n\nid: \S+\nevent: line\ndata: \{"stream":"operations",.*\}\n\n: idle\nid: \S+\n\n$/s,
  )
  const data = text.split('\n').find((line) => line.startsWith('data: ')) ?? ''
  assert.equal((JSON.parse(data.slice(6)) as { message: string }).message, 'a\u2028b\nc')
})

test('the filters choose the lines', async () => {
  const server = await openLogServer()
  const reader = await follow(server, '?level=error&user_id=42&text=b')
  appendLines(
    server.directory,
    'operations',
    { message: 'abc' },
    { message: 'abc', level: 'ERROR', user_id: 43 },
    { message: 'ac', level: 'ERROR' },
    { message: 'b it is', level: 'ERROR' },
  )
  assert.deepEqual(await messages(reader, 1), ['b it is'])
  await reader.close()
})

for (const way of ['header', 'parameter'] as const) {
  test(`who comes back with the ${way} has missed nothing, through a rotation, and gets nothing twice`, async () => {
    const server = await openLogServer()
    const first = await follow(server)
    appendLines(server.directory, 'operations', { message: 'one' }, { message: 'two' })
    const [, two] = await first.take(2)
    await first.close()
    appendLines(server.directory, 'operations', { message: 'three' })
    renameToBackup(join(server.directory, 'operations.log'))
    appendLines(server.directory, 'operations', { message: 'four' })
    const id = two?.id ?? ''
    // A browser repeats its first address; the header is what counts.
    const second = await (way === 'header'
      ? follow(server, '?last=2&after=old', { headers: { 'last-event-id': id } })
      : follow(server, `?after=${encodeURIComponent(id)}`))
    assert.deepEqual(await messages(second, 2), ['three', 'four'])
    await second.close()
  })
}

test('who was idle comes back to where that was', async () => {
  const server = await openLogServer()
  appendLines(server.directory, 'operations', { message: 'before' })
  const first = await follow(server)
  // The first block without data has the id of the place from which on it follows.
  const waiting = first.next()
  await until(() => first.last_id !== '')
  const place = first.last_id
  await first.close()
  await waiting
  appendLines(server.directory, 'operations', { message: 'after' })
  const second = await follow(server, '', { headers: { 'last-event-id': place } })
  assert.deepEqual(await messages(second, 1), ['after'])
  await second.close()
})

test('lines that were deleted in the meantime are told as a gap', async () => {
  const server = await openLogServer()
  const live = join(server.directory, 'operations.log')
  const first = await follow(server)
  appendLines(server.directory, 'operations', { message: 'one' })
  const [one] = await first.take(1)
  await first.close()
  unlinkSync(live)
  appendLines(server.directory, 'operations', { message: 'two' })
  const second = await follow(server, '', { headers: { 'last-event-id': one?.id ?? '' } })
  const [gap, line] = await second.take(2)
  assert.equal(gap?.event, 'gap')
  assert.deepEqual(tailEventSchema.parse(JSON.parse(gap.data)), JSON.parse(gap.data))
  const { stream, reason } = JSON.parse(gap.data) as { stream: string; reason: string }
  assert.deepEqual([stream, reason], ['operations', 'deleted'])
  assert.match(line?.data ?? '', /"message":"two"/)
  await second.close()
})

test('more clients than there are places for are told to come back, and a place is free when one leaves', async () => {
  const server = await openLogServer()
  const readers = await Promise.all(Array.from({ length: 16 }, () => follow(server)))
  const refused = await server.get('/logs/tail')
  assert.equal(refused.headers.get('retry-after'), '10')
  await assertProblem(refused, 429)
  await readers[3]?.close()
  await until(() => {
    const release = server.reading.tails.take()
    release?.()
    return release !== null
  })
  await (await follow(server)).close()
  for (const reader of readers) await reader.close()
  await until(() => allFree(server))
  assert.deepEqual(server.errors, [])
})

test('a HEAD request and a refused one hold no place', async () => {
  const server = await openLogServer()
  for (let round = 0; round < 17; round++) {
    const head = await server.get('/logs/tail', { method: 'HEAD' })
    assert.equal(head.headers.get('content-type'), 'text/event-stream')
    await assertProblem(await server.get('/logs/tail?after=nonsense'), 400)
  }
  assert.ok(allFree(server))
})

test('wrong parameters are named', async () => {
  const server = await openLogServer()
  await assertBadParameter(await server.get('/logs/tail?last=1001'), 'last', 'a whole number from 0 to 1000')
  const cases = { 'regex=(': 'regex', 'after=nonsense': 'after', 'text=a&regex=b': 'regex' }
  for (const [query, parameter] of Object.entries(cases)) {
    assert.equal((await assertProblem(await server.get(`/logs/tail?${query}`), 400)).parameter, parameter)
  }
  const old = await server.get('/logs/tail', { headers: { 'last-event-id': 'nonsense' } })
  assert.equal((await assertProblem(old, 400)).parameter, 'after')
})

test('a server that stops ends those who follow, at once', async () => {
  const server = await openLogServer()
  const readers = await Promise.all([follow(server), follow(server)])
  const started = performance.now()
  const ends = readers.map((reader) => reader.next())
  await server.stop()
  assert.deepEqual(await Promise.all(ends), [null, null])
  // Far below the 20 s after which connections are cut.
  assert.ok(performance.now() - started < 18_000)
})

test('the whole server stops while somebody follows its logs', async () => {
  const directory = temporaryDirectory()
  const server = await startServer({
    database: `sqlite:${join(directory, 'sync.db')}`,
    logDir: join(directory, 'logs'),
    port: 0,
  })
  const response = await fetch(`${server.url}/api/canvas/metrics/logs/tail`)
  const reader = new EventReader(response)
  await server.monitor.track({ taskId: 'seen', userId: 1 }, () => Promise.resolve())
  const [line] = await reader.take(1)
  assert.match(line?.data ?? '', /"task_id":"seen"/)
  const started = performance.now()
  await server.close()
  assert.ok(performance.now() - started < 9000, 'it did not wait for its time limit of 10 s')
})

test('property: any query of a tail is followed, or refused with a problem', async () => {
  const server = await openLogServer()
  const names = fc.constantFrom(...Object.keys(TAIL_PARAMETERS), 'other')
  const values = fc.oneof(
    fc.constantFrom('1', '-1', 'error', 'errors,x', '(', '[a-z]+', '4xx', 'true', ''),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(names, values), { maxLength: 4 }), async (pairs) => {
      const query = new URLSearchParams(pairs.map(([name, value]) => [name, value.toWellFormed()]))
      const response = await server.get(`/logs/tail?${query.toString()}`)
      if (response.status === 200) await response.body?.cancel()
      else await assertProblem(response, 400)
    }),
    { numRuns: 60 },
  )
  await until(() => allFree(server))
  assert.deepEqual(server.errors, [])
})

test('a place to go on from that somebody made up is refused, or tells of a gap', async () => {
  const server = await openLogServer()
  appendLines(server.directory, 'operations', { message: 'one' })
  const answer = (place: unknown): Promise<Response> =>
    server.get('/logs/tail', {
      headers: { 'last-event-id': Buffer.from(JSON.stringify(place)).toString('base64url') },
    })
  for (const mark of [['x', 9, 8.64e15 + 1], ['x', -1, 0], ['x', 9, 'now'], 'x']) {
    await assertProblem(await answer({ operations: ['1:2:3', 5, mark] }), 400)
  }
  const reader = new EventReader(await answer({ operations: ['1:2:3', 5, ['x', 9, 8.64e15]] }))
  assert.equal((await reader.next())?.event, 'gap')
  await reader.close()
})
