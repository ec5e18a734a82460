/** What the page looks back on. */
export interface PerformancePeriod {
  /** As it stands in the address, and as the API takes it. */
  readonly since: string
  readonly days: number
  readonly words: string
}

const USUAL: PerformancePeriod = { since: '30d', days: 30, words: '30 days' }
export const PERFORMANCE_PERIODS: readonly PerformancePeriod[] = [
  { since: '7d', days: 7, words: '7 days' },
  USUAL,
  { since: '90d', days: 90, words: '90 days' },
]

/** The one in the address; 30 days where there is none that is known. */
export function periodOf(address: URLSearchParams): PerformancePeriod {
  const since = address.get('since')
  return PERFORMANCE_PERIODS.find((period) => period.since === since) ?? USUAL
}

/** How far back the log of API calls is read. */
export const ENDPOINT_WORDS = {
  '1h': 'the last hour',
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
} as const
export type EndpointSince = keyof typeof ENDPOINT_WORDS

export function endpointSinceOf(address: URLSearchParams): EndpointSince {
  const since = address.get('endpoints')
  return since !== null && Object.hasOwn(ENDPOINT_WORDS, since) ? (since as EndpointSince) : '24h'
}

/** The address with one value changed. */
export function withValue(address: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(address)
  next.set(name, value)
  return next
}
