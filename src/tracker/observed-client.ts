import { createCanvasClient } from '../canvas/client.ts'
import type { CanvasObserver } from '../canvas/observer.ts'
import type { CanvasClient } from '../canvas/types.ts'
import type { Clock } from '../core/clock.ts'
import type { CallTraces } from '../core/telemetry.ts'
import type { SyncLedger } from './sync-ledger.ts'
import type { ThrottleGates } from './throttle-gates.ts'
import type { ObservedClientOptions } from './types.ts'

const COURSE_IN_PATH = /^\/api\/v1\/courses\/([^/]+)/

/** A client whose every call is recorded; it shares the throttle of its token unless it asks for a limit of its own. */
export function observedClient(
  { baseUrl, token, ...rest }: ObservedClientOptions,
  ledger: SyncLedger,
  { clock, gates, trace }: { clock: Clock; gates: ThrottleGates; trace: CallTraces },
): CanvasClient {
  return createCanvasClient({
    clock,
    ...(rest.max_concurrency === undefined ? { gate: gates.gateOf(baseUrl, token) } : {}),
    ...rest,
    base_url: baseUrl,
    token,
    observer: canvasObserver(ledger),
    traces: trace,
  })
}

/** Records what a Canvas client does in a sync. */
export function canvasObserver(ledger: SyncLedger): CanvasObserver {
  return {
    call(call) {
      ledger.recordApiCall({
        method: call.method,
        endpoint: call.endpoint,
        status: call.status,
        durationMs: call.duration_ms,
        items: call.items,
        page: call.page,
        attempt: call.attempt,
        requestCost: call.request_cost,
        rateLimitRemaining: call.rate_limit_remaining,
        bytes: call.bytes,
        requestId: call.request_id,
        errorType: call.error_type,
        courseId: call.course_id ?? COURSE_IN_PATH.exec(call.endpoint)?.[1] ?? null,
        willRetry: call.will_retry,
      })
    },
    throttled({ wait_ms, status, endpoint, remaining }) {
      ledger.recordApiRateLimit({ waitMs: wait_ms, status, endpoint, remaining })
    },
    waiting({ wait_ms }) {
      ledger.addThrottleWait(wait_ms)
    },
  }
}
