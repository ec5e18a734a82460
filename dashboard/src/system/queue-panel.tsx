import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { QueueStatus, SourceStatus, WorkerStatus } from '../../../src/queue/queue-status.ts'
import { FigureTable, type FigureColumn } from '../parts/figure-table.tsx'
import { ageText, countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { ToneMark } from '../parts/tone-mark.tsx'
import {
  isUnattended,
  isUsed,
  orderedSources,
  orderedWorkers,
  queueProblem,
  WORKER_MARKS,
} from './queue-words.ts'

/** Which syncs wait for workers, and who is there to take them; nothing where nobody uses a queue. */
export function QueuePanel({ query }: { readonly query: UseQueryResult<QueueStatus> }): ReactNode {
  const { data, error } = query
  if (data === undefined ? error === null : !isUsed(data)) return null
  return (
    <Panel
      title="Queue"
      aside={
        data === undefined ? null : (
          <span className="hint">
            {countText(data.queued)} waiting, {countText(data.running)} running
          </span>
        )
      }
    >
      <div className="queue-room">
        <Asked query={query}>
          {(status) => (
            <>
              <Problem status={status} />
              <Sources status={status} />
              <h3>Workers</h3>
              <Workers status={status} />
            </>
          )}
        </Asked>
      </div>
    </Panel>
  )
}

function Problem({ status }: { readonly status: QueueStatus }): ReactNode {
  const problem = queueProblem(status)
  if (problem === null) return null
  return (
    <p role="status">
      <ToneMark mark={{ shape: 'cross', words: 'Nobody takes them:', tone: 'bad' }} /> {problem.words} Start
      one where it is configured: <code>{problem.command}</code>
    </p>
  )
}

function Sources({ status }: { readonly status: QueueStatus }): ReactNode {
  if (status.sources.length === 0) return <p className="hint">No sync waits or runs.</p>
  return (
    <FigureTable
      label="Sources of queued syncs"
      rows_are="Source"
      rows={orderedSources(status)}
      keyOf={({ source }) => source}
      nameOf={({ source }) => source}
      columns={SOURCE_COLUMNS}
      is_tall
    />
  )
}

/** What tells of trouble comes first: a phone shows three columns. */
const SOURCE_COLUMNS: readonly FigureColumn<SourceStatus>[] = [
  { words: 'Waiting', of: ({ queued }) => countText(queued) },
  {
    words: 'Workers',
    of: (source) =>
      isUnattended(source) ? (
        <ToneMark mark={{ shape: 'cross', words: 'none', tone: 'bad' }} />
      ) : (
        countText(source.workers)
      ),
  },
  {
    words: 'Oldest wait',
    of: ({ oldest_waiting_ms: wait_ms }) => (wait_ms === null ? '–' : ageText(wait_ms / 1000)),
  },
  { words: 'Running', of: ({ running }) => countText(running) },
]

function Workers({ status }: { readonly status: QueueStatus }): ReactNode {
  if (status.workers.length === 0) return <p className="hint">No worker has told of itself.</p>
  return (
    <FigureTable
      label="Workers"
      rows_are="Host"
      rows={orderedWorkers(status)}
      keyOf={({ id }) => id}
      nameOf={({ host, pid }) => (
        <>
          {host} <span className="hint">process {pid}</span>
        </>
      )}
      columns={WORKER_COLUMNS}
      is_tall
    />
  )
}

const WORKER_COLUMNS: readonly FigureColumn<WorkerStatus>[] = [
  { words: 'State', of: ({ state }) => <ToneMark mark={WORKER_MARKS[state]} />, is_words: true },
  {
    words: 'Running',
    of: ({ running, concurrency }) => `${countText(running)} of ${countText(concurrency)}`,
  },
  { words: 'Last heard of', of: ({ heartbeat_at }) => <Ago at_ms={Date.parse(heartbeat_at)} /> },
]
