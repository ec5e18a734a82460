import assert from 'node:assert/strict'
import test from 'node:test'
import { LOG_STREAMS } from '../../src/core/log-event.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { redactText } from '../../src/logs/redact.ts'
import { logEvent } from './writing/log-event-factory.ts'

const SECRET = 'Qm7xKp2vTz9LwRn4Yc8BdHs6'
const TOKEN = `10823~${SECRET}`

/** Shapes in which a secret, `SECRET` in each, may come along in a string. */
const CANARIES: readonly string[] = [
  `Authorization: Bearer ${SECRET}`,
  `authorization: bearer ${TOKEN}`,
  `{"Authorization":"Bearer ${SECRET}"}`,
  `headers: { 'authorization': 'Basic ${SECRET}=' }`,
  `BEARER%20${SECRET}`,
  `the token ${TOKEN} was refused`,
  `7%7E${SECRET}`,
  `999999999999999~${SECRET}`,
  `https://canvas.example.edu/api/v1/courses?access_token=${SECRET}&page=2`,
  `access_token=${SECRET}`,
  `access_token%3D${SECRET}`,
  `{"access_token": "${SECRET}"}`,
  `{\\"refresh_token\\":\\"${SECRET}\\"}`,
  `client_secret: ${SECRET}`,
  `password=${SECRET}`,
  `X-Api-Key: ${SECRET}`,
  `postgres://monitor:${SECRET}@db.example.edu/metrics`,
  `https://${SECRET}@canvas.example.edu/api`,
  `page=bookmark:${SECRET}`,
  `</api/v1/users?page=bookmark:${SECRET}&per_page=100>; rel="next"`,
  `GET /api/v1/users?search_term=${SECRET}`,
  `Cookie: theme=dark; canvas_session=${SECRET}; _csrf_token=abc`,
  `https://hooks.slack.com/services/T0/B0/${SECRET}`,
  `xoxb-123-${SECRET}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${SECRET}`,
  `csm_${SECRET}`,
  `${SECRET}@students.example.edu`,
  `mailto:ada.${SECRET}%40example.edu`,
  `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`,
]

test('a planted secret of any known shape reaches no line, wherever in an event it stands', () => {
  for (const canary of CANARIES) {
    const writer = new MemoryLogWriter()
    for (const text of [canary, `Before: ${canary}, after.`, `${'x'.repeat(4090)} ${canary}`]) {
      const fields = { endpoint: text, reason: text, stack: `Error: no\n    at f (file.ts:1:2)\n${text}` }
      const parts = { event: text, task_id: text, user_id: text, fields, message: text }
      for (const stream of LOG_STREAMS) writer.write(stream, logEvent({ level: 'ERROR', ...parts }))
    }
    const everything = LOG_STREAMS.map((stream) => writer.lines(stream).join('')).join('')
    assert.ok(!everything.includes(SECRET.slice(0, 12)), `${canary} left a trace`)
  }
})

test('an endpoint keeps its ids and nothing behind its path', () => {
  const writer = new MemoryLogWriter()
  writer.write(
    'api_calls',
    logEvent({ fields: { endpoint: '/api/v1/courses/42/users?page=bookmark:WyJTbWl0aCJd' } }),
  )
  writer.write('api_calls', logEvent({ fields: { endpoint: '/api/v1/courses/42/users#Smith' } }))
  for (const line of writer.events('api_calls')) assert.equal(line['endpoint'], '/api/v1/courses/42/users')
})

test('ordinary words, numbers, times and paths stay as they are', () => {
  const ordinary = [
    'GET /api/v1/courses/42/assignments answered 200 in 12 ms.',
    'Basic information of 12 courses was read.',
    'The access token expired: create a new one under Account > Settings.',
    'a bearer token is missing',
    'ENOSPC: no space left on device, write',
    'at read (node_modules/@hono/node-server/dist/index.js:10:5)',
    'at next (node_modules/.pnpm/react@18.2.0/index.js:1:1)',
    'Is it done? 50% = half, ~3 minutes left',
    'sync-2026-11-22T10:15:00Z~7',
    'celery-task:8f14e45f-ceea-467f-9a0e-1c2d3e4f5a6b',
    'page=3 of 12',
  ]
  for (const text of ordinary) assert.equal(redactText(text), text)
})
