import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { openHost } from './support/mounted-host.ts'

const API = '/monitor/api/canvas/metrics'
const json = { 'content-type': 'application/json' }

test('cookies that the application has set stay beside that of a sign-in', async () => {
  await using host = await openHost({}, (_request, response) => {
    response.setHeader('set-cookie', ['of-the-application=1', 'another=2'])
  })
  const body = JSON.stringify({ token: await host.token('admin') })
  const answer = await host.get(`${API}/session`, null, { method: 'POST', headers: json, body })
  const names = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
  assert.deepEqual(names.slice(0, 2), ['of-the-application', 'another'])
  assert.match(names[2] ?? '', /^__Host-csm_session_/)
  assert.equal(names.length, 3)
})

test('where the application has answered by itself meanwhile, its answer stays, and nothing is wrong', async () => {
  const responses: ServerResponse[] = []
  const told: unknown[] = []
  await using host = await openHost(
    {
      authorize: () => {
        // As a limit of time around all requests.
        responses[0]?.writeHead(503, { 'content-type': 'text/plain' })
        responses[0]?.write('it took ')
        return { scopes: ['read'] }
      },
      onError: (error) => told.push(error),
    },
    (_request, response) => {
      responses.push(response)
    },
  )
  const answer = await host.get(`${API}/summary`)
  // The answer that nobody needs any more is made in the time of these.
  const token = await host.token('read')
  for (let time = 0; time < 5; time++) {
    assert.equal((await host.get(`${API}/summary?days=${time + 1}`, token)).status, 200)
  }
  responses[0]?.end('too long')
  assert.deepEqual([answer.status, await answer.text()], [503, 'it took too long'])
  assert.deepEqual(told, [])
})
