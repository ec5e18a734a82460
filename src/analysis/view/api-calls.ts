import { counted, grouped, spokenBytes } from '../../core/number-text.ts'
import type { AnalysisReport, ApiCallsReport } from '../report.ts'
import { duration, NONE, percent } from './amounts.ts'
import { dayChart, histogram, hourChart } from './charts.ts'
import { durationFacts, present } from './stream-parts.ts'
import { groupTable, shares, statusTone } from './tables.ts'
import type { Block, Fact, Section } from './view.ts'

export function apiCallsSection({ api_calls: api }: AnalysisReport): Section {
  const section = { id: 'api-calls', title: 'API calls' }
  if (api.total_calls === 0) return { ...section, summary: 'no calls', blocks: [] }
  const failed = `${percent(api.failed_calls, api.total_calls)} failed`
  return {
    ...section,
    summary: `${counted(api.total_calls, 'call')}, ${failed}`,
    blocks: [...charts(api), ...tables(api)],
  }
}

function charts(api: ApiCallsReport): Block[] {
  return present([
    { kind: 'facts', facts: [...traffic(api), ...budget(api)] },
    dayChart({ id: 'calls-by-day', title: 'Calls per day', noun: 'call' }, api.by_day),
    hourChart({ id: 'calls-by-hour', title: 'Calls by hour of the day', noun: 'call' }, api.by_hour),
    { kind: 'facts', facts: durationFacts(api.duration) },
    histogram({ id: 'call-durations', title: 'Duration of calls', noun: 'call' }, api.duration),
    shares({ id: 'status-codes', title: 'Status codes' }, api.status_codes, statusTone),
    shares({ id: 'call-errors', title: 'Why calls failed' }, api.error_types, (type) =>
      type === 'throttled' ? 'warning' : 'bad',
    ),
    shares({ id: 'methods', title: 'Methods' }, api.by_method),
  ])
}

function tables({ groups, ...api }: ApiCallsReport): Block[] {
  const slow = { lines: 'calls', most: 5 } as const
  const busy = { lines: 'calls', most: 10, bar: 'count' } as const
  return present([
    groupTable({ id: 'endpoints', title: 'Endpoints', key: 'endpoint', ...busy }, groups.endpoints),
    groupTable(
      {
        id: 'slow-endpoints',
        title: 'Slowest endpoints',
        key: 'endpoint',
        ...slow,
        most: 10,
        bar: 'mean',
      },
      api.slowest_endpoints,
    ),
    groupTable(
      { id: 'slow-courses', title: 'Slowest courses', key: 'course', ...slow, bar: 'mean' },
      api.slowest_courses,
    ),
    groupTable(
      { id: 'slow-tasks', title: 'Tasks with the slowest calls', key: 'task', ...slow, bar: 'mean' },
      api.slowest_tasks,
    ),
    groupTable({ id: 'call-users', title: 'Users', key: 'user', ...busy, most: 5 }, groups.users),
    groupTable({ id: 'call-courses', title: 'Courses', key: 'course', ...busy, most: 5 }, groups.courses),
  ])
}

function traffic({ total_items, total_bytes, paginated_requests, retries }: ApiCallsReport): Fact[] {
  const { retried_calls, recovered, still_failed } = retries
  const then = `${grouped(recovered)} then worked, ${grouped(still_failed)} failed again`
  return [
    { label: 'items', value: [{ text: grouped(total_items) }] },
    { label: 'data', value: [{ text: spokenBytes(total_bytes) }] },
    { label: 'for page 2 and later', value: [{ text: grouped(paginated_requests) }] },
    {
      label: 'retries',
      value:
        retried_calls === 0
          ? [{ text: 'none', tone: 'good' }]
          : [
              { text: `${grouped(retried_calls)}:` },
              { text: then, tone: still_failed > 0 ? 'warning' : 'good' },
            ],
    },
  ]
}

/** What Canvas's throttle took and left. */
function budget({ throttling, duration: durations }: ApiCallsReport): Fact[] {
  const { throttled_calls, cost_total, cost_mean, cost_max, rate_limit_remaining_min: least } = throttling
  const cost = cost_mean === null ? NONE : `${cost_mean.toFixed(2)} mean, ${cost_max?.toFixed(2) ?? NONE} max`
  return [
    { label: 'time', value: [{ text: duration(durations.total_ms) }] },
    {
      label: 'throttled',
      value: [{ text: grouped(throttled_calls), tone: throttled_calls === 0 ? 'good' : 'warning' }],
    },
    { label: 'request cost', value: [{ text: `${grouped(cost_total)} in all, ${cost}` }] },
    { label: "least left of Canvas's budget", value: [{ text: least === null ? NONE : grouped(least) }] },
  ]
}
