import type { CourseOutcome, SyncMetadata, SyncRecord } from '../core/sync-record.ts'
import type { CourseOutcomeStatus } from '../core/sync-status.ts'
import type { EntityCounts, SyncedEntity } from '../core/synced-entity.ts'
import type { CanvasClient, CanvasClientOptions } from '../canvas/types.ts'
import type { SyncProblem } from '../core/verdict.ts'

export interface SyncOptions {
  /** The caller's id of the sync, unique, up to 255 characters. Default: a random UUID. */
  readonly taskId?: string
  /** The application's user on whose behalf it runs; opaque, up to 255 characters. Default: none. */
  readonly userId?: string | number | null
  /** `all`, `courses`, `assignments`, `submissions`, `grades`, or the caller's own. Default `all`. */
  readonly syncType?: string
  readonly targetCourseId?: string | number | null
  /** Default false. */
  readonly incremental?: boolean
  /** Default true. */
  readonly usePagination?: boolean
  readonly chunkSize?: number | null
  /** Free facts about the run, no personal data; kept as JSON keeps them. */
  readonly metadata?: SyncMetadata
  /** What started it: `manual`, `schedule`, … Default `manual`. */
  readonly trigger?: string
  /**
   * There may well be nothing to read: then it is `completed`, and not `failed` with `unexpected_empty`, although the syncs
   * before it read something. Default false.
   */
  readonly mayBeEmpty?: boolean
  /**
   * What happens when `taskId` exists already, as it does when a queue retries a task: `rename` records the sync
   * under `taskId#2`, `throw` throws `task_id_taken`. Default `rename`: recording must not stop a job.
   */
  readonly onTaskIdTaken?: 'rename' | 'throw'
  /** Called at each `progress`, with what the record then holds. What it throws is nobody's. */
  readonly onProgress?: (progress: ProgressSoFar) => void
}

export interface ProgressSoFar {
  /** 0 to 100; null while the total is not known. */
  readonly percent: number | null
  readonly current: string | null
}

/** As of a client, but for what the sync itself brings. */
export type ObservedClientOptions = { readonly baseUrl: string; readonly token: string } & Partial<
  Omit<CanvasClientOptions, 'base_url' | 'token' | 'observer' | 'traces'>
>

/** How many objects were handled; `true` counts one. `processed` defaults to the larger of 1 and created + updated. */
export interface CountOptions {
  readonly created?: boolean | number
  readonly updated?: boolean | number
  readonly processed?: number
  readonly courseId?: string | number
  readonly durationMs?: number
}

export interface ApiCallOptions {
  readonly method?: string
  /** Path with ids; a query is cut off. */
  readonly endpoint: string
  readonly status: number | null
  readonly durationMs: number
  readonly items?: number | null
  readonly page?: number | null
  readonly attempt?: number
  readonly requestCost?: number | null
  readonly rateLimitRemaining?: number | null
  readonly bytes?: number
  readonly requestId?: string | null
  readonly errorType?: string | null
  readonly courseId?: string | number | null
  readonly willRetry?: boolean
}

export interface DbOperationOptions {
  readonly operation: 'create' | 'update' | 'delete' | 'fetch' | 'sync'
  readonly entity: string
  readonly count?: number
  readonly durationMs?: number
  readonly batch?: boolean
  readonly courseId?: string | number
}

export interface RateLimitOptions {
  readonly waitMs?: number
  readonly status?: number
  readonly endpoint?: string
  readonly remaining?: number | null
}

export interface ProgressOptions {
  /** 0 to 100; it never falls. Null or absent when the total is not known. */
  readonly percent?: number | null
  /** What is being done, in words, without names of people. */
  readonly current?: string
  readonly completed?: number
  readonly total?: number
}

/** What a course's own code may say of its end; a failure is thrown. */
export type ToldOutcome = Exclude<CourseOutcomeStatus, 'completed' | 'failed'>

/** What a course's own code may tell of it. */
export interface CourseScope {
  readonly courseId: string
  /** Ends the course as `skipped`, `frozen` or `forbidden`, with a word or sentence why. */
  setOutcome(outcome: ToldOutcome, reason: string): void
  /** Adds to what became of an entity of this course. */
  addEntity(entity: SyncedEntity, counts: EntityCounts): void
}

/**
 * One running sync. No `record…` call throws, and none waits for disk or database; what could not be recorded is
 * counted in `records_lost` and in the monitor's health. After the end they write their lines still, and count no
 * more.
 */
export interface Sync {
  readonly taskId: string
  /** The row's id; null while it could not be written. */
  readonly id: number | null
  /** A Canvas client whose every call is recorded in this sync. */
  canvas(options: ObservedClientOptions): CanvasClient

  recordCourse(options?: CountOptions): void
  recordAssignment(options?: CountOptions): void
  recordSubmission(options?: CountOptions): void
  recordGrade(options?: Omit<CountOptions, 'created'>): void
  recordApiCall(options: ApiCallOptions): void
  recordApiRateLimit(options?: RateLimitOptions): void
  recordDbOperation(options: DbOperationOptions): void
  /** Rows marked deleted, or kept though missing, in a list that belongs to no course. */
  recordDeletions(options: { entity: string; deleted: number; held: number }): void
  recordConnectionTest(options: { durationMs: number; sourceId?: number }): void
  progress(options: ProgressOptions): void
  /** Runs one course; its failure is recorded as the course's outcome and is not thrown, unless it would fail every other course too. */
  course(courseId: string | number, work: (course: CourseScope) => Promise<void>): Promise<CourseOutcome>
  /** Something that could not be read for the whole sync; it ends `partial` at best. */
  recordProblem(problem: SyncProblem): void
  /** A line in the operations log, for what has no counter. */
  recordEvent(
    event: string,
    fields: Readonly<Record<string, string | number | boolean | null>>,
    message: string,
    level?: 'INFO' | 'WARNING',
  ): void

  setTargetCourse(courseId: string | number | null): void
  setIncremental(incremental: boolean): void
  setChunkSize(chunkSize: number | null): void
  /** Names the source and scope that this sync reads. */
  setSource(sourceId: number, scope: string): Promise<void>
  addMetadata(metadata: SyncMetadata): void

  /**
   * Ends the sync: `completed`, or `partial` or `failed` by what its courses and problems say; `failed` also when it has read
   * nothing where those before it read something.
   */
  completeSuccess(): Promise<SyncRecord>
  /** Ends the sync as `failed`, or as `cancelled` when the error is an abort. */
  completeFailure(error: unknown): Promise<SyncRecord>
  cancel(reason?: string): Promise<SyncRecord>
  readonly finished: boolean
  /** The record as of now, also before the end. */
  toJSON(): SyncRecord
}
