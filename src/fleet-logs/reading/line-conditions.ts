import { LOG_LEVELS, LOG_STREAMS } from '../../core/log-event.ts'
import { linePattern } from '../../search/line-pattern.ts'
import type { FleetFilter } from '../../search/line-reader.ts'
import { parameterText } from '../../store/postgres/postgres-values.ts'

/** What PostgreSQL can tell of lines. It lets all through that match, and may let others through. */
export interface LineConditions {
  /** Begins with ` and`, or is empty; its parameters are counted from `first`. */
  readonly text: string
  readonly values: readonly unknown[]
  /** Whether it lets nothing else through: then lines can be counted where they are. */
  readonly is_exact: boolean
}

/**
 * @param first the number of the first parameter
 * @throws MonitorError `usage`
 */
export async function lineConditions(filter: FleetFilter, first: number): Promise<LineConditions> {
  const { streams, level, event, task_id, user_id, machine } = filter
  const values: unknown[] = []
  const parts: string[] = []
  const add = (value: unknown, condition: (name: string) => string): void => {
    values.push(typeof value === 'string' ? parameterText(value) : value)
    parts.push(condition(`$${first + values.length - 1}`))
  }
  if (machine !== undefined) add(machine, (name) => `machine = ${name}`)
  if (streams !== undefined && streams.length < LOG_STREAMS.length) {
    add([...streams], (name) => `stream = any(${name})`)
  }
  // Written out, so that the index of what is bad can be used.
  const levels = level === undefined ? LOG_LEVELS : LOG_LEVELS.slice(LOG_LEVELS.indexOf(level))
  if (levels.length < LOG_LEVELS.length) {
    parts.push(`level in (${levels.map((name) => `'${name}'`).join(', ')})`)
  }
  if (event !== undefined) add(event, (name) => `event = ${name}`)
  if (task_id !== undefined) add(task_id, (name) => `task_id = ${name}`)
  if (user_id !== undefined) add(user_id, (name) => `user_id = ${name}`)
  const pattern = await linePattern(filter)
  // What is looked for in any case is left to us: the letters of PostgreSQL are not those of a file search.
  const runs = pattern === undefined || pattern.any_case ? [] : pattern.literals
  for (const run of runs) add(run, (name) => `strpos(line, ${name}) > 0`)
  const { course_id, status, min_duration_ms, max_duration_ms, text } = filter
  const has_others = [course_id, status, min_duration_ms, max_duration_ms].some(
    (value) => value !== undefined,
  )
  if (course_id !== undefined && /^[\w.-]+$/.test(course_id))
    add(course_id, (name) => `strpos(line, ${name}) > 0`)
  const is_plain = pattern === undefined || (runs.length === 1 && runs[0] === text)
  const conditions = parts.map((part) => ` and ${part}`).join('')
  return { text: conditions, values, is_exact: is_plain && !has_others }
}
