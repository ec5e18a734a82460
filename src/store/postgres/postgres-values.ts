import { types, type CustomTypesConfig } from 'pg'

/**
 * A text of PostgreSQL cannot hold the character NUL, and SQLite's can. This one, which Unicode sets aside for
 * the inside of programs, stands before a sign in its place.
 */
const ESCAPE = '\uFDD0'

function escaped(text: string): string {
  if (!/[\0\uFDD0]/.test(text)) return text
  return text.replaceAll(/[\0\uFDD0]/g, (sign) => ESCAPE + (sign === '\0' ? '0' : '1'))
}

function unescaped(text: string): string {
  if (!text.includes(ESCAPE)) return text
  return text.replaceAll(/\uFDD0([01])/g, (_, sign) => (sign === '0' ? '\0' : ESCAPE))
}

/** A parameter as it is sent: text, the bytes of a binary value, or null. */
export function parameterText(value: unknown): string | Uint8Array | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return arrayText(value)
  throw new TypeError(`a ${typeof value} is no parameter of a statement`)
}

/** An array as PostgreSQL writes it. */
function arrayText(values: readonly unknown[]): string {
  let text = ''
  for (const value of values) text += text === '' ? elementText(value) : `,${elementText(value)}`
  return `{${text}}`
}

function elementText(value: unknown): string {
  if (typeof value === 'number') return String(value)
  const text = parameterText(value)
  if (text === null) return 'NULL'
  const quoted = String(text)
  return `"${/["\\]/.test(quoted) ? quoted.replaceAll(/["\\]/g, '\\$&') : quoted}"`
}

const OID = { BOOL: 16, NAME: 19, INT8: 20, TEXT: 25, BPCHAR: 1042, VARCHAR: 1043, NUMERIC: 1700 }

/** Results as SQLite has them: counts and sums are numbers, what is true is 1. */
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [OID.BOOL, (text) => (text === 't' ? 1 : 0)],
  [OID.INT8, Number],
  [OID.NUMERIC, Number],
  [OID.NAME, unescaped],
  [OID.TEXT, unescaped],
  [OID.BPCHAR, unescaped],
  [OID.VARCHAR, unescaped],
])

/** For one client only: the application's own connections in this process keep the driver's types. */
export const resultTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ??
    types.getTypeParser(oid, format ?? 'text')) as typeof types.getTypeParser,
}
