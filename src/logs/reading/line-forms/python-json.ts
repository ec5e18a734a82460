import type { LogEntry } from '../../../core/log-entry.ts'
import type { LogStream, LogValue } from '../../../core/log-event.ts'
import { legacyEntry } from './legacy-entry.ts'
import { entityOf, levelOf, snakeCase } from './log-words.ts'
import type { JsonLine } from './own-json.ts'
import { pathOf, readSegments } from './segments.ts'

const EXTRA = 'extra_'
/** Names of the earlier system, without `extra_` → ours. */
const NAMES: Readonly<Record<string, string>> = {
  response_status: 'status',
  status_code: 'status',
  url: 'endpoint',
  path: 'endpoint',
  entity_type: 'entity',
  progress_percent: 'percent',
  progress: 'percent',
  current_step: 'current',
  current_operation: 'current',
  sync_task_id: 'task_id',
  event_type: 'event',
  records_affected: 'count',
  items_count: 'items',
  exception: 'stack',
  exc_info: 'stack',
  traceback: 'stack',
}
/** Not fields: they are parts of every entry. */
const OWN_PARTS: ReadonlySet<string> = new Set(['timestamp', 'level', 'message', 'writer', 'seq'])
const SECONDS = '_seconds'

/** Whether a parsed line is one of the earlier system's JSON formatter rather than one of ours. */
export function isPythonJson(line: JsonLine): boolean {
  if (line['writer'] !== undefined) return false
  if (line['logger'] !== undefined || isObject(line['extra'])) return true
  if (line['event'] !== undefined) return false
  for (const name in line) if (name.startsWith(EXTRA)) return true
  return line['module'] !== undefined || line['function'] !== undefined
}

/** `extra_…` keys, and those of a nested `extra`, become fields under our names; see {@link NAMES}. */
export function pythonJsonEntry(line: JsonLine, timestamp_ms: number, stream: LogStream): LogEntry {
  const text = typeof line['message'] === 'string' ? line['message'] : ''
  const fields = stream === 'api_calls' ? readSegments(text).fields : {}
  for (const [name, value] of Object.entries(line)) {
    if (name === 'extra' && isObject(value)) {
      for (const [inner, of_inner] of Object.entries(value)) addField(fields, inner, of_inner)
    } else if (!OWN_PARTS.has(name)) addField(fields, name, value)
  }
  const level = levelOf(line['level'], stream)
  const message = messageOf(text, fields)
  return legacyEntry({ stream, form: 'python_json', timestamp_ms, level, fields, message })
}

function addField(fields: Record<string, LogValue>, name: string, value: unknown): void {
  if (!isFlat(value)) return
  const bare = name.startsWith(EXTRA) ? name.slice(EXTRA.length) : name
  if (OWN_PARTS.has(bare) || bare === '__proto__') return
  const key = Object.hasOwn(NAMES, bare) ? (NAMES[bare] ?? bare) : bare
  if (key.endsWith(SECONDS) && typeof value === 'number') {
    fields[`${key.slice(0, -SECONDS.length)}_ms`] = value * 1000
  } else fields[key] = fieldValue(key, value)
}

function fieldValue(key: string, value: LogValue): LogValue {
  if (typeof value !== 'string') return value
  if (key === 'endpoint') return pathOf(value)
  if (key === 'method') return value.toUpperCase()
  if (key === 'operation') return snakeCase(value)
  if (key === 'entity') return entityOf(value)
  return value
}

/** The error's own words are what tells errors apart; the message alone often says only `Sync error`. */
function messageOf(text: string, fields: Record<string, LogValue>): string {
  const { error_message } = fields
  if (typeof error_message !== 'string' || error_message === '') return text
  delete fields['error_message']
  if (text === '' || text.includes(error_message)) return text === '' ? error_message : text
  return `${text}: ${error_message}`
}

function isFlat(value: unknown): value is LogValue {
  return value === null || (typeof value !== 'object' && value !== undefined)
}

function isObject(value: unknown): value is JsonLine {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
