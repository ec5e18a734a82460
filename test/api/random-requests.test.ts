import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { z } from 'zod'
import { exampleOf } from '../../src/api/http/example.ts'
import { isInPath, type Route } from '../../src/api/http/route.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { givenTwoUsers, openGuardedServer } from './support/guarded-server.ts'

const REQUESTS = process.env['LONG_TESTS'] === undefined ? 2000 : 10_000
/** Longer than any answer that is not a stream may take. */
const PATIENCE_MS = 60_000
const AT_ONCE = 8

/** What is wrong in as many ways as one can think of. */
// prettier-ignore
const HOSTILE = [
  '', ' ', '0', '-1', '1e9', '9'.repeat(20), '1.5', 'NaN', 'null', 'true', '[]', '{}', '%', '%zz', '\\',
  '/', '..', "'", '"', "' or 1=1 --", '<script>', '$(id)', '`id`', '{{7*7}}', '__proto__', 'constructor',
  'toString', '\u0000', '\uffff', '\ud800', '\u202e', '🦊'.repeat(50), 'a'.repeat(5000), '(a+)+$', '[', '*',
  '\\p{', '\r\nX: y', '2026-02-30', '99999-01-01', 'yesterday', '-5d', '1y', '999999999999999999999',
  '/etc/passwd', 'file:///etc',
]

const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
)

const anyJson = fc.oneof(
  hostile,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(1e308, -1, 0.5, [], [[]], {}),
)

interface Planned {
  readonly route: Route
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly token: number
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const BODIES = ['json', 'json', 'none', 'garbage', 'cut', 'array'] as const

/** Parameters that are right, missing, wrong or of another kind altogether. */
function plannedRequest(route: Route): fc.Arbitrary<Planned> {
  const names = Object.keys(route.parameters)
  const right = (name: string): unknown => exampleOf(route.parameters[name] as z.ZodType, name)
  const inPath = names.filter((name) => isInPath(route, name))
  const others = names.filter((name) => !isInPath(route, name))
  const valueOf = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 2, arbitrary: fc.constant(right(name)) }, { weight: 1, arbitrary: value })
  const maybe = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 1, arbitrary: value }, { weight: 3, arbitrary: fc.constant(undefined) })
  const record = (names: readonly string[], value: (name: string) => fc.Arbitrary<unknown>) =>
    fc.record(Object.fromEntries(names.map((name) => [name, value(name)])))
  return fc
    .record({
      method: fc.constantFrom(route.method, route.method, route.method, 'HEAD', 'POST', 'PUT', 'OPTIONS'),
      path: record(inPath, (name) => valueOf(name, hostile)),
      query: record([...others, 'x'], (name) => maybe(name === 'x' ? hostile : valueOf(name, hostile))),
      members: record([...others, 'x'], (name) => maybe(name === 'x' ? anyJson : valueOf(name, anyJson))),
      body: fc.constantFrom(...BODIES),
      garbage: fc.string({ unit: 'binary', maxLength: 200 }),
      media_type: fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain', 'x', ''),
      accept: fc.constantFrom('*/*', 'application/x-ndjson', 'text/event-stream', 'text/html', '\u00e9'),
      encoding: fc.constantFrom('', 'gzip', 'br, gzip;q=0', 'identity;q=0, *;q=0', 'zstd', ';;;'),
      extra: fc.constantFrom(
        'if-none-match',
        'last-event-id',
        'range',
        'cookie',
        'origin',
        'content-encoding',
        'te',
      ),
      extra_value: fc.constantFrom(
        '*',
        'W/"x"',
        '5',
        '999999999',
        'bytes=0-',
        'a=b; c',
        'null',
        'gzip',
        '"',
        '=',
      ),
      token: fc.nat(6),
    })
    .map((plan) => {
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(textOf(plan.path[name]).toWellFormed()),
      )
      const query = Object.entries(plan.query)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${encodeURIComponent(textOf(value).toWellFormed())}`)
      const json = JSON.stringify(plan.members)
      const bodies = {
        json,
        none: undefined,
        garbage: plan.garbage,
        cut: json.slice(0, -1),
        array: `[${json}]`,
      }
      return {
        route,
        method: plan.method,
        path,
        query: query.length === 0 ? '' : `?${query.join('&')}`,
        body: bodies[plan.body],
        headers: {
          'content-type': plan.media_type,
          accept: plan.accept,
          'accept-encoding': plan.encoding,
          [plan.extra]: plan.extra_value,
        },
        token: plan.token,
      }
    })
}

const guarded = await openGuardedServer({ onError: (error) => faults.push(error) })
const faults: unknown[] = []

interface Seen {
  readonly status: number
  readonly body: string
}

/** By `node:http`, which sends what `fetch` would refuse to. */
async function send(plan: Planned, token: string | null): Promise<Seen> {
  const { promise, resolve, reject } = Promise.withResolvers<Seen>()
  const outgoing = request(
    {
      host: '127.0.0.1',
      // A connection whose request was not read to its end is closed by the server, and must not be used again.
      agent: false,
      port: guarded.server.port,
      method: plan.method,
      path: `${plan.path}${plan.query}`,
      headers: { ...plan.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    },
    (incoming) => {
      const status = incoming.statusCode ?? 0
      if (plan.route.streams !== undefined && status === 200) {
        incoming.destroy()
        resolve({ status, body: '' })
      } else text(incoming).then((body) => resolve({ status, body }), reject)
    },
  )
  outgoing.on('error', reject)
  outgoing.end(plan.method === 'HEAD' || plan.method === 'GET' ? undefined : plan.body)
  return await promise
}

test(`${REQUESTS} random requests: no 500, no hang, nothing of what is secret`, async () => {
  await givenTwoUsers(guarded.store)
  const scopes = [['read'], ['ingest'], ['read:user:42'], ['admin'], ['admin']]
  const valid = await Promise.all(scopes.map((each) => guarded.token(each)))
  const tokens = [null, 'garbage', ...valid]
  const digests = tokens.map((token) =>
    createHash('sha256')
      .update(token ?? '')
      .digest('hex'),
  )
  const secrets = [...valid, ...digests]
  const leaks = [
    ...secrets,
    guarded.directory,
    'node_modules',
    '\n    at ',
    'SQLITE',
    'postgres://',
    'postgresql://',
  ]
  const statuses = new Map<number, number>()
  const plans = fc.sample(fc.constantFrom(...ROUTES).chain(plannedRequest), {
    numRuns: REQUESTS,
    seed: fc.readConfigureGlobal().seed ?? Date.now(),
  })
  const queue = plans.values()
  const work = async (): Promise<void> => {
    for (const plan of queue) {
      const told = `${plan.method} ${plan.path}${plan.query} ${plan.body ?? ''} ${JSON.stringify(plan.headers)}`
      const { status, body } = await send(plan, tokens[plan.token] ?? null).catch((error: unknown) => {
        throw new Error(`${String(error)} at ${told}`)
      })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      assert.ok(status < 500 && status >= 200, `${status} ${body} at ${told}`)
      // Administrators are told there where everything lies; system.test.ts holds that nobody else is.
      const about_server = plan.path === '/api/canvas/metrics/system'
      for (const leak of leaks) {
        const meant = about_server && leak === guarded.directory
        assert.ok(meant || !body.includes(leak), `${leak} in ${body} at ${told}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  assert.deepEqual(faults, [])
  // A guard against a generator that no request gets past the first door of.
  for (const status of [200, 400, 401, 403, 404, 405]) {
    assert.ok((statuses.get(status) ?? 0) > REQUESTS / 200, `${status}: ${statuses.get(status)}`)
  }
  assert.equal((await guarded.send('GET', '/health')).status, 200)
})
