import type { LogEntry } from '../../../core/log-entry.ts'
import { rounded } from '../../../core/sync-record.ts'
import { redactText } from '../../../logs/redact.ts'
import { amountOf, CallGroup, isFailedCall, spanOf, type CallFigures } from './call-group.ts'
import { endpointShape } from './endpoint-shape.ts'
import type { DatabaseFigures } from './step-schemas.ts'
import type { Span } from './time-shares.ts'

/** Lines may come from anywhere: what they name must not grow without end. */
const MOST_ENDPOINTS = 200
const MOST_DATABASE_GROUPS = 100
const MOST_COURSES = 5000
const MOST_RETRIED = 10_000
const LONGEST_WORD = 200

/** What the lines say of one course, or of the calls of one kind outside of courses. */
export class StepActivity {
  calls = 0
  failures = 0
  readonly answers: Span[] = []
  readonly database: Span[] = []
  /** Between a call and its next attempt: that Canvas's throttle refused, and that failed otherwise. */
  readonly throttle: Span[] = []
  readonly retry: Span[] = []

  /** From the first thing to the last; null when there was none. */
  get window(): Span | null {
    const spans = [...this.answers, ...this.database]
    if (spans.length === 0) return null
    return spans.reduce((all, { from_ms, until_ms }) => ({
      from_ms: Math.min(all.from_ms, from_ms),
      until_ms: Math.max(all.until_ms, until_ms),
    }))
  }
}

/** Adds up the lines of `api_calls` and `database` of one sync. */
export class StepCollector {
  readonly #calls = new Map<string, CallGroup>()
  readonly #database = new Map<string, { -readonly [Name in keyof DatabaseFigures]: DatabaseFigures[Name] }>()
  readonly courses: Map<string, StepActivity> = new Map()
  /** By the kind of call; what the database did for no course is under the empty text. */
  readonly outside: Map<string, StepActivity> = new Map()
  readonly throttle: Span[] = []
  readonly #retried = new Map<string, { readonly at_ms: number; readonly kind: 'throttle' | 'retry' }>()
  calls_seen = 0
  left_out = 0

  get is_empty(): boolean {
    return this.#calls.size === 0 && this.#database.size === 0
  }

  add(entry: LogEntry): void {
    if (entry.stream === 'database') this.#addDatabase(entry)
    else if (entry.event === 'api_throttled') this.#addThrottle(entry)
    else if (entry.event === 'api_call' || entry.form !== 'json') this.#addCall(entry)
  }

  endpoints(): CallFigures[] {
    return Array.from(this.#calls.values(), (group) => group.figures()).toSorted(
      (a, b) => b.total_ms - a.total_ms,
    )
  }

  database(): DatabaseFigures[] {
    return [...this.#database.values()]
      .map((group) => ({
        ...group,
        operation: redactText(group.operation),
        entity: redactText(group.entity),
        total_ms: rounded(group.total_ms),
      }))
      .toSorted((a, b) => b.total_ms - a.total_ms)
  }

  #addCall(entry: LogEntry): void {
    const { course_id } = entry.fields
    const shape = shapeOf(entry)
    this.calls_seen++
    this.#groupOf(entry, shape)?.addCall(entry)
    const activity =
      course_id === null || course_id === undefined
        ? this.#activityOf(this.outside, shape, MOST_ENDPOINTS)
        : this.#activityOf(this.courses, String(course_id).slice(0, 255), MOST_COURSES)
    if (activity === undefined) return
    activity.calls++
    if (isFailedCall(entry)) activity.failures++
    activity.answers.push(spanOf(entry))
    this.#followAttempts(entry, activity)
  }

  /** A call that failed and is sent again waits in between; the next attempt tells until when. */
  #followAttempts(entry: LogEntry, activity: StepActivity): void {
    const { course_id, endpoint, page, attempt, will_retry, error_type } = entry.fields
    const call = `${course_id} ${endpoint} ${page}`
    const failed = this.#retried.get(call)
    if (failed !== undefined && typeof attempt === 'number' && attempt > 1) {
      this.#retried.delete(call)
      const span = { from_ms: failed.at_ms, until_ms: spanOf(entry).from_ms }
      if (span.until_ms > span.from_ms) activity[failed.kind].push(span)
    }
    if (will_retry === true && this.#retried.size < MOST_RETRIED) {
      const kind = error_type === 'throttled' ? 'throttle' : 'retry'
      this.#retried.set(call, { at_ms: entry.timestamp_ms, kind })
    }
  }

  #addThrottle(entry: LogEntry): void {
    this.#groupOf(entry, shapeOf(entry))?.addThrottle(entry)
    const wait_ms = amountOf(entry.fields['wait_ms'])
    this.throttle.push({ from_ms: entry.timestamp_ms, until_ms: entry.timestamp_ms + wait_ms })
  }

  #addDatabase(entry: LogEntry): void {
    const { operation, entity, count, duration_ms, course_id } = entry.fields
    if (operation === undefined && entry.form === 'json') return
    const [what, of] = [wordOf(operation), wordOf(entity)]
    const key = `${what} ${of}`
    let group = this.#database.get(key)
    if (group === undefined && this.#database.size < MOST_DATABASE_GROUPS) {
      group = { operation: what, entity: of, operations: 0, rows: 0, total_ms: 0, max_ms: 0 }
      this.#database.set(key, group)
    }
    if (group === undefined) this.left_out++
    else {
      group.operations++
      group.rows += Math.round(amountOf(count))
      group.total_ms += amountOf(duration_ms)
      group.max_ms = Math.max(group.max_ms, amountOf(duration_ms))
    }
    const activity =
      course_id === null || course_id === undefined
        ? this.#activityOf(this.outside, '', MOST_ENDPOINTS)
        : this.#activityOf(this.courses, String(course_id).slice(0, 255), MOST_COURSES)
    activity?.database.push(spanOf(entry))
  }

  /** A refusal has no method of its own: it goes to the calls of its endpoint. */
  #groupOf(entry: LogEntry, shape: string): CallGroup | undefined {
    const method = wordOf(entry.fields['method'] ?? 'GET')
    const key = `${method} ${shape}`
    const known = this.#calls.get(key)
    if (known !== undefined) return known
    if (this.#calls.size >= MOST_ENDPOINTS) {
      this.left_out++
      return undefined
    }
    const group = new CallGroup(method, shape)
    this.#calls.set(key, group)
    return group
  }

  #activityOf(activities: Map<string, StepActivity>, key: string, most: number): StepActivity | undefined {
    let activity = activities.get(key)
    if (activity === undefined) {
      if (activities.size >= most) {
        this.left_out++
        return undefined
      }
      activity = new StepActivity()
      activities.set(key, activity)
    }
    return activity
  }
}

function shapeOf({ fields: { endpoint } }: LogEntry): string {
  return typeof endpoint === 'string' ? endpointShape(endpoint) : 'unknown'
}

const wordOf = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, LONGEST_WORD) : 'unknown'
