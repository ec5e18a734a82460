import { useQuery } from '@tanstack/react-query'
import { useId, type ReactNode } from 'react'
import type { EndpointPerformance, EndpointPerformanceList } from '../../../src/api/performance/endpoints.ts'
import { BarList } from '../charts/bar-list.tsx'
import { unitText } from '../charts/chart-lines.ts'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { FigureTable, type FigureColumn } from '../parts/figure-table.tsx'
import { countText, percentText } from '../parts/number-text.ts'
import { Asked, Waits } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { ENDPOINT_WORDS, type EndpointSince } from './performance-period.ts'
import { endpointsQuery } from './performance-queries.ts'

const SHOWN_BARS = 10
const ASK_AGAIN_MS = 1000
const USUAL_MS = 60_000

interface EndpointsPanelProps {
  readonly since: EndpointSince
  readonly onSince: (since: EndpointSince) => void
}

/** What is slow at Canvas itself, as the log of API calls tells it. */
export function EndpointsPanel({ since, onSince }: EndpointsPanelProps): ReactNode {
  const field = useId()
  const query = useQuery({
    ...endpointsQuery(since),
    refetchInterval: ({ state }) => (state.data?.status === 'reading' ? ASK_AGAIN_MS : USUAL_MS),
  })
  const shown = (content: (list: EndpointPerformanceList) => ReactNode): ReactNode => (
    <div className="list-room">
      <Asked query={query}>
        {(list) => (
          <>
            <Summary list={list} />
            {list.endpoints.length === 0 ? null : content(list)}
          </>
        )}
      </Asked>
    </div>
  )
  return (
    <ChartPanel
      title="Calls to Canvas by endpoint"
      aside={
        <span className="field-in-line">
          <label htmlFor={field}>Of</label>
          <select
            id={field}
            value={since}
            onChange={(event) => {
              onSince(event.currentTarget.value as EndpointSince)
            }}
          >
            {Object.entries(ENDPOINT_WORDS).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </span>
      }
      chart={shown((list) => (
        <BarList title="Slowest endpoints" rows={slowest(list).map(barOf)} />
      ))}
      table={shown((list) => (
        <FigureTable
          label="Endpoints"
          rows_are="Endpoint"
          rows={list.endpoints}
          keyOf={({ endpoint }) => endpoint}
          nameOf={({ endpoint }) => endpoint}
          columns={COLUMNS}
          is_tall
          names_code
        />
      ))}
    />
  )
}

function Summary({ list }: { readonly list: EndpointPerformanceList }): ReactNode {
  if (list.status === 'reading') {
    return (
      <>
        <p className="hint">The log of API calls is being read.</p>
        <Waits lines={6} />
      </>
    )
  }
  if (list.status === 'failed' || list.computed_at === null) {
    return (
      <p className="empty">
        The log of API calls could not be read. On the server, <code>canvas-sync-monitor doctor</code> says
        why.
      </p>
    )
  }
  if (list.calls === 0) {
    return (
      <p className="empty">
        No call to Canvas is in the logs of {ENDPOINT_WORDS[list.period]}. Calls are logged by syncs that use
        the monitor's own client, or <code>recordApiCall</code>.
      </p>
    )
  }
  const { calls, failed_calls, throttled_calls, p50_ms, p95_ms, p99_ms, cost_total } = list
  return (
    <p className="hint endpoint-summary">
      <span>{countText(calls)} calls</span>
      <span>{percentText((100 * failed_calls) / calls)} failed</span>
      <span>{countText(throttled_calls)} throttled</span>
      <span>
        median {unitText(p50_ms, 'milliseconds')}, 95 % under {unitText(p95_ms, 'milliseconds')}, 99 % under{' '}
        {unitText(p99_ms, 'milliseconds')}
      </span>
      {cost_total === null ? null : (
        <span>cost {unitText(cost_total / calls, 'count')} of Canvas's quota a call</span>
      )}
      <span>
        read <Ago at_ms={Date.parse(list.computed_at)} />
      </span>
    </p>
  )
}

function slowest({ endpoints }: EndpointPerformanceList): EndpointPerformance[] {
  return endpoints.toSorted((a, b) => (b.mean_ms ?? 0) - (a.mean_ms ?? 0)).slice(0, SHOWN_BARS)
}

const barOf = ({
  endpoint,
  mean_ms,
  calls,
}: EndpointPerformance): Parameters<typeof BarList>[0]['rows'][number] => ({
  label: endpoint,
  value: mean_ms ?? 0,
  text: `${unitText(mean_ms, 'milliseconds')} · ${countText(calls)} ${calls === 1 ? 'call' : 'calls'}`,
})

const COLUMNS: readonly FigureColumn<EndpointPerformance>[] = [
  { words: 'Calls', of: ({ calls }) => countText(calls) },
  { words: 'Failed', of: ({ failed }) => countText(failed) },
  { words: 'Average', of: ({ mean_ms }) => unitText(mean_ms, 'milliseconds') },
  { words: '95 % took less', of: ({ p95_ms }) => unitText(p95_ms, 'milliseconds') },
  { words: 'Longest', of: ({ max_ms }) => unitText(max_ms, 'milliseconds') },
  { words: 'Together', of: ({ total_ms }) => unitText(total_ms, 'milliseconds') },
]
