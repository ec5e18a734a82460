import type { Clock } from '../core/clock.ts'
import { ERROR_TYPE_FACTS } from '../core/error-types.ts'
import type { LogValue } from '../core/log-event.ts'
import { isMonitorError } from '../core/errors.ts'
import { toSyncRecord, type CourseOutcome, type SyncMetadata, type SyncRecord } from '../core/sync-record.ts'
import type { FinishStatus, SyncStatus } from '../core/sync-status.ts'
import { verdictOf, type Verdict } from '../core/verdict.ts'
import { createCanvasClient } from '../canvas/client.ts'
import type { CanvasClient } from '../canvas/types.ts'
import type { SyncFinish, SyncProgress, SyncStart } from '../store/sync-store.ts'
import { canvasObserver } from './canvas-observer.ts'
import { CourseRun } from './course-run.ts'
import { describeFailure, isAbort, type Failure } from './describe-failure.ts'
import { HELD, SyncLedger } from './sync-ledger.ts'
import type { SyncLog } from './sync-log.ts'
import type { SyncRecorder } from './sync-recorder.ts'
import type { ThrottleGates } from './throttle-gates.ts'
import type { CourseScope, Sync } from './types.ts'

export interface SyncParts {
  readonly start: SyncStart
  readonly recorder: SyncRecorder
  readonly log: SyncLog
  readonly clock: Clock
  readonly gates: ThrottleGates
  /** Milliseconds between two saves of what has changed. */
  readonly save_interval_ms: number
  readonly keep_error_messages: boolean
  /** Called once, when the sync has its final status. */
  readonly onFinished: () => void
}

const courseKey = (course_id: string | number): string => String(course_id)

/** The {@link Sync} that a job holds. */
export class SyncTracker extends SyncLedger implements Sync {
  readonly #parts: SyncParts
  readonly #outcomes = new Map<string, CourseOutcome>()
  readonly #clients: CanvasClient[] = []
  readonly #stopSaving: () => void
  #target_course_id: string | null
  #incremental: boolean
  #chunk_size: number | null
  #metadata: SyncMetadata | null
  #source_id: number | null = null
  #ending: Promise<SyncRecord> | null = null
  #end: { status: SyncStatus; verdict: Verdict; finished_at: number; duration_ms: number } | null = null
  #repaired_from: SyncStatus | null = null

  constructor(parts: SyncParts) {
    super(parts.log, parts.clock)
    this.#parts = parts
    this.#target_course_id = parts.start.target_course_id
    this.#incremental = parts.start.incremental_sync
    this.#chunk_size = parts.start.chunk_size
    this.#metadata = parts.start.sync_metadata
    const { sync_type, trigger } = parts.start
    this.log.operation('sync_started', { sync_type, trigger }, `Sync of ${sync_type} started.`)
    this.#stopSaving = parts.clock.every(parts.save_interval_ms, () => {
      if (!this.changed) return
      this.changed = false
      parts.recorder.save(() => this.#progressRow())
    })
  }

  get taskId(): string {
    return this.#parts.recorder.task_id
  }

  get id(): number | null {
    return this.#parts.recorder.id
  }

  get finished(): boolean {
    return this.#ending !== null
  }

  canvas(options: Parameters<Sync['canvas']>[0]): CanvasClient {
    const { baseUrl, token, ...rest } = options
    const client = createCanvasClient({
      clock: this.#parts.clock,
      ...(rest.max_concurrency === undefined ? { gate: this.#parts.gates.gateOf(baseUrl, token) } : {}),
      ...rest,
      base_url: baseUrl,
      token,
      observer: canvasObserver(this, (wait_ms) => this.addThrottleWait(wait_ms)),
    })
    this.#clients.push(client)
    return client
  }

  async course(
    courseId: string | number,
    work: (course: CourseScope) => Promise<void>,
  ): Promise<CourseOutcome> {
    const { clock, keep_error_messages } = this.#parts
    const run = new CourseRun(courseKey(courseId), clock)
    let thrown: unknown
    let failure: Failure | null = null
    try {
      await work(run)
    } catch (error) {
      thrown = error
      failure = describeFailure(error, { keep_messages: keep_error_messages })
    }
    const endsSync = failure !== null && (isAbort(thrown) || failure.error_type === 'storage')
    const outcome = run.end(failure, this.takeCallsOf(run.courseId))
    if (!endsSync) this.#keepOutcome(outcome, failure)
    if (!endsSync) await this.#parts.recorder.saveCourseOutcome(outcome)
    if (endsSync || (failure !== null && ERROR_TYPE_FACTS[failure.error_type].token)) throw thrown
    return outcome
  }

  setTargetCourse(courseId: string | number | null): void {
    this.#target_course_id = courseId === null ? null : courseKey(courseId)
    this.changed = true
  }

  setIncremental(incremental: boolean): void {
    this.#incremental = incremental
    this.changed = true
  }

  setChunkSize(chunkSize: number | null): void {
    this.#chunk_size = chunkSize
    this.changed = true
  }

  async setSource(sourceId: number, scope: string): Promise<void> {
    this.#source_id = sourceId
    await this.#parts.recorder.saveSource(sourceId, scope)
  }

  addMetadata(metadata: SyncMetadata): void {
    this.#metadata = { ...this.#metadata, ...metadata }
    this.changed = true
  }

  completeSuccess(): Promise<SyncRecord> {
    return this.#finish(() => verdictOf([...this.#outcomes.values()], this.problems), null)
  }

  completeFailure(error: unknown): Promise<SyncRecord> {
    const failure = describeFailure(error, { keep_messages: this.#parts.keep_error_messages })
    const status: FinishStatus = isAbort(error) ? 'cancelled' : 'failed'
    const verdict: Verdict = { status, error_type: failure.error_type, error_message: failure.message }
    return this.#finish(() => verdict, failure)
  }

  cancel(reason = 'The sync was cancelled.'): Promise<SyncRecord> {
    return this.#finish(() => ({ status: 'cancelled', error_type: 'cancelled', error_message: reason }), null)
  }

  toJSON(): SyncRecord {
    const { start } = this.#parts
    const now = this.#parts.clock.now()
    const end = this.#end
    const { process_started, host, pid, trigger, sync_type, user_id, use_pagination } = start
    return toSyncRecord({
      process_started,
      host,
      pid,
      trigger,
      sync_type,
      user_id,
      use_pagination,
      ...this.#progressRow(),
      ...this.counters,
      id: this.id ?? 0,
      sync_task_id: this.taskId,
      sync_start_time: start.started_at,
      sync_end_time: end?.finished_at ?? null,
      total_duration_seconds: end === null ? null : end.duration_ms / 1000,
      sync_status: end?.status ?? 'in_progress',
      error_type: end?.verdict.error_type ?? null,
      error_message: end?.verdict.error_message ?? null,
      source_id: this.#source_id,
      scope: null,
      heartbeat_at: end?.finished_at ?? now,
      repaired_from: this.#repaired_from,
    })
  }

  #keepOutcome(outcome: CourseOutcome, failure: Failure | null): void {
    this.#outcomes.set(outcome.course_id, outcome)
    this.counters.rows_deleted += outcome.rows_deleted
    this.counters.deletions_held += outcome.deletions_held
    const { course_id, error_type, reason, api_calls, deletions_held: held, rows_deleted: deleted } = outcome
    const duration_ms = Math.round(outcome.duration_ms)
    const fields = {
      course_id,
      status: outcome.outcome,
      reason,
      error_type,
      api_calls,
      deleted,
      held,
      duration_ms,
    }
    const level = failure === null ? (held > 0 ? 'WARNING' : 'INFO') : 'WARNING'
    const kept = held > 0 ? ` ${held} rows are missing from its lists: ${HELD}` : ''
    this.log.operation('course_finished', fields, `Course ${course_id}: ${outcome.outcome}.${kept}`, level)
    if (failure === null) return
    this.log.write(
      'errors',
      'ERROR',
      'course_failed',
      { operation: 'course', course_id, ...failureFields(failure) },
      failure.message,
    )
  }

  #progressRow(): SyncProgress {
    return {
      counters: { ...this.counters },
      heartbeat_at: this.#parts.clock.now(),
      progress_percent: this.percent,
      progress_current: this.current,
      api_rate_limit_remaining_min: this.remaining_min,
      target_course_id: this.#target_course_id,
      incremental_sync: this.#incremental,
      chunk_size: this.#chunk_size,
      sync_metadata: this.#metadata,
    }
  }

  #finish(judge: () => Verdict, failure: Failure | null): Promise<SyncRecord> {
    this.#ending ??= this.#writeEnd(judge(), failure)
    return this.#ending
  }

  async #writeEnd(verdict: Verdict, failure: Failure | null): Promise<SyncRecord> {
    this.#stopSaving()
    for (const client of this.#clients) await client.close().catch(() => undefined)
    const finished_at = this.#parts.clock.now()
    const duration_ms = this.elapsed_ms()
    if (verdict.status === 'completed') this.percent = 100
    this.#end = { status: verdict.status, verdict, finished_at, duration_ms }
    this.#logEnd(verdict, failure, duration_ms)
    const finish: SyncFinish = {
      ...this.#progressRow(),
      status: verdict.status,
      error_type: verdict.error_type,
      error_message: verdict.error_message,
      finished_at,
      duration_ms,
    }
    const answer = await this.#parts.recorder.finish(finish)
    if (answer !== null) {
      this.#end = { ...this.#end, status: answer.status }
      this.#repaired_from = answer.repaired_from
    }
    this.#parts.onFinished()
    return this.toJSON()
  }

  #logEnd(verdict: Verdict, failure: Failure | null, duration_ms: number): void {
    const { status, error_type, error_message } = verdict
    const fields = { status, error_type, duration_ms: Math.round(duration_ms), courses: this.#outcomes.size }
    const seconds = (duration_ms / 1000).toFixed(1)
    const message = error_message ?? `Sync ${status} in ${seconds} s.`
    if (status === 'completed') this.log.operation('sync_completed', fields, message)
    else if (status === 'failed') this.log.operation('sync_failed', fields, message, 'WARNING')
    else this.log.operation(`sync_${status}`, fields, message, 'WARNING')
    if (status === 'completed' || status === 'cancelled') return
    const next_step = error_type === null ? undefined : ERROR_TYPE_FACTS[error_type].next_step
    const details = failure === null ? { error_type, next_step } : failureFields(failure)
    this.log.write('errors', 'ERROR', `sync_${status}`, { operation: 'sync', ...details }, message)
  }
}

function failureFields(failure: Failure): Record<string, LogValue> {
  const { details, error_type, next_step, stack } = failure
  const { status, endpoint, request_id, error_report_id, origin } = details
  return { error_type, status, endpoint, request_id, error_report_id, origin, next_step, stack }
}

/** Whether an error would fail every other course too, so that going on is useless. */
export function endsWholeSync(error: unknown): boolean {
  if (isAbort(error)) return true
  return isMonitorError(error) && (ERROR_TYPE_FACTS[error.error_type].token || error.error_type === 'storage')
}
