import type { Clock } from '../core/clock.ts'
import { toSyncRecord, type CourseOutcome, type SyncMetadata, type SyncRecord } from '../core/sync-record.ts'
import type { SyncTrace } from '../core/telemetry.ts'
import { verdictOf, type Verdict } from '../core/verdict.ts'
import type { CanvasClient } from '../canvas/types.ts'
import type { FinishAnswer, SyncFinish, SyncProgress, SyncStart } from '../store/sync-store.ts'
import { flag, wholeNumber } from './counts.ts'
import { CourseRun } from './course-run.ts'
import {
  describeFailure,
  failsEveryCourse,
  interrupts,
  ownSentence,
  type Failure,
} from './describe-failure.ts'
import { storableMetadata } from './metadata.ts'
import { observedClient } from './observed-client.ts'
import { endAsAnswered, tellEnd, TIMED_OUT, TIMED_OUT_MESSAGE, waitsForJudgement } from './sync-end.ts'
import { SyncLedger } from './sync-ledger.ts'
import type { SyncLog } from './sync-log.ts'
import type { SyncRecorder } from './sync-recorder.ts'
import type { ThrottleGates } from './throttle-gates.ts'
import type { CourseScope, ObservedClientOptions, ProgressOptions, Sync, SyncOptions } from './types.ts'

export interface SyncParts {
  readonly start: SyncStart
  readonly recorder: SyncRecorder
  readonly log: SyncLog
  readonly clock: Clock
  readonly gates: ThrottleGates
  readonly trace: SyncTrace
  /** Milliseconds between two saves of what has changed. */
  readonly save_interval_ms: number
  readonly keep_error_messages: boolean
  readonly may_be_empty: boolean
  readonly onProgress: SyncOptions['onProgress']
  /** Called once, when the end of the sync is in the store. */
  readonly onEndSaved: () => void
}

/** The {@link Sync} that a job holds. */
export class SyncTracker extends SyncLedger implements Sync {
  readonly #parts: SyncParts
  readonly #outcomes = new Map<string, CourseOutcome>()
  readonly #clients: CanvasClient[] = []
  #stopSaving: () => void
  #target_course_id: string | null
  #incremental: boolean
  #chunk_size: number | null
  #metadata: SyncMetadata | null
  #source_id: number | null = null
  #ending: Promise<SyncRecord> | null = null
  /** What was counted until the end; what is recorded later is in the lines only. */
  #end: SyncFinish | null = null
  #end_told = false
  #end_saved: FinishAnswer | null = null

  constructor(parts: SyncParts) {
    super(parts.log, parts.clock)
    this.#parts = parts
    this.#target_course_id = parts.start.target_course_id
    this.#incremental = parts.start.incremental_sync
    this.#chunk_size = parts.start.chunk_size
    this.#metadata = parts.start.sync_metadata
    const { sync_type, trigger } = parts.start
    this.log.operation('sync_started', { sync_type, trigger }, `Sync started (${sync_type}).`)
    this.#stopSaving = parts.clock.every(parts.save_interval_ms, () => this.#saveChanges())
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

  /** Runs the job's own work where its trace sees it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#parts.trace.run(work)
  }

  canvas(options: ObservedClientOptions): CanvasClient {
    const client = observedClient(options, this, this.#parts)
    this.#clients.push(client)
    return client
  }

  async course(
    courseId: string | number,
    work: (course: CourseScope) => Promise<void>,
  ): Promise<CourseOutcome> {
    const { clock, keep_error_messages } = this.#parts
    const run = new CourseRun(String(courseId), clock)
    const trace = this.#parts.trace.course(run.courseId)
    let thrown: unknown
    let failure: Failure | null = null
    try {
      await trace.run(() => work(run))
    } catch (error) {
      thrown = error
      failure = describeFailure(error, { keep_messages: keep_error_messages })
    }
    const outcome = run.end(failure, this.takeCallsOf(run.courseId))
    // An interrupted course has no outcome: the next sync reads it again.
    const interrupted = failure !== null && interrupts(failure)
    trace.end({ ...outcome, ...(interrupted ? { outcome: null } : {}) })
    if (!interrupted) {
      this.#keepOutcome(outcome, failure)
      await this.#parts.recorder.saveCourseOutcome(outcome)
    }
    if (failure !== null && failsEveryCourse(failure)) throw thrown
    return outcome
  }

  override progress(options: ProgressOptions): void {
    super.progress(options)
    try {
      this.#parts.onProgress?.({ percent: this.percent, current: this.current })
    } catch {
      // Recording must not stop a job, whoever listens.
    }
  }

  setTargetCourse(courseId: string | number | null): void {
    this.record(() => {
      this.#target_course_id = courseId == null ? null : String(courseId)
    })
  }

  setIncremental(incremental: boolean): void {
    this.record(() => {
      this.#incremental = flag(incremental)
    })
  }

  setChunkSize(chunkSize: number | null): void {
    this.record(() => {
      this.#chunk_size = wholeNumber(chunkSize) || null
    })
  }

  async setSource(sourceId: number, scope: string): Promise<void> {
    this.#source_id = sourceId
    await this.#parts.recorder.saveSource(sourceId, scope)
  }

  addMetadata(metadata: SyncMetadata): void {
    this.record(() => {
      this.#metadata = { ...this.#metadata, ...storableMetadata(metadata) }
    })
  }

  completeSuccess(): Promise<SyncRecord> {
    return this.#finish(() => verdictOf([...this.#outcomes.values()], this.problems), null)
  }

  completeFailure(error: unknown): Promise<SyncRecord> {
    const failure = describeFailure(error, { keep_messages: this.#parts.keep_error_messages })
    const { error_type, message } = failure
    const status = error_type === 'cancelled' ? 'cancelled' : 'failed'
    return this.#finish(() => ({ status, error_type, error_message: message }), failure)
  }

  cancel(reason?: string): Promise<SyncRecord> {
    const error_message = ownSentence(reason, 'The sync was cancelled.')
    return this.#finish(() => ({ status: 'cancelled', error_type: 'cancelled', error_message }), null)
  }

  /** Ends the sync as cancelled if it still runs, and tries a last time to save an end that was refused. */
  async close(reason: string): Promise<void> {
    await this.cancel(reason)
    await this.#saveEnd()
    this.#stopSaving()
  }

  toJSON(): SyncRecord {
    const { start } = this.#parts
    const end = this.#end
    const progress = end ?? this.#progressRow()
    const refused = this.#end_saved?.status === 'timed_out'
    return toSyncRecord({
      ...start,
      ...progress,
      ...progress.counters,
      records_lost: this.#recordsLost(),
      id: this.id ?? 0,
      sync_task_id: this.taskId,
      sync_start_time: start.started_at,
      sync_end_time: end?.finished_at ?? null,
      total_duration_seconds: end === null ? null : end.duration_ms / 1000,
      sync_status: this.#end_saved?.status ?? end?.status ?? 'in_progress',
      heartbeat_count: 0,
      running_ms: null,
      error_type: refused ? 'timed_out' : (end?.error_type ?? null),
      error_message: refused ? TIMED_OUT_MESSAGE : (end?.error_message ?? null),
      source_id: this.#source_id,
      scope: null,
      repaired_from: this.#end_saved?.repaired_from ?? null,
      error_group_id: this.#end_saved?.error_group_id ?? null,
    })
  }

  #keepOutcome(outcome: CourseOutcome, failure: Failure | null): void {
    this.#outcomes.set(outcome.course_id, outcome)
    this.counters.rows_deleted += outcome.rows_deleted
    this.counters.deletions_held += outcome.deletions_held
    this.changed = true
    this.log.courseFinished(outcome, failure)
  }

  #recordsLost(): number {
    return this.counters.records_lost + this.#parts.recorder.failures
  }

  #progressRow(): SyncProgress {
    return {
      counters: { ...this.counters, records_lost: this.#recordsLost() },
      heartbeat_at: this.#parts.clock.now(),
      running_ms: Math.round(this.elapsed_ms()),
      progress_percent: this.percent,
      progress_current: this.current,
      api_rate_limit_remaining_min: this.remaining_min,
      target_course_id: this.#target_course_id,
      incremental_sync: this.#incremental,
      chunk_size: this.#chunk_size,
      sync_metadata: this.#metadata,
    }
  }

  /** A save that is still under way or fails leaves its changes to the next one. */
  #saveChanges(): void {
    const { recorder } = this.#parts
    if (recorder.saving || (!this.changed && recorder.id !== null)) return
    this.changed = false
    void recorder
      .save(() => this.#progressRow())
      .then((saved) => {
        if (!saved) this.changed = true
      })
  }

  #finish(judge: () => Verdict, failure: Failure | null): Promise<SyncRecord> {
    this.#ending ??= this.#writeEnd(judge(), failure)
    return this.#ending
  }

  async #writeEnd(verdict: Verdict, failure: Failure | null): Promise<SyncRecord> {
    this.#stopSaving()
    for (const client of this.#clients) await client.close().catch(() => undefined)
    const { clock, recorder, save_interval_ms, may_be_empty } = this.#parts
    const duration_ms = this.elapsed_ms()
    if (verdict.status === 'completed') this.percent = 100
    const end = { ...this.#progressRow(), ...verdict, finished_at: clock.now(), duration_ms, may_be_empty }
    this.#end = end
    if (!recorder.judges || !waitsForJudgement(end, this.#outcomes.size > 0)) this.#tellEnd(end, failure)
    await this.#saveEnd()
    if (!this.#end_told) this.#tellEnd(end, failure)
    this.#endTrace(this.#end, failure)
    // A row that nobody ends would seem to run for as long as this process lives.
    if (this.#end_saved === null) {
      this.#stopSaving = clock.every(save_interval_ms, () => void this.#saveEnd())
    }
    return this.toJSON()
  }

  #tellEnd(end: SyncFinish, failure: Failure | null): void {
    this.#end_told = true
    const courses = Math.max(this.counters.courses_processed, this.#outcomes.size)
    if (!tellEnd(this.log, end, failure, courses)) this.countLoss()
  }

  #endTrace({ duration_ms, counters, ...end }: SyncFinish, failure: Failure | null): void {
    const refused = this.#end_saved?.status === 'timed_out'
    const { status, error_type } = refused ? TIMED_OUT : end
    const errors = this.problems.map((problem) => problem.error_type)
    if (failure !== null) errors.push(failure.error_type)
    this.#parts.trace.end({ status, error_type, duration_ms, counters, errors })
  }

  async #saveEnd(): Promise<void> {
    if (this.#end === null || this.#end_saved !== null) return
    const counters = { ...this.#end.counters, records_lost: this.#recordsLost() }
    const answer = await this.#parts.recorder.finish({ ...this.#end, counters })
    if (answer === null || this.#end_saved !== null) return
    this.#end_saved = answer
    this.#stopSaving()
    const told = this.#end
    this.#end = endAsAnswered(told, answer)
    if (this.#end !== told || !this.#end_told) this.#tellEnd(this.#end, null)
    if (answer.repaired_from !== null) this.log.repaired(answer.status)
    if (!answer.applied && this.#end === told) this.log.cameTooLate(this.#end.status, answer.status)
    this.#parts.onEndSaved()
  }
}
