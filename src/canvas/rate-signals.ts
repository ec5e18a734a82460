import type { IncomingHttpHeaders } from 'node:http'
import type { RateSignals } from './throttle-bucket.ts'

/** Reads cost and remaining from an answer's headers; both are absent on a throttled or foreign answer. */
export function readRateSignals(headers: IncomingHttpHeaders): RateSignals {
  return {
    cost: decimal(headers['x-request-cost']) ?? costFromMeta(headers['x-canvas-meta']),
    remaining: decimal(headers['x-rate-limit-remaining']),
  }
}

function decimal(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string' || header.trim() === '') return null
  const value = Number(header)
  return Number.isFinite(value) ? value : null
}

/** `X-Canvas-Meta` (`…;u=0.05;y=0.00;d=0.05;`): Canvas computes the cost as user CPU plus database seconds. */
function costFromMeta(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null
  const user = /(?:^|;)u=([\d.]{1,12})(?:;|$)/.exec(header)?.[1]
  const database = /(?:^|;)d=([\d.]{1,12})(?:;|$)/.exec(header)?.[1]
  return user === undefined || database === undefined
    ? null
    : decimal(String(Number(user) + Number(database)))
}
