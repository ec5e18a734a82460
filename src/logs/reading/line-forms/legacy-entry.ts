import type { LogEntry, LogForm } from '../../../core/log-entry.ts'
import type { LogLevel, LogStream, LogValue } from '../../../core/log-event.ts'
import { redactText } from '../../redact.ts'
import { idOf, userIdOf } from './log-words.ts'

/** What a line of the earlier system said, under our names; whose and which event may be among the fields. */
export interface LegacyLine {
  readonly stream: LogStream
  readonly form: Exclude<LogForm, 'json'>
  readonly timestamp_ms: number
  readonly level: LogLevel
  readonly fields: Readonly<Record<string, LogValue>>
  readonly message: string
}

/**
 * As an entry. The earlier system wrote tokens and addresses as they came, so its texts are redacted here, before
 * anyone can print them.
 */
export function legacyEntry(line: LegacyLine): LogEntry {
  const { task_id, user_id, event, ...rest } = line.fields
  const fields: Record<string, LogValue> = rest
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'course_id') fields[name] = idOf(value)
    else if (typeof value === 'string') fields[name] = redactText(value)
  }
  return {
    stream: line.stream,
    form: line.form,
    timestamp_ms: line.timestamp_ms,
    level: line.level,
    event: eventOf(line, idOf(event), fields),
    task_id: idOf(task_id),
    user_id: userIdOf(user_id),
    writer: null,
    seq: null,
    fields,
    message: redactText(line.message),
  }
}

/** Words that the earlier system had for where a sync stands; ours are `sync_started` and so on. */
const SYNC_EVENT = /^(?:sync_)?(started|completed|failed|cancelled)$/i
/** A message that says nothing else. */
const SYNC_SENTENCE = /^(?:canvas )?sync (started|completed|failed|cancelled)[.!]?$/i

/** The event that our own lines of this kind have. */
function eventOf(
  { stream, message }: LegacyLine,
  event: string | null,
  fields: Readonly<Record<string, LogValue>>,
): string | null {
  if (stream === 'operations') {
    const { operation } = fields
    const word = event ?? (typeof operation === 'string' ? operation : '')
    const stands =
      SYNC_EVENT.exec(word)?.[1] ?? (event === null ? SYNC_SENTENCE.exec(message)?.[1] : undefined)
    return stands === undefined ? event : `sync_${stands.toLowerCase()}`
  }
  if (event !== null) return event
  if (stream === 'api_calls' && fields['endpoint'] !== undefined) return 'api_call'
  if (stream === 'database' && fields['operation'] !== undefined) return 'db_operation'
  if (stream === 'progress' && fields['percent'] !== undefined) return 'progress'
  return null
}
