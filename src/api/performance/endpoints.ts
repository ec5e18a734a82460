import { z } from 'zod'
import type { AnalysisReport, Group } from '../../analysis/report.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { ApiServices } from '../services.ts'
import { ENDPOINT_PERIODS, type EndpointPeriod } from './endpoint-figures.ts'

/** One kind of call: the path with every id as `:id`. */
export interface EndpointPerformance {
  readonly endpoint: string
  readonly calls: number
  readonly failed: number
  readonly mean_ms: number | null
  readonly p95_ms: number | null
  readonly max_ms: number | null
  readonly total_ms: number
}

/** How long calls to Canvas took, as the log of API calls tells it. */
export interface EndpointPerformanceList {
  readonly period: EndpointPeriod
  /** `reading`: the logs are read for the first time; ask again in a second. `failed`: they could not be. */
  readonly status: 'ready' | 'reading' | 'failed'
  /** When the logs were read; null before the first time. A newer reading may be under way. */
  readonly computed_at: string | null
  readonly calls: number
  readonly failed_calls: number
  readonly throttled_calls: number
  /** Of Canvas's own measure of what a call costs; null where no answer told it. */
  readonly cost_total: number | null
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly p99_ms: number | null
  /** At most 100: those called most and the slowest, by total time. */
  readonly endpoints: readonly EndpointPerformance[]
  /** Whether every endpoint of the period is in the list. */
  readonly complete: boolean
}

const count = z.int().min(0)
const quantity = z.number().min(0)
const maybe = quantity.nullable()

export const endpointPerformanceListSchema: z.ZodType<EndpointPerformanceList> = z
  .object({
    period: z.enum(ENDPOINT_PERIODS),
    status: z.enum(['ready', 'reading', 'failed']),
    computed_at: z.iso.datetime().nullable(),
    calls: count,
    failed_calls: count,
    throttled_calls: count,
    cost_total: maybe,
    p50_ms: maybe,
    p95_ms: maybe,
    p99_ms: maybe,
    endpoints: z.array(
      z.object({
        endpoint: z.string(),
        calls: count,
        failed: count,
        mean_ms: maybe,
        p95_ms: maybe,
        max_ms: maybe,
        total_ms: quantity,
      }),
    ),
    complete: z.boolean(),
  })
  .meta({ title: 'EndpointPerformanceList' })

const period_error = `one of ${ENDPOINT_PERIODS.join(', ')}`
export const endpointPeriod: z.ZodType<EndpointPeriod> = z
  .enum(ENDPOINT_PERIODS, { error: period_error })
  .default('24h')
  .meta({ description: 'How far back the log of API calls is read' })

const MOST_ENDPOINTS = 100

export function getEndpointPerformance(
  { since }: { since: EndpointPeriod },
  { endpoint_figures }: ApiServices,
): Promise<Answer> {
  const known = endpoint_figures?.get(since) ?? { report: null, reading: false, failed: true }
  const body: EndpointPerformanceList = {
    period: since,
    status: known.report !== null ? 'ready' : known.reading ? 'reading' : 'failed',
    ...figuresOf(known.report),
  }
  return Promise.resolve(ok(body))
}

type Figures = Omit<EndpointPerformanceList, 'period' | 'status'>

function figuresOf(report: AnalysisReport | null): Figures {
  if (report === null) return NOTHING
  const { total_calls, failed_calls, throttling, duration, groups, slowest_endpoints } = report.api_calls
  const known = new Map([...groups.endpoints.top, ...slowest_endpoints].map((group) => [group.key, group]))
  const all = [...known.values()].sort((a, b) => b.total_ms - a.total_ms)
  return {
    computed_at: report.generated_at,
    calls: total_calls,
    failed_calls,
    throttled_calls: throttling.throttled_calls,
    cost_total: throttling.cost_mean === null ? null : throttling.cost_total,
    p50_ms: duration.p50_ms,
    p95_ms: duration.p95_ms,
    p99_ms: duration.p99_ms,
    endpoints: all.slice(0, MOST_ENDPOINTS).map(endpointOf),
    complete: groups.endpoints.other_lines === 0 && all.length <= MOST_ENDPOINTS,
  }
}

const endpointOf = ({
  key,
  count: calls,
  failed,
  mean_ms,
  p95_ms,
  max_ms,
  total_ms,
}: Group): EndpointPerformance => ({
  endpoint: key,
  calls,
  failed,
  mean_ms,
  p95_ms,
  max_ms,
  total_ms,
})

const NOTHING: Figures = {
  computed_at: null,
  calls: 0,
  failed_calls: 0,
  throttled_calls: 0,
  cost_total: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
  endpoints: [],
  complete: false,
}
