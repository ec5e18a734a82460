import type { LogValue } from '../core/log-event.ts'

export interface StatusCondition {
  readonly accepts: (status: LogValue) => boolean
  /** What a line of our own form with such a status holds one of; undefined when that cannot be told. */
  readonly own_needles: readonly string[] | undefined
}

const COMPARISON = /^(>=|<=|>|<)\s*(\d{1,9})$/
const CLASS = /^([1-9])xx$/i
/** A number or a word; `99x` is a slip for `9xx`, and no line has it. */
const WORD = /^(?:\d{1,9}|[A-Za-z_][\w.-]{0,63})$/

/** Undefined for what is no condition; see `LineFilter.status` for the forms. */
export function statusCondition(text: string): StatusCondition | undefined {
  const comparison = COMPARISON.exec(text)
  if (comparison) {
    const [, sign = '', number = ''] = comparison
    return { accepts: (status) => compare(numberOf(status), sign, Number(number)), own_needles: undefined }
  }
  const digit = CLASS.exec(text)?.[1]
  if (digit !== undefined) {
    const own_needles = [`"status":${digit}`, `"status":"${digit}`]
    return { accepts: (status) => Math.floor(numberOf(status) / 100) === Number(digit), own_needles }
  }
  if (!WORD.test(text)) return undefined
  const own_needles = [`"status":${text}`, `"status":"${text}"`]
  const accepts = (status: LogValue): boolean =>
    status !== null && status !== undefined && String(status) === text
  return { accepts, own_needles }
}

function numberOf(status: LogValue): number {
  if (typeof status === 'number') return status
  return typeof status === 'string' && /^\d{1,9}$/.test(status) ? Number(status) : Number.NaN
}

function compare(status: number, sign: string, limit: number): boolean {
  if (sign === '>=') return status >= limit
  if (sign === '<=') return status <= limit
  return sign === '>' ? status > limit : status < limit
}
