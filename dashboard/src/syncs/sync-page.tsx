import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'wouter'
import { ERROR_TYPE_FACTS } from '../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { courseOutcomesQuery, syncQuery } from '../data/queries.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { whoseOf } from '../parts/sync-words.ts'
import { Ago } from '../parts/time-text.tsx'
import { CourseOutcomes } from './course-outcomes.tsx'

/** One sync: what became of it, and of each of its courses. */
export function SyncPage(): ReactNode {
  const { id = '' } = useParams()
  const sync = useQuery(syncQuery(id))
  const courses = useQuery(courseOutcomesQuery(id))
  return (
    <>
      <p>
        <Link href="/syncs">All syncs</Link>
      </p>
      <Asked query={sync}>{(record) => <Head sync={record} />}</Asked>
      <Panel title="Courses">
        <Asked query={courses}>{(list) => <CourseOutcomes list={list} />}</Asked>
      </Panel>
      <Asked query={sync}>{(record) => <Facts sync={record} />}</Asked>
    </>
  )
}

function Head({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const { error_message, error_type, repaired_from } = sync
  return (
    <header className="sync-head">
      <h1>{whoseOf(sync)}</h1>
      <p>
        <StatusMark status={sync.sync_status} />
        {repaired_from === null ? null : ` (was taken for ${repaired_from.replaceAll('_', ' ')} before)`}
      </p>
      {error_message === null ? null : <p className="trust trust-not">{error_message}</p>}
      {error_type === null ? null : <p className="next-step">{ERROR_TYPE_FACTS[error_type].next_step}</p>}
    </header>
  )
}

function Facts({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const { api_metrics: api, database_metrics: database, deletions } = sync
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Started', <Ago key="started" at_ms={Date.parse(sync.sync_start_time)} />],
    ['Ended', sync.sync_end_time === null ? '–' : <Ago key="ended" at_ms={Date.parse(sync.sync_end_time)} />],
    ['Duration', sync.total_duration_seconds === null ? '–' : durationText(sync.total_duration_seconds)],
    ['Last heartbeat', <Ago key="heartbeat" at_ms={Date.parse(sync.heartbeat_at)} />],
    ['Courses', processed(sync.courses)],
    ['Assignments', processed(sync.assignments)],
    ['Submissions', processed(sync.submissions)],
    ['Grades', processed(sync.grades)],
    ['Calls to Canvas', `${countText(api.calls_made)}, ${countText(api.calls_failed)} failed`],
    ['Time of the calls', durationText(api.total_duration_ms / 1000)],
    ['Waited for the throttle', durationText(api.throttle_wait_ms / 1000)],
    [
      'Work of the database',
      `${countText(database.operations)} operations, ${durationText(database.duration_ms / 1000)}`,
    ],
    ['Deletions', `${countText(deletions.deleted)} marked, ${countText(deletions.held)} held back`],
    ['Kind', sync.incremental_sync ? 'what changed' : 'everything'],
    ['Trigger and host', `${sync.trigger}, ${sync.host ?? 'unknown host'}`],
    ['Task id', <code key="task">{sync.sync_task_id}</code>],
    [
      'As a command',
      <code key="command">{`canvas-sync-monitor logs search --task ${shellText(sync.sync_task_id)}`}</code>,
    ],
  ]
  return (
    <Panel title="Facts">
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

/** As one word of a shell, whatever stands in it. */
const shellText = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

interface Counts {
  readonly processed: number
  readonly created?: number
  readonly updated: number
}

function processed({ processed: all, created, updated }: Counts): string {
  const made = created === undefined ? '' : `, ${countText(created)} new`
  return `${countText(all)}${made}, ${countText(updated)} changed`
}
