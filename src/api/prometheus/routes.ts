import { get, type Route } from '../http/route.ts'
import { getMetrics } from './metrics.ts'

export const PROMETHEUS_ROUTES: readonly Route[] = [
  get(
    '/metrics',
    {
      summary: 'Counters and gauges for Prometheus',
      parameters: {},
      answers: {},
      texts: {
        'text/plain': 'The text format 0.0.4',
        'application/openmetrics-text': 'OpenMetrics 1.0, with examples, for who accepts it',
      },
      by_accept: true,
      all_users: true,
    },
    getMetrics,
  ),
]
