import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { assertProblem } from './support/assert-problem.ts'
import { sync } from './support/sync-factory.ts'
import { openTestApi } from './support/test-api.ts'

/** Those whose answer has an end and is JSON; what they take is in their address or in a small body. */
const WHOLE_ANSWERS = ROUTES.filter(
  ({ answers, reads_body, texts }) =>
    (answers[200] ?? answers[202]) !== undefined && reads_body !== true && texts === undefined,
)
const PARAMETERS = [...new Set(WHOLE_ANSWERS.flatMap((route) => Object.keys(route.parameters)))]
/** By name: a schema is nothing to print as a counterexample. */
const NAMES = WHOLE_ANSWERS.map(({ method, path }) => `${method} ${path}`)

const names = fc.oneof(fc.constantFrom(...PARAMETERS, '__proto__'), fc.string())
const values = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('completed', 'lost', '', '0', '1', '100', '-1', '1e9', 'true', '%00', '\0'),
  fc.constantFrom('operations', 'errors,x', 'error', '4xx', '>=400', '(', 'a{1000}{1000}', '2h', 'today'),
  fc.string({ unit: 'binary' }),
)
const pairs = fc.array(fc.tuple(names, values), { maxLength: 6 })
const queries = fc.oneof(
  pairs.map((given) => new URLSearchParams(given).toString()),
  pairs.map((given) => given.map((pair) => pair.join('=')).join('&')),
  fc.string(),
)
const segments = fc.oneof(
  fc.constantFrom('1', '2', '42', '0', 'task-1', '..', '%2F', '%00', 'a%20b'),
  fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.webSegment(),
)

test('any address below the API answers with data or with a problem, never with a 500', async () => {
  const api = await openTestApi()
  await api.given(sync.completed(), sync.failed(), sync.inProgress())
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...NAMES), segments, queries, async (name, segment, query) => {
      api.logs.running = null
      const route = WHOLE_ANSWERS[NAMES.indexOf(name)]
      assert.ok(route !== undefined)
      const path = route.path.replaceAll(/\{\w+\}/g, () => segment)
      const response = await api.request(`http://localhost${path}?${query}`, { method: route.method })
      if (response.status >= 200 && response.status < 300) {
        assert.equal(typeof (await response.json()), 'object')
        return
      }
      assert.ok(response.status >= 400 && response.status < 500, String(response.status))
      await assertProblem(response, response.status)
    }),
    { numRuns: 1000 },
  )
  assert.deepEqual(api.errors, [])
})
