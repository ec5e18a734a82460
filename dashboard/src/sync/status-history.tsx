import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { dateText } from '../parts/date-text.ts'
import { Panel } from '../parts/panel.tsx'
import { exactText } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { isWorthTelling, statusStory } from './status-story.ts'
import { statusChangesQuery } from './sync-queries.ts'

/** How it came to its status, where that is not plain: lost, stopped, or told its end after all. */
export function StatusHistory({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const zone = useZone()
  const { data } = useQuery(statusChangesQuery(sync))
  if (data === undefined || !isWorthTelling(data.status_changes)) return null
  return (
    <Panel title="How it came to this">
      <ol className="story">
        {statusStory(data.status_changes).map(({ at_ms, words }, index) => (
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
