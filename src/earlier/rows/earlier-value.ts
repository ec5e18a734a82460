/** A value as any of the sources gives it; `undefined` for one that only its database could have computed. */
export type SourceValue = string | number | bigint | boolean | Uint8Array | null | undefined

/** Larger ones could not be read back exactly. */
const MOST_COUNTED = 9_000_000_000_000_000

/** A text, trimmed; null for nothing. */
export function textOf(value: SourceValue): string | null {
  if (value === null || value === undefined) return null
  const text =
    typeof value === 'string' ? value : value instanceof Uint8Array ? bytesText(value) : String(value)
  const trimmed = text.trim()
  if (trimmed === '') return null
  // What PostgreSQL does not take: characters of half a pair, and the zero character.
  const whole = trimmed.isWellFormed() ? trimmed : trimmed.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '') : whole
}

const bytesText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** An id: a whole number that was kept as a decimal (`42.0`) is the number. */
export function idOf(value: SourceValue): string | null {
  const text = textOf(value)
  return text === null ? null : text.replace(/^(-?\d+)\.0+$/, '$1')
}

/** A number; null for nothing, undefined for what is none. */
export function numberOf(value: SourceValue): number | null | undefined {
  if (value === null) return null
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === undefined) return undefined
  const text = textOf(value)
  if (text === null) return null
  const number = Number(text)
  return Number.isFinite(number) && /^[-+.\d]/.test(text) && !/^0[xob]/i.test(text) ? number : undefined
}

/** A count or an amount is not below 0. */
export type Counted = { readonly value: number; readonly was: 'good' | 'negative' | 'unreadable' }

export function countOf(value: SourceValue, whole: boolean): Counted {
  const number = numberOf(value)
  if (number === undefined) return { value: 0, was: 'unreadable' }
  if (number === null) return { value: 0, was: 'good' }
  if (number < 0) return { value: 0, was: 'negative' }
  const bounded = Math.min(number, MOST_COUNTED)
  return { value: whole ? Math.round(bounded) : bounded, was: 'good' }
}

const TRUE = new Set(['1', 't', 'true', 'y', 'yes', '\u0001'])
const FALSE = new Set(['0', 'f', 'false', 'n', 'no', '\u0000'])

/** 0 or 1, however it was kept; `missing` for nothing and for what is neither. */
export function flagOf(value: SourceValue, missing: 0 | 1): 0 | 1 {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Uint8Array) return value.some((byte) => byte === 1) ? 1 : 0
  if (value === null || value === undefined) return missing
  const text = String(value).toLowerCase()
  return TRUE.has(text) ? 1 : FALSE.has(text) ? 0 : missing
}
