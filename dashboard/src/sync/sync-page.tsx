import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useParams } from 'wouter'
import { errorTypeFacts } from '../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { isAbsent } from '../data/api-client.ts'
import { syncQuery } from '../data/queries.ts'
import { usePageTitle } from '../parts/page-title.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { PanelsWait } from '../parts/panels-wait.tsx'
import { ApiCalls } from './api-calls.tsx'
import { CourseOutcomes } from './course-outcomes.tsx'
import { EntityTable } from './entity-table.tsx'
import { FailedCourses } from './failed-courses.tsx'
import { NoSuchSync } from './no-such-sync.tsx'
import { PreviousSync } from './previous-sync.tsx'
import { StatusHistory } from './status-history.tsx'
import { SyncCopies } from './sync-copies.tsx'
import { SyncFacts } from './sync-facts.tsx'
import { SyncHead } from './sync-head.tsx'
import { SyncLogLines, useFirstLines } from './sync-log-lines.tsx'
import { outcomesQuery, statusChangesQuery, stepsQuery } from './sync-queries.ts'
import { syncTitle } from './sync-title.ts'
import { SyncWalkLinks } from './sync-walk-links.tsx'
import { WaterfallPanel } from './waterfall-panel.tsx'

/** Reading its lines is dear. */
const STEPS_AGAIN_MS = 10_000

/** One sync: what became of it and why, where its time went, and what to do. */
export function SyncPage(): ReactNode {
  const { id = '' } = useParams()
  const sync = useQuery(syncQuery(id))
  usePageTitle(sync.data === undefined ? null : syncTitle(sync.data))
  const { error, data } = sync
  if (data === undefined && isAbsent(error)) return <NoSuchSync id={id} />
  return (
    <>
      <SyncWalkLinks id={id} />
      <Asked query={sync} lines={24}>
        {/* What was opened or chosen for one sync is not meant for the next. */}
        {(record) => <SyncParts key={record.id} sync={record} />}
      </Asked>
    </>
  )
}

function SyncParts({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const courses = useQuery(outcomesQuery(sync.id))
  const steps = useQuery({
    ...stepsQuery(sync),
    refetchInterval: sync.sync_status === 'in_progress' ? STEPS_AGAIN_MS : false,
    // What the lines said until now stays in sight while they are read again at the end.
    placeholderData: (before) => (before?.sync_id === sync.id ? before : undefined),
  })
  const changes = useQuery({
    ...statusChangesQuery(sync),
    // It may end while it is looked at: what was told until now stays until the rest is known.
    placeholderData: (before) => before,
  })
  const lines = useFirstLines(sync)
  const known = courses.data?.courses ?? null
  // A sentence about a part of the courses would be wrong about them all.
  const judged = courses.isError || courses.data?.next_cursor != null ? [] : known
  const told = errorTypeFacts(sync.error_type)?.next_step ?? null
  const head = <SyncHead sync={sync} courses={judged} />
  // How long the panels are depends on them all; drawn one after the other, they would push each other about.
  const settled = ![courses, steps, changes, lines].some(({ isPending }) => isPending)
  const [drawn, setDrawn] = useState(settled)
  if (settled && !drawn) setDrawn(true)
  if (!drawn) {
    return (
      <>
        {head}
        {courses.isPending ? null : <PanelsWait />}
      </>
    )
  }
  return (
    <>
      {head}
      <FailedCourses courses={known ?? []} next_step_told={told} />
      <StatusHistory changes={changes.data?.status_changes ?? []} />
      <WaterfallPanel sync={sync} courses={courses} steps={steps} />
      <SyncLogLines sync={sync} />
      <div className="sync-columns">
        <EntityTable sync={sync} courses={known ?? []} />
        <PreviousSync sync={sync} courses={courses.data ?? null} />
        <ApiCalls steps={steps} />
        <SyncFacts sync={sync} />
      </div>
      <Panel title="Courses">
        <Asked query={courses}>
          {(list) => <CourseOutcomes list={list} running={sync.sync_status === 'in_progress'} />}
        </Asked>
      </Panel>
      <SyncCopies sync={sync} />
    </>
  )
}
