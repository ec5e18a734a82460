import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from '../support/fast-check.ts'
import { newSecret } from '../../src/core/access-secret.ts'
import { LOG_STREAMS } from '../../src/core/log-event.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { isPlain, REDACTED, redactText, withoutQuery } from '../../src/logs/redact.ts'
import { logEvent } from './writing/log-event-factory.ts'

const SECRET = 'Qm7xKp2vTz9LwRn4Yc8BdHs6'
const TOKEN = `10823~${SECRET}`

/** Shapes in which a secret, `SECRET` in each, may come along in a string. */
const CANARIES: readonly string[] = [
  `Authorization: Bearer ${SECRET}`,
  `authorization: bearer ${TOKEN}`,
  `{"Authorization":"Bearer ${SECRET}"}`,
  `headers: { 'authorization': 'Basic ${SECRET}=' }`,
  `Authorization: Basic ${SECRET}`,
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

/** What a caller may hand over by mistake in place of a flat value; each holds `SECRET`. */
function hostileValues(): readonly unknown[] {
  const error = new Error(`refused ${TOKEN}`, { cause: new Error(`Authorization: Bearer ${SECRET}`) })
  const config = { url: '/courses', headers: { authorization: SECRET }, params: [{ access_token: SECRET }] }
  const trap = (): never => {
    throw error
  }
  return [
    error,
    Object.assign(error, { config, request: { config } }),
    config,
    [SECRET, [[SECRET]]],
    Buffer.from(SECRET),
    new TextEncoder().encode(SECRET),
    new Map([['token', SECRET]]),
    new Set([SECRET]),
    new URL(`https://canvas.example.edu/?access_token=${SECRET}`),
    { toJSON: () => SECRET, toString: () => SECRET, [Symbol.toPrimitive]: () => SECRET },
    // oxlint-disable-next-line no-new-wrappers
    new String(SECRET),
    () => SECRET,
    Symbol(SECRET),
    new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap, has: trap }),
    new Proxy({ created: TOKEN }, {}),
    Promise.resolve(SECRET),
    new Date(Number.NaN),
  ]
}

test('an object in place of a value, of the fields or of the event never throws and never leaks', () => {
  for (const value of hostileValues()) {
    const writer = new MemoryLogWriter()
    const turning = {
      get reason(): unknown {
        this.turns++
        return this.turns === 1 ? 'calm' : value
      },
      turns: 0,
    }
    const events: unknown[] = [
      { ...logEvent(), fields: { reason: value, stack: value, endpoint: value } },
      { ...logEvent(), fields: { nested: value, created: 1 } },
      { ...logEvent(), fields: Object.create({ cause: value }) as object },
      { ...logEvent(), fields: turning },
      { ...logEvent(), task_id: value, user_id: value },
      { ...logEvent(), event: value },
      { ...logEvent(), message: value },
      { ...logEvent(), level: value },
      {
        ...logEvent(),
        get fields() {
          return value
        },
      },
      value,
    ]
    for (const event of events) writer.write('operations', event as never)
    writer.write('errors', value as never)
    const everything = JSON.stringify([LOG_STREAMS.map((stream) => writer.lines(stream)), writer.health])
    assert.ok(!everything.includes(SECRET.slice(0, 12)), everything)
    for (const stream of LOG_STREAMS) assert.doesNotThrow(() => writer.events(stream))
  }
})

test('fields that write to the same log while they are read leave both lines whole', () => {
  const writer = new MemoryLogWriter()
  const fields = {
    created: 1,
    get updated(): number {
      writer.write('operations', logEvent({ message: 'inner' }))
      return 2
    },
  }
  writer.write('operations', logEvent({ fields, message: 'outer' }))
  const lines = writer.events('operations')
  assert.deepEqual(
    lines.map((line) => [line['message'], line['seq']]),
    [
      ['inner', 2],
      ['outer', 1],
    ],
  )
})

test('what counts as plain is what no rule would change, whatever stands around it', () => {
  const pieces = CANARIES.flatMap((canary) => canary.split(/(?<=[^A-Za-z0-9])|(?=[^A-Za-z0-9])/))
  const words = [
    'Bearer',
    'bEARER',
    'XOXb-1-',
    'EYJ',
    'CSM_',
    'Hooks.Slack.com/',
    'private key',
    'Cookie',
    'pwd',
  ]
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces, ...words), fc.string({ maxLength: 3 })), { maxLength: 12 })
    .map((parts) => parts.join(''))
  let plain = 0
  fc.assert(
    fc.property(fc.oneof(text, fc.constantFrom(...CANARIES)), (value) => {
      if (isPlain(value)) {
        plain++
        assert.equal(JSON.stringify(value), `"${value}"`)
        assert.equal(withoutQuery(value), value)
        assert.equal(redactText(value), value)
      }
      // `~` has every rule look at it, and begins nothing: the first look must have missed nothing.
      if (redactText(value) === value) assert.equal(redactText(`~ ${value}`), `~ ${value}`)
    }),
    { numRuns: 5000 },
  )
  assert.ok(plain > 100, `only ${plain} were plain`)
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

test('our own tokens and session ids are found in any sentence and spelling', () => {
  for (const kind of ['token', 'session'] as const) {
    for (let time = 0; time < 200; time++) {
      const { text } = newSecret(kind)
      const forms = [
        text,
        `"${text}"`,
        `/${text}/x`,
        `x=${text};`,
        `<${text}>`,
        encodeURIComponent(`(${text})`),
      ]
      for (const form of forms) {
        const redacted = redactText(`Before ${form} after.`)
        assert.ok(!isPlain(form))
        for (let at = 4; at + 12 <= text.length; at += 6) {
          assert.ok(!redacted.includes(text.slice(at, at + 12)), redacted)
        }
      }
    }
  }
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

test('what was redacted once stays as it is when it is redacted again', () => {
  const words = fc.constantFrom(
    'token=abc',
    'token="a b"',
    'token=[redacted]x',
    'password: hunter2',
    'Authorization: Bearer abc.def',
    'cookie: a=b; c=d',
    'https://u:p@host/path?name=Erika&x=1',
    'erika@example.edu',
    '7~AbCdEfGhIjKlMnOpQrStUv',
    REDACTED,
    ']',
    ',',
    ' ',
    '"',
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), (parts) => {
      const once = redactText(parts.join(' '))
      assert.equal(redactText(once), once)
    }),
    { numRuns: 500 },
  )
})

test('a value behind what was redacted is redacted too', () => {
  assert.equal(redactText('token=[redacted]secret'), 'token=[redacted]')
})
