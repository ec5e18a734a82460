import type { ReactNode } from 'react'
import type { CourseOutcomeList, CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { CourseOutcomeStatus } from '../../../src/core/sync-status.ts'
import { countText, durationText } from '../parts/number-text.ts'

const ORDER: Readonly<Record<CourseOutcomeStatus, number>> = {
  failed: 0,
  forbidden: 1,
  frozen: 2,
  skipped: 3,
  completed: 4,
}

/** What went wrong first. */
export function CourseOutcomes({ list }: { readonly list: CourseOutcomeList }): ReactNode {
  if (list.courses.length === 0) return <p className="empty">No course has ended yet.</p>
  const courses = list.courses.toSorted((a, b) => ORDER[a.outcome] - ORDER[b.outcome])
  return (
    <>
      <CourseTable courses={courses} />
      {list.next_cursor === null ? null : (
        <p className="hint">These are the first {countText(list.count)}; there are more.</p>
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
  const { outcome, duration_ms, api_calls, error_message, reason } = course
  return (
    <tr>
      <th scope="row">{course.course_id}</th>
      <td>{outcome}</td>
      <td className="numeric nowrap">{durationText(duration_ms / 1000)}</td>
      <td className="numeric">{countText(api_calls)}</td>
      <td className="reason">{error_message ?? reason ?? ''}</td>
    </tr>
  )
}
