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

/** A parameter as the driver sends it. */
export function parameterOf(value: unknown): unknown {
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (Array.isArray(value)) return value.map(parameterOf)
  return value
}

/** The same as text, for a statement that is sent without the driver's own conversions. */
export function parameterText(value: unknown): string | null {
  const parameter = parameterOf(value)
  if (parameter === null || parameter === undefined) return null
  if (typeof parameter === 'string') return parameter
  if (typeof parameter === 'number' || typeof parameter === 'bigint') return String(parameter)
  throw new TypeError(`a ${typeof parameter} is no parameter of many rows`)
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
