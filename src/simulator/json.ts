/** What Canvas can put into a body. Ids are `bigint`, since they do not fit a JavaScript number. */
export type JsonValue =
  string | number | bigint | boolean | null | undefined | readonly JsonValue[] | JsonObject

export interface JsonObject {
  [key: string]: JsonValue
}

export interface JsonStyle {
  /** The answer to `Accept: application/json+canvas-string-ids`. */
  readonly string_ids: boolean
  /** Objects begin with another key each time this number differs; 0 keeps Canvas's order. */
  readonly key_rotation?: number
}

const ID_KEY = /(^|_)id$/i
const IDS_KEY = /(^|_)ids$/i
const ESCAPED = /[<>&\u2028\u2029]/g
const NEEDS_ESCAPE = /[<>&\u2028\u2029]/

/** Writes JSON as Canvas does: integers with all their digits, `<`, `>` and `&` escaped. */
export function writeJson(value: JsonValue, style: JsonStyle): string {
  return write(value, style, false)
}

function write(value: JsonValue, style: JsonStyle, is_id: boolean): string {
  if (typeof value === 'string') return writeString(value)
  if (typeof value === 'bigint') return is_id ? `"${value}"` : value.toString()
  if (typeof value === 'number') return is_id && Number.isInteger(value) ? `"${value}"` : String(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value === null || value === undefined) return 'null'
  return Array.isArray(value) ? writeArray(value, style, is_id) : writeObject(value as JsonObject, style)
}

function writeArray(values: readonly JsonValue[], style: JsonStyle, are_ids: boolean): string {
  let text = '['
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ','
    text += write(values[index], style, are_ids)
  }
  return `${text}]`
}

function writeObject(object: JsonObject, style: JsonStyle): string {
  let keys = Object.keys(object)
  if (style.key_rotation) {
    const start = style.key_rotation % Math.max(1, keys.length)
    keys = [...keys.slice(start), ...keys.slice(0, start)]
  }
  let text = '{'
  for (const key of keys) {
    const value = object[key]
    if (value === undefined) continue
    if (text.length > 1) text += ','
    const is_id = style.string_ids && (Array.isArray(value) ? IDS_KEY.test(key) : ID_KEY.test(key))
    text += `"${key}":${write(value, style, is_id)}`
  }
  return `${text}}`
}

function writeString(value: string): string {
  const text = JSON.stringify(value)
  if (!NEEDS_ESCAPE.test(text)) return text
  return text.replace(ESCAPED, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The same value with every id as a decimal string: the form in which truth is told. */
export function withStringIds(object: JsonObject): Record<string, unknown> {
  return JSON.parse(writeJson(object, { string_ids: true })) as Record<string, unknown>
}
