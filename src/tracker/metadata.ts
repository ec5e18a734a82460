import type { SyncMetadata } from '../core/sync-record.ts'
import { REDACTED, redactText } from '../logs/redact.ts'

/**
 * A copy of what JSON keeps of it, without tokens, e-mail addresses and bytes, in which no rule would find them: what the store could not write would keep
 * the sync from its end.
 *
 * @throws for what JSON cannot hold: a circle, a big integer, a getter that throws
 */
export function storableMetadata(metadata: SyncMetadata): SyncMetadata {
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw new TypeError('metadata is an object')
  const text = JSON.stringify(metadata, function (this: Record<string, unknown>, name, value: unknown) {
    // A Buffer's own `toJSON` has made numbers of it already.
    if (ArrayBuffer.isView(this[name])) return REDACTED
    if (typeof value === 'string') return redactText(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).map(redactedEntry))
  })
  return JSON.parse(text) as SyncMetadata
}

const SECRET_NAME = /token|secret|passw|authorization|cookie|api[_-]?key/i

/** A secret may be one only by its name. */
function redactedEntry([name, value]: [string, unknown]): [string, unknown] {
  if (SECRET_NAME.test(name)) return [redactText(name), REDACTED]
  const start = `${name}: `
  const pair = typeof value === 'string' ? redactText(start + value) : ''
  return [redactText(name), pair.startsWith(start) ? pair.slice(start.length) : value]
}
