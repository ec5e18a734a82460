import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ErrorGroupDetailsRecord } from '../../../src/api/errors/error-details.ts'
import { TimeChart } from '../charts/time-chart.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Asked } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { ErrorActions } from './error-actions.tsx'
import { CourseErrors, TouchedUsers } from './error-touched.tsx'
import { ErrorHistory } from './error-history.tsx'
import { periodWords } from './error-filters.ts'
import { boundedText, DIRECTION_WORDS, directionOf, syncsText } from './error-words.ts'
import { errorGroupQuery } from './errors-queries.ts'
import { MutedUntil, StateMark } from './state-mark.tsx'

interface ErrorGroupDialogProps {
  readonly id: number
  readonly days: number
  readonly onClose: () => void
}

/** One group, at the side of the list. */
export function ErrorGroupDialog({ id, days, onClose }: ErrorGroupDialogProps): ReactNode {
  const details = useQuery(errorGroupQuery(id, days))
  return (
    <Dialog title={`Error ${id}`} onClose={onClose} className="dialog-side">
      <Asked query={details} lines={14}>
        {(shown) => <Details details={shown} days={days} />}
      </Asked>
    </Dialog>
  )
}

interface DetailsProps {
  readonly details: ErrorGroupDetailsRecord
  readonly days: number
}

function Details({ details, days }: DetailsProps): ReactNode {
  const { group, users, course_errors, history } = details
  const words = periodWords(days)
  return (
    <>
      <div className="error-head">
        <p className="error-marks">
          <StateMark state={group.state} />
          <span>{group.error_type === null ? 'no type' : group.error_type.replaceAll('_', ' ')}</span>
          {group.muted_until === null ? null : <MutedUntil at_ms={Date.parse(group.muted_until)} />}
        </p>
        <p className="error-sentence">
          {group.message === '' ? 'An error without a message' : group.message}
        </p>
        {group.next_step === null ? null : <p className="next-step">{group.next_step}</p>}
      </div>
      <ErrorActions group={group} />
      <dl className="facts error-facts">
        <Fact name={`In the last ${words}`}>
          {syncsText(group.sync_count)} {DIRECTION_WORDS[directionOf(group)]}
        </Fact>
        <Fact name="Touches">
          {boundedText(group.users, 'user', 'users')}
          {group.courses.count === 0 ? '' : `, ${boundedText(group.courses, 'course', 'courses')}`}
        </Fact>
        <Fact name="Last seen">
          <Ago at_ms={Date.parse(group.last_seen_at)} />
        </Fact>
        <Fact name="First seen">
          <Ago at_ms={Date.parse(group.first_seen_at)} />
        </Fact>
      </dl>
      <p className="error-links">
        <Link href={`/syncs?error_group=${group.id}`}>All its syncs</Link>
        {group.last_sync_id === null ? (
          <span className="quiet-text">Its newest sync was deleted.</span>
        ) : (
          <Link href={`/syncs/${group.last_sync_id}`}>The newest sync</Link>
        )}
      </p>
      <section>
        <h3>Syncs over time</h3>
        <TimeChart
          title={`Syncs that ended with this error, the last ${words}`}
          starts={details.trend_starts.map((start) => Date.parse(start))}
          bucket={details.trend_bucket}
          lines={[{ name: 'Syncs', values: group.trend, colour: 'fill-failed' }]}
          unit="count"
        />
      </section>
      <CourseErrors errors={course_errors} looked_at={details.courses_looked_at} />
      <ErrorHistory history={history} />
      <TouchedUsers users={users} group_id={group.id} looked_at={details.users_looked_at} />
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
