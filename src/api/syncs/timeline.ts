import { z } from 'zod'
import { isoTime } from '../../core/iso-time.ts'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../../core/error-types.ts'
import type { CourseOutcome } from '../../core/sync-record.ts'
import {
  COURSE_OUTCOMES,
  SYNC_STATUSES,
  type CourseOutcomeStatus,
  type SyncStatus,
} from '../../core/sync-status.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { OutcomePlace } from '../../store/sync-lists.ts'
import type { StatusChange } from '../../store/sync-store.ts'
import { visibleTo } from '../access/visible.ts'
import type { Answer } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { readCursor, writeCursor } from '../http/cursor.ts'
import { pageLinks } from '../http/page-links.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { emittedId, type EmittedId } from './sync-schemas.ts'
import { found } from './syncs.ts'

/** One thing that happened; the members of the other kind are null. */
export interface TimelineEntry {
  readonly at: string
  readonly kind: 'status' | 'course'
  readonly old_status: SyncStatus | null
  readonly new_status: SyncStatus | null
  readonly course_id: EmittedId
  readonly outcome: CourseOutcomeStatus | null
  readonly error_type: SyncErrorType | null
  readonly error_message: string | null
  readonly reason: string | null
  readonly duration_ms: number | null
}

export interface Timeline {
  readonly sync_id: number
  readonly count: number
  readonly entries: readonly TimelineEntry[]
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

const text = z.string().nullable()
const status = z.enum(SYNC_STATUSES).nullable()

const timelineEntry: z.ZodType<TimelineEntry> = z
  .object({
    at: z.iso.datetime(),
    kind: z.enum(['status', 'course']),
    old_status: status,
    new_status: status,
    course_id: emittedId,
    outcome: z.enum(COURSE_OUTCOMES).nullable(),
    error_type: z.enum(Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[]).nullable(),
    error_message: text,
    reason: text,
    duration_ms: z.number().min(0).nullable(),
  })
  .meta({ title: 'TimelineEntry' })

export const timelineSchema: z.ZodType<Timeline> = z
  .object({
    sync_id: z.int().min(1),
    count: z.int().min(0),
    entries: z.array(timelineEntry),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'SyncTimeline' })

const PLACE: z.ZodType<OutcomePlace> = z.object({ at: z.int(), course_id: z.string() })

/** A page is so many outcomes of courses, and the changes of status that happened among them. */
export async function getTimeline(
  { id, limit, cursor }: { id: number; limit: number; cursor: string | undefined },
  { store }: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const list = { timeline_of: id }
  const read = readCursor(cursor, list, PLACE)
  if ('refused' in read) return read.refused
  const [sync, changes, outcomes] = await Promise.all([
    store.syncs.getSync(id),
    store.syncs.listStatusChanges(id),
    store.lists.outcomePage({ sync_id: id, order: 'finished', limit, after: read.place }),
  ])
  const next_cursor = outcomes.next === null ? null : writeCursor(list, outcomes.next)
  const answer = found(visibleTo(request, sync), (): Timeline => {
    const from = read.place?.at ?? -Infinity
    const to = outcomes.next?.at ?? Infinity
    const among = changes.filter(({ changed_at }) => changed_at >= from && changed_at < to)
    const entries = inOrder(among, outcomes.rows)
    return { sync_id: id, count: entries.length, entries, next_cursor }
  })
  if (answer.status !== 200) return answer
  return { ...answer, headers: pageLinks(`${BASE}/sync/${id}/timeline`, { limit }, next_cursor) }
}

/** Of what happened at once the start comes first and the end last. */
export function inOrder(
  changes: readonly StatusChange[],
  outcomes: readonly CourseOutcome[],
): TimelineEntry[] {
  const timed = [
    ...changes.map((change) => {
      return { at: change.changed_at, rank: change.old_status === null ? 0 : 2, entry: entryOfChange(change) }
    }),
    ...outcomes.map((outcome) => {
      return { at: outcome.finished_at, rank: 1, entry: entryOfOutcome(outcome) }
    }),
  ]
  return timed.sort((a, b) => a.at - b.at || a.rank - b.rank).map(({ entry }) => entry)
}

const NOTHING: Omit<TimelineEntry, 'at' | 'kind'> = {
  old_status: null,
  new_status: null,
  course_id: null,
  outcome: null,
  error_type: null,
  error_message: null,
  reason: null,
  duration_ms: null,
}

function entryOfChange({ old_status, new_status, reason, changed_at }: StatusChange): TimelineEntry {
  return { ...NOTHING, at: isoTime(changed_at), kind: 'status', old_status, new_status, reason }
}

function entryOfOutcome(outcome: CourseOutcome): TimelineEntry {
  const { finished_at, course_id, error_type, error_message, reason, duration_ms } = outcome
  return {
    ...NOTHING,
    at: isoTime(finished_at),
    kind: 'course',
    course_id: emitUserId(course_id),
    outcome: outcome.outcome,
    error_type,
    error_message,
    reason,
    duration_ms,
  }
}
