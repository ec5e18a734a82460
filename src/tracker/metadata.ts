import type { SyncMetadata } from '../core/sync-record.ts'
import { REDACTED, redactText } from '../logs/redact.ts'

/**
 * A copy of what JSON keeps of it, without tokens and e-mail addresses: what the store could not write would keep
 * the sync from its end.
 *
 * @throws for what JSON cannot hold: a circle, a big integer, a getter that throws
 */
export function storableMetadata(metadata: SyncMetadata): SyncMetadata {
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw new TypeError('metadata is an object')
  const text = JSON.stringify(metadata, (_, value: unknown) => {
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
