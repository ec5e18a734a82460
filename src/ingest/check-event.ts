import {
  INGEST_EVENT_TYPES,
  INGEST_LIMITS,
  type IngestEvent,
  type IngestEventType,
  type IngestRefusalCode,
} from '../core/ingest-event.ts'
import {
  AMOUNT,
  COUNTERS,
  DB_OPERATION,
  ENTITIES,
  ERROR_TYPE,
  EVENT_NAME,
  EXCEPTION,
  FIELDS,
  FINISH_STATUS,
  FLAG,
  FLAG_OR_WHOLE,
  ID,
  idOf,
  isObject,
  LEVEL,
  MESSAGE,
  METADATA,
  NAME,
  NUMBER,
  OUTCOME,
  PERCENT,
  STATUS_CODE,
  STREAM,
  TEXT,
  TIME,
  WHOLE,
  type Check,
} from './member-checks.ts'

/** Why an event is refused. */
export interface Fault {
  readonly code: IngestRefusalCode
  readonly error: string
  readonly parameter: string | null
}

type Need = 'must' | 'may' | 'null'
interface Member {
  readonly name: string
  readonly check: Check
  /** `must` be there, `may` be left out, or be left out or `null`. */
  readonly need: Need
}

type Members = Readonly<Record<string, readonly [Check, Need]>>

const FAILURE: Members = {
  error_type: [ERROR_TYPE, 'null'],
  error_message: [MESSAGE, 'null'],
  exception: [EXCEPTION, 'null'],
}
const COUNT: Members = {
  updated: [FLAG_OR_WHOLE, 'may'],
  count: [WHOLE, 'may'],
  course_id: [ID, 'null'],
  duration_ms: [AMOUNT, 'may'],
}
const CREATED_COUNT: Members = { created: [FLAG_OR_WHOLE, 'may'], ...COUNT }

const MEMBERS: Readonly<Record<IngestEventType, Members>> = {
  start: {
    user_id: [ID, 'null'],
    sync_type: [NAME, 'may'],
    target_course_id: [ID, 'null'],
    incremental: [FLAG, 'may'],
    use_pagination: [FLAG, 'may'],
    chunk_size: [WHOLE, 'null'],
    metadata: [METADATA, 'null'],
    trigger: [NAME, 'may'],
    host: [NAME, 'null'],
    started_at: [TIME, 'may'],
    heartbeat_expected: [FLAG, 'may'],
  },
  heartbeat: { running_ms: [AMOUNT, 'null'] },
  progress: {
    percent: [PERCENT, 'null'],
    current: [MESSAGE, 'null'],
    completed: [WHOLE, 'null'],
    total: [WHOLE, 'null'],
  },
  course: CREATED_COUNT,
  assignment: CREATED_COUNT,
  submission: CREATED_COUNT,
  grade: COUNT,
  api_call: {
    endpoint: [TEXT, 'must'],
    status: [STATUS_CODE, 'null'],
    duration_ms: [AMOUNT, 'must'],
    method: [NAME, 'may'],
    items: [WHOLE, 'null'],
    page: [WHOLE, 'null'],
    attempt: [WHOLE, 'null'],
    request_cost: [AMOUNT, 'null'],
    rate_limit_remaining: [NUMBER, 'null'],
    bytes: [WHOLE, 'null'],
    request_id: [NAME, 'null'],
    error_type: [NAME, 'null'],
    course_id: [ID, 'null'],
    will_retry: [FLAG, 'may'],
  },
  rate_limit: {
    wait_ms: [AMOUNT, 'may'],
    status: [STATUS_CODE, 'null'],
    endpoint: [TEXT, 'null'],
    rate_limit_remaining: [NUMBER, 'null'],
  },
  db_operation: {
    operation: [DB_OPERATION, 'must'],
    entity: [NAME, 'must'],
    count: [WHOLE, 'may'],
    duration_ms: [AMOUNT, 'may'],
    batch: [FLAG, 'may'],
    course_id: [ID, 'null'],
  },
  deletions: { entity: [NAME, 'must'], deleted: [WHOLE, 'must'], held: [WHOLE, 'must'] },
  connection_test: { duration_ms: [AMOUNT, 'must'] },
  problem: { error_type: [ERROR_TYPE, 'must'], message: [MESSAGE, 'must'] },
  course_outcome: {
    course_id: [ID, 'must'],
    outcome: [OUTCOME, 'must'],
    reason: [MESSAGE, 'null'],
    started_at: [TIME, 'may'],
    finished_at: [TIME, 'may'],
    duration_ms: [AMOUNT, 'may'],
    api_calls: [WHOLE, 'may'],
    rows_deleted: [WHOLE, 'may'],
    deletions_held: [WHOLE, 'may'],
    entities: [ENTITIES, 'may'],
    ...FAILURE,
  },
  log: {
    stream: [STREAM, 'must'],
    level: [LEVEL, 'may'],
    event: [EVENT_NAME, 'must'],
    fields: [FIELDS, 'may'],
    message: [MESSAGE, 'must'],
  },
  state: {
    counters: [COUNTERS, 'may'],
    running_ms: [AMOUNT, 'null'],
    progress_percent: [PERCENT, 'null'],
    progress_current: [MESSAGE, 'null'],
    api_rate_limit_remaining_min: [NUMBER, 'null'],
    target_course_id: [ID, 'null'],
    incremental_sync: [FLAG, 'may'],
    chunk_size: [WHOLE, 'null'],
    sync_metadata: [METADATA, 'null'],
  },
  finish: {
    status: [FINISH_STATUS, 'may'],
    finished_at: [TIME, 'may'],
    duration_ms: [AMOUNT, 'may'],
    may_be_empty: [FLAG, 'may'],
    ...FAILURE,
  },
}

const listOf = (members: Members): readonly Member[] =>
  Object.entries(members).map(([name, [check, need]]) => ({ name, check, need }))

const LISTS: ReadonlyMap<unknown, readonly Member[]> = new Map(
  INGEST_EVENT_TYPES.map((type) => [type, listOf(MEMBERS[type])]),
)
const TASK_ID = idOf(INGEST_LIMITS.task_id_length)
const EVENT_ID = idOf(INGEST_LIMITS.event_id_length)
const NEEDS_NO_ID: ReadonlySet<unknown> = new Set(['start', 'finish', 'heartbeat'])

/**
 * How far a time may be ahead of the server's clock. Clocks that are set over the network differ by milliseconds, those
 * that are not by minutes at most (five are what signed requests and tickets elsewhere allow, too); what is beyond is a
 * wrong zone or date, and such a sync would be the newest of all lists until then.
 */
const MOST_AHEAD_MINUTES = 5
const MOST_AHEAD_MS = MOST_AHEAD_MINUTES * 60_000

/**
 * Whether a parsed value is an event of the protocol; if not, one sentence that says why.
 *
 * @param now_ms the server's clock, which no time may be far ahead of
 */
export function faultOf(value: unknown, now_ms: number): Fault | null {
  const latest_ms = now_ms + MOST_AHEAD_MS
  if (!isObject(value)) return { code: 'invalid', error: 'An event must be a JSON object.', parameter: null }
  const { type, task_id, id } = value
  if (!TASK_ID.holds(task_id)) return wrong('task_id', TASK_ID.expected)
  const members = LISTS.get(type)
  if (members === undefined) return wrong('type', `one of ${INGEST_EVENT_TYPES.join(', ')}`)
  if (id === undefined ? !NEEDS_NO_ID.has(type) : !EVENT_ID.holds(id)) return wrong('id', EVENT_ID.expected)
  if (value['at'] !== undefined && !TIME.holds(value['at'], latest_ms)) return wrongTime('at', value['at'])
  if (value['quiet'] !== undefined && !FLAG.holds(value['quiet'])) return wrong('quiet', FLAG.expected)
  for (const { name, check, need } of members) {
    const member = value[name]
    if (
      member === undefined
        ? need === 'must'
        : !(need === 'null' && member === null) && !check.holds(member, latest_ms)
    ) {
      if (check === TIME) return wrongTime(name, member)
      return wrong(name, need === 'null' ? `${check.expected}, or null` : check.expected)
    }
  }
  if (type === 'api_call' && value['status'] === undefined) {
    return wrong('status', `${STATUS_CODE.expected}, or null`)
  }
  return null
}

/** @param value one in which {@link faultOf} found no fault */
export const eventOf = (value: unknown): IngestEvent => value as IngestEvent

function wrongTime(parameter: string, given: unknown): Fault {
  if (!TIME.holds(given, Number.POSITIVE_INFINITY)) return wrong(parameter, TIME.expected)
  const error = `${parameter} is more than ${MOST_AHEAD_MINUTES} minutes ahead of the server's clock: check the clock and the zone.`
  return { code: 'time_ahead', error, parameter }
}

function wrong(parameter: string, expected: string): Fault {
  return { code: 'invalid', error: `${parameter} must be ${expected}.`, parameter }
}
