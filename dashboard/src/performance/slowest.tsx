import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SlowCourseList, SlowUserList } from '../../../src/api/performance/slowest.ts'
import { BarList } from '../charts/bar-list.tsx'
import { unitText } from '../charts/chart-lines.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import type { PerformancePeriod } from './performance-period.ts'
import { slowestCoursesQuery, slowestUsersQuery } from './performance-queries.ts'

interface SlowestProps {
  readonly period: PerformancePeriod
}

export function SlowestCourses({ period }: SlowestProps): ReactNode {
  const query = useQuery(slowestCoursesQuery(period.days))
  return (
    <Panel title="Slowest courses">
      <div className="list-room">
        <Asked query={query}>
          {(list) =>
            list.count === 0 ? (
              <p className="empty">No course was read in the last {period.words}.</p>
            ) : (
              <>
                <BarList title="Slowest courses" rows={list.courses.map(rowOfCourse)} />
                <p className="hint">{lookedAtCourses(list)}</p>
              </>
            )
          }
        </Asked>
      </div>
    </Panel>
  )
}

type Row = Parameters<typeof BarList>[0]['rows'][number]

function rowOfCourse({ course_id, mean_ms, outcomes, failed }: SlowCourseList['courses'][number]): Row {
  const troubled = failed === 0 ? '' : `, ${countText(failed)} failed`
  return {
    label: `Course ${course_id}`,
    href: `/syncs?course_id=${encodeURIComponent(course_id)}`,
    value: mean_ms,
    text: `${unitText(mean_ms, 'milliseconds')} · read ${times(outcomes)}${troubled}`,
  }
}

function lookedAtCourses({ looked_at_syncs, looked_at_outcomes, sampled }: SlowCourseList): string {
  const of = `${countText(looked_at_outcomes)} courses read by ${countText(looked_at_syncs)} syncs`
  return sampled ? `On average, in the newest of the period: ${of}.` : `On average, of ${of}.`
}

export function SlowestUsers({ period }: SlowestProps): ReactNode {
  const query = useQuery(slowestUsersQuery(period.days))
  return (
    <Panel title="Slowest users">
      <div className="list-room">
        <Asked query={query}>
          {(list) =>
            list.count === 0 ? (
              <p className="empty">No user's sync was completed in the last {period.words}.</p>
            ) : (
              <>
                <BarList title="Slowest users" rows={list.users.map(rowOfUser)} />
                <p className="hint">{lookedAtUsers(list)}</p>
              </>
            )
          }
        </Asked>
      </div>
    </Panel>
  )
}

function rowOfUser({ user_id, mean_seconds, sync_count }: SlowUserList['users'][number]): Row {
  return {
    label: `User ${user_id ?? ''}`,
    href: `/users/${encodeURIComponent(String(user_id))}`,
    value: mean_seconds,
    text: `${durationText(mean_seconds)} · ${countText(sync_count)} ${sync_count === 1 ? 'sync' : 'syncs'}`,
  }
}

function lookedAtUsers({ looked_at_users, sampled }: SlowUserList): string {
  const users = `${countText(looked_at_users)} ${looked_at_users === 1 ? 'user' : 'users'}`
  return sampled
    ? `Average of a completed sync, of the ${users} who synced last.`
    : `Average of a completed sync, of ${users}.`
}

const times = (count: number): string => (count === 1 ? 'once' : `${countText(count)} times`)
