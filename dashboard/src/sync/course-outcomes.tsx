import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { CourseOutcomeList, CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { CourseOutcomeStatus } from '../../../src/core/sync-status.ts'
import { countText, durationText } from '../parts/number-text.ts'
import type { SignShape } from '../parts/mark.ts'
import { Sign } from '../parts/sign.tsx'

/** More are drawn when somebody wants them. */
const SHOWN = 50

const ORDER: Readonly<Record<CourseOutcomeStatus, number>> = {
  failed: 0,
  forbidden: 1,
  frozen: 2,
  skipped: 3,
  completed: 4,
}

const SIGNS: Readonly<Record<CourseOutcomeStatus, SignShape>> = {
  failed: 'cross',
  forbidden: 'refused',
  frozen: 'frozen',
  skipped: 'dash',
  completed: 'check',
}

const TONES: Readonly<Record<CourseOutcomeStatus, string>> = {
  failed: 'status-failed',
  forbidden: 'status-failed',
  frozen: 'status-cancelled',
  skipped: 'status-cancelled',
  completed: 'status-completed',
}

interface CourseOutcomesProps {
  readonly list: CourseOutcomeList
  readonly running: boolean
}

/** What went wrong first, then what took longest. */
export function CourseOutcomes({ list, running }: CourseOutcomesProps): ReactNode {
  const [all, setAll] = useState(false)
  if (list.courses.length === 0)
    return (
      <p className="empty">{running ? 'No course has ended yet.' : 'No course of this sync was done.'}</p>
    )
  const courses = list.courses.toSorted(
    (a, b) => ORDER[a.outcome] - ORDER[b.outcome] || b.duration_ms - a.duration_ms,
  )
  return (
    <>
      <CourseTable courses={all ? courses : courses.slice(0, SHOWN)} />
      {courses.length <= SHOWN ? null : (
        <p className="more">
          <span>{countText(all ? courses.length : SHOWN)} shown</span>
          <button
            type="button"
            onClick={() => {
              setAll(!all)
            }}
          >
            {all ? 'Show fewer' : `Show all ${countText(courses.length)}`}
          </button>
        </p>
      )}
      {list.next_cursor === null ? null : (
        <p className="hint">These are the first {countText(list.count)} courses; the API has the others.</p>
      )}
    </>
  )
}

function CourseTable({ courses }: { readonly courses: readonly CourseOutcomeRecord[] }): ReactNode {
  return (
    <div className="wide tall" role="group" aria-label="Table of courses" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Course</th>
            <th scope="col">Outcome</th>
            <th scope="col" className="numeric">
              Duration
            </th>
            <th scope="col" className="numeric">
              Calls
            </th>
            <th scope="col" className="numeric">
              Submissions
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {courses.map((course) => (
            <CourseRow key={course.course_id} course={course} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function CourseRow({ course }: { readonly course: CourseOutcomeRecord }): ReactNode {
  const { course_id, outcome, duration_ms, api_calls, error_message, reason, entities } = course
  const submissions = entities.submissions
  return (
    <tr>
      <th scope="row">
        <Link href={`/syncs?course_id=${encodeURIComponent(String(course_id))}`}>{course_id}</Link>
      </th>
      <td className={`status ${TONES[outcome]}`}>
        <Sign shape={SIGNS[outcome]} /> {outcome}
      </td>
      <td className="numeric nowrap">{durationText(duration_ms / 1000)}</td>
      <td className="numeric">{countText(api_calls)}</td>
      <td className="numeric">{submissions === undefined ? '–' : countText(submissions.processed)}</td>
      <td className="reason">{error_message ?? reason ?? ''}</td>
    </tr>
  )
}
