import type { Clock } from '../core/clock.ts'
import { ERROR_TYPE_FACTS } from '../core/error-types.ts'
import type { IngestEvent } from '../core/ingest-event.ts'
import type { SyncRow } from '../core/sync-record.ts'
import type { SyncProblem } from '../core/verdict.ts'
import { ownSentence } from '../tracker/describe-failure.ts'
import { SyncLedger } from '../tracker/sync-ledger.ts'
import type { SyncLog } from '../tracker/sync-log.ts'
import type { ApiCallOptions, CountOptions } from '../tracker/types.ts'

type CountEvent = Extract<IngestEvent, { type: 'course' | 'assignment' | 'submission' | 'grade' }>
type CallEvent = Extract<IngestEvent, { type: 'api_call' }>

/** The tracker's ledger for events that come from elsewhere: the same counting and the same lines. */
export class ReportedLedger extends SyncLedger {
  /** When the event that is counted happened, and when its sync began. */
  at_ms = 0
  started_ms: number

  constructor(log: SyncLog, clock: Clock, started_ms: number) {
    super(log, clock)
    this.started_ms = started_ms
  }

  /** Takes over what was told before, of the row or by the ledger that this one takes the place of. */
  goOnFrom(
    row: Pick<SyncRow, 'progress_percent' | 'progress_current' | 'api_rate_limit_remaining_min'>,
    problems: readonly SyncProblem[],
    before: ReportedLedger | null,
  ): void {
    if (before !== null) Object.assign(this.counters, before.counters)
    this.problems.push(...(before?.problems ?? problems))
    this.percent = before?.percent ?? row.progress_percent
    this.current = before?.current ?? row.progress_current
    this.remaining_min = before?.remaining_min ?? row.api_rate_limit_remaining_min
  }

  /** By the times that the reporter gave: there is no clock of its own here. */
  override elapsed_ms(): number {
    return Math.max(0, this.at_ms - this.started_ms)
  }

  /** A problem that writes no line, because the reporter sends the lines apart. */
  takeQuietProblem({ error_type, message }: SyncProblem): void {
    this.problems.push({ error_type, message: ownSentence(message, ERROR_TYPE_FACTS[error_type].next_step) })
  }

  /** Counts what counts; other events are none of its business. */
  take(event: IngestEvent): void {
    switch (event.type) {
      case 'course':
        this.recordCourse(countOptions(event))
        break
      case 'assignment':
        this.recordAssignment(countOptions(event))
        break
      case 'submission':
        this.recordSubmission(countOptions(event))
        break
      case 'grade':
        this.recordGrade(countOptions(event))
        break
      case 'api_call':
        this.#takeCall(event)
        break
      case 'rate_limit':
        this.recordApiRateLimit({
          ...(event.wait_ms === undefined ? {} : { waitMs: event.wait_ms }),
          ...(event.status == null ? {} : { status: event.status }),
          ...(event.endpoint == null ? {} : { endpoint: event.endpoint }),
          ...(event.rate_limit_remaining === undefined ? {} : { remaining: event.rate_limit_remaining }),
        })
        break
      case 'db_operation':
        this.recordDbOperation({
          operation: event.operation,
          entity: event.entity,
          ...(event.count === undefined ? {} : { count: event.count }),
          ...(event.duration_ms === undefined ? {} : { durationMs: event.duration_ms }),
          ...(event.batch === undefined ? {} : { batch: event.batch }),
          ...(event.course_id == null ? {} : { courseId: event.course_id }),
        })
        break
      case 'deletions':
        this.recordDeletions(event)
        break
      case 'connection_test':
        this.recordConnectionTest({ durationMs: event.duration_ms })
        break
      case 'problem':
        this.recordProblem(event)
        break
      case 'progress':
        this.progress({
          ...(event.percent == null ? {} : { percent: event.percent }),
          ...(event.current == null ? {} : { current: event.current }),
          ...(event.completed == null ? {} : { completed: event.completed }),
          ...(event.total == null ? {} : { total: event.total }),
        })
        break
      default:
    }
  }

  /** Every member at its place, absent ones as undefined: objects of one shape are read several times as fast. */
  #takeCall(event: CallEvent): void {
    this.recordApiCall({
      method: event.method ?? 'GET',
      endpoint: event.endpoint,
      status: event.status,
      durationMs: event.duration_ms,
      items: event.items,
      page: event.page,
      attempt: event.attempt ?? undefined,
      requestCost: event.request_cost,
      rateLimitRemaining: event.rate_limit_remaining,
      bytes: event.bytes ?? undefined,
      requestId: event.request_id,
      errorType: event.error_type,
      courseId: event.course_id,
      willRetry: event.will_retry,
    } as ApiCallOptions)
  }
}

function countOptions(event: CountEvent): CountOptions {
  return {
    ...(event.created === undefined || event.type === 'grade' ? {} : { created: event.created }),
    ...(event.updated === undefined ? {} : { updated: event.updated }),
    ...(event.count === undefined ? {} : { processed: event.count }),
    ...(event.course_id == null ? {} : { courseId: event.course_id }),
    ...(event.duration_ms === undefined ? {} : { durationMs: event.duration_ms }),
  }
}
