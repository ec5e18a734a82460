import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isMonitorError } from '../../src/core/errors.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { canvasObserver } from '../../src/tracker/observed-client.ts'
import { SyncLedger } from '../../src/tracker/sync-ledger.ts'
import { SyncLog } from '../../src/tracker/sync-log.ts'
import type { CanvasCall, CanvasObserver } from '../../src/canvas/observer.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { withSimulator } from '../support/simulator-client.ts'
import { trackings } from './support/tracking.ts'

const open = trackings()

const call: CanvasCall = {
  method: 'GET',
  endpoint: '/api/v1/courses/7/sections',
  status: 200,
  duration_ms: 12,
  items: 3,
  page: 1,
  attempt: 1,
  request_cost: 0.1,
  rate_limit_remaining: 600,
  bytes: 100,
  request_id: 'r-1',
  error_type: null,
  course_id: null,
  will_retry: false,
  origin: 'canvas',
}

function observed(): { ledger: SyncLedger; logs: MemoryLogWriter; observer: CanvasObserver } {
  const clock = new FakeClock()
  const logs = new MemoryLogWriter({ clock })
  const ledger = new SyncLedger(new SyncLog(logs, 'task', '42'), clock)
  return { ledger, logs, observer: canvasObserver(ledger) }
}

describe('what a Canvas client does in a sync', () => {
  it('is a call of the course in its path unless it names another', () => {
    const { ledger, logs, observer } = observed()
    observer.call?.(call)
    observer.call?.({ ...call, course_id: '8' })
    observer.call?.({ ...call, endpoint: '/api/v1/users/self' })
    assert.deepEqual([ledger.takeCallsOf('7'), ledger.takeCallsOf('8'), ledger.takeCallsOf('7')], [1, 1, 0])
    assert.deepEqual(
      logs.events('api_calls').map((line) => line['course_id']),
      ['7', '8', null],
    )
    assert.equal(ledger.counters.api_calls_made, 3)
  })

  it('is a throttled answer, and time waited for the throttle', () => {
    const { ledger, logs, observer } = observed()
    observer.throttled?.({ status: 403, wait_ms: 1500, attempt: 1, endpoint: call.endpoint, remaining: 0 })
    observer.waiting?.({ reason: 'throttled', wait_ms: 1500 })
    observer.waiting?.({ reason: 'budget', wait_ms: 20.5 })
    assert.equal(ledger.counters.api_rate_limit_hits, 1)
    assert.equal(ledger.counters.throttle_wait_ms, 1520.5)
    assert.partialDeepStrictEqual(logs.events('api_calls')[0], {
      event: 'api_throttled',
      status: 403,
      wait_ms: 1500,
    })
  })

  it('is recorded from a real answer, and ends with the sync', async () => {
    await withSimulator({ throttle: {} }, async (simulator) => {
      const { monitor, logs } = await open()
      const sync = await monitor.startSync()
      const canvas = sync.canvas({ baseUrl: simulator.base_url, token: simulator.tokens.admin })
      await canvas.self()
      const { api_metrics, data_size_bytes } = sync.toJSON()
      assert.equal(api_metrics.calls_made, 1)
      assert.ok(api_metrics.request_cost > 0 && (api_metrics.rate_limit_remaining_min ?? 0) > 0)
      assert.ok(data_size_bytes > 0)
      assert.partialDeepStrictEqual(logs.events('api_calls')[0], {
        endpoint: '/api/v1/users/self',
        status: 200,
      })
      await sync.completeSuccess()
      await assert.rejects(canvas.self(), (error) => isMonitorError(error) && error.code === 'closed')
    })
  })

  it('shares the throttle with other syncs of the token, unless it asks for a limit of its own', async () => {
    await withSimulator({ throttle: {} }, async (simulator) => {
      const { monitor } = await open()
      const [one, other] = [await monitor.startSync(), await monitor.startSync()]
      const options = { baseUrl: simulator.base_url, token: simulator.tokens.admin }
      await one.canvas(options).self()
      const { remaining } = one.canvas(options).throttle
      assert.notEqual(remaining, null)
      assert.equal(other.canvas(options).throttle.remaining, remaining)
      assert.notEqual(other.canvas({ ...options, max_concurrency: 2 }).throttle.remaining, remaining)
      await monitor.close()
    })
  })
})
