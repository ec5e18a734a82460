import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'

import type { CleanupStatus } from '../../../src/logs/cleanup/log-directory.ts'
import { spokenBytes } from '../../../src/core/number-text.ts'
import { FactList } from '../parts/fact-list.tsx'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { dateText } from '../parts/date-text.ts'
import { Ago } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { CleanupDialog } from './cleanup-dialog.tsx'
import { CleanupHistory } from './cleanup-history.tsx'
import { totalsText } from './cleanup-words.ts'
import type { Cleanups } from './running-cleanup.ts'
import { When } from './server-panel.tsx'

interface LogsPanelProps {
  readonly cleanups: Cleanups
  readonly may_clean_up: boolean
}

/** What the logs take, and what was done about it. */
export function LogsPanel({ cleanups, may_clean_up }: LogsPanelProps): ReactNode {
  const { query, running, ended } = cleanups
  const [asks, setAsks] = useState(false)
  return (
    <Panel
      title="Log files"
      aside={
        may_clean_up ? (
          <button
            type="button"
            disabled={running}
            onClick={() => {
              setAsks(true)
            }}
          >
            Clean up now…
          </button>
        ) : (
          <span className="hint">Only an administrator may clean them up.</span>
        )
      }
    >
      <p className="cleanup-state" role="status">
        {running
          ? 'The clean-up is running…'
          : ended === null
            ? ''
            : `The clean-up has ended. ${totalsText(ended, true)}`}
      </p>
      <div className="logs-room">
        <Asked query={query}>
          {(status) => (
            <>
              <Totals status={status} />
              <p className="hint">
                How they grow, and when the disk is full, stands under{' '}
                <Link href="/performance">Performance</Link>.
              </p>
              <FileList status={status} />
              <CleanupHistory history={status.history} />
            </>
          )}
        </Asked>
      </div>
      {asks ? (
        <CleanupDialog
          options={USUAL_OPTIONS}
          onStarted={(task_id) => {
            setAsks(false)
            cleanups.started(task_id)
          }}
          onClose={() => {
            setAsks(false)
          }}
        />
      ) : null}
    </Panel>
  )
}

/** As those of the server where nothing else is said. */
const USUAL_OPTIONS = { max_lines: 10_000, archive_days: 7, delete_days: 30 }

const MEBIBYTE = 1_048_576
const sizeText = (size_mb: number): string => spokenBytes(size_mb * MEBIBYTE)

function Totals({ status }: { readonly status: CleanupStatus }): ReactNode {
  const { log_files, archives, total_log_size_mb, total_archive_size_mb, next_cleanup, last_cleanup } = status
  return (
    <FactList
      facts={[
        [`Log files (${countText(log_files.length)})`, sizeText(total_log_size_mb)],
        [`Archives (${countText(archives.length)})`, sizeText(total_archive_size_mb)],
        ['Last clean-up', <When key="last" at={last_cleanup?.finished_at ?? null} />],
        ['Next clean-up', <NextTime key="next" at={next_cleanup} />],
      ]}
    />
  )
}

function NextTime({ at }: { readonly at: string | null }): ReactNode {
  const zone = useZone()
  if (at === null) return 'none is planned'
  return (
    <time dateTime={at} title={at}>
      {dateText(Date.parse(at), zone, 'minute')}
    </time>
  )
}

interface ListedFile {
  readonly name: string
  readonly size_mb: number
  readonly at: string
}

function FileList({ status: { log_files, archives } }: { readonly status: CleanupStatus }): ReactNode {
  const files: ListedFile[] = [
    ...log_files.map(({ name, size_mb, modified }) => ({ name, size_mb, at: modified })),
    ...archives.map(({ name, size_mb, created }) => ({ name: `archives/${name}`, size_mb, at: created })),
  ]
  if (files.length === 0) {
    return (
      <p className="empty">
        There are no logs yet. A sync writes them: <code>canvas-sync-monitor sync</code>.
      </p>
    )
  }
  return (
    <div className="wide tall file-list" role="group" aria-label="Log files and archives" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" className="numeric">
              Size
            </th>
            <th scope="col">Written</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ name, size_mb, at }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="numeric nowrap">{sizeText(size_mb)}</td>
              <td className="nowrap">
                <Ago at_ms={Date.parse(at)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
