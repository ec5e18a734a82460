import type { IngestCourseOutcome } from '../core/ingest-event.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import { noEntityCounts, type EntityCounts, type SyncedEntity } from '../core/synced-entity.ts'
import { ownSentence, type Failure } from '../tracker/describe-failure.ts'
import { timeOf } from './event-times.ts'
import { failureOf, tellsFailure } from './reported-failure.ts'

/** What an event says of a course, as a row has it, and its failure for the lines. */
export function courseOutcomeOf(
  event: IngestCourseOutcome,
  at_ms: number,
  keep_messages: boolean,
): { outcome: CourseOutcome; failure: Failure | null } {
  const failure = failureFor(event, keep_messages)
  const finished_at = timeOf(event.finished_at, at_ms)
  const started_at = timeOf(event.started_at, finished_at - Math.round(event.duration_ms ?? 0))
  const outcome: CourseOutcome = {
    course_id: String(event.course_id),
    outcome: event.outcome,
    reason: event.reason == null ? null : ownSentence(event.reason, event.outcome),
    error_type: failure?.error_type ?? null,
    error_message: failure?.message ?? null,
    started_at,
    finished_at,
    duration_ms: event.duration_ms ?? Math.max(0, finished_at - started_at),
    api_calls: event.api_calls ?? 0,
    rows_deleted: event.rows_deleted ?? 0,
    deletions_held: event.deletions_held ?? 0,
    entities: entitiesOf(event),
  }
  return { outcome, failure }
}

function failureFor(event: IngestCourseOutcome, keep_messages: boolean): Failure | null {
  const { outcome } = event
  if (outcome !== 'failed' && !(outcome === 'forbidden' && tellsFailure(event))) return null
  const error_type = outcome === 'forbidden' ? 'forbidden' : 'job_error'
  return failureOf(event, { error_type, message: 'The course could not be read.' }, keep_messages)
}

function entitiesOf({ entities = {} }: IngestCourseOutcome): CourseOutcome['entities'] {
  const whole: Partial<Record<SyncedEntity, EntityCounts>> = {}
  for (const [entity, counts] of Object.entries(entities)) {
    whole[entity as SyncedEntity] = { ...noEntityCounts(), ...counts }
  }
  return whole
}
