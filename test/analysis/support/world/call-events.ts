import type { Dice, FieldValue, WorldEvent, WorldOptions } from './line.ts'
import { strangeText } from './messages.ts'
import { hasFeature, type WorldTask } from './tasks.ts'

interface Endpoint {
  readonly path: string
  readonly pattern: string
  readonly course_id: string | null
}

interface Answer {
  readonly status: number | null
  readonly error_type: string | null
}

const GOOD: readonly Answer[] = [
  { status: 200, error_type: null },
  { status: 200, error_type: null },
  { status: 200, error_type: null },
  { status: 200, error_type: null },
  { status: 304, error_type: null },
]
const BAD: readonly Answer[] = [
  { status: 401, error_type: 'token_expired' },
  { status: 403, error_type: 'forbidden' },
  { status: 403, error_type: 'throttled' },
  { status: 404, error_type: 'not_found' },
  { status: 422, error_type: null },
  { status: 429, error_type: 'throttled' },
  { status: 500, error_type: 'canvas_error' },
  { status: 503, error_type: 'edge_error' },
  { status: null, error_type: 'timeout' },
  { status: 200, error_type: 'not_json' },
]

/** Calls of one task one after the other; a call that fails is often tried again. */
export function callEvents(options: WorldOptions, task: WorldTask, dice: Dice): WorldEvent[] {
  const events: WorldEvent[] = []
  let time_ms = task.start_ms
  const step_ms = task.length_ms / 12
  while (events.length < 10) {
    const endpoint = anEndpoint(task, dice)
    const page = dice.chance(0.7) ? dice.whole(1, 4) : null
    const method = dice.chance(0.9) ? 'GET' : dice.one(['POST', 'PUT', 'HEAD'])
    for (let attempt = 1; attempt <= 3; attempt++) {
      time_ms += 1 + dice.fraction() * step_ms
      const answer = dice.chance(attempt === 1 ? 0.15 : 0.4) ? dice.one(BAD) : dice.one(GOOD)
      events.push(callEvent(options, dice, { endpoint, page, method, attempt, answer, time_ms }))
      const is_good = answer.error_type === null && (answer.status ?? 0) < 400
      if (!is_good && !task.legacy && hasFeature(options, 'other_events') && dice.chance(0.3)) {
        events.push(throttledEvent(endpoint, time_ms + 1))
      }
      if (is_good || dice.chance(0.3)) break
    }
  }
  return events
}

interface Call {
  readonly endpoint: Endpoint
  readonly page: number | null
  readonly method: string
  readonly attempt: number
  readonly answer: Answer
  readonly time_ms: number
}

function callEvent(options: WorldOptions, dice: Dice, call: Call): WorldEvent {
  const { endpoint, page, method, attempt, answer } = call
  const has_answer = answer.status !== null
  const items = page === null || !has_answer ? null : dice.whole(0, 100)
  const fields: Record<string, FieldValue> = {
    method,
    endpoint: endpoint.path,
    status: answer.status,
    duration_ms: duration(options, dice),
    items,
    page,
    attempt,
    request_cost: has_answer ? dice.whole(20, 90_000) / 1000 : null,
    rate_limit_remaining: has_answer ? dice.whole(100_000, 700_000) / 1000 : null,
    bytes: has_answer ? dice.whole(2, 2_000_000) : 0,
    request_id: has_answer ? dice.uuid() : null,
    error_type: answer.error_type,
    course_id: endpoint.course_id,
  }
  if (dice.chance(0.05)) fields['pages'] = dice.whole(1, 9)
  const failed = answer.error_type !== null || (answer.status ?? 0) >= 400
  if (failed) fields['will_retry'] = attempt < 3
  const plain = `${method} ${endpoint.path} - ${answer.status ?? answer.error_type}`
  return {
    stream: 'api_calls',
    timestamp_ms: Math.floor(call.time_ms),
    level: failed ? (dice.chance(0.1) ? 'ERROR' : 'WARNING') : dice.chance(0.1) ? 'DEBUG' : 'INFO',
    event: 'api_call',
    fields,
    message: hasFeature(options, 'strange_text') && dice.chance(0.1) ? strangeText(dice) : plain,
    endpoint_pattern: endpoint.pattern,
  }
}

/** Tells of a wait and not of a call, though it has a status and an endpoint. */
function throttledEvent(endpoint: Endpoint, time_ms: number): WorldEvent {
  return {
    stream: 'api_calls',
    timestamp_ms: Math.floor(time_ms),
    level: 'WARNING',
    event: 'api_throttled',
    fields: { endpoint: endpoint.path, status: 429, wait_ms: 1500, rate_limit_remaining: 700 },
    message: 'Canvas throttles: waiting 1500 ms.',
  }
}

/** From nothing to minutes, whole, tenths and long fractions. */
function duration(options: WorldOptions, dice: Dice): number | null {
  if (dice.chance(0.02)) return null
  if (dice.chance(0.02)) return 0
  const value = 20 * (1 + 400 * dice.fraction() ** 6)
  if (hasFeature(options, 'strange_numbers') && dice.chance(0.1)) {
    return dice.one([value, 1e-3, 1.5e2, 86_400_000, 0.05])
  }
  return dice.chance(0.5) ? Math.round(value) : Math.round(value * 10) / 10
}

function anEndpoint(task: WorldTask, dice: Dice): Endpoint {
  const course_id = dice.one(task.course_ids)
  const listing = dice.one(['assignments', 'sections', 'students/submissions', 'enrollments'])
  const of = (path: string, pattern: string, course: string | null = null): Endpoint => ({
    path: `/api/v1${path}`,
    pattern: `/api/v1${pattern}`,
    course_id: course,
  })
  switch (dice.whole(0, 9)) {
    case 0:
      return of('/users/self', '/users/self')
    case 1:
      return of('/courses', '/courses')
    case 2:
      return of(`/courses/sis_course_id:ABC-${dice.whole(1, 9)}/sections`, '/courses/:id/sections')
    case 3:
      return of(`/accounts/${dice.whole(1, 3)}/courses`, '/accounts/:id/courses')
    case 4:
      return of(`/users/7414~${dice.whole(1, 99)}/files/${dice.whole(1, 99)}`, '/users/:id/files/:id')
    case 5:
      return of(`/progress/${dice.uuid()}`, '/progress/:id')
    case 6: {
      const not_an_id = `/courses/12abc/pages/week-${dice.whole(1, 3)}`
      return of(not_an_id, not_an_id)
    }
    default:
      return of(`/courses/${course_id}/${listing}`, `/courses/:id/${listing}`, course_id)
  }
}
