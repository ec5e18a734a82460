import type { LogEntry } from '../../../core/log-entry.ts'
import type { LogStream, LogValue } from '../../../core/log-event.ts'
import { legacyEntry } from './legacy-entry.ts'
import { entityOf, knownLevel, levelOf, REQUEST, snakeCase } from './log-words.ts'
import { durationOf, ourName, readSegments, valueOf } from './segments.ts'

/** `Courses: …` and the like: what each value of the list is, and the event it tells of. */
interface ListForm {
  readonly event: string
  readonly names: readonly string[]
}
const LISTS: Readonly<Record<string, ListForm>> = {
  sync_task: { event: 'sync_task', names: ['task_id', 'user_id', 'event', 'status'] },
  courses: { event: 'course_synced', names: ['count', 'created', 'updated'] },
  assignments: { event: 'assignments_synced', names: ['count', 'synced'] },
  completion: { event: 'sync_completed', names: ['duration_ms', 'summary'] },
}
const LIST = /^(Sync Task|Courses|Assignments|Completion): ?(.*)$/is
const NAMED_ITEM = /^([A-Za-z_]{1,30})\s?[:=]\s?(.*)$/s
const REQUEST_FIRST = new RegExp(`^${REQUEST}`)
const OPERATION = new RegExp(
  String.raw`^((?:BULK_|BATCH_)?(?:CREATE|INSERT|UPDATE|UPSERT|DELETE|FETCH|SELECT|READ|QUERY|SYNC)) ([A-Za-z][\w ]{0,60}?)(?= - |$)(?: - )?(.*)$`,
  's',
)
const LEVELLED = /^([A-Z]{3,8}):? (.*)$/s
const PROGRESS = /^PROGRESS: ?(.*)$/s

/**
 * A line of the short forms of the earlier system's documentation, or any text behind a time.
 * @param text what follows the time
 */
export function summaryEntry(text: string, timestamp_ms: number, stream: LogStream): LogEntry | undefined {
  if (text.trim() === '') return undefined
  const { fields, message, word } =
    readList(text) ??
    readProgress(text) ??
    readRequest(text) ??
    readLevelled(text) ??
    readOperation(text) ??
    readOther(text)
  return legacyEntry({ stream, form: 'summary', timestamp_ms, level: levelOf(word, stream), fields, message })
}

interface Summary {
  readonly fields: Record<string, LogValue>
  readonly message: string
  /** The level's, where the line has one. */
  readonly word?: string
}

/** Values by place (`Courses: 25, 2, 23`) or by name (`Courses: count: 25, created=2`). */
function readList(text: string): Summary | undefined {
  const [, head = '', list = ''] = LIST.exec(text) ?? []
  const form = LISTS[snakeCase(head)]
  if (!form) return undefined
  const fields: Record<string, LogValue> = { event: form.event }
  const items = list.split(/, ?/)
  const rest = items.slice(form.names.length - 1).join(', ')
  const places = items.length > form.names.length ? [...items.slice(0, form.names.length - 1), rest] : items
  for (const [at, item] of places.entries()) {
    const [, name = '', named] = NAMED_ITEM.exec(item) ?? []
    const key = (named === undefined ? undefined : ourName(name)) ?? form.names[at]
    const value = key === undefined ? undefined : listValue(key, named ?? item)
    if (key !== undefined && value !== undefined) fields[key] = value
  }
  return { fields, message: text }
}

function listValue(name: string, text: string): LogValue {
  if (name === 'summary') return undefined
  // The earlier system gave the duration of a sync in seconds.
  if (name === 'duration_ms') return durationOf(text) ?? seconds(text)
  return valueOf(name, text)
}

function seconds(text: string): number | undefined {
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) * 1000 : undefined
}

function readProgress(text: string): Summary | undefined {
  const said = PROGRESS.exec(text)?.[1]
  if (said === undefined) return undefined
  const { fields, words } = readSegments(said)
  if (words !== '') fields['current'] = words
  return { fields, message: words === '' ? text : words }
}

function readRequest(text: string): Summary | undefined {
  return REQUEST_FIRST.test(text) ? { fields: readSegments(text).fields, message: text } : undefined
}

/** `ERROR: Connection timeout - user_id: 42`, and the same with any other level. */
function readLevelled(text: string): Summary | undefined {
  const [, word = '', said = ''] = LEVELLED.exec(text) ?? []
  if (knownLevel(word) === undefined) return undefined
  const { fields, words } = readSegments(said)
  return { fields, message: words === '' ? said : words, word }
}

/** `CREATE Course - Count: 2 - Duration: 15.3ms`. */
function readOperation(text: string): Summary | undefined {
  const [, operation, entity, rest = ''] = OPERATION.exec(text) ?? []
  if (operation === undefined || entity === undefined) return undefined
  const { fields } = readSegments(rest)
  fields['operation'] = operation.toLowerCase()
  fields['entity'] = entityOf(entity)
  return { fields, message: text }
}

function readOther(text: string): Summary {
  return { fields: readSegments(text).fields, message: text }
}
