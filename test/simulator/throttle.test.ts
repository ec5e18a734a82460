import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throttle } from '../../src/simulator/http/throttle.ts'
import { ask, handClock, withSimulator } from '../support/simulator-client.ts'

test('an empty bucket takes eleven requests at once and refuses the twelfth', () => {
  const throttle = new Throttle({}, () => 0)
  const admitted = Array.from({ length: 12 }, () => throttle.arrive('token'))
  assert.deepEqual(admitted.indexOf(false), 11)
})

test('the up-front cost is charged on arrival and given back at the end', () => {
  const throttle = new Throttle({}, () => 0)
  throttle.arrive('token')
  assert.equal(throttle.remaining('token'), 550)
  assert.equal(throttle.finish('token', 2.5), 597.5)
})

test('the bucket leaks ten a second and never below empty', () => {
  const clock = handClock(0)
  const throttle = new Throttle({}, clock.now)
  throttle.arrive('token')
  throttle.finish('token', 100)
  assert.equal(throttle.remaining('token'), 500)
  clock.now_ms = 3000
  assert.equal(throttle.remaining('token'), 530)
  clock.now_ms = 60_000
  assert.equal(throttle.remaining('token'), 600)
})

test('the bucket holds at most its maximum, and a full one is empty again after 80 seconds', () => {
  const clock = handClock(0)
  const throttle = new Throttle({}, clock.now)
  for (let request = 0; request < 40; request += 1) throttle.arrive('token')
  assert.equal(throttle.remaining('token'), -200)
  clock.now_ms = 79_000
  assert.equal(throttle.remaining('token'), 590)
  clock.now_ms = 80_000
  assert.equal(throttle.remaining('token'), 600)
})

test('each token has its own bucket', () => {
  const throttle = new Throttle({ hwm: 100 }, () => 0)
  assert.equal(throttle.arrive('one'), true)
  assert.equal(throttle.arrive('one'), false)
  assert.equal(throttle.arrive('other'), true)
})

test('a request tells its cost and what remains after the refund', () =>
  withSimulator({ throttle: {}, cost: 0.25 }, async (simulator) => {
    const first = await ask(simulator, '/api/v1/users/self')
    assert.equal(first.headers['x-request-cost'], '0.25')
    assert.equal(first.headers['x-rate-limit-remaining'], '599.75')
    const second = await ask(simulator, '/api/v1/users/self')
    assert.equal(second.headers['x-rate-limit-remaining'], '599.5')
  }))

test('a refused request is plain text without a cost, and shows a positive remainder', () =>
  withSimulator({ throttle: {}, cost: 560 }, async (simulator) => {
    assert.equal((await ask(simulator, '/api/v1/users/self')).status, 200)
    const refused = await ask(simulator, '/api/v1/users/self')
    assert.equal(refused.status, 429)
    assert.equal(refused.headers['content-type'], 'text/plain; charset=utf-8')
    assert.equal(refused.text, '429 Too Many Requests (Rate Limit Exceeded)\n')
    assert.equal(refused.headers['x-request-cost'], undefined)
    assert.equal(refused.headers['x-rate-limit-remaining'], '40')
    assert.equal(refused.headers['retry-after'], undefined)
    assert.ok(refused.headers['x-request-context-id'] !== undefined)
    assert.equal(simulator.stats.throttled_total, 1)
    assert.equal(simulator.stats.minimum_remaining, 40)
  }))

test('an older Canvas refuses with 403', () =>
  withSimulator({ throttle: { status: 403 }, cost: 700 }, async (simulator) => {
    await ask(simulator, '/api/v1/users/self')
    const refused = await ask(simulator, '/api/v1/users/self')
    assert.equal(refused.status, 403)
    assert.equal(refused.text, '403 Forbidden (Rate Limit Exceeded)\n')
  }))

test('a drained bucket lets requests through again when time has passed', () =>
  withSimulator({ throttle: {}, cost: 560 }, async (simulator, clock) => {
    await ask(simulator, '/api/v1/users/self')
    assert.equal((await ask(simulator, '/api/v1/users/self')).status, 429)
    clock.now_ms += 1000
    assert.equal((await ask(simulator, '/api/v1/users/self')).status, 429)
    clock.now_ms += 1000
    assert.equal((await ask(simulator, '/api/v1/users/self')).status, 200)
  }))

test('concurrency is what kills: twelve at once are too many, one after another never', () =>
  withSimulator({ throttle: {}, latency_ms: 60, cost: 0.1 }, async (simulator) => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(simulator, '/api/v1/users/self')))
    assert.equal(answers.filter((answer) => answer.status === 200).length, 11)
    assert.equal(answers.filter((answer) => answer.status === 429).length, 1)
    assert.equal(simulator.stats.peak_in_flight, 12)
  }))

test('a wrong token has a bucket too', () =>
  withSimulator({ throttle: { hwm: 60 }, cost: 20 }, async (simulator) => {
    assert.equal((await ask(simulator, '/api/v1/courses', { token: 'wrong' })).status, 401)
    assert.equal((await ask(simulator, '/api/v1/courses', { token: 'wrong' })).status, 429)
    assert.equal((await ask(simulator, '/api/v1/users/self')).status, 200)
  }))

test('without a throttle there is a cost and no remainder', () =>
  withSimulator({ throttle: false }, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/users/self')
    assert.ok(answer.headers['x-request-cost'] !== undefined)
    assert.equal(answer.headers['x-rate-limit-remaining'], undefined)
  }))

test('the default cost is small and grows with the rows', () =>
  withSimulator({}, async (simulator) => {
    const one = await ask(simulator, '/api/v1/accounts/1/courses?per_page=1')
    const many = await ask(simulator, '/api/v1/accounts/1/courses?per_page=10')
    const [low, high] = [one, many].map((answer) => Number(answer.headers['x-request-cost']))
    assert.ok(low !== undefined && high !== undefined)
    assert.ok(low >= 0.05 && low < high && high <= 0.5)
  }))
