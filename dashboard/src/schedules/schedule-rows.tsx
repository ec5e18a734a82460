import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { DueRunRecord, ScheduleRecord } from '../../../src/schedules/schedule-records.ts'
import { Ahead } from '../parts/date-time.tsx'
import { Ago } from '../parts/time-text.tsx'
import { DueStrip } from './due-strip.tsx'
import { ScheduleMark } from './schedule-mark.tsx'
import { timesText } from './schedule-states.ts'

interface ScheduleRowsProps {
  readonly schedules: readonly ScheduleRecord[]
  /** By slug. */
  readonly due_runs: Readonly<Record<string, readonly DueRunRecord[]>>
  /** The address of the page with this schedule opened. */
  readonly hrefOf: (slug: string) => string
}

export function ScheduleRows({ schedules, due_runs, hrefOf }: ScheduleRowsProps): ReactNode {
  return (
    <ul className="error-groups alert-rows schedule-rows">
      {schedules.map((schedule) => (
        <li key={schedule.slug} data-row="">
          <div className="error-what">
            <p className="error-marks">
              <ScheduleMark schedule={schedule} />
              <span>{whoseText(schedule)}</span>
            </p>
            <Link href={hrefOf(schedule.slug)} className="error-message">
              {schedule.slug}
            </Link>
            <p className="next-step">
              {timesText(schedule)}, {schedule.time_zone.replaceAll('_', ' ')}
            </p>
          </div>
          <DueStrip runs={due_runs[schedule.slug] ?? []} />
          <p className="error-times">
            <span>
              {schedule.next_due_at === null ? (
                'nothing due'
              ) : (
                <>
                  next <Ahead at={schedule.next_due_at} />
                </>
              )}
            </span>
            {schedule.last_due_at === null ? null : (
              <span>
                last due <Ago at_ms={Date.parse(schedule.last_due_at)} />
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  )
}

const whoseText = ({ sync_type, user_id }: ScheduleRecord): string =>
  user_id === null ? `syncs of type ${sync_type}` : `syncs of type ${sync_type} for user ${user_id}`
