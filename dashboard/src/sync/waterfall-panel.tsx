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
export function WaterfallPanel({ sync, courses, steps }: WaterfallPanelProps): ReactNode {
  const now = useNow()
  const [all, setAll] = useState(false)
  const started_ms = Date.parse(sync.sync_start_time)
  const rows = useMemo(
    () => waterfallRows(started_ms, courses.data?.courses ?? [], steps.data ?? null),
    [started_ms, courses.data, steps.data],
  )
  const shown = all ? rows : mostTelling(rows, SHOWN)
  const total_ms = Math.max(lengthOf(sync, now), ...rows.map(endOf), 1)
  const waits = courses.isPending || (steps.isPending && !steps.isError)
  return (
    <ChartPanel
      title="Where the time went"
      chart={
        <>
          <StepPatterns />
          {steps.data === undefined ? null : <WholeShares shares={steps.data.shares} />}
          <MissingLines steps={steps} />
          {waits ? (
            <Waits lines={12} />
          ) : rows.length === 0 ? (
            <p className="empty">No part of this sync has ended yet.</p>
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

function lengthOf(
  { sync_start_time, sync_end_time, total_duration_seconds }: SyncRecord,
  now: number,
): number {
  if (total_duration_seconds !== null) return total_duration_seconds * 1000
  return (sync_end_time === null ? now : Date.parse(sync_end_time)) - Date.parse(sync_start_time)
}
