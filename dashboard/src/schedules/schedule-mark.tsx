import type { ReactNode } from 'react'
import type { DueState } from '../../../src/core/schedule.ts'
import type { ScheduleRecord } from '../../../src/schedules/schedule-records.ts'
import { ToneMark } from '../parts/tone-mark.tsx'
import { DUE_MARKS, markOf } from './schedule-states.ts'

/** How it stands with a schedule. */
export function ScheduleMark({ schedule }: { readonly schedule: ScheduleRecord }): ReactNode {
  return <ToneMark mark={markOf(schedule)} />
}

/** What became of one time. */
export function DueMark({ state }: { readonly state: DueState }): ReactNode {
  return <ToneMark mark={DUE_MARKS[state]} />
}
