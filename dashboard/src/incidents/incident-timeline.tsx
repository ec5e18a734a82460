import type { ReactNode } from 'react'
import type { IncidentChangeRecord } from '../../../src/core/incident-record.ts'
import { DateTime } from '../parts/date-time.tsx'
import { Panel } from '../parts/panel.tsx'
import { byText, changeText } from './incident-text.ts'

interface IncidentTimelineProps {
  /** The oldest first. */
  readonly history: readonly IncidentChangeRecord[]
}

/** What happened to it, and who did it; the newest first. */
export function IncidentTimeline({ history }: IncidentTimelineProps): ReactNode {
  return (
    <Panel title="Timeline">
      <ol className="error-history" reversed>
        {history.toReversed().map((change) => (
          <li key={change.id}>
            <p>
              <strong>{changeText(change)}</strong> {byText(change)},{' '}
              <DateTime at={change.changed_at} precision="second" />
            </p>
            {change.reason === null ? null : <p className="quiet-text">{change.reason}</p>}
          </li>
        ))}
      </ol>
    </Panel>
  )
}
