import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ErrorGroupCourseRecord, ErrorGroupUserRecord } from '../../../src/api/errors/error-details.ts'
import { countText } from '../parts/number-text.ts'
import { Ago } from '../parts/time-text.tsx'
import { syncsText } from './error-words.ts'

interface TouchedUsersProps {
  readonly users: readonly ErrorGroupUserRecord[]
  readonly group_id: number
  /** The newest syncs that were looked at. */
  readonly looked_at: number
}

/** Whose syncs met the error most often. */
export function TouchedUsers({ users, group_id, looked_at }: TouchedUsersProps): ReactNode {
  if (users.length === 0) return null
  return (
    <section>
      <h3>Users</h3>
      <ul className="error-lines">
        {users.map(({ user_id, sync_count, last_seen_at }) => (
          <li key={user_id}>
            <Link href={`/syncs?error_group=${group_id}&user_id=${encodeURIComponent(String(user_id))}`}>
              User {user_id}
            </Link>
            <span>{syncsText(sync_count)}</span>
            <span className="quiet-text">
              last <Ago at_ms={Date.parse(last_seen_at)} />
            </span>
          </li>
        ))}
      </ul>
      <p className="hint">
        Counted in the newest {countText(looked_at)} syncs of the period, at most 20 users.
      </p>
    </section>
  )
}

interface CourseErrorsProps {
  readonly errors: readonly ErrorGroupCourseRecord[]
  readonly looked_at: number
}

/** What went wrong in single courses: a sync that ended partial says little more than how many they were. */
export function CourseErrors({ errors, looked_at }: CourseErrorsProps): ReactNode {
  if (errors.length === 0) return null
  return (
    <section>
      <h3>Errors of its courses</h3>
      <ul className="error-courses">
        {errors.map((error) => (
          <li key={`${error.error_type ?? ''} ${error.message}`}>
            <p>
              {error.message === '' ? (error.error_type ?? 'no message').replaceAll('_', ' ') : error.message}
            </p>
            <p className="quiet-text">
              {countText(error.course_count)} {error.course_count === 1 ? 'course' : 'courses'}:{' '}
              {error.course_ids.map((id, index) => (
                <span key={id}>
                  {index === 0 ? '' : ', '}
                  <Link href={`/syncs?course_id=${encodeURIComponent(String(id))}`}>{id}</Link>
                </span>
              ))}
              {error.course_count > error.course_ids.length ? ', …' : ''}
              {' · '}
              <Link href={`/syncs/${error.last_sync_id}`}>newest sync</Link>
            </p>
          </li>
        ))}
      </ul>
      <p className="hint">
        Of the newest {countText(looked_at)} syncs of the period. What is muted and resolved is the error of
        the syncs: errors of single courses have no state of their own.
      </p>
    </section>
  )
}
