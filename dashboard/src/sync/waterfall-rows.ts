import type { StepStretch, SyncStep, SyncSteps } from '../../../src/api/syncs/steps/step-schemas.ts'
import type { TimeShares } from '../../../src/api/syncs/steps/time-shares.ts'
import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { CourseOutcomeStatus } from '../../../src/core/sync-status.ts'
import { isFailed } from './failure-groups.ts'

/** A course or another part of a sync, on its time axis. */
export interface WaterfallRow {
  readonly key: string
  readonly label: string
  /** Null for what is no course, and for a course that has not ended. */
  readonly outcome: CourseOutcomeStatus | null
  readonly is_course: boolean
  /** Milliseconds after the start of the sync. */
  readonly at_ms: number
  readonly duration_ms: number
  /** Null when no log lines tell what the time went by with. */
  readonly shares: TimeShares | null
  readonly stretches: readonly StepStretch[]
  readonly calls: number | null
}

const OUTSIDE: readonly (readonly [RegExp, string])[] = [
  [/\/users\/self$/, 'Testing the token'],
  [/\/courses$/, 'Listing the courses'],
  [/\/terms$/, 'Reading the terms'],
  [/\/accounts\/:id$/, 'Reading the account'],
]

/** In the order of their starts: the courses by their outcomes, and what the log lines say besides. */
export function waterfallRows(
  started_ms: number,
  outcomes: readonly CourseOutcomeRecord[],
  steps: SyncSteps | null,
): WaterfallRow[] {
  const by_course = new Map(
    steps?.steps.flatMap((step) =>
      step.course_id === null ? [] : [[String(step.course_id), step] as const],
    ),
  )
  const known = new Set(outcomes.map(({ course_id }) => String(course_id)))
  const rows = [
    ...outcomes.map((outcome) => rowOfCourse(started_ms, outcome, by_course.get(String(outcome.course_id)))),
    ...(steps?.steps ?? [])
      .filter(({ course_id }) => course_id === null || !known.has(String(course_id)))
      .map((step) => rowOfStep(started_ms, step)),
  ]
  return rows.toSorted((a, b) => a.at_ms - b.at_ms || a.duration_ms - b.duration_ms)
}

function rowOfCourse(
  started_ms: number,
  { course_id, outcome, finished_at, duration_ms, api_calls }: CourseOutcomeRecord,
  step: SyncStep | undefined,
): WaterfallRow {
  return {
    key: `course ${course_id}`,
    label: `Course ${course_id}`,
    outcome,
    is_course: true,
    // The clock may have been set meanwhile: how long it took is truer than when it began.
    at_ms: Math.max(0, Date.parse(finished_at) - duration_ms - started_ms),
    duration_ms,
    // Of a course that no line tells of, nobody knows what its time went by with.
    shares: step !== undefined && (step.calls > 0 || api_calls === 0) ? step.shares : null,
    stretches: step?.calls === 0 && api_calls > 0 ? [] : (step?.stretches ?? []),
    calls: api_calls,
  }
}

function rowOfStep(started_ms: number, step: SyncStep): WaterfallRow {
  const { course_id, endpoint, started_at, finished_at, shares, stretches, calls } = step
  const at_ms = Date.parse(started_at) - started_ms
  const outside =
    endpoint === null
      ? 'Database outside of courses'
      : (OUTSIDE.find(([path]) => path.test(endpoint))?.[1] ?? `Calls of ${endpoint}`)
  return {
    key: course_id === null ? `calls ${endpoint ?? ''}` : `course ${course_id}`,
    label: course_id === null ? outside : `Course ${course_id}`,
    outcome: null,
    is_course: course_id !== null,
    at_ms: Math.max(0, at_ms),
    duration_ms: Math.max(0, Date.parse(finished_at) - Date.parse(started_at)),
    shares,
    stretches,
    calls,
  }
}

/** Those that are looked at first: what is no course, then what failed, then what took longest; in their order. */
export function mostTelling(rows: readonly WaterfallRow[], most: number): readonly WaterfallRow[] {
  if (rows.length <= most) return rows
  const rankOf = (row: WaterfallRow): number =>
    !row.is_course ? 0 : row.outcome !== null && isFailed({ outcome: row.outcome }) ? 1 : 2
  const chosen = new Set(
    rows
      .toSorted((a, b) => rankOf(a) - rankOf(b) || b.duration_ms - a.duration_ms)
      .slice(0, most)
      .map(({ key }) => key),
  )
  return rows.filter(({ key }) => chosen.has(key))
}
