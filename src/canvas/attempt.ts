import type { IncomingHttpHeaders } from 'node:http'
import { isSyncErrorType, type CanvasErrorType } from '../core/error-types.ts'
import { MonitorError, type ErrorDetails } from '../core/errors.ts'
import type { CallBegin } from '../core/telemetry.ts'
import { classifyAnswer, type AnswerVerdict } from './classify.ts'
import type { CanvasCall } from './observer.ts'
import type { Target } from './origin.ts'
import type { RateSignals } from './throttle-bucket.ts'
import type { WireAnswer } from './transport.ts'

/** What is asked, and how a good answer is read. */
export interface Job<T> {
  readonly target: Target
  /** Path without query. */
  readonly endpoint: string
  readonly course_id: string | null
  readonly page: number | null
  readonly signal: AbortSignal | undefined
  /** Reads parsed JSON; a MonitorError thrown here is the outcome of the attempt. */
  readonly read: (body: unknown, headers: IncomingHttpHeaders) => T
  /** Rows in what `read` returned; null when it is not a list. */
  readonly count: (value: T) => number | null
}

/** Everything known about one attempt, good or bad. */
export interface Attempt<T> {
  readonly number: number
  readonly duration_ms: number
  readonly answer: WireAnswer | null
  readonly verdict: AnswerVerdict | null
  readonly signals: RateSignals
  readonly outcome: { readonly value: T } | { readonly error: MonitorError }
}

/** Judges an answer and reads it; never throws. */
export function interpret<T>(
  job: Job<T>,
  answer: WireAnswer,
  now_ms: number,
  number: number,
): { verdict: AnswerVerdict; outcome: Attempt<T>['outcome'] } {
  const verdict = classifyAnswer(answer, now_ms)
  const details = detailsOf(job, number, answer.status, verdict)
  if (verdict.failure) {
    const { error_type, message, retryable } = verdict.failure
    return { verdict, outcome: { error: new MonitorError(error_type, message, { retryable, details }) } }
  }
  try {
    return { verdict, outcome: { value: job.read(parse(answer.body), answer.headers) } }
  } catch (error) {
    return { verdict, outcome: { error: withDetails(error, details) } }
  }
}

const METHOD = 'GET'

/** A page of 100 rows has some ten thousand; parsed values take many times the memory of their text. */
const MAX_VALUES = 400_000

function parse(body: string): unknown {
  if (countValues(body) > MAX_VALUES) {
    throw new MonitorError('contract', 'The answer has more values than a page can have.')
  }
  try {
    return JSON.parse(body) as unknown
  } catch {
    // V8's own message quotes the body, so it is not kept as a cause.
    throw new MonitorError('not_json', 'The answer is broken JSON: it was cut or changed on its way.')
  }
}

/** At least the number of values in a JSON text: each needs a comma or is the first in its list or object. */
function countValues(body: string): number {
  let count = 0
  for (let index = 0; index < body.length; index++) {
    const code = body.charCodeAt(index)
    // , [ {
    if (code === 0x2c || code === 0x5b || code === 0x7b) count += 1
  }
  return count
}

export function detailsOf<T>(
  job: Job<T>,
  attempts: number,
  status?: number,
  verdict?: AnswerVerdict,
): ErrorDetails {
  const retry_after_ms = verdict?.failure?.retry_after_ms ?? null
  return {
    endpoint: job.endpoint,
    attempts,
    ...(status === undefined ? {} : { status }),
    ...(job.course_id === null ? {} : { course_id: job.course_id }),
    ...(verdict ? { origin: verdict.origin } : {}),
    ...(verdict?.request_id ? { request_id: verdict.request_id } : {}),
    ...(verdict?.error_report_id ? { error_report_id: verdict.error_report_id } : {}),
    ...(retry_after_ms === null ? {} : { retry_after_ms }),
  }
}

/** The same error with the facts of the call; anything that is not ours is a `contract` error without its text. */
export function withDetails(error: unknown, details: ErrorDetails): MonitorError {
  if (!(error instanceof MonitorError)) {
    return new MonitorError('contract', 'The answer could not be read.', { details })
  }
  const { code, message, next_step, retryable, cause } = error
  return new MonitorError(code, message, {
    next_step,
    retryable,
    cause,
    details: { ...details, ...error.details },
  })
}

export function beginOf<T>({ endpoint, target, course_id, page }: Job<T>, attempt: number): CallBegin {
  return { method: METHOD, endpoint, origin: target.origin, course_id, page, attempt }
}

export function describeCall<T>(job: Job<T>, attempt: Attempt<T>, will_retry: boolean): CanvasCall {
  const { answer, verdict, outcome, signals } = attempt
  return {
    method: METHOD,
    endpoint: job.endpoint,
    status: answer?.status ?? null,
    duration_ms: attempt.duration_ms,
    items: 'value' in outcome ? job.count(outcome.value) : null,
    page: job.page,
    attempt: attempt.number,
    request_cost: signals.cost,
    rate_limit_remaining: signals.remaining,
    bytes: answer?.bytes ?? 0,
    request_id: verdict?.request_id ?? null,
    error_type: 'error' in outcome ? errorType(outcome.error) : null,
    course_id: job.course_id,
    will_retry,
    origin: verdict?.origin ?? null,
  }
}

function errorType(error: MonitorError): CanvasErrorType | null {
  return isSyncErrorType(error.code) ? (error.code as CanvasErrorType) : null
}
