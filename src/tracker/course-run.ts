import type { Clock } from '../core/clock.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { CourseOutcomeStatus } from '../core/sync-status.ts'
import {
  addEntityCounts,
  noEntityCounts,
  SYNCED_TABLES,
  type EntityCounts,
  type SyncedEntity,
} from '../core/synced-entity.ts'
import { wholeNumber } from './counts.ts'
import { ownSentence, type Failure } from './describe-failure.ts'
import type { CourseScope, ToldOutcome } from './types.ts'

const COUNT_NAMES = Object.keys(noEntityCounts()) as (keyof EntityCounts)[]

/** One course of a running sync: collects what becomes its outcome. */
export class CourseRun implements CourseScope {
  readonly courseId: string
  readonly #clock: Clock
  readonly #started_at: number
  readonly #started_monotonic: number
  readonly #entities: Partial<Record<SyncedEntity, EntityCounts>> = {}
  #outcome: CourseOutcomeStatus = 'completed'
  #reason: string | null = null

  constructor(courseId: string, clock: Clock) {
    this.courseId = courseId
    this.#clock = clock
    this.#started_at = clock.now()
    this.#started_monotonic = clock.monotonic()
  }

  setOutcome(outcome: ToldOutcome, reason: string): void {
    this.#outcome = outcome
    this.#reason = ownSentence(reason, outcome)
  }

  addEntity(entity: SyncedEntity, counts: EntityCounts): void {
    if (!Object.hasOwn(SYNCED_TABLES, entity)) return
    const total = (this.#entities[entity] ??= noEntityCounts())
    const part = noEntityCounts()
    for (const name of COUNT_NAMES) part[name] = wholeNumber(counts[name])
    addEntityCounts(total, part)
  }

  end(failure: Failure | null, api_calls: number): CourseOutcome {
    const counts = Object.values(this.#entities)
    const forbidden = failure?.error_type === 'forbidden'
    return {
      course_id: this.courseId,
      outcome: failure === null ? this.#outcome : forbidden ? 'forbidden' : 'failed',
      reason: this.#reason,
      error_type: failure?.error_type ?? null,
      error_message: failure?.message ?? null,
      started_at: this.#started_at,
      finished_at: this.#clock.now(),
      duration_ms: this.#clock.monotonic() - this.#started_monotonic,
      api_calls,
      rows_deleted: counts.reduce((sum, entity) => sum + entity.deleted, 0),
      deletions_held: counts.reduce((sum, entity) => sum + entity.held, 0),
      entities: this.#entities,
    }
  }
}
