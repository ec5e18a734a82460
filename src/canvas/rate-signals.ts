import type { IncomingHttpHeaders } from 'node:http'
import type { RateSignals } from './throttle-bucket.ts'

/** Canvas's `maximum` of a bucket: no single call can put in more. */
const MAX_COST = 800
/** Far above any bucket in use. A larger one is merely used less; a false one cannot swamp the model. */
const MAX_REMAINING = 3000
/** A level never passes the bucket's maximum, so that less than this remains of no bucket. */
const MIN_REMAINING: number = -MAX_COST

/** Reads cost and remaining from an answer's headers; both are absent on a throttled or foreign answer. */
export function readRateSignals(headers: IncomingHttpHeaders): RateSignals {
  const cost = decimal(headers['x-request-cost']) ?? costFromMeta(headers['x-canvas-meta'])
  const remaining = signedDecimal(headers['x-rate-limit-remaining'])
  return {
    cost: cost === null ? null : Math.min(MAX_COST, cost),
    remaining: remaining === null ? null : Math.min(MAX_REMAINING, Math.max(MIN_REMAINING, remaining)),
  }
}

/** Plain decimals only: `Number` alone would also read 0x10 and 1e308, which stall every later call. */
function decimal(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,6}(?:\.\d{1,18})?$/.test(header) ? Number(header) : null
}

function signedDecimal(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string' || !header.startsWith('-')) return decimal(header)
  const below = decimal(header.slice(1))
  return below === null ? null : -below
}

/** `X-Canvas-Meta` (`…;u=0.05;y=0.00;d=0.05;`): Canvas computes the cost as user CPU plus database seconds. */
function costFromMeta(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null
  const user = decimal(/(?:^|;)u=([\d.]{1,25})(?:;|$)/.exec(header)?.[1])
  const database = decimal(/(?:^|;)d=([\d.]{1,25})(?:;|$)/.exec(header)?.[1])
  return user === null || database === null ? null : user + database
}
