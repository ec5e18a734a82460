import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { ThrottleGate, type ThrottlePermit } from '../../src/canvas/index.ts'
import { FakeClock } from '../support/fake-clock.ts'

const FULL = { cost: 0.5, remaining: 599.5 }

/** Asks for `count` permits and keeps those that were given, in order. */
function ask(gate: ThrottleGate, count: number): ThrottlePermit[] {
  const given: ThrottlePermit[] = []
  for (let index = 0; index < count; index++) {
    void gate.acquire().then((permit) => given.push(permit))
  }
  return given
}

function finish(
  permit: ThrottlePermit | undefined,
  signals: typeof FULL | { cost: null; remaining: null } = FULL,
): void {
  permit?.answered(signals)
  permit?.release()
}

describe('ThrottleGate', () => {
  it('sends the first call alone, then grows to eleven and no further', async () => {
    const gate = new ThrottleGate({ clock: new FakeClock() })
    const given = ask(gate, 200)
    await turn()
    assert.equal(given.length, 1)
    let most = 0
    for (let done = 0; done < 150; done++) {
      finish(given[done])
      await turn()
      most = Math.max(most, gate.state.in_flight)
    }
    assert.equal(most, 11)
    assert.equal(gate.state.limit, 11)
  })

  it('stays at four when Canvas sends no rate headers', async () => {
    const gate = new ThrottleGate({ clock: new FakeClock() })
    const given = ask(gate, 100)
    for (let done = 0; done < 50; done++) {
      await turn()
      finish(given[done], { cost: null, remaining: null })
    }
    await turn()
    assert.equal(gate.state.in_flight, 4)
  })

  it('never goes beyond max_concurrency', async () => {
    const gate = new ThrottleGate({ clock: new FakeClock(), max_concurrency: 2 })
    const given = ask(gate, 50)
    for (let done = 0; done < 20; done++) {
      await turn()
      finish(given[done])
    }
    await turn()
    assert.equal(gate.state.in_flight, 2)
  })

  it('holds everything back after a refusal, then sends one call alone', async () => {
    const clock = new FakeClock()
    const gate = new ThrottleGate({ clock, random: () => 0 })
    const given = ask(gate, 30)
    for (let done = 0; done < 10; done++) {
      await turn()
      finish(given[done])
    }
    await turn()
    const under_way = given.slice(10)
    assert.equal(under_way.length, 11)
    const waits = under_way.map((permit) => permit.throttled({ cost: null, remaining: 45 }))
    for (const permit of under_way) permit.release()
    assert.deepEqual(new Set(waits), new Set([5000]), 'calls refused together are one event')
    assert.equal(gate.state.throttled_count, 11)
    clock.advance(4999)
    await turn()
    assert.equal(gate.state.in_flight, 0)
    clock.advance(60_000)
    await turn()
    assert.equal(gate.state.in_flight, 1)
    assert.ok(gate.state.limit <= 5)
  })

  it('doubles the wait for each refusal in a row and honours Retry-After', async () => {
    const clock = new FakeClock({ auto: true })
    const gate = new ThrottleGate({ clock, random: () => 0 })
    const waits: number[] = []
    for (const retry_after_ms of [undefined, undefined, 33_000]) {
      const permit = await gate.acquire()
      waits.push(permit.throttled({ cost: null, remaining: null }, retry_after_ms))
      permit.release()
    }
    assert.deepEqual(waits, [5000, 10_000, 33_000])
  })

  it('sees what other processes put into the bucket', async () => {
    const clock = new FakeClock()
    const gate = new ThrottleGate({ clock })
    const given = ask(gate, 5)
    await turn()
    finish(given[0], { cost: 1, remaining: 60 })
    await turn()
    assert.ok(gate.state.external_load > 500)
    assert.equal(gate.state.in_flight, 0)
    clock.advance(60_000)
    await turn()
    assert.equal(gate.state.in_flight, 1)
  })

  it('serves in order, retried calls first, and lets a waiting call leave', async () => {
    const gate = new ThrottleGate({ clock: new FakeClock(), max_concurrency: 1 })
    const order: string[] = []
    const controller = new AbortController()
    const enter = async (
      name: string,
      options: Parameters<ThrottleGate['acquire']>[0] = {},
    ): Promise<void> => {
      const permit = await gate.acquire(options)
      order.push(name)
      finish(permit)
    }
    const holder = await gate.acquire()
    const left = enter('left', { signal: controller.signal })
    const all = [enter('one'), enter('two'), enter('again', { first: true })]
    controller.abort()
    await assert.rejects(left, { name: 'AbortError' })
    finish(holder)
    await Promise.all(all)
    assert.deepEqual(order, ['again', 'one', 'two'])
    assert.equal(gate.state.in_flight, 0)
    assert.equal(gate.state.waiting, 0)
  })

  it('leaves no timer behind when the last waiting call leaves', async () => {
    const clock = new FakeClock()
    const cancelled: string[] = []
    const gate = new ThrottleGate({
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        every: (interval_ms, tick) => clock.every(interval_ms, tick),
        sleep: (duration_ms, signal) => {
          signal?.addEventListener('abort', () => cancelled.push(`${duration_ms} ms`))
          return clock.sleep(duration_ms, signal)
        },
      },
      random: () => 0,
    })
    const permit = await gate.acquire()
    permit.throttled({ cost: null, remaining: 0 })
    permit.release()
    const controller = new AbortController()
    const waiting = gate.acquire({ signal: controller.signal })
    controller.abort()
    await assert.rejects(waiting)
    assert.deepEqual(cancelled, ['5000 ms'])
  })

  it('gives a place back when no answer came', async () => {
    const gate = new ThrottleGate({ clock: new FakeClock(), max_concurrency: 1 })
    const given = ask(gate, 3)
    await turn()
    given[0]?.release()
    given[0]?.release()
    await turn()
    given[1]?.lost(true)
    given[1]?.release()
    await turn()
    assert.equal(given.length, 3)
    assert.equal(gate.state.in_flight, 1)
  })
})
