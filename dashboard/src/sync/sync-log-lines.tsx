import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { LogSearchResult } from '../../../src/api/logs/log-search-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { LineList } from '../logs/line-list.tsx'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Segments } from '../parts/segments.tsx'
import { syncLinesQuery } from './sync-queries.ts'

const SHOWN = 30
/** While it runs, new ones are looked for. */
const AGAIN_MS = 5000

const KINDS = [
  { words: 'Newest', errors: false },
  { words: 'What went wrong', errors: true },
] as const

const isTroubled = ({ sync_status }: SyncRecord): boolean =>
  sync_status !== 'in_progress' && sync_status !== 'completed'

function useSyncLines(sync: SyncRecord, errors: boolean): UseQueryResult<LogSearchResult> {
  return useQuery({
    ...syncLinesQuery(sync, errors ? 'WARNING' : undefined, SHOWN),
    refetchInterval: sync.sync_status === 'in_progress' ? AGAIN_MS : false,
  })
}

/** The lines that are shown first. */
export const useFirstLines = (sync: SyncRecord): UseQueryResult<LogSearchResult> =>
  useSyncLines(sync, isTroubled(sync))

/** What the sync wrote into the logs: the newest, or only what went wrong. */
export function SyncLogLines({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const [errors, setErrors] = useState(isTroubled(sync))
  const lines = useSyncLines(sync, errors)
  const filters = new URLSearchParams({ task_id: sync.sync_task_id })
  if (errors) filters.set('level', 'WARNING')
  return (
    <Panel
      title="Log lines"
      aside={
        <Segments
          legend="Which lines"
          choices={KINDS}
          chosen={KINDS.find((kind) => kind.errors === errors)}
          onChoose={(kind) => {
            setErrors(kind.errors)
          }}
        />
      }
    >
      <Asked query={lines} lines={8}>
        {({ entries, next_cursor, cut }) => (
          <>
            {entries.length > 0 ? (
              <div className="sync-lines" role="group" aria-label="The lines" tabIndex={0}>
                <LineList lines={entries} />
              </div>
            ) : (
              <p className="empty">
                {errors
                  ? 'No line of this sync tells of trouble.'
                  : 'There are no log lines of this sync: they were cleaned up, or are in another log folder.'}
              </p>
            )}
            <p className="more">
              {next_cursor === null ? null : (
                <span>
                  {cut === 'time'
                    ? 'The logs are large; there may be more.'
                    : `The newest ${countText(entries.length)}; there are more.`}
                </span>
              )}
              <Link href={`/logs?${filters.toString()}`}>Search among its log lines</Link>
            </p>
          </>
        )}
      </Asked>
    </Panel>
  )
}
