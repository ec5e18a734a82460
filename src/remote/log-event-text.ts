import type { LogEvent, LogStream } from '../core/log-event.ts'
import { isPlain, redactText, withoutQuery } from '../logs/redact.ts'
import { LOG_FIELDS } from '../logs/writing/log-fields.ts'
import { wireName, wireText, wireTime } from './wire-values.ts'

const ALLOWED: ReadonlyMap<string, string> = new Map(LOG_FIELDS.map((name) => [name, `"${name}":`]))
const EVENT_NAME = /^[a-z][a-z\d_]{0,63}$/
/** As in a line of the logs. */
const FIELD_LIMIT = 8192
const MESSAGE_LIMIT = 4096
/** What lies far behind a limit is cut first, so that it costs nothing. */
const MARGIN = 2048
const CUT = '…[cut]'

/**
 * Makes the `log` events of a process as JSON, put together by hand because it happens on the job's own thread: without
 * fields that no log has, and without secrets, which have no place in a spool either.
 */
export class LogEventText {
  #task_id: string | null = null
  #start = ''

  /**
   * Null for a line that belongs to no sync: the server has lines of syncs only.
   *
   * @throws what the getters of a job's own object throw, and for a message that is no text
   */
  of(stream: LogStream, event: LogEvent, at: number, id: string): string | null {
    const { task_id, level, message } = event
    if (task_id === null) return null
    if (task_id !== this.#task_id) {
      this.#task_id = task_id
      this.#start = `{"type":"log","task_id":${JSON.stringify(wireName(task_id))},"id":"`
    }
    const name = wireEventName(event.event)
    const fields = fieldsText(event.fields)
    const said = quoted(message, MESSAGE_LIMIT + MARGIN)
    return `${this.#start}${id}","at":${wireTime(at)},"stream":"${stream}","level":"${level}","event":"${name}","fields":{${fields}},"message":${said}}`
  }
}

function fieldsText(given: Readonly<Record<string, unknown>>): string {
  let fields = ''
  for (const name in given) {
    const start = ALLOWED.get(name)
    if (start === undefined) continue
    const text = valueText(name, given[name])
    if (text !== null) fields += fields === '' ? start + text : `,${start}${text}`
  }
  return fields
}

/** Null for what is not flat. */
function valueText(name: string, value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return quoted(name === 'endpoint' ? withoutQuery(value) : value, FIELD_LIMIT)
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null'
    case 'boolean':
    case 'bigint':
      return typeof value === 'boolean' ? String(value) : `"${value}"`
    default:
      return value === null ? 'null' : null
  }
}

function quoted(value: string, limit: number): string {
  if (value.length <= 512 && isPlain(value)) return `"${value}"`
  const redacted = redactText(value.slice(0, limit + MARGIN))
  if (redacted.length <= limit && value.length <= limit + MARGIN) {
    return JSON.stringify(wireText(redacted, limit))
  }
  // What may be half a secret at the first cut goes too.
  const kept = value.length <= limit + MARGIN ? limit : Math.min(limit, redacted.length - MARGIN / 2)
  return JSON.stringify(wireText(redacted, Math.max(0, kept - CUT.length)) + CUT)
}

/** A name that the server takes. */
function wireEventName(name: string): string {
  if (EVENT_NAME.test(name)) return name
  const word = name.toLowerCase().replaceAll(/[^a-z\d_]/g, '_')
  return `${/^[a-z]/.test(word) ? '' : 'e'}${word}`.slice(0, 64)
}
