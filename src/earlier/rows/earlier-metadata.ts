import { REDACTED, redactText } from '../../logs/redact.ts'
import { textOf, type SourceValue } from './earlier-value.ts'

const MOST_CHARACTERS = 65_536
const SECRET_NAME = /token|secret|passw|authorization|cookie|api[_-]?key/i

export interface EarlierMetadata {
  /** JSON of an object without tokens and e-mail addresses; null for none. */
  readonly text: string | null
  readonly was: 'good' | 'unreadable' | 'too_long' | 'no_object'
}

/** The metadata of a row: JSON text. What is JSON but no object stands under `value`. */
export function metadataOf(value: SourceValue): EarlierMetadata {
  const text = textOf(value)
  if (text === null || text === 'null' || text === '{}') return { text: null, was: 'good' }
  if (text.length > MOST_CHARACTERS) return { text: null, was: 'too_long' }
  try {
    const parsed: unknown = JSON.parse(text)
    if (parsed === null) return { text: null, was: 'good' }
    const is_object = typeof parsed === 'object' && !Array.isArray(parsed)
    return {
      text: JSON.stringify(redacted(is_object ? parsed : { value: parsed })),
      was: is_object ? 'good' : 'no_object',
    }
  } catch {
    // No JSON, or nested deeper than the stack.
    return { text: null, was: 'unreadable' }
  }
}

/** A value of JSON without tokens and e-mail addresses, and without what stands under the name of a secret. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(redacted)
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      redactText(name),
      SECRET_NAME.test(name) && each !== null ? REDACTED : redacted(each),
    ]),
  )
}
