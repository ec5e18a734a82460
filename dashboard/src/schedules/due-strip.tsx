import { memo, type NamedExoticComponent, type ReactNode } from 'react'
import type { DueRunRecord } from '../../../src/schedules/schedule-records.ts'
import { useZone } from '../parts/time-zone.ts'
import { stripText, tickClass, tickText } from './schedule-states.ts'

interface DueStripProps {
  /** Newest first, as the API gives them. */
  readonly runs: readonly DueRunRecord[]
}

/** The last times of a schedule as ticks, the oldest at the left; the words below say the same. */
export const DueStrip: NamedExoticComponent<DueStripProps> = memo(function DueStrip({
  runs,
}: DueStripProps): ReactNode {
  const zone = useZone()
  return (
    <div className="due-strip">
      {runs.length === 0 ? null : (
        <span className="beats" aria-hidden="true">
          {runs.toReversed().map((run) => (
            <span key={run.due_at} className={tickClass(run.state)} title={tickText(run, zone)} />
          ))}
        </span>
      )}
      <span className="beats-text">{stripText(runs)}</span>
    </div>
  )
})
