import { INGEST_LIMITS } from '../core/ingest-event.ts'
import { isOvercrowded } from './body-shape.ts'
import { isObject } from './member-checks.ts'

const NEWLINE = 10

/** A line of NDJSON that is no JSON. */
export const UNREADABLE: unique symbol = Symbol('unreadable')

/** The values of a body, or why none could be read. */
export type ReadEvents =
  | { readonly values: readonly unknown[] }
  | { readonly refused: 'not_json' | 'not_a_list' | 'too_many' | 'overcrowded' }

/** Empty ones among them. */
const MOST_LINES = 10 * INGEST_LIMITS.events

/** One value for each line that is not empty; {@link UNREADABLE} for those that are no JSON. */
export function readLines(body: Buffer): ReadEvents {
  if (isOvercrowded(body)) return { refused: 'overcrowded' }
  const values: unknown[] = []
  let lines = 0
  for (let at = 0; at < body.length;) {
    if (++lines > MOST_LINES) return { refused: 'too_many' }
    const newline = body.indexOf(NEWLINE, at)
    const end = newline === -1 ? body.length : newline
    const line = body.toString('utf8', at, end)
    at = end + 1
    if (line.trim() === '') continue
    if (values.length === INGEST_LIMITS.events) return { refused: 'too_many' }
    values.push(parsed(line))
  }
  return { values }
}

/** The events of a JSON body: a list, an object with a list in `events`, or one event. */
export function readJson(body: Buffer): ReadEvents {
  if (isOvercrowded(body)) return { refused: 'overcrowded' }
  const value = parsed(body.toString('utf8'))
  if (value === UNREADABLE) return { refused: 'not_json' }
  const given = isObject(value) ? (value['events'] ?? [value]) : value
  if (!Array.isArray(given)) return { refused: 'not_a_list' }
  return given.length > INGEST_LIMITS.events ? { refused: 'too_many' } : { values: given }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return UNREADABLE
  }
}
