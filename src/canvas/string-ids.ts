import { MonitorError } from '../core/errors.ts'

/** Deeper than any Canvas answer; keeps the walk's stack bounded for a hostile one. */
const MAX_DEPTH = 200

type KeyKind = 'id' | 'ids' | 'other'

/** Few keys exist, so deciding each once makes the walk a table look-up. */
const key_kinds = new Map<string, KeyKind>()
const MAX_KEYS = 5000
/** Canvas's keys are shorter; long ones would let an answer fill the memory for good. */
const MAX_KEY_LENGTH = 64

/**
 * Turns ids that arrived as JSON numbers into strings, in place, at every depth. Canvas sends strings when
 * asked for `application/json+canvas-string-ids` (every integer under a key `id` or `…_id`, and in arrays
 * under `ids` or `…_ids`); a proxy that drops the Accept header brings numbers back.
 *
 * @throws {MonitorError} `contract` for an integer beyond 2^53 - 1: JSON.parse has already rounded it
 */
export function stringifyIds(value: unknown, depth: number = 0): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_DEPTH) throw new MonitorError('contract', 'The answer is nested too deeply.')
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) stringifyIds(item, depth + 1)
    return
  }
  const record = value as Record<string, unknown>
  for (const key of Object.keys(record)) {
    const field = record[key]
    if (typeof field === 'number') {
      if (kindOf(key) === 'id') record[key] = exact(field)
    } else if (typeof field === 'object' && field !== null) {
      if (Array.isArray(field) && kindOf(key) === 'ids') {
        record[key] = field.map((item: unknown) => (typeof item === 'number' ? exact(item) : item))
      }
      stringifyIds(record[key], depth + 1)
    }
  }
}

function exact(id: number): string | number {
  if (Number.isSafeInteger(id)) return String(id)
  // A fraction is not an id; it is left as it came.
  if (Number.isFinite(id) && !Number.isInteger(id)) return id
  throw new MonitorError('contract', 'An id arrived as a rounded number: string ids were not honoured.', {
    next_step: 'Check for a proxy that removes the Accept header between this machine and Canvas.',
  })
}

function kindOf(key: string): KeyKind {
  const known = key_kinds.get(key)
  if (known !== undefined) return known
  const kind = /(?:^|_)id$/i.test(key) ? 'id' : /(?:^|_)ids$/i.test(key) ? 'ids' : 'other'
  if (key_kinds.size < MAX_KEYS && key.length <= MAX_KEY_LENGTH) key_kinds.set(key, kind)
  return kind
}
