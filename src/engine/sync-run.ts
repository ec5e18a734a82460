import type { CanvasClient } from '../canvas/types.ts'
import { isCanvasId } from '../core/canvas-id.ts'
import { systemClock, type Clock } from '../core/clock.ts'
import { amountOf } from '../core/entity-words.ts'
import { MonitorError } from '../core/errors.ts'
import type { CourseOutcome, SyncRecord } from '../core/sync-record.ts'
import type { Checkpoint } from '../store/synced-data-store.ts'
import { endsWholeSync } from '../tracker/describe-failure.ts'
import type { Sync } from '../tracker/types.ts'
import {
  orderCourses,
  RESUME_WINDOW_MS,
  usableCheckpoints,
  wasInterrupted,
  whyFrozen,
} from './course-plan.ts'
import { CourseQueue } from './course-queue.ts'
import type { ListedCourse } from './course.ts'
import type { EngineContext } from './engine-context.ts'
import type { CourseEntity } from './entity-lists.ts'
import { fencedData } from './fenced-data.ts'
import { listCourses } from './list-courses.ts'
import { FULL_READ_EVERY_MS } from './submissions-plan.ts'
import { syncCourse } from './sync-course.ts'
import { scopeOf, type RunSyncOptions } from './sync-options.ts'

/** More than the throttle lets in flight: a course that writes its rows has no call under way. */
const COURSES_AT_ONCE = 16

/** One sync on its way from the connection test to its verdict. */
export class SyncRun {
  readonly #options: RunSyncOptions
  readonly #sync: Sync
  readonly #client: CanvasClient
  readonly #entities: readonly CourseEntity[]
  readonly #clock: Clock
  readonly #scope: string
  /** Aborted by the caller's signal, or when one failure makes all further calls useless. */
  readonly #abort = new AbortController()
  /** Listed courses that need not be read again by the next sync if this one stops. */
  #done = 0

  constructor(options: RunSyncOptions, sync: Sync, client: CanvasClient, entities: readonly CourseEntity[]) {
    this.#options = options
    this.#sync = sync
    this.#client = client
    this.#entities = entities
    this.#clock = options.clock ?? systemClock
    this.#scope = scopeOf(options)
  }

  async run(): Promise<SyncRecord> {
    const { signal } = this.#options
    const onAbort = (): void => {
      this.#abort.abort(signal?.reason)
    }
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort)
    try {
      const context = await this.#connect()
      const { courses, vanished } = await listCourses(context, {
        courses: this.#options.courses ?? [],
        account: this.#options.account ?? null,
      })
      context.observer.coursesListed?.(courses)
      await this.#noteVanished(vanished)
      try {
        await this.#syncCourses(context, courses)
      } catch (error) {
        if (!isTokenFailure(error)) throw error
        return await this.#endWithoutToken(error, courses.length)
      }
      return await this.#end(context)
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #connect(): Promise<EngineContext> {
    const { monitor, baseUrl, observer = {}, mayWrite } = this.#options
    const { data } = monitor.store
    observer.started?.(this.#sync, this.#client)
    const started = this.#clock.monotonic()
    const { id } = await this.#client.self({ signal: this.#abort.signal })
    if (!isCanvasId(id)) throw new MonitorError('contract', "Canvas names the token's owner in no known way.")
    const source = await data.openSource(new URL(baseUrl).origin, id, this.#clock.now())
    this.#sync.recordConnectionTest({ durationMs: this.#clock.monotonic() - started, sourceId: source.id })
    await this.#sync.setSource(source.id, this.#scope)
    return {
      sync: this.#sync,
      client: this.#client,
      data: mayWrite === undefined ? data : fencedData(data, mayWrite),
      source,
      clock: this.#clock,
      signal: this.#abort.signal,
      full: this.#options.full === true,
      accept_deletions: this.#options.acceptDeletions === true,
      full_read_every_ms: this.#options.fullReadEveryMs ?? FULL_READ_EVERY_MS,
      observer,
    }
  }

  /** A course that is not listed any more keeps its rows: its list may be hidden, not gone. */
  async #noteVanished(course_ids: readonly string[]): Promise<void> {
    for (const course_id of course_ids) {
      await this.#sync.course(course_id, async (scope) => {
        scope.setOutcome('frozen', 'not listed any more: its rows are kept')
      })
    }
  }

  async #syncCourses(context: EngineContext, listed: readonly ListedCourse[]): Promise<void> {
    const { store } = this.#options.monitor
    const key = this.#checkpointKey()
    const last = await store.syncs.lastEndedSync(context.source.id, this.#scope, this.#sync.id ?? 0)
    const outcomes = last === null ? [] : await store.syncs.listCourseOutcomes(last.id)
    const courses = orderCourses(listed, outcomes)
    const checkpoints = await this.#checkpoints(context, key)
    if (checkpoints.size > 0) this.#noteResumed(checkpoints.size)
    const queue = new CourseQueue(this.#options.courseConcurrency ?? COURSES_AT_ONCE)
    let finished = 0
    this.#tellProgress(0, courses.length)
    await queue.run(courses, this.#abort.signal, async (course) => {
      context.observer.courseStarted?.(course)
      const outcome = await this.#syncOne(context, course, checkpoints.has(course.id))
      if (outcome.outcome === 'completed' || outcome.outcome === 'skipped') {
        await this.#saveCheckpoint(context, key, course.id)
      }
      if (outcome.error_type === null) this.#done++
      finished++
      context.observer.courseFinished?.(course, outcome)
      this.#tellProgress(finished, courses.length)
    })
  }

  /** The courses that an interrupted sync has done; those of one that ended well or still runs do not count. */
  async #checkpoints(context: EngineContext, key: string): Promise<ReadonlyMap<string, Checkpoint>> {
    const { syncs } = this.#options.monitor.store
    const interrupted: Checkpoint[] = []
    const known = new Map<number, boolean>()
    for (const checkpoint of await context.data.listCheckpoints(context.source.id, key)) {
      const { sync_id } = checkpoint
      if (!known.has(sync_id)) known.set(sync_id, wasInterrupted(await syncs.getSync(sync_id)))
      if (known.get(sync_id) === true) interrupted.push(checkpoint)
    }
    const window_ms = this.#options.resumeWindowMs ?? RESUME_WINDOW_MS
    return usableCheckpoints(interrupted, this.#clock.now(), window_ms)
  }

  async #syncOne(context: EngineContext, course: ListedCourse, resumed: boolean): Promise<CourseOutcome> {
    const again = this.#options.full === true && (this.#options.courses?.length ?? 0) > 0
    try {
      return await this.#sync.course(course.id, async (scope) => {
        if (course.refused !== undefined) throw course.refused
        if (resumed) {
          scope.setOutcome('skipped', 'read by the sync that was interrupted')
          return
        }
        const frozen = again && !course.restricted ? null : await this.#whyFrozen(context, course)
        if (frozen === null) await syncCourse(context, course, this.#entities, scope)
        else scope.setOutcome('frozen', frozen)
      })
    } catch (error) {
      // The other courses would fail in the same way: stop them.
      if (endsWholeSync(error)) this.#abort.abort(error)
      throw error
    }
  }

  async #whyFrozen(context: EngineContext, course: ListedCourse): Promise<string | null> {
    if (!course.restricted && !course.concluded) return null
    const states = new Map()
    for (const entity of this.#entities) {
      const scope = { source_id: context.source.id, entity, listed_by: course.id }
      const state = await context.data.getListing(scope)
      if (state !== null) states.set(entity, state)
    }
    return whyFrozen(course, this.#entities, states)
  }

  async #saveCheckpoint(context: EngineContext, key: string, course_id: string): Promise<void> {
    const checkpoint = { course_id, sync_id: this.#sync.id ?? 0, saved_at: this.#clock.now() }
    await context.data.saveCheckpoint(context.source.id, key, checkpoint)
    this.#sync.recordEvent('checkpoint_saved', { course_id }, `Course ${course_id} is read.`)
  }

  async #end(context: EngineContext): Promise<SyncRecord> {
    const record = await this.#sync.completeSuccess()
    // Of one that was found lost meanwhile they are those of its successor.
    if (record.sync_status === 'completed' || record.sync_status === 'partial') {
      await context.data.clearCheckpoints(context.source.id, this.#checkpointKey()).catch(() => undefined)
    }
    return record
  }

  /** What was read before the token died is kept and counts; its checkpoints let the next sync go on from here. */
  async #endWithoutToken(error: MonitorError, courses: number): Promise<SyncRecord> {
    const message = `${error.message} The sync stopped with ${this.#done} of ${amountOf(courses, 'courses')} done; the next one goes on from there.`
    this.#sync.recordProblem({ error_type: error.error_type, message })
    return await this.#sync.completeSuccess()
  }

  #noteResumed(count: number): void {
    const read = count === 1 ? '1 course is read' : `${count} courses are read`
    const message = `Going on where the last sync stopped: ${read}.`
    this.#sync.recordEvent('checkpoint_resumed', { count }, message)
  }

  #tellProgress(completed: number, total: number): void {
    const percent = total === 0 ? 100 : (completed / total) * 100
    const current = `${completed} of ${amountOf(total, 'courses')} done`
    this.#sync.progress({ percent, completed, total, current })
  }

  /** A whole read must not skip what an interrupted incremental one has read. */
  #checkpointKey(): string {
    return this.#options.full === true ? `${this.#scope} full` : this.#scope
  }
}

const isTokenFailure = (error: unknown): error is MonitorError =>
  error instanceof MonitorError && error.exit_code === 4
