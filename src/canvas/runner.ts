import { isMonitorError, MonitorError } from '../core/errors.ts'
import type { Clock } from '../core/clock.ts'
import { NOT_TRACED, type CallTraces } from '../core/telemetry.ts'
import {
  beginOf,
  describeCall,
  detailsOf,
  interpret,
  withDetails,
  type Attempt,
  type Job,
} from './attempt.ts'
import { parseRetryAfter } from './back-off.ts'
import { notify, type CanvasObserver } from './observer.ts'
import { readRateSignals } from './rate-signals.ts'
import { RetryPolicy, type RetryLimits } from './retry-policy.ts'
import type { RateSignals } from './throttle-bucket.ts'
import type { ThrottleGate, ThrottlePermit } from './throttle-gate.ts'
import { Transport, type WireAnswer, type WireLimits } from './transport.ts'

export interface RunnerOptions {
  readonly token: string
  readonly clock: Clock
  readonly random: () => number
  readonly gate: ThrottleGate
  readonly observer: CanvasObserver
  readonly traces?: CallTraces | undefined
  readonly send_traceparent: boolean
  readonly may_send: () => boolean
  readonly retries: RetryLimits
  readonly limits: WireLimits
}

/** A good answer, read. */
export interface Done<T> {
  readonly value: T
  readonly answer: WireAnswer
  readonly request_id: string | null
  readonly duration_ms: number
}

/** `Accept` that makes Canvas send 64-bit ids as strings. */
const ACCEPT = 'application/json+canvas-string-ids'
const NO_SIGNALS: RateSignals = { cost: null, remaining: null }

/** Sends calls: permit, exchange, verdict, report, and again when that makes sense. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #transport: Transport
  readonly #active = new Set<AbortController>()
  #closed = false

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#transport = new Transport(options.clock, options.limits)
  }

  /** @throws {MonitorError} `closed`, `cancelled` or any other Canvas error type */
  async run<T>(job: Job<T>): Promise<Done<T>> {
    if (this.#closed) throw new MonitorError('closed', 'The Canvas client is closed.')
    const controller = new AbortController()
    const forward = (): void => {
      controller.abort()
    }
    job.signal?.addEventListener('abort', forward, { once: true })
    if (job.signal?.aborted) forward()
    this.#active.add(controller)
    try {
      return await this.#attempts(job, controller.signal)
    } catch (error) {
      if (isMonitorError(error) || !controller.signal.aborted) throw error
      throw cancelled(job)
    } finally {
      this.#active.delete(controller)
      job.signal?.removeEventListener('abort', forward)
    }
  }

  close(): void {
    this.#closed = true
    for (const controller of this.#active) controller.abort()
    this.#transport.close()
  }

  async #attempts<T>(job: Job<T>, signal: AbortSignal): Promise<Done<T>> {
    const { clock, gate, observer, random, retries, traces = NOT_TRACED } = this.#options
    const policy = new RetryPolicy(retries, random)
    for (let number = 1; ; number++) {
      const permit = await gate.acquire({
        signal,
        first: number > 1,
        onWait: (reason, wait_ms) => {
          notify(() => observer.waiting?.({ reason, wait_ms }))
        },
      })
      let attempt: Attempt<T>
      if (!this.#options.may_send()) {
        permit.release()
        throw cancelled(job)
      }
      const trace = traces.begin(beginOf(job, number))
      try {
        attempt = await trace.run(() => this.#attempt(job, number, signal, permit, trace.traceparent))
      } finally {
        permit.release()
      }
      const { outcome } = attempt
      const wait_ms = 'error' in outcome ? policy.next(outcome.error) : null
      const call = describeCall(job, attempt, wait_ms !== null)
      trace.end(call)
      notify(() => observer.call?.(call))
      if ('value' in outcome) {
        const { answer, verdict, duration_ms } = attempt
        return {
          value: outcome.value,
          answer: answer as WireAnswer,
          request_id: verdict?.request_id ?? null,
          duration_ms,
        }
      }
      if (wait_ms === null) throw outcome.error
      if (wait_ms > 0) {
        notify(() => observer.waiting?.({ reason: 'retry', wait_ms }))
        await clock.sleep(wait_ms, signal)
      }
    }
  }

  async #attempt<T>(
    job: Job<T>,
    number: number,
    signal: AbortSignal,
    permit: ThrottlePermit,
    traceparent: string | null,
  ): Promise<Attempt<T>> {
    const { clock } = this.#options
    const started_ms = clock.monotonic()
    let signals = NO_SIGNALS
    const duration = (): number => Math.round(clock.monotonic() - started_ms)
    try {
      const answer = await this.#transport.exchange({
        target: job.target,
        headers: this.#headers(traceparent),
        signal,
        onHeaders: (status, headers) => {
          signals = readRateSignals(headers)
          // A refusal needs its body to be told apart from a missing permission; nothing is given back before.
          if (status !== 403 && status !== 429) permit.answered(signals)
        },
      })
      const duration_ms = duration()
      const { verdict, outcome } = interpret(job, answer, clock.now(), number)
      if (verdict.failure?.error_type === 'throttled') this.#throttled(job, number, permit, answer, signals)
      else permit.answered(signals)
      return { number, duration_ms, answer, verdict, signals, outcome }
    } catch (error) {
      const failure = signal.aborted ? cancelled(job) : withDetails(error, detailsOf(job, number))
      permit.lost(failure.code === 'timeout')
      return {
        number,
        duration_ms: duration(),
        answer: null,
        verdict: null,
        signals,
        outcome: { error: failure },
      }
    }
  }

  #throttled<T>(
    job: Job<T>,
    attempt: number,
    permit: ThrottlePermit,
    answer: WireAnswer,
    signals: RateSignals,
  ): void {
    const { clock, observer } = this.#options
    const asked_ms = parseRetryAfter(answer.headers['retry-after'], clock.now())
    const wait_ms = permit.throttled(signals, asked_ms)
    notify(() =>
      observer.throttled?.({
        status: answer.status,
        wait_ms,
        attempt,
        endpoint: job.endpoint,
        remaining: signals.remaining,
      }),
    )
  }

  /** No `Content-Type` and no body: Canvas's edge answers a GET that has them with 403. */
  #headers(traceparent: string | null): Record<string, string> {
    const { send_traceparent } = this.#options
    return {
      authorization: `Bearer ${this.#options.token}`,
      accept: ACCEPT,
      'accept-encoding': 'gzip',
      'user-agent': 'canvas-sync-monitor',
      ...(send_traceparent && traceparent !== null ? { traceparent } : {}),
    }
  }
}

function cancelled<T>(job: Job<T>): MonitorError {
  return new MonitorError('cancelled', 'The call was cancelled.', { details: { endpoint: job.endpoint } })
}
