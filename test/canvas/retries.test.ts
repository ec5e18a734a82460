import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isMonitorError, type MonitorError } from '../../src/core/errors.ts'
import { backOff, throttledBackOff } from '../../src/canvas/back-off.ts'
import { answering, canvasHeaders, codeOf, serve, watch, type Plain } from './loopback.ts'

const PATH = '/api/v1/courses/1'
const good: Plain = { body: { id: '1' } }
const text = { 'content-type': 'text/plain; charset=utf-8', 'x-rate-limit-remaining': '18.49' }
const forms: Plain[] = [
  { status: 403, headers: text, body: '403 Forbidden (Rate Limit Exceeded)\n' },
  { status: 429, headers: text, body: '429 Too Many Requests (Rate Limit Exceeded)\n' },
]

async function failure(promise: Promise<unknown>): Promise<MonitorError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(isMonitorError(error))
  return error
}

describe('retries', () => {
  for (const form of forms) {
    it(`waits 5 s and more after a throttled answer with ${form.status}, then goes on`, async () => {
      const server = await serve(answering((number) => (number < 2 ? form : good)))
      const { client, calls, throttled, waits, clock } = watch(server.origin)
      const answer = await client.get(PATH)
      assert.deepEqual(answer.data, { id: '1' })
      assert.deepEqual(
        calls.map((call) => [call.error_type, call.will_retry]),
        [
          ['throttled', true],
          ['throttled', true],
          [null, false],
        ],
      )
      assert.deepEqual(
        throttled.map((event) => [event.status, event.remaining, event.wait_ms]),
        [
          [form.status, 18.49, 6250],
          [form.status, 18.49, 12_500],
        ],
      )
      assert.ok(waits.some((wait) => wait.reason === 'throttled'))
      assert.ok(clock.monotonic() >= 18_750)
      assert.equal(client.throttle.throttled_count, 2)
      assert.ok(client.throttle.waited_ms >= 18_750)
    })
  }

  it('ends with throttled after five refusals', async () => {
    const server = await serve(answering(() => forms[1] as Plain))
    const error = await failure(watch(server.origin).client.get(PATH))
    assert.equal(error.code, 'throttled')
    assert.equal(error.details.attempts, 5)
    assert.equal(server.requests.length, 5)
  })

  it('does not take a 403 without the words for throttling', async () => {
    const server = await serve(
      answering(() => ({ status: 403, body: { status: 'unauthorized', errors: [] } })),
    )
    assert.equal(await codeOf(watch(server.origin).client.get(PATH)), 'forbidden')
    assert.equal(server.requests.length, 1)
  })

  it('tries a failing Canvas four times with growing waits and keeps the request id', async () => {
    const server = await serve(answering(() => ({ status: 500, body: { error_report_id: 42 } })))
    const { client, clock, waits } = watch(server.origin)
    const error = await failure(client.get(PATH, { search: 'Ada' }, { course_id: '1' }))
    assert.deepEqual(error.details, {
      endpoint: PATH,
      attempts: 4,
      status: 500,
      course_id: '1',
      origin: 'canvas',
      request_id: canvasHeaders()['x-request-context-id'],
      error_report_id: '42',
    })
    assert.deepEqual(
      waits.map((wait) => [wait.reason, wait.wait_ms]),
      [
        ['retry', 250],
        ['retry', 500],
        ['retry', 1000],
      ],
    )
    assert.deepEqual(clock.sleeps, [250, 500, 1000])
  })

  it('waits as long as Retry-After asks', async () => {
    const server = await serve(
      answering((number) =>
        number === 0 ? { status: 503, headers: { 'retry-after': '20' }, body: '<html>' } : good,
      ),
    )
    const { client, clock } = watch(server.origin)
    await client.get(PATH)
    assert.deepEqual(clock.sleeps, [20_000])
  })

  it('recovers from a page for people, an empty body and broken JSON, trying three times at most', async () => {
    for (const body of ['<html>', '', '[{"id":']) {
      const flaky = await serve(answering((number) => (number === 0 ? { body } : good)))
      assert.deepEqual((await watch(flaky.origin).client.get(PATH)).data, { id: '1' })
      const stuck = await serve(answering(() => ({ body })))
      assert.equal(await codeOf(watch(stuck.origin).client.get(PATH)), 'not_json')
      assert.equal(stuck.requests.length, 3)
    }
  })

  it('never repeats what will not change', async () => {
    for (const status of [400, 401, 403, 404]) {
      const server = await serve(answering(() => ({ status, body: {} })))
      await failure(watch(server.origin).client.get(PATH))
      assert.equal(server.requests.length, 1, String(status))
    }
  })

  it('is not broken by an observer that throws', async () => {
    const server = await serve(answering(() => good))
    const observer = {
      call: (): void => {
        throw new Error('broken display')
      },
    }
    assert.deepEqual((await watch(server.origin, { observer }).client.get(PATH)).data, { id: '1' })
  })

  it('grows waits to their caps', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 20].map((failures) => backOff(failures, 1)),
      [500, 1000, 2000, 4000, 30_000],
    )
    assert.equal(backOff(1, 0), 0)
    assert.equal(backOff(1, 1, 7000), 7000)
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((row) => throttledBackOff(row, 0, 0)),
      [5000, 10_000, 20_000, 40_000, 60_000],
    )
    assert.equal(throttledBackOff(1, 0, 80), 8000)
    assert.equal(throttledBackOff(9, 1, 0), 60_000)
  })
})
