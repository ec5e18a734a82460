import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import { countText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { Sign } from '../parts/sign.tsx'
import { failureGroups, type FailureGroup } from './failure-groups.ts'

/** More are named when somebody wants them. */
const NAMED = 12

interface FailedCoursesProps {
  readonly courses: readonly CourseOutcomeRecord[]
  /** Of the whole sync: what it reports already need not be told again below it. */
  readonly next_step_told: string | null
}

/** What went wrong, those alike together. */
export function FailedCourses({ courses, next_step_told }: FailedCoursesProps): ReactNode {
  const groups = failureGroups(courses)
  if (groups.length === 0) return null
  const failed = groups.reduce((sum, group) => sum + group.courses.length, 0)
  return (
    <Panel
      title={`${countText(failed)} of ${countText(courses.length)} courses could not be read`}
      aside={groups.length > 1 ? <span className="hint">{countText(groups.length)} reasons</span> : undefined}
    >
      <ul className="failure-groups">
        {groups.map((group) => (
          <Group
            key={`${group.outcome} ${group.error_type ?? group.message}`}
            group={group}
            told={group.next_step === next_step_told}
          />
        ))}
      </ul>
    </Panel>
  )
}

function Group({ group, told }: { readonly group: FailureGroup; readonly told: boolean }): ReactNode {
  const { outcome, error_type, message, next_step, courses } = group
  const first = courses.slice(0, NAMED)
  const rest = courses.slice(NAMED)
  return (
    <li>
      <p className="failure-head">
        <span className="status status-failed">
          <Sign shape={outcome === 'forbidden' ? 'refused' : 'cross'} />{' '}
          {error_type?.replaceAll('_', ' ') ?? outcome}
        </span>
        <span>
          {countText(courses.length)} {courses.length === 1 ? 'course' : 'courses'}
        </span>
      </p>
      <p className="reason">{message}</p>
      {next_step === null || told ? null : <p className="next-step">{next_step}</p>}
      <CourseLinks courses={first} />
      {rest.length === 0 ? null : (
        <details>
          <summary>{countText(rest.length)} more courses</summary>
          <CourseLinks courses={rest} />
        </details>
      )}
    </li>
  )
}

function CourseLinks({ courses }: { readonly courses: readonly CourseOutcomeRecord[] }): ReactNode {
  return (
    <ul className="course-links">
      {courses.map(({ course_id, error_message }) => (
        <li key={course_id}>
          <Link
            href={`/syncs?course_id=${encodeURIComponent(String(course_id))}`}
            title={error_message ?? ''}
          >
            course {course_id}
          </Link>
        </li>
      ))}
    </ul>
  )
}
