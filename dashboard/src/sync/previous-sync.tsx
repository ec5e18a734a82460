import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { CourseOutcomeList, CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { unitText } from '../charts/chart-lines.ts'
import { FigureTable, type FigureColumn } from '../parts/figure-table.tsx'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel, Waits } from '../parts/panel.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Ago } from '../parts/time-text.tsx'
import { compareSyncs, outcomeChanges, previousOf, type ComparedFigure } from './compare-syncs.ts'
import { earlierSyncsQuery, outcomesQuery } from './sync-queries.ts'

/** So many changed courses are named. */
const NAMED = 20

interface PreviousSyncProps {
  readonly sync: SyncRecord
  /** Null until they are known. */
  readonly courses: CourseOutcomeList | null
}

/** What is other than the last time. */
export function PreviousSync({ sync, courses }: PreviousSyncProps): ReactNode {
  const earlier = useQuery(earlierSyncsQuery(sync))
  return (
    <Panel title="Compared with the sync before">
      <Asked query={earlier} lines={9}>
        {({ syncs }) => {
          const before = previousOf(sync, syncs)
          if (before === null) {
            return <p className="empty">There is no earlier sync of the same user and type.</p>
          }
          return <Comparison sync={sync} before={before} courses={courses} />
        }}
      </Asked>
    </Panel>
  )
}

interface ComparisonProps extends PreviousSyncProps {
  readonly before: SyncRecord
}

function Comparison({ sync, before, courses }: ComparisonProps): ReactNode {
  const outcomes = useQuery(outcomesQuery(before.id))
  return (
    <>
      <p className="previous-link">
        <Link href={`/syncs/${before.id}`}>The sync before</Link> <StatusMark status={before.sync_status} />{' '}
        <span className="quiet-text">
          started <Ago at_ms={Date.parse(before.sync_start_time)} />
        </span>
      </p>
      <FigureTable
        label="Table of the comparison"
        rows_are="Figure"
        rows={compareSyncs(sync, before)}
        keyOf={({ words }) => words}
        nameOf={({ words }) => words}
        columns={sync.sync_end_time === null ? UNTIL_NOW : COLUMNS}
      />
      {courses === null ? (
        <Waits />
      ) : (
        <Asked query={outcomes}>{(list) => <Changes now={courses} before={list} />}</Asked>
      )}
    </>
  )
}

const nowOf = ({ now, unit }: ComparedFigure): string => unitText(now, unit)
const BEFORE: FigureColumn<ComparedFigure> = {
  words: 'Before',
  of: ({ before, unit }) => unitText(before, unit),
}

const COLUMNS: readonly FigureColumn<ComparedFigure>[] = [
  { words: 'This sync', of: nowOf },
  BEFORE,
  { words: 'Difference', of: ({ now, before, unit }) => differenceText(now, before, unit) },
]

/** What one that runs has not done yet is no difference. */
const UNTIL_NOW: readonly FigureColumn<ComparedFigure>[] = [{ words: 'Until now', of: nowOf }, BEFORE]

function differenceText(now: number | null, before: number | null, unit: ComparedFigure['unit']): string {
  if (now === null || before === null) return '–'
  if (now === before) return 'the same'
  const sign = now > before ? '+' : '−'
  const share = before === 0 ? '' : ` (${sign}${Math.round((100 * Math.abs(now - before)) / before)}\u00A0%)`
  return `${sign}${unitText(Math.abs(now - before), unit)}${share}`
}

interface ChangesProps {
  readonly now: CourseOutcomeList
  readonly before: CourseOutcomeList
}

function Changes({ now, before }: ChangesProps): ReactNode {
  const { newly_failing, still_failing, recovered } = outcomeChanges(now.courses, before.courses)
  if (now.next_cursor !== null || before.next_cursor !== null) {
    return <p className="hint">They have more courses than can be compared here.</p>
  }
  if (newly_failing.length + still_failing.length + recovered.length === 0) {
    return <p className="hint">No course failed then, and none fails now.</p>
  }
  return (
    <dl className="outcome-changes">
      <Courses words="Newly failing" courses={newly_failing} />
      <Courses words="Failing again" courses={still_failing} />
      <Courses words="Recovered" courses={recovered} />
    </dl>
  )
}

interface CoursesProps {
  readonly words: string
  readonly courses: readonly CourseOutcomeRecord[]
}

function Courses({ words, courses }: CoursesProps): ReactNode {
  const more = courses.length - NAMED
  const named = courses.slice(0, NAMED).map(({ course_id }) => `course ${course_id}`)
  return (
    <div>
      <dt>
        {words}: {countText(courses.length)}
      </dt>
      <dd>{more > 0 ? `${named.join(', ')}, and ${countText(more)} more` : named.join(', ') || 'none'}</dd>
    </div>
  )
}
