import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ThrottleGate } from '../../src/canvas/index.ts'
import { readRateSignals } from '../../src/canvas/rate-signals.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { answering, canvasHeaders, serve, watch } from './loopback.ts'

const remainingOf = (text: string): number | null =>
  readRateSignals({ 'x-rate-limit-remaining': text }).remaining
const costOf = (text: string): number | null => readRateSignals({ 'x-request-cost': text }).cost

describe('readRateSignals', () => {
  it('reads plain decimals and nothing else that Number would read', () => {
    assert.equal(costOf('0.500000000000000000'), 0.5)
    assert.equal(remainingOf('599.5'), 599.5)
    assert.equal(remainingOf('-12.5'), -12.5)
    for (const text of [
      '',
      '0x10',
      '1e308',
      '1e6',
      '-1e308',
      'NaN',
      'Infinity',
      '1000000',
      '--1',
      '.5',
      '5.',
    ]) {
      assert.equal(costOf(text), null, text)
      assert.equal(remainingOf(text), null, text)
    }
    assert.equal(costOf('-1'), null)
  })

  it('keeps what it reads within what a bucket can hold', () => {
    assert.equal(costOf('999999'), 800)
    assert.equal(remainingOf('999999'), 3000)
    assert.equal(remainingOf('-100000'), -800)
    assert.equal(readRateSignals({ 'x-canvas-meta': 'q=1;u=0.25;y=0.00;d=0.5;' }).cost, 0.75)
    assert.equal(readRateSignals({ 'x-canvas-meta': 'u=900;d=900' }).cost, 800)
    assert.equal(readRateSignals({ 'x-canvas-meta': 'u=999999999999;d=0' }).cost, null)
  })
})

describe('false rate headers', () => {
  const cases: Record<string, string>[] = [
    { 'x-request-cost': '1e308' },
    { 'x-request-cost': '1e6' },
    { 'x-request-cost': '999999' },
    { 'x-rate-limit-remaining': '-1e308' },
    { 'x-rate-limit-remaining': '-100000' },
    { 'x-request-cost': '', 'x-canvas-meta': 'u=999999999999;d=0.1;' },
  ]
  for (const extra of cases) {
    it(`do not stall later calls: ${JSON.stringify(extra)}`, async () => {
      const server = await serve(answering(() => ({ headers: canvasHeaders(extra), body: {} })))
      const { client, clock, waits } = watch(server.origin)
      const started_ms = clock.monotonic()
      for (let call = 0; call < 8; call++) await client.get('/api/v1/users/self')
      assert.ok(clock.monotonic() - started_ms <= 8 * 60_000)
      assert.ok(waits.every(({ wait_ms }) => wait_ms <= 60_000))
    })
  }

  it('let one call go alone after a minute, whatever the model says', async () => {
    const clock = new FakeClock({ auto: true })
    const gate = new ThrottleGate({ clock, random: () => 0 })
    for (const cost of [1e308, Number.POSITIVE_INFINITY]) {
      const first = await gate.acquire()
      first.answered({ cost, remaining: -1e308 })
      first.release()
      const sent_ms = clock.monotonic()
      const next = [gate.acquire(), gate.acquire()]
      const probe = await Promise.race(next)
      assert.equal(clock.monotonic() - sent_ms, 60_000)
      assert.equal(gate.state.in_flight, 1)
      assert.equal(probe.throttled({ cost: null, remaining: -1e308 }, Number.POSITIVE_INFINITY), 120_000)
      probe.release()
      const last = await next[1]
      last?.release()
    }
  })
})
