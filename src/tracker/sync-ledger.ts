import type { Clock } from '../core/clock.ts'
import { amountOf, readSentence } from '../core/entity-words.ts'
import { ERROR_TYPE_FACTS, isSyncErrorType } from '../core/error-types.ts'
import type { LogValue } from '../core/log-event.ts'
import { noCounters, type SyncCounters } from '../core/sync-record.ts'
import type { SyncProblem } from '../core/verdict.ts'
import { redactedStart, withoutQuery } from '../logs/redact.ts'
import { amount, COUNTED, countOf, isSound, tenths, thousandths, wholeNumber } from './counts.ts'
import { ownSentence } from './describe-failure.ts'
import {
  callSentence,
  databaseSentence,
  deletedSentence,
  heldSentence,
  progressSentence,
  throttleSentence,
} from './log-sentences.ts'
import type { SyncLog } from './sync-log.ts'
import type {
  ApiCallOptions,
  CountOptions,
  DbOperationOptions,
  ProgressOptions,
  RateLimitOptions,
} from './types.ts'

/**
 * What a sync has counted so far. Each `record…` call counts and writes its line; none throws, none waits.
 */
export class SyncLedger {
  readonly counters: SyncCounters = noCounters()
  readonly problems: SyncProblem[] = []
  /** Null until the total is known; it never falls. */
  percent: number | null = null
  current: string | null = null
  /** The least of `X-Rate-Limit-Remaining` that was seen. */
  remaining_min: number | null = null
  /** Whether something changed since it was last set to false. */
  changed = false
  protected readonly log: SyncLog
  readonly #clock: Clock
  readonly #started_monotonic: number
  readonly #calls_by_course = new Map<string, number>()

  constructor(log: SyncLog, clock: Clock) {
    this.log = log
    this.#clock = clock
    this.#started_monotonic = clock.monotonic()
  }

  /** Milliseconds since the sync began, on the clock that never goes back. */
  elapsed_ms(): number {
    return Math.max(0, this.#clock.monotonic() - this.#started_monotonic)
  }

  /** Calls made so far for a course, and forgets them. */
  takeCallsOf(course_id: string): number {
    const calls = this.#calls_by_course.get(course_id) ?? 0
    this.#calls_by_course.delete(course_id)
    return calls
  }

  addThrottleWait(wait_ms: number): void {
    this.counters.throttle_wait_ms += amount(wait_ms)
  }

  /** Called for each thing that could not be recorded. */
  countLoss(): void {
    this.counters.records_lost++
  }

  recordCourse(options: CountOptions = {}): void {
    this.#count('courses', options)
  }

  recordAssignment(options: CountOptions = {}): void {
    this.#count('assignments', options)
  }

  recordSubmission(options: CountOptions = {}): void {
    this.#count('submissions', options)
  }

  recordGrade(options: Omit<CountOptions, 'created'> = {}): void {
    this.#count('grades', options)
  }

  recordApiCall(options: ApiCallOptions): void {
    this.record(() => {
      const counters = this.counters
      const duration_ms = amount(options.durationMs)
      const { status } = options
      const failed = options.errorType != null || typeof status !== 'number' || !(status < 400)
      counters.api_calls_made++
      if (failed) counters.api_calls_failed++
      counters.total_api_duration_ms += duration_ms
      counters.api_request_cost += amount(options.requestCost)
      counters.total_data_size_bytes += wholeNumber(options.bytes)
      const remaining = options.rateLimitRemaining
      if (isSound(remaining)) {
        this.remaining_min = Math.min(remaining, this.remaining_min ?? remaining)
      }
      const course_id = options.courseId == null ? options.courseId : String(options.courseId)
      if (course_id != null) {
        this.#calls_by_course.set(course_id, (this.#calls_by_course.get(course_id) ?? 0) + 1)
      }
      const endpoint = withoutQuery(options.endpoint)
      const method = options.method ?? 'GET'
      const fields: Record<string, LogValue> = {
        method,
        endpoint,
        status,
        duration_ms: tenths(duration_ms),
        items: options.items,
        page: options.page,
        attempt: options.attempt,
        request_cost: thousandths(options.requestCost),
        rate_limit_remaining: thousandths(options.rateLimitRemaining),
        bytes: options.bytes,
        request_id: options.requestId,
        error_type: options.errorType,
        course_id,
        will_retry: failed ? options.willRetry : undefined,
      }
      const message = callSentence(`${method} ${endpoint}`, status, duration_ms, options.errorType)
      this.log.write('api_calls', failed ? 'WARNING' : 'INFO', 'api_call', fields, message)
    })
  }

  recordApiRateLimit(options: RateLimitOptions = {}): void {
    this.record(() => {
      this.counters.api_rate_limit_hits++
      const wait_ms = Math.round(amount(options.waitMs))
      const endpoint = options.endpoint === undefined ? undefined : withoutQuery(options.endpoint)
      const rate_limit_remaining = thousandths(options.remaining)
      const fields = { endpoint, status: options.status, wait_ms, rate_limit_remaining }
      this.log.write('api_calls', 'WARNING', 'api_throttled', fields, throttleSentence(wait_ms))
    })
  }

  recordDbOperation(options: DbOperationOptions): void {
    this.record(() => {
      const { operation, entity, batch } = options
      const duration_ms = amount(options.durationMs)
      const count = wholeNumber(options.count ?? 1)
      this.counters.db_operations++
      this.counters.db_duration_ms += duration_ms
      const course_id = options.courseId === undefined ? undefined : String(options.courseId)
      const fields = { operation, entity, count, duration_ms: tenths(duration_ms), batch, course_id }
      const took_ms = options.durationMs === undefined ? undefined : duration_ms
      const message = databaseSentence(operation, amountOf(count, entity), took_ms)
      this.log.write('database', 'INFO', 'db_operation', fields, message)
    })
  }

  recordDeletions(options: { entity: string; deleted: number; held: number }): void {
    this.record(() => {
      const { entity } = options
      const deleted = wholeNumber(options.deleted)
      const held = wholeNumber(options.held)
      this.counters.rows_deleted += deleted
      this.counters.deletions_held += held
      const fields = { entity, deleted, held }
      if (held === 0) {
        this.log.operation('rows_deleted', fields, deletedSentence(entity, deleted))
      } else {
        this.log.operation('deletions_held', fields, heldSentence(entity, held), 'WARNING')
      }
    })
  }

  recordConnectionTest(options: { durationMs: number; sourceId?: number }): void {
    this.record(() => {
      const duration_ms = Math.round(amount(options.durationMs))
      const fields = { source_id: options.sourceId, duration_ms, status: 'ok' }
      this.log.operation('connection_tested', fields, `Canvas accepted the token in ${duration_ms} ms.`)
    })
  }

  recordProblem(problem: SyncProblem): void {
    this.record(() => {
      // Whatever it is called, something could not be read.
      const error_type = isSyncErrorType(problem.error_type) ? problem.error_type : 'job_error'
      const { next_step } = ERROR_TYPE_FACTS[error_type]
      const message = ownSentence(problem.message, next_step)
      this.problems.push({ error_type, message })
      this.log.write('errors', 'ERROR', 'sync_problem', { error_type, next_step }, message)
    })
  }

  recordEvent(
    event: string,
    fields: Readonly<Record<string, string | number | boolean | null>>,
    message: string,
    level: 'INFO' | 'WARNING' = 'INFO',
  ): void {
    this.record(() => {
      this.log.operation(event, fields, message, level)
    })
  }

  progress(options: ProgressOptions): void {
    this.record(() => {
      const { percent, current, completed, total } = options
      if (typeof percent === 'number' && !Number.isNaN(percent)) {
        this.percent = Math.min(100, Math.max(0, percent, this.percent ?? 0))
      }
      if (typeof current === 'string') this.current = redactedStart(current, 200)
      const elapsed_ms = Math.round(this.elapsed_ms())
      const done = this.percent ?? 0
      const remaining_ms = done > 0 && done < 100 ? Math.round((elapsed_ms / done) * (100 - done)) : undefined
      const fields = {
        percent: thousandths(this.percent),
        current: this.current,
        completed,
        total,
        elapsed_ms,
        remaining_ms,
      }
      this.log.write('progress', 'INFO', 'progress', fields, progressSentence(this.current, this.percent))
    })
  }

  /** Runs what counts; the job must not suffer from what it handed us. */
  protected record(count: () => void): void {
    try {
      count()
    } catch {
      this.countLoss()
    }
    this.changed = true
  }

  #count(noun: keyof typeof COUNTED, options: CountOptions): void {
    this.record(() => {
      const columns = COUNTED[noun]
      const { processed, created, updated } = countOf(options)
      this.counters[columns.processed] += processed
      if (columns.created !== null) this.counters[columns.created] += created
      this.counters[columns.updated] += updated
      const course_id = options.courseId === undefined ? undefined : String(options.courseId)
      const duration_ms = options.durationMs === undefined ? undefined : tenths(options.durationMs)
      const fields = { course_id, created, updated, count: processed, duration_ms }
      const counts = { processed, created: columns.created === null ? null : created, updated }
      this.log.operation(columns.event, fields, readSentence(noun, counts))
    })
  }
}
