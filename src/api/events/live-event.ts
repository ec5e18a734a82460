import { toSyncRecord, type SyncRow } from '../../core/sync-record.ts'
import type { SyncStatus } from '../../core/sync-status.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { Change, ChangePage } from '../../store/change-feed.ts'
import { toCourseOutcomeRecord } from '../syncs/course-outcome-record.ts'
import type { CourseEventData, ResyncEventData, SyncEventData } from './event-schemas.ts'

/** The names of the events that tell of a change. */
export const EVENT_NAMES = ['sync', 'course'] as const
export type EventName = (typeof EVENT_NAMES)[number]

/** One change as it is sent: made once, whoever gets it. */
export interface LiveEvent {
  /** Also the place behind it. */
  readonly id: number
  readonly name: EventName
  readonly sync_id: number
  readonly sync_task_id: string
  readonly user_id: string | null
  readonly sync_type: string
  /** Of a sync: what it became and what it was before. Of a course: that of its sync. */
  readonly statuses: readonly (SyncStatus | null)[]
  /** The whole block, with the empty line behind it. */
  readonly text: string
}

const SYNC_CHANGES: Readonly<Record<string, SyncEventData['change']>> = {
  sync_started: 'started',
  sync_status: 'status',
  sync_progress: 'progress',
}

/**
 * The events of a page of changes, in their order. Progress that a later event of the same page tells of the same sync
 * is left out, and so is what is about a sync that is gone.
 */
export function liveEvents(page: ChangePage): LiveEvent[] {
  const syncs = new Map(page.syncs.map((sync) => [sync.id, sync]))
  const courses = new Map(page.courses.map((course) => [`${course.sync_id} ${course.course_id}`, course]))
  const records = new Map<number, string>()
  const told = new Set<number>()
  const events: LiveEvent[] = []
  for (const change of page.changes.toReversed()) {
    const sync = change.sync_id === null ? undefined : syncs.get(change.sync_id)
    if (sync === undefined) continue
    const change_of_sync = SYNC_CHANGES[change.kind]
    if (change_of_sync !== undefined) {
      if (change_of_sync === 'progress' && told.has(sync.id)) continue
      told.add(sync.id)
      let record = records.get(sync.id)
      if (record === undefined) records.set(sync.id, (record = JSON.stringify(toSyncRecord(sync))))
      events.push(syncEvent(change, change_of_sync, sync, record))
    } else if (change.kind === 'course_outcome') {
      const course = courses.get(`${sync.id} ${change.course_id}`)
      if (course === undefined) continue
      const { sync_id: _, ...outcome } = course
      const data: CourseEventData = {
        sync_id: sync.id,
        sync_task_id: sync.sync_task_id,
        user_id: emitUserId(sync.user_id),
        sync_type: sync.sync_type,
        changed_at: new Date(change.changed_at).toISOString(),
        course: toCourseOutcomeRecord(outcome),
      }
      const line = `course ${JSON.stringify(course.course_id)}: ${course.outcome}`
      events.push(
        eventAbout(change, 'course', sync, [sync.sync_status], { line, data: JSON.stringify(data) }),
      )
    }
  }
  return events.toReversed()
}

function syncEvent(
  { id, old_status, status, changed_at }: Change,
  change: SyncEventData['change'],
  sync: SyncRow,
  record: string,
): LiveEvent {
  const now = (status ?? sync.sync_status) as SyncStatus
  const before = old_status as SyncStatus | null
  const data: Omit<SyncEventData, 'sync'> = {
    change,
    old_status: before,
    status: now,
    changed_at: new Date(changed_at).toISOString(),
  }
  // The record is the same for all changes of its sync, and by far the most of them.
  const text = `${JSON.stringify(data).slice(0, -1)},"sync":${record}}`
  const { progress_percent } = sync
  const percent =
    change === 'progress' && progress_percent !== null ? ` ${Math.round(progress_percent)} %` : ''
  const line = before === null ? `${now}${percent}` : `${before} → ${now}`
  return eventAbout({ id }, 'sync', sync, [now, before], { line, data: text })
}

function eventAbout(
  { id }: Pick<Change, 'id'>,
  name: EventName,
  sync: SyncRow,
  statuses: LiveEvent['statuses'],
  { line, data }: { readonly line: string; readonly data: string },
): LiveEvent {
  // A comment is for people who look at the stream itself; a task id may hold anything, also the end of a line.
  const comment = `: ${JSON.stringify(sync.sync_task_id)} ${line}`
  return {
    id,
    name,
    sync_id: sync.id,
    sync_task_id: sync.sync_task_id,
    user_id: sync.user_id,
    sync_type: sync.sync_type,
    statuses,
    text: `${comment}\nid: ${id}\nevent: ${name}\ndata: ${data}\n\n`,
  }
}

const RESYNC_REASONS = {
  not_kept: 'The changes since the last event are no longer kept: load again what you show.',
  too_fast: 'Changes come faster than they can be sent one by one: load again what you show.',
} as const

/** Tells a client to load everything again, and where it goes on. */
export function resyncText(place: number, why: keyof typeof RESYNC_REASONS): string {
  const data: ResyncEventData = { reason: RESYNC_REASONS[why] }
  return `id: ${place}\nevent: resync\ndata: ${JSON.stringify(data)}\n\n`
}
