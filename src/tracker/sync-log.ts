import { ERROR_TYPE_FACTS } from '../core/error-types.ts'
import type { LogEvent, LogLevel, LogStream, LogValue } from '../core/log-event.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import { emitUserId } from '../core/user-id.ts'
import type { Verdict } from '../core/verdict.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import type { Failure } from './describe-failure.ts'
import { courseSentence } from './log-sentences.ts'

type Fields = Readonly<Record<string, LogValue>>

/** The lines of one sync: adds whose they are, and never throws. */
export class SyncLog {
  readonly #logs: Pick<LogWriter, 'write'>
  readonly #task_id: string
  readonly #user_id: string | number | null
  readonly #trace_id: string | null

  /** @param trace_id put on every line, where the sync is traced */
  constructor(
    logs: Pick<LogWriter, 'write'>,
    task_id: string,
    user_id: string | null,
    trace_id: string | null = null,
  ) {
    this.#logs = logs
    this.#task_id = task_id
    this.#user_id = emitUserId(user_id)
    this.#trace_id = trace_id
  }

  write(stream: LogStream, level: LogLevel, event: string, own_fields: Fields, message: string): void {
    const fields = this.#trace_id === null ? own_fields : withTrace(own_fields, this.#trace_id)
    const line: LogEvent = { level, event, task_id: this.#task_id, user_id: this.#user_id, fields, message }
    this.#logs.write(stream, line)
  }

  operation(event: string, fields: Fields, message: string, level: LogLevel = 'INFO'): void {
    this.write('operations', level, event, fields, message)
  }

  courseFinished(outcome: CourseOutcome, failure: Failure | null): void {
    const { course_id, error_type, reason, api_calls, deletions_held: held, rows_deleted: deleted } = outcome
    const status = outcome.outcome
    const duration_ms = Math.round(outcome.duration_ms)
    const fields = { course_id, status, reason, error_type, api_calls, deleted, held, duration_ms }
    const level = failure !== null || held > 0 ? 'WARNING' : 'INFO'
    this.operation('course_finished', fields, courseSentence(outcome), level)
    if (failure === null) return
    const details = { operation: 'course', course_id, ...failureFields(failure) }
    this.write('errors', 'ERROR', 'course_failed', details, failure.message)
  }

  /** `failure` is what was thrown, when that is how the sync ended. */
  ended(verdict: Verdict, failure: Failure | null, facts: { duration_ms: number; courses: number }): void {
    const { status, error_type, error_message } = verdict
    const duration_ms = Math.round(facts.duration_ms)
    const message = error_message ?? `Sync ${status} in ${(facts.duration_ms / 1000).toFixed(1)} s.`
    const level = status === 'completed' ? 'INFO' : 'WARNING'
    this.operation(
      `sync_${status}`,
      { status, error_type, duration_ms, courses: facts.courses },
      message,
      level,
    )
    if (status === 'completed' || status === 'cancelled') return
    const next_step = error_type === null ? undefined : ERROR_TYPE_FACTS[error_type].next_step
    const details = failure === null ? { error_type, next_step } : failureFields(failure)
    this.write('errors', 'ERROR', `sync_${status}`, { operation: 'sync', ...details }, message)
  }

  repaired(status: string): void {
    const message = `The sync was taken for lost, but its process lived: it is ${status}.`
    this.operation('sync_repaired', { status, reason: 'late_finish' }, message, 'WARNING')
  }

  /** `ended_as` is how the job ended it, `kept` what it was by then and stays. */
  cameTooLate(ended_as: string, kept: string): void {
    const message = `The sync ended as ${ended_as}, but it was ${kept} by then and stays so.`
    this.operation('sync_ended_late', { status: kept, reason: ended_as }, message, 'WARNING')
  }
}

/** Fields come from the job, too: what cannot be copied is written as it is, and counted there. */
function withTrace(fields: Fields, trace_id: string): Fields {
  try {
    return { ...fields, trace_id }
  } catch {
    return fields
  }
}

function failureFields({ details, error_type, next_step, stack }: Failure): Fields {
  const { status, endpoint, request_id, error_report_id, origin } = details
  return { error_type, status, endpoint, request_id, error_report_id, origin, next_step, stack }
}
