import type { Dice, WorldEvent, WorldOptions } from './line.ts'
import { errorText, strangeText } from './messages.ts'
import { hasFeature, type WorldTask } from './tasks.ts'

const ENDS = ['completed', 'completed', 'completed', 'partial', 'failed', 'cancelled'] as const
const HOSTILE_NAMES = ['__proto__', 'constructor', 'toString', 'ÿ"x"'] as const

/** `operations` of one task; some never end. */
export function operationEvents(options: WorldOptions, task: WorldTask, dice: Dice): WorldEvent[] {
  const events: WorldEvent[] = []
  const add = (event: string, fields: WorldEvent['fields'], message: string, failed = false): void => {
    const at = Math.floor((task.length_ms * events.length) / 14)
    const level = failed ? 'WARNING' : 'INFO'
    events.push({ stream: 'operations', timestamp_ms: task.start_ms + at, level, event, fields, message })
  }
  const sync_type = dice.one(['all', 'incremental', 'grades'])
  add('sync_started', { sync_type, trigger: 'schedule' }, `Sync of ${sync_type} started.`)
  add(
    'connection_tested',
    { source_id: 1, duration_ms: dice.whole(20, 200), status: 'ok' },
    'Canvas accepted.',
  )
  const count = dice.whole(1, 40)
  const counted = dice.chance(0.8) ? { created: 1, updated: 2, count } : { created: 1, updated: 2 }
  add('course_synced', counted, `Courses: ${count}.`)
  for (const course_id of task.course_ids) {
    const assignments = { course_id, created: 0, updated: 1, count: dice.whole(0, 30) }
    add('assignments_synced', dice.chance(0.9) ? assignments : { course_id }, 'Assignments.')
    const outcome = dice.chance(0.1) ? 'failed' : 'completed'
    const error_type = outcome === 'failed' ? 'timeout' : null
    const duration_ms = dice.whole(0, 90_000)
    add('course_finished', { course_id, status: outcome, error_type, duration_ms }, `Course ${course_id}.`)
  }
  if (hasFeature(options, 'other_events') && dice.chance(0.2)) {
    add(dice.one(HOSTILE_NAMES), { reason: 'x' }, strangeText(dice))
  }
  if (dice.chance(0.9)) {
    const status = dice.one(ENDS)
    const error_type = status === 'failed' ? 'token_expired' : null
    const duration_ms = task.length_ms
    add(
      `sync_${status}`,
      { status, error_type, duration_ms, courses: 3 },
      `Sync ${status}.`,
      error_type !== null,
    )
  }
  return events
}

export function databaseEvents(options: WorldOptions, task: WorldTask, dice: Dice): WorldEvent[] {
  return Array.from({ length: 10 }, (_, number): WorldEvent => {
    const operation = dice.one(['create', 'update', 'delete', 'fetch', 'sync'])
    const entity = dice.one(['courses', 'assignments', 'submissions', 'grades'])
    const count = dice.whole(0, 500)
    const failed = dice.chance(0.03)
    const duration_ms = dice.chance(0.05) ? null : dice.whole(1, 90_000) / 10
    const known = { operation, entity, duration_ms, course_id: dice.one(task.course_ids) }
    return {
      stream: 'database',
      timestamp_ms: task.start_ms + Math.floor((task.length_ms * (number + dice.fraction())) / 11),
      level: failed ? 'ERROR' : 'INFO',
      event: 'db_operation',
      fields: {
        ...known,
        ...(dice.chance(0.9) ? { count } : {}),
        ...(dice.chance(0.8) ? { batch: dice.chance(0.5) } : {}),
        ...(failed ? { error_type: 'storage' } : {}),
      },
      message:
        hasFeature(options, 'strange_text') && dice.chance(0.05)
          ? strangeText(dice)
          : `${operation} ${entity}`,
    }
  })
}

export function errorEvents(options: WorldOptions, task: WorldTask, dice: Dice): WorldEvent[] {
  const types = ['timeout', 'throttled', 'not_found', 'storage', null] as const
  return Array.from({ length: 10 }, (_, number): WorldEvent => {
    const is_hostile = hasFeature(options, 'other_events') && dice.chance(0.05)
    const error_type = is_hostile ? dice.one(HOSTILE_NAMES) : dice.one(types)
    const course = dice.chance(0.7) ? { course_id: dice.one(task.course_ids) } : {}
    const status =
      error_type === 'throttled' ? { status: 429 } : error_type === 'not_found' ? { status: 404 } : {}
    const stack = dice.chance(0.1) ? { stack: 'Error: x\n    at run (sync.js:1:2)' } : {}
    const operation = dice.one(['course', 'sync', 'fetch_courses', 'bulk_save'])
    return {
      stream: 'errors',
      timestamp_ms: task.start_ms + Math.floor((task.length_ms * (number + dice.fraction())) / 11),
      level: 'ERROR',
      event: dice.one(['course_failed', 'sync_problem', 'sync_failed']),
      fields: { error_type, operation, ...course, ...status, ...stack },
      ...errorText(dice),
    }
  })
}

export function progressEvents(_: WorldOptions, task: WorldTask, dice: Dice): WorldEvent[] {
  const total = dice.whole(5, 14)
  return Array.from({ length: total }, (_, number): WorldEvent => {
    const elapsed_ms = Math.floor((task.length_ms * (number + 0.5)) / total)
    const percent = number === 0 ? null : Math.round((100_000 * (number + 1)) / total) / 1000
    const current = `${number} of ${total} courses`
    return {
      stream: 'progress',
      timestamp_ms: task.start_ms + elapsed_ms,
      level: dice.chance(0.1) ? 'DEBUG' : 'INFO',
      event: 'progress',
      fields: { percent, current, completed: number, total, elapsed_ms },
      message: `${Math.floor(percent ?? 0)} % - ${current}`,
    }
  })
}
