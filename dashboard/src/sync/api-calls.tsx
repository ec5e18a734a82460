import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { CallFigures } from '../../../src/api/syncs/steps/call-group.ts'
import type { SyncSteps } from '../../../src/api/syncs/steps/step-schemas.ts'
import { BarList } from '../charts/bar-list.tsx'
import { unitText } from '../charts/chart-lines.ts'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { FigureTable, type FigureColumn } from '../parts/figure-table.tsx'
import { countText } from '../parts/number-text.ts'
import { Waits } from '../parts/panel.tsx'
import { MissingLines } from './missing-lines.tsx'

/** Those that take most of the time. */
const BARS = 8

/** What was asked of Canvas, each kind of call once. */
export function ApiCalls({ steps }: { readonly steps: UseQueryResult<SyncSteps> }): ReactNode {
  const { data } = steps
  if (data === undefined) {
    return (
      <ChartPanel
        title="Calls to Canvas"
        chart={steps.isError ? <MissingLines steps={steps} /> : <Waits lines={8} />}
      />
    )
  }
  const { endpoints, left_out } = data
  const note = left_out === 0 ? null : <p className="hint">{countText(left_out)} more are left out here.</p>
  if (endpoints.length === 0) {
    return (
      <ChartPanel
        title="Calls to Canvas"
        chart={
          <>
            <MissingLines steps={steps} />
            <p className="empty">No log line tells of a call of this sync.</p>
          </>
        }
      />
    )
  }
  return (
    <ChartPanel
      title="Calls to Canvas, by endpoint"
      chart={
        <>
          <MissingLines steps={steps} />
          <BarList title="Time spent by endpoint" rows={endpoints.slice(0, BARS).map(barOf)} />
          <p className="hint">The time of calls that went on together is added up.</p>
          {note}
        </>
      }
      table={
        <>
          <FigureTable
            label="Table of calls"
            rows_are="Endpoint"
            rows={endpoints}
            keyOf={callOf}
            nameOf={callOf}
            columns={COLUMNS}
            is_tall
            names_code
          />
          {note}
        </>
      }
    />
  )
}

const callOf = ({ method, endpoint }: CallFigures): string => `${method} ${endpoint}`

function barOf({
  endpoint,
  calls,
  failures,
  total_ms,
}: CallFigures): Parameters<typeof BarList>[0]['rows'][number] {
  const failed = failures === 0 ? '' : `, ${countText(failures)} failed`
  return {
    label: endpoint,
    value: total_ms,
    text: `${unitText(total_ms, 'milliseconds')} · ${countText(calls)} ${calls === 1 ? 'call' : 'calls'}${failed}`,
  }
}

const COLUMNS: readonly FigureColumn<CallFigures>[] = [
  { words: 'Calls', of: ({ calls }) => countText(calls) },
  { words: 'Failed', of: ({ failures }) => countText(failures) },
  { words: 'Median', of: ({ p50_ms }) => unitText(p50_ms, 'milliseconds') },
  { words: '95 % took less', of: ({ p95_ms }) => unitText(p95_ms, 'milliseconds') },
  { words: 'Longest', of: ({ max_ms }) => unitText(max_ms, 'milliseconds') },
  { words: 'Together', of: ({ total_ms }) => unitText(total_ms, 'milliseconds') },
  { words: 'Items', of: ({ items }) => countText(items) },
  { words: 'Data', of: ({ bytes }) => unitText(bytes, 'bytes') },
  { words: 'Throttled', of: ({ throttled }) => countText(throttled) },
  { words: 'Pauses', of: ({ throttle_wait_ms }) => unitText(throttle_wait_ms, 'milliseconds') },
]
