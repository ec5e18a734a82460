import { isoTime } from '../../../core/iso-time.ts'
import { rounded, type CourseOutcome, type SyncRow } from '../../../core/sync-record.ts'
import { emitUserId } from '../../../core/user-id.ts'
import { redactText } from '../../../logs/redact.ts'
import type { StepActivity, StepCollector } from './step-collector.ts'
import type { StepStretch, SyncStep, SyncSteps } from './step-schemas.ts'
import { mergedSpans, splitTime, type Span, type SplitTime, type TimeShares } from './time-shares.ts'

/** Nobody sees a stretch that is a smaller part of the sync. */
const SEEN_PART = 1 / 500
const MOST_STRETCHES = 20_000
const MOST_PAUSES = 500

interface StepSource {
  readonly course_id: string | null
  readonly endpoint: string | null
  readonly window: Span
  readonly ended: boolean
  readonly activity: Pick<StepActivity, 'calls' | 'failures' | 'answers' | 'database' | 'throttle' | 'retry'>
}

const NO_ACTIVITY: StepSource['activity'] = {
  calls: 0,
  failures: 0,
  answers: [],
  database: [],
  throttle: [],
  retry: [],
}

type TimedParts = Pick<SyncSteps, 'shares' | 'pauses' | 'steps' | 'left_out'>

/** Where the time of a sync went, from what its lines say and from the outcomes of its courses. */
export function buildSteps(
  sync: Pick<SyncRow, 'sync_start_time' | 'sync_end_time'>,
  outcomes: readonly CourseOutcome[],
  collector: StepCollector,
): TimedParts {
  const from_ms = sync.sync_start_time
  const { throttle } = collector
  const sources = [...stepsOutside(collector), ...stepsOfCourses(collector, outcomes)]
  sources.sort((a, b) => a.window.from_ms - b.window.from_ms)
  const all_ms = sources.reduce((sum, source) => sum + source.window.until_ms - source.window.from_ms, 0)
  // What a running sync does since its last line nobody knows: it may wait for an answer.
  const last_ms = sources.reduce((last, source) => Math.max(last, source.window.until_ms), from_ms)
  const window = { from_ms, until_ms: Math.max(from_ms, sync.sync_end_time ?? last_ms) }
  const least_ms = Math.max((window.until_ms - from_ms) * SEEN_PART, all_ms / MOST_STRETCHES)
  const activities = sources.map(({ activity }) => activity)
  const whole = {
    answers: activities.flatMap(({ answers }) => answers),
    database: activities.flatMap(({ database }) => database),
    throttle: throttle.concat(activities.flatMap((activity) => activity.throttle)),
    retry: activities.flatMap(({ retry }) => retry),
  }
  const pauses = mergedSpans(throttle)
  return {
    shares: collector.is_empty ? null : roundedShares(splitTime(window, whole, least_ms).shares),
    pauses: pauses.slice(0, MOST_PAUSES).map((pause) => ({
      at_ms: pause.from_ms - from_ms,
      duration_ms: rounded(pause.until_ms - pause.from_ms),
    })),
    steps: sources.map((source) => {
      const { answers, database, retry, throttle: own } = source.activity
      const activity = { answers, database, throttle: own.concat(within(pauses, source.window)), retry }
      return stepOf(source, from_ms, splitTime(source.window, activity, least_ms))
    }),
    left_out: collector.left_out + Math.max(0, pauses.length - MOST_PAUSES),
  }
}

function within(spans: readonly Span[], window: Span): Span[] {
  return spans.filter(({ from_ms, until_ms }) => until_ms > window.from_ms && from_ms < window.until_ms)
}

function stepsOutside({ outside }: StepCollector): StepSource[] {
  return [...outside].flatMap(([endpoint, activity]): StepSource[] => {
    const { window } = activity
    const named = endpoint === '' ? null : redactText(endpoint)
    return window === null ? [] : [{ course_id: null, endpoint: named, window, ended: true, activity }]
  })
}

/** What the lines say of a course before it has an outcome is shown, too. */
function stepsOfCourses({ courses }: StepCollector, outcomes: readonly CourseOutcome[]): StepSource[] {
  const known = new Set(outcomes.map(({ course_id }) => course_id))
  const ended = outcomes.map(({ course_id, finished_at, duration_ms }): StepSource => {
    // Its own clock may have been set meanwhile: what lasted is truer than when it began.
    const window = { from_ms: finished_at - duration_ms, until_ms: finished_at }
    const activity = courses.get(course_id) ?? NO_ACTIVITY
    return { course_id, endpoint: null, window, ended: true, activity }
  })
  const open = [...courses].flatMap(([course_id, activity]): StepSource[] => {
    const { window } = activity
    if (window === null || known.has(course_id)) return []
    return [{ course_id: redactText(course_id), endpoint: null, window, ended: false, activity }]
  })
  return [...ended, ...open]
}

function stepOf(source: StepSource, start_ms: number, { shares, stretches }: SplitTime): SyncStep {
  const { course_id, endpoint, window, ended, activity } = source
  return {
    course_id: course_id === null ? null : emitUserId(course_id),
    endpoint,
    started_at: isoTime(Math.round(window.from_ms)),
    finished_at: isoTime(Math.round(window.until_ms)),
    ended,
    calls: activity.calls,
    failures: activity.failures,
    shares: roundedShares(shares),
    stretches: stretches.map(({ kind, from_ms, until_ms }): StepStretch => {
      return { kind, at_ms: rounded(from_ms - start_ms), duration_ms: rounded(until_ms - from_ms) }
    }),
  }
}

function roundedShares({ answers, database, throttle, retry, other }: TimeShares): TimeShares {
  return {
    answers: rounded(answers),
    database: rounded(database),
    throttle: rounded(throttle),
    retry: rounded(retry),
    other: rounded(other),
  }
}
