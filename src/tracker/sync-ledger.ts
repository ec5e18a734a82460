import type { Clock } from '../core/clock.ts'
import { ERROR_TYPE_FACTS } from '../core/error-types.ts'
import type { LogValue } from '../core/log-event.ts'
import { noCounters, type SyncCounters } from '../core/sync-record.ts'
import type { SyncProblem } from '../core/verdict.ts'
import { withoutQuery } from '../logs/redact.ts'
import { amount, countOf, thousandths, wholeNumber, type Count } from './counts.ts'
import type { SyncLog } from './sync-log.ts'
import type {
  ApiCallOptions,
  CountOptions,
  DbOperationOptions,
  ProgressOptions,
  RateLimitOptions,
} from './types.ts'

/** The end of every sentence that tells of held deletions. */
export const HELD =
  'too many at once, so they are kept; if they are really gone, sync once with --accept-deletions.'

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
    this.#record(() => {
      const count = countOf(options)
      this.counters.courses_processed += count.processed
      this.counters.courses_created += count.created
      this.counters.courses_updated += count.updated
      this.#logCount('course_synced', 'Courses', options, count)
    })
  }

  recordAssignment(options: CountOptions = {}): void {
    this.#record(() => {
      const count = countOf(options)
      this.counters.assignments_processed += count.processed
      this.counters.assignments_created += count.created
      this.counters.assignments_updated += count.updated
      this.#logCount('assignments_synced', 'Assignments', options, count)
    })
  }

  recordSubmission(options: CountOptions = {}): void {
    this.#record(() => {
      const count = countOf(options)
      this.counters.submissions_processed += count.processed
      this.counters.submissions_created += count.created
      this.counters.submissions_updated += count.updated
      this.#logCount('submissions_synced', 'Submissions', options, count)
    })
  }

  recordGrade(options: Omit<CountOptions, 'created'> = {}): void {
    this.#record(() => {
      const count = countOf(options)
      this.counters.grades_processed += count.processed
      this.counters.grades_updated += count.updated
      this.#logCount('grades_synced', 'Grades', options, count)
    })
  }

  recordApiCall(options: ApiCallOptions): void {
    this.#record(() => {
      const counters = this.counters
      const duration_ms = amount(options.durationMs)
      const failed = options.errorType != null || options.status === null || options.status >= 400
      counters.api_calls_made++
      if (failed) counters.api_calls_failed++
      counters.total_api_duration_ms += duration_ms
      counters.api_request_cost += amount(options.requestCost)
      counters.total_data_size_bytes += wholeNumber(options.bytes)
      const remaining = options.rateLimitRemaining ?? null
      if (remaining !== null && (this.remaining_min === null || remaining < this.remaining_min)) {
        this.remaining_min = remaining
      }
      const course_id = options.courseId ?? null
      if (course_id !== null) {
        this.#calls_by_course.set(course_id, (this.#calls_by_course.get(course_id) ?? 0) + 1)
      }
      const endpoint = withoutQuery(options.endpoint)
      const method = options.method ?? 'GET'
      const fields: Record<string, LogValue> = {
        method,
        endpoint,
        status: options.status,
        duration_ms: Math.round(duration_ms * 10) / 10,
        items: options.items,
        page: options.page,
        attempt: options.attempt,
        request_cost: thousandths(options.requestCost),
        rate_limit_remaining: thousandths(options.rateLimitRemaining),
        bytes: options.bytes,
        request_id: options.requestId,
        error_type: options.errorType,
        course_id: options.courseId,
        will_retry: failed ? options.willRetry : undefined,
      }
      const message = `${method} ${endpoint} - ${options.status ?? options.errorType ?? 'no answer'}`
      this.log.write('api_calls', failed ? 'WARNING' : 'INFO', 'api_call', fields, message)
    })
  }

  recordApiRateLimit(options: RateLimitOptions = {}): void {
    this.#record(() => {
      this.counters.api_rate_limit_hits++
      const wait_ms = Math.round(amount(options.waitMs))
      const endpoint = options.endpoint === undefined ? undefined : withoutQuery(options.endpoint)
      this.log.write(
        'api_calls',
        'WARNING',
        'api_throttled',
        { endpoint, status: options.status, wait_ms, rate_limit_remaining: thousandths(options.remaining) },
        `Canvas throttles: waiting ${wait_ms} ms.`,
      )
    })
  }

  recordDbOperation(options: DbOperationOptions): void {
    this.#record(() => {
      const { operation, entity, batch } = options
      const duration_ms = amount(options.durationMs)
      const count = wholeNumber(options.count ?? 1)
      this.counters.db_operations++
      this.counters.db_duration_ms += duration_ms
      const course_id = options.courseId === undefined ? undefined : String(options.courseId)
      this.log.write(
        'database',
        'INFO',
        'db_operation',
        { operation, entity, count, duration_ms: Math.round(duration_ms * 10) / 10, batch, course_id },
        `${operation} ${entity}: ${count}`,
      )
    })
  }

  recordDeletions({ entity, deleted, held }: { entity: string; deleted: number; held: number }): void {
    this.#record(() => {
      this.counters.rows_deleted += wholeNumber(deleted)
      this.counters.deletions_held += wholeNumber(held)
      const message =
        held > 0
          ? `${held} ${entity} are missing from Canvas's list: ${HELD}`
          : `${deleted} ${entity} are gone from Canvas and marked deleted.`
      const event = held > 0 ? 'deletions_held' : 'rows_deleted'
      this.log.operation(event, { entity, deleted, held }, message, held > 0 ? 'WARNING' : 'INFO')
    })
  }

  recordConnectionTest(options: { durationMs: number; sourceId?: number }): void {
    this.#record(() => {
      const duration_ms = Math.round(amount(options.durationMs))
      const message = `Canvas accepted the token in ${duration_ms} ms.`
      this.log.operation(
        'connection_tested',
        { source_id: options.sourceId, duration_ms, status: 'ok' },
        message,
      )
    })
  }

  recordProblem(problem: SyncProblem): void {
    this.#record(() => {
      this.problems.push(problem)
      const { error_type } = problem
      const next_step = ERROR_TYPE_FACTS[error_type].next_step
      this.log.write('errors', 'ERROR', 'sync_problem', { error_type, next_step }, problem.message)
    })
  }

  recordEvent(
    event: string,
    fields: Readonly<Record<string, string | number | boolean | null>>,
    message: string,
    level: 'INFO' | 'WARNING' = 'INFO',
  ): void {
    this.#record(() => {
      this.log.operation(event, fields, message, level)
    })
  }

  progress(options: ProgressOptions): void {
    this.#record(() => {
      const percent = typeof options.percent === 'number' ? Math.min(100, Math.max(0, options.percent)) : null
      if (percent !== null) this.percent = Math.max(this.percent ?? 0, percent)
      if (options.current !== undefined) this.current = options.current.slice(0, 200)
      const elapsed_ms = Math.round(this.elapsed_ms())
      const done = this.percent ?? 0
      const remaining_ms = done > 0 && done < 100 ? Math.round((elapsed_ms / done) * (100 - done)) : undefined
      const { completed, total } = options
      this.log.write(
        'progress',
        'INFO',
        'progress',
        {
          percent: thousandths(this.percent),
          current: this.current,
          completed,
          total,
          elapsed_ms,
          remaining_ms,
        },
        this.percent === null
          ? (this.current ?? '')
          : `${Math.floor(this.percent)} % - ${this.current ?? ''}`,
      )
    })
  }

  #record(count: () => void): void {
    try {
      count()
      this.changed = true
    } catch {
      // The job must not suffer from what it handed us.
      this.counters.records_lost++
    }
  }

  #logCount(event: string, noun: string, options: CountOptions, count: Count): void {
    const course_id = options.courseId === undefined ? undefined : String(options.courseId)
    const { created, updated, processed } = count
    this.log.operation(
      event,
      { course_id, created, updated, count: processed, duration_ms: options.durationMs },
      `${noun}: ${processed}, ${created} created, ${updated} updated.`,
    )
  }
}
