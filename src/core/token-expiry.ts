const DATE = /^\d{4}-\d\d-\d\d$/
const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i

/**
 * When a token expires, epoch milliseconds: a date (its first moment of UTC: rather warned early than late), a time of
 * ISO 8601 with its offset, or epoch seconds as OAuth has them. Null for anything else.
 */
export function tokenExpiry(given: unknown): number | null {
  if (typeof given === 'number') return given > 1e9 && given < 1e11 ? Math.round(given * 1000) : null
  if (typeof given !== 'string' || !(DATE.test(given) || MOMENT.test(given))) return null
  const at = Date.parse(given)
  return Number.isNaN(at) ? null : at
}
