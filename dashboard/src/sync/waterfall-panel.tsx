import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import type { SyncSteps } from '../../../src/api/syncs/steps/step-schemas.ts'
import type { CourseOutcomeList } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { countText } from '../parts/number-text.ts'
import { Waits } from '../parts/panel.tsx'
import { useNow } from '../parts/time-text.tsx'
import { MissingLines } from './missing-lines.tsx'
import { WholeShares } from './time-shares.tsx'
import { StepPatterns } from './waterfall-bar.tsx'
import { mostTelling, waterfallRows, type WaterfallRow } from './waterfall-rows.ts'
import { WaterfallTable } from './waterfall-table.tsx'
import { Waterfall } from './waterfall.tsx'

/** So many are read at a glance. */
const SHOWN = 40

interface WaterfallPanelProps {
  readonly sync: SyncRecord
  readonly courses: UseQueryResult<CourseOutcomeList>
  readonly steps: UseQueryResult<SyncSteps>
}

/** Where the time went: the courses are known at once, what they waited for when the log lines are read. */
export function WaterfallPanel(props: WaterfallPanelProps): ReactNode {
  const { sync_end_time } = props.sync
  // One that has ended need not be drawn again each second.
  return sync_end_time === null ? (
    <RunningWaterfall {...props} />
  ) : (
    <Parts {...props} until_ms={Date.parse(sync_end_time)} />
  )
}

function RunningWaterfall(props: WaterfallPanelProps): ReactNode {
  return <Parts {...props} until_ms={useNow()} />
}

interface PartsProps extends WaterfallPanelProps {
  readonly until_ms: number
}

function Parts({ sync, courses, steps, until_ms }: PartsProps): ReactNode {
  const [all, setAll] = useState(false)
  const started_ms = Date.parse(sync.sync_start_time)
  const rows = useMemo(
    () => waterfallRows(started_ms, courses.data?.courses ?? [], steps.data ?? null),
    [started_ms, courses.data, steps.data],
  )
  const shown = all ? rows : mostTelling(rows, SHOWN)
  const total_ms = Math.max(lengthOf(sync, until_ms), ...rows.map(endOf), 1)
  const waits = courses.isPending || (steps.isPending && !steps.isError)
  return (
    <ChartPanel
      title="Where the time went"
      chart={
        <>
          <StepPatterns />
          {steps.data?.shares == null ? null : <WholeShares shares={steps.data.shares} />}
          <MissingLines steps={steps} />
          {waits ? (
            <Waits lines={12} />
          ) : rows.length === 0 ? (
            <p className="empty">
              {sync.sync_end_time === null
                ? 'No part of this sync has ended yet.'
                : 'Nothing tells of its parts: no course of it was done.'}
            </p>
          ) : (
            <Waterfall rows={shown} started_ms={started_ms} total_ms={total_ms} />
          )}
          {rows.length <= SHOWN ? null : (
            <p className="more">
              <span>
                {all
                  ? `All ${countText(rows.length)} parts`
                  : `What failed and what took longest: ${countText(shown.length)} of ${countText(rows.length)}`}
              </span>
              <button
                type="button"
                onClick={() => {
                  setAll(!all)
                }}
              >
                {all ? 'Show fewer' : 'Show all'}
              </button>
            </p>
          )}
        </>
      }
      table={<WaterfallTable rows={rows} />}
    />
  )
}

const endOf = ({ at_ms, duration_ms }: WaterfallRow): number => at_ms + duration_ms

/** Its own clock knows it best. */
const lengthOf = ({ sync_start_time, total_duration_seconds }: SyncRecord, until_ms: number): number =>
  total_duration_seconds === null ? until_ms - Date.parse(sync_start_time) : total_duration_seconds * 1000
