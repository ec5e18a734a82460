import * as fc from '../support/fast-check.ts'
import type { SyncErrorType } from '../../src/core/error-types.ts'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { SYNC_STATUSES, type FinishStatus } from '../../src/core/sync-status.ts'
import { SYNC_SORTS, type SyncCondition, type SyncSort } from '../../src/store/sync-lists.ts'
import type { SyncStore } from '../../src/store/sync-store.ts'
import { courseOutcome, START, syncFinish, syncStart } from '../support/sync-factory.ts'

/** A sync in which anything that a list can ask for is one of few values, so that conditions meet. */
export interface ListedSync {
  readonly user_id: string | null
  readonly sync_type: string
  readonly host: string
  readonly trigger: string
  readonly target_course_id: string | null
  readonly outcomes: readonly string[]
  readonly source_id: number | null
  readonly offset: number
  readonly end: {
    readonly status: FinishStatus
    readonly duration_ms: number
    readonly error: ListedError
  } | null
}

interface ListedError {
  readonly error_type: SyncErrorType | null
  readonly error_message: string | null
}

const NO_ERROR: ListedError = { error_type: null, error_message: null }
const ERRORS: readonly ListedError[] = [
  { error_type: 'timeout', error_message: 'Canvas took too long for course 7.' },
  { error_type: 'forbidden', error_message: 'ÄRGER: course 8 was REFUSED 100%.' },
  { error_type: 'job_error', error_message: null },
]
const COURSES = ['7', '8', '9']

const end = fc
  .record({
    status: fc.constantFrom<FinishStatus>('completed', 'completed', 'partial', 'failed', 'cancelled'),
    // Many have the same one.
    duration_ms: fc.constantFrom(0, 1000, 1000, 1000, 2500.5, 90_000),
    error: fc.constantFrom(...ERRORS),
  })
  .map((ended) => ({ ...ended, error: ended.status === 'completed' ? NO_ERROR : ended.error }))

export const listedSync: fc.Arbitrary<ListedSync> = fc.record({
  user_id: fc.constantFrom('1', '2', 'anna', null),
  sync_type: fc.constantFrom('all', 'grades'),
  host: fc.constantFrom('worker-1', 'worker-2'),
  trigger: fc.constantFrom('manual', 'schedule'),
  target_course_id: fc.constantFrom(null, ...COURSES),
  outcomes: fc.subarray(COURSES),
  source_id: fc.constantFrom(null, 1, 2),
  offset: fc.nat(12),
  end: fc.option(end, { freq: 6 }),
})

let made = 0

export async function makeListed(syncs: SyncStore, sync: ListedSync): Promise<number> {
  const { user_id, sync_type, host, trigger, target_course_id, offset } = sync
  const started_at = START + offset
  const start = { user_id, sync_type, host, trigger, target_course_id, started_at }
  const id = await syncs.startSync(syncStart(`listed-${++made}`, start))
  if (sync.source_id !== null) await syncs.saveSource(id, sync.source_id, 'courses')
  for (const course_id of sync.outcomes) await syncs.saveCourseOutcome(id, courseOutcome(course_id))
  if (sync.end !== null) await finishListed(syncs, id, sync, sync.end)
  return id
}

export async function finishListed(
  syncs: SyncStore,
  id: number,
  { target_course_id }: Pick<ListedSync, 'target_course_id'>,
  { status, duration_ms, error }: NonNullable<ListedSync['end']>,
): Promise<void> {
  await syncs.finishSync(id, syncFinish({ status, duration_ms, target_course_id, ...error }))
}

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 2 })

/** Each member is there now and then, so that most lists have something in them. */
export const anyCondition: fc.Arbitrary<SyncCondition> = fc
  .record({
    user_ids: maybe(fc.subarray(['1', '2', 'anna', 'nobody'], { minLength: 1 })),
    statuses: maybe(fc.subarray([...SYNC_STATUSES], { minLength: 0 })),
    sync_types: maybe(fc.constant(['grades'])),
    error_types: maybe(fc.subarray<SyncErrorType>(['timeout', 'forbidden', 'lost'], { minLength: 1 })),
    error_group_id: maybe(fc.integer({ min: 1, max: 3 })),
    course_id: maybe(fc.constantFrom(...COURSES)),
    source_id: maybe(fc.constantFrom(1, 2)),
    host: maybe(fc.constant('worker-1')),
    trigger: maybe(fc.constant('manual')),
    min_duration_ms: maybe(fc.constantFrom(1, 1000, 2500.5)),
    max_duration_ms: maybe(fc.constantFrom(1000, 2500)),
    since: maybe(fc.nat(12).map((offset) => START + offset)),
    until: maybe(fc.nat(12).map((offset) => START + offset)),
    error_text: maybe(fc.constantFrom('course', 'refused 100%', 'COURSE 8', 'ärger', 'Ärger', '_', 'Absent')),
  })
  .chain((all) => {
    const given = Object.entries(all).filter(([, value]) => value !== undefined)
    return fc
      .subarray(given, { maxLength: Math.min(3, given.length) })
      .map((chosen) => Object.fromEntries(chosen) as SyncCondition)
  })

export const anySort: fc.Arbitrary<SyncSort> = fc.constantFrom(...SYNC_SORTS)

const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** What the documentation of {@link SyncCondition} says, said again. */
export function isLike(row: SyncRow, outcomes: readonly string[], condition: SyncCondition): boolean {
  const { user_ids, statuses, sync_types, error_types, error_text } = condition
  const duration_ms = row.total_duration_seconds === null ? null : row.total_duration_seconds * 1000
  const checks = [
    user_ids === undefined || (row.user_id !== null && user_ids.includes(row.user_id)),
    statuses === undefined || statuses.includes(row.sync_status),
    sync_types === undefined || sync_types.includes(row.sync_type),
    error_types === undefined || (row.error_type !== null && error_types.includes(row.error_type)),
    condition.error_group_id === undefined || row.error_group_id === condition.error_group_id,
    condition.course_id === undefined ||
      row.target_course_id === condition.course_id ||
      outcomes.includes(condition.course_id),
    condition.source_id === undefined || row.source_id === condition.source_id,
    condition.host === undefined || row.host === condition.host,
    condition.trigger === undefined || row.trigger === condition.trigger,
    condition.min_duration_ms === undefined ||
      (duration_ms !== null && duration_ms >= condition.min_duration_ms),
    condition.max_duration_ms === undefined ||
      (duration_ms !== null && duration_ms <= condition.max_duration_ms),
    condition.since === undefined || row.sync_start_time >= condition.since,
    condition.until === undefined || row.sync_start_time < condition.until,
    error_text === undefined ||
      (row.error_message !== null && lower(row.error_message).includes(lower(error_text))),
  ]
  return checks.every(Boolean)
}

export function naiveList(
  rows: readonly SyncRow[],
  outcomesOf: (id: number) => readonly string[],
  condition: SyncCondition,
  sort: SyncSort,
): number[] {
  const by_duration = sort === 'longest' || sort === 'shortest'
  const value = (row: SyncRow): number =>
    by_duration ? (row.total_duration_seconds ?? 0) : row.sync_start_time
  const sign = sort === 'newest' || sort === 'longest' ? -1 : 1
  return rows
    .filter((row) => isLike(row, outcomesOf(row.id), condition))
    .filter((row) => !by_duration || row.total_duration_seconds !== null)
    .sort((a, b) => sign * (value(a) - value(b) || a.id - b.id))
    .map((row) => row.id)
}
