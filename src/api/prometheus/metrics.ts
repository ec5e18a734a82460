import { DEFAULT_FRESHNESS_TARGET_MS } from '../../core/freshness-verdict.ts'
import { acceptedFormat } from '../../prometheus/accepted-format.ts'
import { PrometheusMetrics } from '../../prometheus/prometheus-metrics.ts'
import type { Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import { readQueue } from '../queue/queue.ts'
import type { ApiServices } from '../services.ts'

const encoder = new TextEncoder()

/** What is known of the users is kept for a while, so that there is one for each server. */
const of_services = new WeakMap<ApiServices, PrometheusMetrics>()

export async function getMetrics(
  _input: unknown,
  services: ApiServices,
  { headers }: RequestFacts,
): Promise<Answer> {
  const { text, media_type } = await metricsOf(services).scrape(acceptedFormat(headers.get('accept')))
  return { status: 200, body: encoder.encode(text), media_type }
}

function metricsOf(services: ApiServices): PrometheusMetrics {
  const known = of_services.get(services)
  if (known !== undefined) return known
  const { store, log_reading, clock, version, freshness_target_ms = DEFAULT_FRESHNESS_TARGET_MS } = services
  const metrics = new PrometheusMetrics({
    store,
    log_directory: log_reading.directory,
    readQueue: () => readQueue(services),
    clock,
    version,
    revision: services.revision ?? null,
    freshness_target_ms,
    onError: (error) => services.onError(error, { request_id: null, where: 'GET /metrics' }),
  })
  of_services.set(services, metrics)
  return metrics
}
