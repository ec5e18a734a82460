import { MonitorError } from '../core/errors.ts'
import type { CanvasParams } from './types.ts'

/** From about 6 KB on Canvas drops the `next` link, so that a listing ends after page 1 without any error. */
const MAX_ADDRESS_LENGTH = 2000

/** Dot segments, and escaped dots and slashes, which a server or proxy may decode into them. */
const LEAVES_PATH = /\/\.{1,2}(?:\/|$)|%2[ef]/i

/**
 * Path and query of a call. Brackets are percent-encoded, which Canvas reads like bare ones.
 *
 * @throws {MonitorError} `usage` for a path that is not a plain one below `/api/`, or a too long address
 */
export function buildPath(path: string, params: CanvasParams = {}): string {
  if (!/^\/api\/[!-~]+$/.test(path) || /[?#\\]/.test(path) || LEAVES_PATH.test(path)) {
    throw new MonitorError('usage', 'A Canvas path begins with /api/ and has no query, space or dot segment.')
  }
  const query: string[] = []
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue
    if (typeof value === 'object') {
      for (const one of value) query.push(pair(`${name}[]`, one))
    } else {
      query.push(pair(name, value))
    }
  }
  const address = query.length === 0 ? path : `${path}?${query.join('&')}`
  if (address.length > MAX_ADDRESS_LENGTH) {
    throw new MonitorError(
      'usage',
      `The address would be ${address.length} characters long; Canvas cuts lists silently when it is.`,
      { next_step: `Ask for fewer ids at once: at most ${MAX_ADDRESS_LENGTH} characters of path and query.` },
    )
  }
  return address
}

function pair(name: string, value: string | number | boolean): string {
  return `${encode(name)}=${encode(value)}`
}

/** The part of an address that may be logged. */
export function endpointOf(address: string): string {
  const query_at = address.indexOf('?')
  return query_at === -1 ? address : address.slice(0, query_at)
}

function encode(value: string | number | boolean): string {
  return encodeURIComponent(String(value).toWellFormed())
}
