import type { LogForm } from '../../../../src/core/log-entry.ts'
import type { FieldValue, WorldLine } from './line.ts'

/** Python's names for ours, where it is not `extra_` before the same name. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
  status: 'extra_response_status',
  entity: 'extra_entity_type',
  percent: 'extra_progress_percent',
}
const KEPT: Readonly<Record<WorldLine['stream'], readonly string[]>> = {
  operations: ['course_id', 'count', 'duration_ms'],
  api_calls: ['method', 'endpoint', 'status', 'duration_ms', 'course_id'],
  database: ['operation', 'entity', 'count', 'duration_ms', 'course_id'],
  errors: ['operation', 'course_id'],
  progress: ['percent'],
}
/** What a reader can tell from the stream, when the line has the stream's own values. */
const EVENTS: Readonly<Record<WorldLine['stream'], string | null>> = {
  operations: null,
  api_calls: 'api_call',
  database: 'db_operation',
  errors: null,
  progress: 'progress',
}
const IN_TEXT: readonly string[] = ['method', 'endpoint', 'status', 'duration_ms']
const API = '/api/v1'

/**
 * What is left of a line in a form of the earlier system: none has a writer, and only the JSON form and some
 * summaries say whose it is. Text and summaries have whole seconds.
 */
export function asLegacy(line: WorldLine, form: Exclude<LogForm, 'json'>): WorldLine {
  const bare = { ...line, form, event: EVENTS[line.stream], writer: null, seq: null }
  const text = line.template === null ? {} : legacyError(line, form)
  if (form === 'python_json') {
    const fields = pick(line.fields, KEPT[line.stream])
    return { ...bare, ...text, event: bare.event ?? eventOfSentence(line), fields }
  }
  const second = Math.floor(line.timestamp_ms / 1000) * 1000
  const unowned = { ...bare, ...text, timestamp_ms: second, task_id: null, user_id: null }
  return form === 'python_text' ? textLine(unowned) : summaryLine(unowned, line)
}

function legacyError(line: WorldLine, form: string): Pick<WorldLine, 'message' | 'template'> {
  return { message: `${form} - ${line.message}`, template: `${form} - ${line.template}` }
}

/** `Sync completed.` and nothing else tells of the event of that name. */
function eventOfSentence({ stream, message }: WorldLine): string | null {
  const word = /^Sync (started|completed|failed|cancelled)\.$/.exec(message)?.[1]
  return stream === 'operations' && word !== undefined ? `sync_${word}` : null
}

function textLine(line: WorldLine): WorldLine {
  const { status, duration_ms } = line.fields
  if (line.stream !== 'api_calls' || typeof status !== 'number' || typeof duration_ms !== 'number') {
    const message = line.template === null ? 'Working on it' : line.message
    return {
      ...line,
      event: eventOfSentence({ ...line, message }),
      fields: {},
      endpoint_pattern: null,
      message,
    }
  }
  const endpoint = String(line.fields['endpoint']).slice(API.length)
  const fields = { ...pick(line.fields, IN_TEXT), endpoint, duration_ms: tenths(duration_ms) }
  return { ...line, fields, endpoint_pattern: line.endpoint_pattern?.slice(API.length) ?? null }
}

function summaryLine(line: WorldLine, whole: WorldLine): WorldLine {
  const { fields } = whole
  const level = line.stream === 'errors' ? 'ERROR' : 'INFO'
  switch (line.stream) {
    case 'operations':
      return { ...line, level, ...summaryOperation(whole) }
    case 'api_calls': {
      const known = { ...pick(fields, ['method', 'endpoint']), status: fields['status'] ?? 504 }
      const { duration_ms } = fields
      const timed = typeof duration_ms === 'number' ? { duration_ms: tenths(duration_ms) } : {}
      return { ...line, level, fields: { ...known, ...timed } }
    }
    case 'database': {
      const known = pick(fields, ['operation', 'entity', 'count', 'batch'])
      const { duration_ms } = fields
      return { ...line, level, fields: typeof duration_ms === 'number' ? { ...known, duration_ms } : known }
    }
    case 'errors':
      return {
        ...line,
        level,
        user_id: typeof whole.user_id === 'number' ? whole.user_id : null,
        fields: pick(fields, ['operation', 'course_id']),
      }
    case 'progress':
      return {
        ...line,
        level,
        task_id: plainId(whole),
        fields: { percent: Math.floor(Number(fields['percent'])) },
      }
  }
}

function summaryOperation(line: WorldLine): Pick<WorldLine, 'event' | 'fields' | 'task_id' | 'user_id'> {
  const nobody = { task_id: null, user_id: null }
  switch (line.event) {
    case 'course_synced':
      return { ...nobody, event: 'course_synced', fields: { count: 12, created: 3, updated: 9 } }
    case 'assignments_synced':
      return { ...nobody, event: 'assignments_synced', fields: { count: 340 } }
    default: {
      const user_id = typeof line.user_id === 'number' ? line.user_id : 1
      return { task_id: plainId(line), user_id, event: 'sync_started', fields: {} }
    }
  }
}

/** A summary has no quotes around an id. */
function plainId(line: WorldLine): string {
  return /^[\da-f-]{36}$/.test(line.task_id ?? '') ? String(line.task_id) : 'task-1'
}

const tenths = (value: number): number => Math.round(value * 10) / 10

function pick(fields: WorldLine['fields'], names: readonly string[]): Record<string, FieldValue> {
  const picked: Record<string, FieldValue> = {}
  for (const name of names) {
    const value = fields[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}

/** A line of one of the earlier system's forms as it stands in a file, without its end. */
export function legacyText(line: WorldLine, variant: number): string {
  const iso = new Date(line.timestamp_ms).toISOString()
  const time = `[${iso.slice(0, 10)} ${iso.slice(11, 19)}]`
  if (line.form === 'python_json') return pythonJson(line, iso, variant)
  return line.form === 'python_text' ? `${time} ${pythonText(line)}` : `${time} ${summary(line)}`
}

function pythonJson(line: WorldLine, iso: string, variant: number): string {
  const bare = iso.slice(0, 23)
  const times = [
    `${bare}456`,
    `${bare}456+00:00`,
    iso,
    `${bare.slice(0, 10)} ${bare.slice(11, 19)},${bare.slice(20)}`,
  ]
  const extra = Object.entries(line.fields).map(([name, value]) => [
    PYTHON_NAMES[name] ?? `extra_${name}`,
    value,
  ])
  const ids = [
    ...(line.user_id === null ? [] : [['extra_user_id', line.user_id]]),
    ...(line.task_id === null ? [] : [['extra_task_id', line.task_id]]),
  ]
  const members = [
    ['timestamp', times[variant % times.length]],
    ['level', line.level === 'ERROR' && variant % 5 === 0 ? 'CRITICAL' : line.level],
    ['logger', `canvas_sync.${line.stream}`],
    ['message', line.message],
    ...extra,
    ...ids,
    ...(line.stream === 'errors' ? [['extra_error_message', line.message]] : []),
  ]
  const written = members.map(
    ([name, value]) => `${JSON.stringify(name)}: ${asciiOnly(JSON.stringify(value))}`,
  )
  return `{${written.join(', ')}}`
}

/** As Python's `ensure_ascii`. */
export function asciiOnly(json: string): string {
  const code = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return json.replaceAll(/[\u0080-\uffff]/g, code)
}

function pythonText(line: WorldLine): string {
  const { method, endpoint, status, duration_ms } = line.fields
  if (method === undefined) return `${line.level} [sync_course:41]: ${line.message}`
  const answer = `${String(method)} ${String(endpoint)} - Status: ${status} - Duration: ${duration_ms}ms`
  return `${line.level} [_make_request:93]: Canvas API response: ${answer}`
}

function summary(line: WorldLine): string {
  const { fields, user_id } = line
  switch (line.stream) {
    case 'operations':
      if (line.event === 'course_synced') return 'Courses: 12, 3 created, 9 updated'
      if (line.event === 'assignments_synced') return 'Assignments: 340, 338 synced'
      return `Sync Task: ${line.task_id}, ${user_id}, ${line.event}, running`
    case 'api_calls': {
      const timed = fields['duration_ms'] === undefined ? '' : ` - ${fields['duration_ms']}ms`
      return `${fields['method']} ${fields['endpoint']} - Status: ${fields['status']}${timed}`
    }
    case 'database':
      return [
        `${String(fields['operation']).toUpperCase()} ${fields['entity']}`,
        ...(fields['count'] === undefined ? [] : [`Count: ${fields['count']}`]),
        ...(fields['duration_ms'] === undefined ? [] : [`Duration: ${fields['duration_ms']}ms`]),
        ...(fields['batch'] === undefined ? [] : [`Batch: ${fields['batch']}`]),
      ].join(' - ')
    case 'errors':
      return [
        `ERROR: ${line.message}`,
        ...(user_id === null ? [] : [`user_id: ${user_id}`]),
        ...(fields['course_id'] === undefined ? [] : [`course_id: ${fields['course_id']}`]),
        `operation: ${fields['operation']}`,
      ].join(' - ')
    case 'progress':
      return `PROGRESS: Task: ${line.task_id} - ${fields['percent']}% - Processing courses`
  }
}
