import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SystemInfo } from '../../../src/api/system/system-schemas.ts'
import { counted } from '../../../src/core/number-text.ts'
import { FactList } from '../parts/fact-list.tsx'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { When } from './server-panel.tsx'

/** How long what is kept. */
export function RetentionPanel({ query }: { readonly query: UseQueryResult<SystemInfo> }): ReactNode {
  return (
    <Panel title="Retention">
      <div className="facts-room">
        <Asked query={query}>
          {({ retention, jobs }) => {
            if (retention === null) {
              return (
                <p className="empty">
                  Nothing is deleted by itself. <code>canvas-sync-monitor syncs prune --dry-run</code> tells
                  what could go.
                </p>
              )
            }
            const job = jobs?.find((each) => each.job === 'prune')
            const days = (count: number): string => counted(count, 'day')
            return (
              <>
                <FactList
                  facts={[
                    ['Syncs', days(retention.sync_days)],
                    ['Audit', days(retention.audit_days)],
                    ['Event ids', days(retention.event_id_days)],
                    ['Live changes', days(retention.change_days)],
                    ['Every night at', `${retention.at}, ${retention.time_zone}`],
                    ['Last done', <When key="done" at={job?.done_at ?? null} />],
                  ]}
                />
                {job?.counts == null ? null : (
                  <p className="hint">
                    The last time {countText(job.counts['syncs'] ?? 0)} syncs and{' '}
                    {countText(job.counts['courses'] ?? 0)} course outcomes were deleted.
                  </p>
                )}
                <p className="hint">
                  Figures of deleted syncs stay. At once:{' '}
                  <code>canvas-sync-monitor syncs prune --dry-run</code>
                </p>
              </>
            )
          }}
        </Asked>
      </div>
    </Panel>
  )
}
