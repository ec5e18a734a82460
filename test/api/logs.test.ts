import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_BODY_BYTES } from '../../src/api/http/json-body.ts'
import { assertBadParameter, assertProblem } from './support/assert-problem.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const CLEANUP = `${BASE}/logs/cleanup`
const DEFAULTS = { max_lines: 10_000, archive_days: 7, delete_days: 30 }

const jsonBody = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body,
})

test('the clean-up status tells the log files and the archives', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read(`${BASE}/logs/cleanup-status`), await api.logs.status())
})

test('a clean-up starts with the defaults of the earlier system', async () => {
  const api = await openTestApi()
  const response = await api.request(CLEANUP, { method: 'POST' })
  assert.equal(response.status, 202)
  assert.equal(response.headers.get('location'), 'cleanup-status')
  assert.deepEqual(await response.json(), {
    status: 'started',
    task_id: 'cleanup-1',
    message:
      'The log clean-up has started: the newest 10,000 lines of a stream stay outside of archives, rotated files are ' +
      'archived after 7 days and archives deleted after 30 days.',
  })
  assert.deepEqual(api.logs.started, [DEFAULTS])
})

test('a clean-up takes its parameters from the query', async () => {
  const api = await openTestApi()
  await api.request(`${CLEANUP}?max_lines=500&archive_days=0&delete_days=365`, { method: 'POST' })
  assert.deepEqual(api.logs.started, [{ max_lines: 500, archive_days: 0, delete_days: 365 }])
})

test('a clean-up takes its parameters from a JSON body too, and the query goes first', async () => {
  const api = await openTestApi()
  const response = await api.request(
    `${CLEANUP}?delete_days=90`,
    jsonBody('{"max_lines": 500, "delete_days": 60, "unknown": true}'),
  )
  assert.equal(response.status, 202)
  assert.deepEqual(api.logs.started, [{ max_lines: 500, archive_days: 7, delete_days: 90 }])
})

test('a dry run tells the plan and starts nothing, even while a clean-up is running', async () => {
  const api = await openTestApi()
  api.logs.running = 'cleanup-7'
  for (const response of [
    await api.request(`${CLEANUP}?dry_run=true&max_lines=5`, { method: 'POST' }),
    await api.request(CLEANUP, jsonBody('{"dry_run": true, "max_lines": 5}')),
  ]) {
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), await api.logs.plan({ ...DEFAULTS, max_lines: 5 }))
  }
  assert.deepEqual(api.logs.started, [])
  api.logs.running = null
  assert.equal((await api.request(`${CLEANUP}?dry_run=false`, { method: 'POST' })).status, 202)
  const wrong = await api.request(`${CLEANUP}?dry_run=yes`, { method: 'POST' })
  await assertBadParameter(wrong, 'dry_run', 'true or false')
})

test('a second clean-up is a 409 that names the one that is running', async () => {
  const api = await openTestApi()
  api.logs.running = 'cleanup-7'
  const problem = await assertProblem(await api.request(CLEANUP, { method: 'POST' }), 409)
  assert.equal(problem.task_id, 'cleanup-7')
  assert.deepEqual(api.logs.started, [])
})

test('a bad clean-up parameter starts nothing', async () => {
  const api = await openTestApi()
  const cases: [string, string, string][] = [
    ['max_lines', '0', 'a whole number from 1 to 10000000'],
    ['max_lines', 'all', 'a whole number from 1 to 10000000'],
    ['archive_days', '-1', 'a whole number from 0 to 3650'],
    ['delete_days', '0', 'a whole number from 1 to 3650'],
    ['delete_days', '3651', 'a whole number from 1 to 3650'],
  ]
  for (const [name, value, expected] of cases) {
    const fromQuery = await api.request(`${CLEANUP}?${name}=${value}`, { method: 'POST' })
    await assertBadParameter(fromQuery, name, expected)
    const fromBody = await api.request(CLEANUP, jsonBody(JSON.stringify({ [name]: value })))
    await assertBadParameter(fromBody, name, expected)
  }
  assert.deepEqual(api.logs.started, [])
})

test('a body that cannot be read starts nothing', async () => {
  const api = await openTestApi()
  const bodies = ['{', '[]', 'null', '7', '"x"']
  for (const body of bodies) await assertProblem(await api.request(CLEANUP, jsonBody(body)), 400)
  const form = { method: 'POST', body: new URLSearchParams({ max_lines: '5' }) }
  await assertProblem(await api.request(CLEANUP, form), 415)
  await assertProblem(await api.request(CLEANUP, jsonBody(' '.repeat(MAX_BODY_BYTES + 1))), 413)
  const lyingLength = jsonBody(' '.repeat(MAX_BODY_BYTES + 1))
  lyingLength.headers = { 'content-type': 'application/json', 'content-length': '2' }
  await assertProblem(await api.request(CLEANUP, lyingLength), 413)
  assert.deepEqual(api.logs.started, [])
})

test('a page of another site cannot start a clean-up', async () => {
  const api = await openTestApi()
  const refused: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:9999' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  ]
  for (const headers of refused) {
    const response = await api.request(CLEANUP, { method: 'POST', headers })
    await assertProblem(response, 403)
  }
  assert.deepEqual(api.logs.started, [])
})

test('our own page, the address bar and other programs can start a clean-up', async () => {
  const allowed: Record<string, string>[] = [
    { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:5000', host: 'localhost:5000' },
    { 'sec-fetch-site': 'none' },
    { origin: 'http://127.0.0.1:5000', host: '127.0.0.1:5000' },
    {},
  ]
  for (const headers of allowed) {
    const api = await openTestApi()
    const response = await api.request(CLEANUP, { method: 'POST', headers })
    assert.equal(response.status, 202, JSON.stringify(headers))
  }
})
