import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { MonitorError } from '../../src/core/errors.ts'
import type { IngestReport } from '../../src/core/ingest-event.ts'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { readLines } from '../ingest/support/log-lines.ts'
import { processCost } from '../support/cpu-time.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const guarded = await openGuardedServer()
const token = await guarded.token(['ingest'])
const { store } = guarded
const log_directory = join(guarded.directory, 'logs')

const NDJSON = 'application/x-ndjson'
const JSON_TYPE = 'application/json'

async function send(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(`${guarded.url}/ingest`, {
    method: 'POST',
    body,
    headers: { 'content-type': NDJSON, authorization: `Bearer ${token}`, ...headers },
  })
}

async function report(response: Response, status = 200): Promise<IngestReport> {
  const text = await response.text()
  assert.equal(response.status, status, text)
  return JSON.parse(text) as IngestReport
}

async function row(task_id: string): Promise<SyncRow> {
  const found = await store.syncs.getSyncByTaskId(task_id)
  assert.ok(found, `there is no sync ${task_id}`)
  return found
}

/** What is a few kilobytes when it is sent. */
const sendSmall = (body: string, type: string = JSON_TYPE): Promise<Response> =>
  send(gzipSync(Buffer.from(body, 'latin1'), { level: 1 }), {
    'content-encoding': 'gzip',
    'content-type': type,
  })

const events = (task_id: string): object[] => [
  { type: 'start', task_id, user_id: 42 },
  { type: 'course', task_id, id: 1, created: true },
  { type: 'finish', task_id },
]

const asLines = (values: readonly object[]): string => values.map((value) => JSON.stringify(value)).join('\n')

describe('POST /ingest', () => {
  const forms: readonly [string, (values: object[]) => Promise<Response>][] = [
    ['lines', (values) => send(asLines(values))],
    ['lines with empty ones and a last newline', (values) => send(`\n${asLines(values)}\r\n\n`)],
    [
      'a list',
      (values) => send(JSON.stringify(values), { 'content-type': 'application/json; charset=utf-8' }),
    ],
    [
      'a list in an object',
      (values) => send(JSON.stringify({ events: values }), { 'content-type': JSON_TYPE }),
    ],
    ['compressed lines', (values) => send(gzipSync(asLines(values)), { 'content-encoding': 'gzip' })],
  ]
  for (const [name, sendForm] of forms) {
    it(`takes ${name}`, async () => {
      const task_id = name
      const { accepted, rejected, syncs } = await report(await sendForm(events(task_id)))
      assert.deepEqual({ accepted, rejected }, { accepted: 3, rejected: 0 })
      const { id, sync_status, courses_created, user_id } = await row(task_id)
      assert.deepEqual(
        { sync_status, courses_created, user_id },
        { sync_status: 'completed', courses_created: 1, user_id: '42' },
      )
      assert.deepEqual(syncs, [{ task_id, id, status: 'completed' }])
      const again = await report(await sendForm(events(task_id)))
      assert.deepEqual([again.accepted, again.duplicates], [0, 3])
    })
  }

  it('takes one event alone, and nothing at all', async () => {
    const one = JSON.stringify({ type: 'finish', task_id: 'alone', status: 'failed' })
    assert.equal((await report(await send(one, { 'content-type': JSON_TYPE }))).accepted, 1)
    assert.equal((await row('alone')).sync_status, 'failed')
    assert.equal((await report(await send(''))).accepted, 0)
  })

  it('takes what is right beside what is wrong, and says which is which', async () => {
    const body = `${asLines(events('mixed').slice(0, 2))}\n{"type":"cour\n{"type":"nothing","task_id":"mixed","id":"x"}`
    const { accepted, rejected, errors } = await report(await send(body))
    assert.deepEqual([accepted, rejected], [2, 2])
    assert.deepEqual(
      errors.map(({ index, task_id, event_id, parameter }) => [index, task_id, event_id, parameter]),
      [
        [2, null, null, null],
        [3, 'mixed', 'x', 'type'],
      ],
    )
  })

  it('is 422 when all was wrong', async () => {
    const { rejected, errors } = await report(await send('{"type":"course","task_id":"w"}'), 422)
    assert.equal(rejected, 1)
    assert.equal(errors[0]?.parameter, 'id')
  })

  const refused: readonly [string, number, () => Promise<Response>][] = [
    ['what is no JSON', 400, () => send('{"events":', { 'content-type': JSON_TYPE })],
    ['a text', 400, () => send('"events"', { 'content-type': JSON_TYPE })],
    ['a form', 415, () => send('a=b', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['another encoding', 415, () => send('x', { 'content-encoding': 'br' })],
    ['what is no gzip', 400, () => send('x', { 'content-encoding': 'gzip' })],
    [
      'half of a gzip',
      400,
      () => send(gzipSync(asLines(events('half'))).subarray(0, 60), { 'content-encoding': 'gzip' }),
    ],
    ['10,001 events', 413, () => send('{}\n'.repeat(10_001))],
    [
      '10,001 events in a list',
      413,
      () => send(`[${'{},'.repeat(10_000)}{}]`, { 'content-type': JSON_TYPE }),
    ],
    ['millions of lists', 413, () => sendSmall(`[${'[],'.repeat(5_000_000)}[]]`)],
    ['millions of lists in each other', 413, () => sendSmall('['.repeat(16_000_000))],
    ['millions of members', 413, () => sendSmall(`[{"task_id":"x","a":[${'0,'.repeat(5_000_000)}0]}]`)],
    ['millions of empty lines', 413, () => sendSmall('\n'.repeat(16_000_000), NDJSON)],
    ['more than 32 MiB', 413, () => send(Buffer.alloc(33_554_433, '\n'))],
    [
      'a little gzip of 512 MiB',
      413,
      () => send(gzipSync(Buffer.alloc(512 * 1_048_576)), { 'content-encoding': 'gzip' }),
    ],
  ]
  for (const [name, status, sendBad] of refused) {
    it(`refuses ${name} with ${status}`, async () => {
      await assertProblem(await sendBad(), status)
    })
  }

  it('looks through what millions of lists come with, but no longer than a moment', async () => {
    const body = `[${'{},'.repeat(5_000_000)}{}]`
    const { cost_ms, result } = await processCost(() => sendSmall(body))
    await assertProblem(result, 413)
    // Parsed, they are seconds.
    assert.ok(cost_ms < 1_500, `${cost_ms} ms`)
  })

  it('takes texts that look crowded, and the most that 10,000 events can tell', async () => {
    const task_id = 'crowded'
    const message = '[{"\\": [],,,'.repeat(300)
    const talk = Array.from({ length: 5000 }, (_, id) => {
      return { type: 'log', task_id, id, stream: 'operations', event: 'told', message }
    })
    assert.equal(
      (await report(await send(gzipSync(asLines(talk)), { 'content-encoding': 'gzip' }))).rejected,
      0,
    )
    const counts = { created: 1, updated: 1, unchanged: 1, deleted: 1, held: 1 }
    const names = ['courses', 'assignments', 'submissions', 'enrollments', 'sections']
    const entities = Object.fromEntries(names.map((name) => [name, counts]))
    const outcome = { type: 'course_outcome', task_id, outcome: 'completed', entities }
    const outcomes = Array.from({ length: 10_000 }, (_, id) => ({ ...outcome, id: `o${id}`, course_id: id }))
    const body = gzipSync(JSON.stringify(outcomes))
    const { rejected, errors } = await report(
      await send(body, { 'content-encoding': 'gzip', 'content-type': JSON_TYPE }),
    )
    assert.deepEqual([rejected, errors], [0, []])
  })

  it('has eight clients with 32 MiB each wait for each other, and answers all', async () => {
    const body = gzipSync(
      `${JSON.stringify({ type: 'heartbeat', task_id: 'patient' })}\n${' '.repeat(33_000_000)}`,
    )
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send(body, { 'content-encoding': 'gzip' })),
    )
    for (const answer of answers) await report(answer)
    const { arrayBuffers } = process.memoryUsage()
    assert.ok(arrayBuffers < 400_000_000, `${arrayBuffers / 1e6} MB`)
  })

  it('takes 10,000 events at once', async () => {
    const many = Array.from({ length: 9998 }, (_, id) => ({ type: 'course', task_id: 'many', id }))
    const body = asLines([{ type: 'start', task_id: 'many' }, ...many, { type: 'finish', task_id: 'many' }])
    assert.equal((await report(await send(gzipSync(body), { 'content-encoding': 'gzip' }))).accepted, 10_000)
    assert.equal((await row('many')).courses_processed, 9998)
  })

  it('says when to try again while the database does not answer, and is 500 for a mistake of ours', async () => {
    const why = 'The disk of db.internal is far away.'
    for (const [error, status, retry_after] of [
      [new MonitorError('database_busy', why), 503, '2'],
      [new MonitorError('database_refused', why), 503, '30'],
      [new MonitorError('disk_full', why), 503, '30'],
      [new MonitorError('closed', why), 503, '5'],
      [new MonitorError('storage', why), 503, '2'],
      [new MonitorError('not_writable', why), 503, '2'],
      [new MonitorError('internal', why), 500, null],
      [new TypeError(why), 500, null],
    ] as const) {
      const { app, errors } = await openTestApi({ ingest: { take: () => Promise.reject(error) } })
      const body = JSON.stringify(events('unlucky'))
      const headers = { 'content-type': JSON_TYPE }
      const response = await app.request(`${BASE}/ingest`, { method: 'POST', body, headers })
      assert.equal(response.headers.get('retry-after'), retry_after)
      const { request_id } = (await response.clone().json()) as { request_id: string }
      assert.deepEqual(errors, [{ error, place: { request_id, where: 'ingest' } }])
      assert.doesNotMatch(await response.clone().text(), /db\.internal/)
      await assertProblem(response, status)
    }
  })

  it('keeps nothing that may be personal: no message of a foreign error, no token, no address, no unknown field', async () => {
    const task_id = 'private'
    // Letters, not digits: the time in a line may end in 13.598.
    const secret = 'Anna Karenina failed with B-plus'
    const told = [
      { type: 'start', task_id, metadata: { mail: 'anna@example.edu', api_token: 'tolstoy-1877' } },
      {
        type: 'log',
        task_id,
        id: 1,
        stream: 'operations',
        event: 'noted',
        fields: { student_name: 'Anna Karenina', course_id: '7' },
        message: 'See https://canvas.test/x?page=bookmark:tolstoy-1877 of anna@example.edu.',
      },
      {
        type: 'api_call',
        task_id,
        id: 2,
        endpoint: '/api/v1/users?search_term=tolstoy-1877',
        status: 200,
        duration_ms: 1,
      },
      { type: 'progress', task_id, id: 3, current: 'Reading anna@example.edu' },
      {
        type: 'course_outcome',
        task_id,
        id: 4,
        course_id: 7,
        outcome: 'failed',
        exception: { name: 'Karenina', message: secret, place: '/home/karenina/x.py' },
      },
      {
        type: 'finish',
        task_id,
        exception: { name: 'app.errors.GradeError', message: secret, place: 'read (sync.py:12)' },
      },
    ]
    assert.equal((await report(await send(asLines(told)))).rejected, 0)
    const lines = readLines(log_directory).filter((line) => line['task_id'] === task_id)
    const { error_message, sync_metadata, progress_current, id } = await row(task_id)
    const kept = JSON.stringify([
      lines,
      error_message,
      sync_metadata,
      progress_current,
      await store.syncs.listCourseOutcomes(id),
    ])
    assert.doesNotMatch(kept, /karenina|B-plus|tolstoy|anna@/i)
    assert.equal(error_message, 'The sync job failed with GradeError at read (sync.py:12).')
    assert.ok(lines.some(({ event, course_id }) => event === 'noted' && course_id === '7'))
  })
})

describe('a ping', () => {
  const ping = async (path: string, init: RequestInit = {}): Promise<void> => {
    const response = await fetch(`${guarded.server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
    })
    const text = await response.text()
    assert.equal(response.status, 200, text)
    assert.equal(text, init.method === 'HEAD' ? '' : 'OK')
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
  }
  const runs = async (slug: string): Promise<string[][]> => {
    const syncs = await store.syncs.listSyncs({ sync_type: slug, limit: 100 })
    return syncs.map(({ sync_status, error_message }) => [sync_status, error_message ?? '']).toReversed()
  }

  it('succeeds also where its job has reported before what it read: a ping does not say it', async () => {
    for (let time = 0; time < 3; time++) {
      const task_id = `changed over ${time}`
      const events = [
        { type: 'start', task_id, sync_type: 'changed-over' },
        { type: 'grade', task_id, id: 1, updated: 31 },
        { type: 'finish', task_id },
      ]
      await report(await send(events.map((event) => JSON.stringify(event)).join('\n')))
    }
    await ping('/ping/changed-over')
    assert.deepEqual((await runs('changed-over')).at(-1), ['completed', ''])
  })

  it('starts a run and ends it, by GET, HEAD and POST', async () => {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const slug = `by ${method}`
      await ping(`/ping/${encodeURIComponent(slug)}/start`, { method })
      assert.deepEqual(await runs(slug), [['in_progress', '']])
      await ping(`/ping/${encodeURIComponent(slug)}/log`, { method })
      await ping(`/ping/${encodeURIComponent(slug)}`, { method })
      assert.deepEqual(await runs(slug), [['completed', '']])
    }
  })

  it('tells failures, and exit codes', async () => {
    await ping('/ping/failing/fail')
    await ping('/ping/failing/start')
    await ping('/ping/failing/137')
    await ping('/ping/failing/0')
    assert.deepEqual(await runs('failing'), [
      ['failed', 'The job reported a failure.'],
      ['failed', 'The job ended with exit code 137.'],
      ['completed', ''],
    ])
  })

  it('belongs to the run that it names, however many run at once, and counts once', async () => {
    for (const rid of ['one', 'two', 'two']) await ping(`/ping/named/start?rid=${rid}`)
    assert.deepEqual(await runs('named'), [
      ['in_progress', ''],
      ['in_progress', ''],
    ])
    for (let time = 0; time < 2; time++) await ping('/ping/named/1?rid=one')
    assert.equal((await row('named:one')).sync_status, 'failed')
    assert.equal((await row('named:two')).sync_status, 'in_progress')
    const running = await store.syncs.listRunning(null, 1000)
    assert.equal(running.find((sync) => sync.sync_task_id === 'named:two')?.heartbeat_expected, false)
  })

  it('is refused where it says nothing', async () => {
    await report(await send(JSON.stringify({ type: 'start', task_id: 'a:taken', sync_type: 'other' })))
    for (const path of [
      '/ping/a?rid=taken',
      '/ping/a%3Ab',
      '/ping/a/end',
      '/ping/a/256',
      '/ping/a/01',
      `/ping/${'a'.repeat(101)}`,
      '/ping/a?rid=',
    ]) {
      const response = await fetch(`${guarded.server.url}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      await assertProblem(response, 400)
    }
  })

  it('keeps nothing of its body', async () => {
    const body = 'the output of a job, with Anna Karenina in it'
    await ping('/ping/talkative/fail', { method: 'POST', body, headers: { 'content-type': 'text/plain' } })
    await ping('/ping/talkative', {
      method: 'POST',
      body: new Uint8Array(200_000),
      headers: { 'content-type': 'application/x-unknown' },
    })
    assert.equal((await runs('talkative')).length, 2)
    for (const name of readdirSync(guarded.directory, { recursive: true, withFileTypes: true })) {
      if (name.isFile())
        assert.ok(!readFileSync(join(name.parentPath, name.name)).includes('Karenina'), name.name)
    }
  })

  it('speaks as Sentry Crons does', async () => {
    const cron = async (query: string, key = 'public-key'): Promise<Response> =>
      await fetch(`${guarded.server.url}/api/12/cron/nightly/${key}/?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    const id = '83a7c03e-d0a0-4e1b-97e2-e3b18d38f244'
    const started = await cron(`status=in_progress&check_in_id=${id}&environment=production`)
    assert.deepEqual([started.status, await started.json()], [202, { id }])
    assert.deepEqual((await row(`nightly:${id}`)).sync_metadata, { environment: 'production' })
    assert.equal((await cron(`status=ok&check_in_id=${id}`)).status, 202)
    assert.equal((await cron(`status=error&check_in_id=00000000000000000000000000000000`)).status, 202)
    assert.deepEqual(await runs('nightly'), [
      ['completed', ''],
      ['failed', 'The job reported a failure.'],
    ])
    await assertProblem(await cron('status=missed'), 400)
  })
})

describe('who may report', () => {
  const get = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(`${guarded.server.url}${path}`, { headers })).status
  const basic = (user: string): Record<string, string> => {
    return { authorization: `Basic ${Buffer.from(`${user}:`).toString('base64')}` }
  }

  it('shows a token as bearer, as user name of HTTP Basic or, to Sentry only, as the key', async () => {
    assert.equal(await get('/ping/access', { authorization: `Bearer ${token}` }), 200)
    assert.equal(await get('/ping/access', basic(token)), 200)
    assert.equal(await get(`/api/1/cron/access/${token}/?status=ok`), 202)
    assert.equal(await get('/ping/access'), 401)
    assert.equal(await get('/api/1/cron/access/public-key/?status=ok'), 401)
    assert.equal(await get('/ping/access', basic('csm_garbage')), 401)
  })

  it('needs the scope ingest, which is good for nothing else', async () => {
    const reader = await guarded.token(['read'])
    assert.equal(await get('/ping/access', basic(reader)), 403)
    assert.equal(await get(`${BASE}/recent`, { authorization: `Bearer ${token}` }), 403)
    assert.equal(await get(`${BASE}/recent`, basic(reader)), 401)
  })

  it('is no page of another site, not even by the address of a picture', async () => {
    const headers = { authorization: `Bearer ${token}`, 'sec-fetch-site': 'cross-site' }
    assert.equal(await get('/ping/picture/start', headers), 403)
    assert.equal(await get('/api/1/cron/picture/key/?status=ok', headers), 403)
    assert.deepEqual(await store.syncs.listSyncs({ sync_type: 'picture', limit: 1 }), [])
  })

  it('leaves no token behind', () => {
    for (const name of readdirSync(guarded.directory, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) assert.ok(!readFileSync(join(name.parentPath, name.name)).includes(token), name.name)
    }
  })
})
