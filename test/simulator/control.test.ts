import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { setImmediate as immediate } from 'node:timers/promises'
import { systemErrorCode } from '../../src/core/errors.ts'
import { startSimulator, type Simulator } from '../../src/simulator/index.ts'
import { anyCourse, ask, withSimulator, type Row } from '../support/simulator-client.ts'

async function control(
  simulator: Simulator,
  what: string,
  options: { method?: string; body?: unknown } = {},
): Promise<{ status: number; text: string; json: unknown }> {
  const response = await fetch(`${simulator.base_url}/__simulator/${what}`, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    ...(options.body === undefined
      ? {}
      : { body: JSON.stringify(options.body), headers: { 'Content-Type': 'application/json' } }),
  })
  const text = await response.text()
  return {
    status: response.status,
    text,
    json: text.startsWith('{') || text.startsWith('[') ? parse(text) : null,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

test('another process reads the truth as JSON or line by line', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const expected = [...simulator.university.truth.submissions(course_id)]
    const json = await control(simulator, `truth/submissions?course_id=${course_id}`)
    assert.deepEqual(json.json, expected)
    const lines = await control(simulator, `truth/submissions?course_id=${course_id}&format=ndjson`)
    const rows = lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    assert.deepEqual(rows, expected)
    const all = (await control(simulator, 'truth/sections')).json as Row[]
    assert.equal(all.length, 24)
    assert.equal((await control(simulator, 'truth/nonsense')).status, 400)
    assert.equal((await control(simulator, 'truth/sections?course_id=999')).status, 400)
  }))

test('another process adds faults, sees which fired, and clears them', () =>
  withSimulator({}, async (simulator) => {
    const body = [{ when: { path: '/api/v1/accounts' }, fault: { kind: 'edge_502' } }]
    assert.equal((await control(simulator, 'faults', { body })).status, 200)
    assert.equal((await ask(simulator, '/api/v1/accounts')).status, 502)
    const { fired } = (await control(simulator, 'faults')).json as { fired: Row[] }
    assert.equal(fired[0]?.['kind'], 'edge_502')
    await control(simulator, 'faults', { method: 'DELETE' })
    assert.equal((await ask(simulator, '/api/v1/accounts')).status, 200)
    const bad = await control(simulator, 'faults', { body: [{ fault: { kind: 'explode' } }] })
    assert.equal(bad.status, 400)
    assert.match(bad.text, /explode/)
  }))

test('another process changes the university', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const body = { name: 'addStudent', args: { course_id, name: 'Remote Student' } }
    const { result } = (await control(simulator, 'mutations', { body })).json as { result: string }
    const rows = [...simulator.university.truth.enrollments(course_id)]
    assert.ok(rows.some((row) => row['user_id'] === result))
    const bad = await control(simulator, 'mutations', {
      body: { name: 'renameCourse', args: { course_id: '999' } },
    })
    assert.equal(bad.status, 400)
    assert.match(bad.text, /no course has the id 999/)
  }))

test('another process finds tokens, issues one, and reads and resets the numbers', () =>
  withSimulator({}, async (simulator) => {
    const tokens = (await control(simulator, 'tokens')).json as Row[]
    assert.deepEqual(
      tokens.map((row) => row['token']),
      [simulator.tokens.admin, simulator.tokens.teacher, simulator.tokens.student],
    )
    const issued = (await control(simulator, 'tokens', { body: { kind: 'admin', revoked: true } })).json as {
      token: string
    }
    assert.equal((await ask(simulator, '/api/v1/accounts', { token: issued.token })).status, 401)
    assert.equal(((await control(simulator, 'stats')).json as Row)['requests_total'], 1)
    assert.equal(((await control(simulator, 'requests')).json as Row[])[0]?.['status'], 401)
    await control(simulator, 'stats', { method: 'DELETE' })
    assert.equal(((await control(simulator, 'stats')).json as Row)['requests_total'], 0)
  }))

test('control needs no token, costs nothing and is not part of Canvas', () =>
  withSimulator({ throttle: {} }, async (simulator) => {
    await control(simulator, 'stats')
    assert.equal(simulator.stats.requests_total, 0)
    assert.equal((await control(simulator, 'unknown')).status, 404)
  }))

test('a simulator can be closed twice, and disposes of itself', async () => {
  const simulator = await startSimulator()
  await Promise.all([simulator.close(), simulator.close()])
  await assert.rejects(fetch(simulator.base_url))
  let base_url = ''
  {
    await using disposed = await startSimulator()
    base_url = disposed.base_url
    assert.ok((await fetch(`${base_url}/__simulator/stats`)).ok)
  }
  await assert.rejects(fetch(base_url))
})

test('a port that is taken is an error at once', async () => {
  await using simulator = await startSimulator()
  const port = Number(new URL(simulator.base_url).port)
  await assert.rejects(startSimulator({ port }), /EADDRINUSE/)
})

/** The status of a raw request: `fetch` neither lets a program set these headers nor sends such targets. */
function rawStatus(
  { base_url }: Simulator,
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
): Promise<number | undefined> {
  const { hostname, port } = new URL(base_url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
    })
    sent.once('error', reject).end(method === 'POST' ? '[]' : undefined)
  })
}

test('web pages do not control the simulator', () =>
  withSimulator({}, async (simulator) => {
    const post = (headers: Record<string, string>): Promise<number | undefined> =>
      rawStatus(simulator, '/__simulator/faults', 'POST', { 'Content-Type': 'application/json', ...headers })
    const port = new URL(simulator.base_url).port
    for (const Host of ['127.0.0.1', `localhost:${port}`, '[::1]'])
      assert.equal(await post({ Host }), 200, Host)
    for (const Host of ['evil.example', 'localhost.evil.example', '127.0.0.1@evil.example']) {
      assert.equal(await rawStatus(simulator, '/__simulator/tokens', 'GET', { Host }), 421, Host)
    }
    assert.equal(await post({ Origin: simulator.base_url, 'Sec-Fetch-Site': 'same-origin' }), 200)
    for (const Origin of [
      'null',
      'https://evil.example',
      'http://127.0.0.1:1',
      `https://127.0.0.1:${port}`,
    ]) {
      assert.equal(await post({ Origin }), 403, Origin)
    }
    assert.equal(await post({ 'Sec-Fetch-Site': 'cross-site' }), 403)
    const foreign = { Origin: 'https://evil.example' }
    assert.equal(await rawStatus(simulator, '/__simulator/faults', 'DELETE', foreign), 403)
    assert.equal(await post({ 'Content-Type': 'text/plain' }), 415)
    assert.equal(await post({ 'Content-Type': 'application/json; charset=utf-8' }), 200)
  }))

test('no request ends the simulator', () =>
  withSimulator({}, async (simulator) => {
    assert.equal(await rawStatus(simulator, '//'), 400)
    const fail = (): never => {
      throw new Error('a mistake of this test')
    }
    simulator.faults.add({ when: { nth: 1 }, fault: { kind: 'mutate', mutate: fail } })
    assert.equal(await rawStatus(simulator, '/api/v1/accounts'), 500)
    assert.equal((await ask(simulator, '/api/v1/accounts')).status, 200)
  }))

test('another process sends Canvas away for a while: it refuses connections, then it is there with the same data', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, assignment_ids, student_ids } = anyCourse(simulator)
    const [assignment_id = '', user_id = ''] = [assignment_ids[0], student_ids[0]]
    const submission = `/api/v1/courses/${course_id}/assignments/${assignment_id}/submissions/${user_id}`
    simulator.university.grade({ course_id, assignment_id, user_id, score: 7.25 })
    const { json: before } = await ask(simulator, submission)
    assert.equal((await control(simulator, 'away', { body: { seconds: 0.5 } })).status, 200)
    while ((await codeOf(simulator)) !== 'ECONNREFUSED') await immediate()
    while ((await codeOf(simulator)) !== null) await immediate()
    assert.deepEqual((await ask(simulator, submission)).json, before)
    for (const seconds of [0, -1, 1e9, '60', null]) {
      assert.equal((await control(simulator, 'away', { body: { seconds } })).status, 400)
    }
  }))

test('a simulator that is away can be closed', async () => {
  const simulator = await startSimulator()
  await simulator.goAway(60_000)
  assert.equal(await codeOf(simulator), 'ECONNREFUSED')
  await simulator.close()
  assert.equal(await codeOf(simulator), 'ECONNREFUSED')
})

/** Why nobody answers; null when somebody does. */
async function codeOf({ base_url }: Simulator): Promise<string | null> {
  try {
    await (await fetch(`${base_url}/__simulator/stats`)).arrayBuffer()
    return null
  } catch (error) {
    return systemErrorCode((error as Error).cause) ?? 'unknown'
  }
}
