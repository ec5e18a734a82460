import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { classifyAnswer, type AnswerFacts } from '../../src/canvas/index.ts'
import { CANVAS_ERROR_TYPES } from '../../src/core/error-types.ts'

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const CANVAS = { ...JSON_TYPE, 'x-request-context-id': '5f0c2c3e-0000-4000-8000-1234567890ab' }
const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-request-context-id': 'abc' }
const HTML = { 'content-type': 'text/html' }
const CHALLENGE = { ...CANVAS, 'www-authenticate': 'Bearer realm="canvas-lms"' }
const says = (message: string): string => JSON.stringify({ errors: [{ message }] })

type Row = [name: string, status: number, headers: AnswerFacts['headers'], body: string, type: string]
const catalogue: Row[] = [
  [
    'no credentials',
    401,
    CHALLENGE,
    '{"status":"unauthenticated","errors":[{"message":"user authorization required"}]}',
    'token_invalid',
  ],
  ['a bad token', 401, CHALLENGE, says('Invalid access token.'), 'token_invalid'],
  [
    'an expired token',
    401,
    CHALLENGE,
    '{"errors":[{"message":"Expired access token.","expired_at":"2026-01-01"}]}',
    'token_expired',
  ],
  ['a revoked token', 401, CHALLENGE, says('Revoked access token.'), 'token_revoked'],
  ['an unknown message with a challenge', 401, CHALLENGE, says('Neue Meldung'), 'token_invalid'],
  ['a missing scope', 401, CANVAS, says('Insufficient scopes on access token.'), 'scope_missing'],
  [
    'a user who may not, hosted',
    403,
    CANVAS,
    says('user not authorized to perform that action'),
    'forbidden',
  ],
  ['a user who may not, older and Spanish', 401, CANVAS, says('usuario no autorizado'), 'forbidden'],
  ['an unverified user', 401, CANVAS, '{"status":"unverified","errors":[{"message":"x"}]}', 'forbidden'],
  ['errors as a string', 401, CANVAS, '{"errors":"Invalid as_user_id"}', 'forbidden'],
  ['throttling with 403', 403, TEXT, '403 Forbidden (Rate Limit Exceeded)\n', 'throttled'],
  ['throttling with 429', 429, TEXT, '429 Too Many Requests (Rate Limit Exceeded)\n', 'throttled'],
  ['a 429 without known words', 429, {}, '', 'throttled'],
  ['a missing course', 404, CANVAS, says('The specified resource does not exist.'), 'not_found'],
  [
    'a page that is turned off',
    404,
    CANVAS,
    '{"message":"That page has been disabled for this course"}',
    'not_found',
  ],
  ['a 404 of a web server', 404, HTML, '<html>nginx</html>', 'not_json'],
  ['a bad parameter', 400, CANVAS, '{"error":"Invalid state x"}', 'contract'],
  ['errors as an object', 400, CANVAS, '{"errors":{"submitted_since":"Invalid datetime"}}', 'contract'],
  ['a 422', 422, CANVAS, '{}', 'contract'],
  [
    'Canvas failing',
    500,
    CANVAS,
    '{"errors":[{"message":"An error occurred."}],"error_report_id":81233407}',
    'canvas_error',
  ],
  ['Canvas failing twice, empty body', 500, { 'x-request-context-id': 'abc' }, '', 'canvas_error'],
  ['the load balancer giving up', 504, HTML, '<html>504 Gateway Time-out</html>', 'edge_error'],
  ['a maintenance page', 503, HTML, '<html>', 'edge_error'],
  ['a firewall page', 403, HTML, '<html>Request blocked.</html>', 'edge_error'],
  [
    'a proxy that wants a password',
    401,
    { ...HTML, 'www-authenticate': 'Basic realm="proxy"' },
    '<html>',
    'edge_error',
  ],
  ['a redirect to single sign-on', 302, { ...HTML, location: 'https://sso.test/' }, '<html>', 'not_json'],
  ['a sign-in page with 200', 200, HTML, '<!DOCTYPE html><html>', 'not_json'],
  ['a page that calls itself JSON', 200, CANVAS, '\n <html>', 'not_json'],
  ['an empty body with 200', 200, CANVAS, ' ', 'not_json'],
  ['a 408', 408, {}, '', 'timeout'],
  ['a list', 200, CANVAS, '[]', 'ok'],
  ['string-id JSON', 200, { 'content-type': 'application/json+canvas-string-ids' }, '{}', 'ok'],
]

describe('classifyAnswer', () => {
  for (const [name, status, headers, body, type] of catalogue) {
    it(`knows ${name}: ${status} is ${type}`, () => {
      assert.equal(classifyAnswer({ status, headers, body }).failure?.error_type ?? 'ok', type)
    })
  }

  it('keeps what support asks for, and who answered', () => {
    const verdict = classifyAnswer({ status: 500, headers: CANVAS, body: '{"error_report_id":81233407}' })
    assert.equal(verdict.origin, 'canvas')
    assert.equal(verdict.request_id, CANVAS['x-request-context-id'])
    assert.equal(verdict.error_report_id, '81233407')
    assert.equal(classifyAnswer({ status: 500, headers: HTML, body: '' }).origin, 'edge')
  })

  it('keeps only ids that cannot be text', () => {
    const idOf = (id: string): string | null =>
      classifyAnswer({ status: 200, headers: { 'x-request-context-id': id }, body: '[]' }).request_id
    for (const id of ['5F0C2C3E-0000-4000-8000-1234567890ab', 'a'.repeat(16), '0'.repeat(64)]) {
      assert.equal(idOf(id), id)
    }
    for (const id of ['ada.lovelace:example', 'a'.repeat(15), 'a'.repeat(65), `${'a'.repeat(16)}-`, 'a--b']) {
      assert.equal(idOf(id), null, id)
    }
  })

  it('reads Retry-After as seconds and as a date, at most two minutes', () => {
    const now_ms = Date.parse('2026-11-22T10:15:00Z')
    const wait = (value: string): number | null | undefined =>
      classifyAnswer({ status: 503, headers: { 'retry-after': value }, body: '' }, now_ms).failure
        ?.retry_after_ms
    assert.equal(wait('7'), 7000)
    assert.equal(wait('Sun, 22 Nov 2026 10:15:30 GMT'), 30_000)
    assert.equal(wait('Sun, 22 Nov 2026 10:14:00 GMT'), 0)
    assert.equal(wait('86400'), 120_000)
    assert.equal(wait('soon'), null)
  })

  const anything: fc.Arbitrary<AnswerFacts> = fc.record({
    status: fc.oneof(fc.integer(), fc.constantFrom(200, 204, 301, 400, 401, 403, 404, 418, 429, 500, 503)),
    headers: fc.dictionary(
      fc.oneof(
        fc.string(),
        fc.constantFrom('content-type', 'www-authenticate', 'x-request-context-id', 'retry-after'),
      ),
      fc.oneof(fc.string(), fc.constantFrom('text/html', 'application/json', '5')),
    ),
    body: fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('', '<html>', 'Rate Limit Exceeded', 'null', '{"errors":[null]}'),
    ),
  })

  it('gives every answer one of the closed list, or ok', () => {
    fc.assert(
      fc.property(anything, (facts) => {
        const { failure } = classifyAnswer(facts)
        if (failure) assert.ok(CANVAS_ERROR_TYPES.includes(failure.error_type))
        else assert.ok(facts.status >= 200 && facts.status <= 299)
      }),
    )
  })

  it('never repeats the body in its message', () => {
    fc.assert(
      fc.property(fc.constantFrom(400, 401, 403, 404, 429, 500, 503), (status) => {
        const body = says('Ada Lovelace <ada@example.test>')
        const { failure } = classifyAnswer({ status, headers: CANVAS, body })
        assert.ok(!/Ada|Lovelace|example/.test(failure?.message ?? ''))
      }),
    )
  })
})
