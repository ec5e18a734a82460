import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SystemInfo } from '../../../src/api/system/system-schemas.ts'
import { counted } from '../../../src/core/number-text.ts'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Facts } from './facts.tsx'
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
                <Facts
                  facts={[
                    { name: 'Syncs', value: days(retention.sync_days) },
                    { name: 'Audit', value: days(retention.audit_days) },
                    { name: 'Event ids', value: days(retention.event_id_days) },
                    { name: 'Live changes', value: days(retention.change_days) },
                    { name: 'Every night at', value: `${retention.at}, ${retention.time_zone}` },
                    { name: 'Last done', value: <When at={job?.done_at ?? null} /> },
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
