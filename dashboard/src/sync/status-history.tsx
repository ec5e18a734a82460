import type { ReactNode } from 'react'
import type { StatusChangeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import { dateText } from '../parts/date-text.ts'
import { Panel } from '../parts/panel.tsx'
import { exactText } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { isWorthTelling, statusStory } from './status-story.ts'

interface StatusHistoryProps {
  readonly changes: readonly StatusChangeRecord[]
}

/** How it came to its status, where that is not plain: lost, stopped, or told its end after all. */
export function StatusHistory({ changes }: StatusHistoryProps): ReactNode {
  const zone = useZone()
  if (!isWorthTelling(changes)) return null
  return (
    <Panel title="How it came to this">
      <ol className="story">
        {statusStory(changes).map(({ at_ms, words }, index) => (
          <li key={`${index} ${at_ms}`}>
            <time dateTime={new Date(at_ms).toISOString()} title={exactText(at_ms, zone)}>
              {dateText(at_ms, zone, 'second')}
            </time>
            <span>{words}</span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
