import { z } from 'zod'
import { MonitorError } from '../core/errors.ts'
import { systemZone } from '../core/local-time.ts'
import type { ScheduleTerms } from '../core/schedule.ts'
import { checkSchedule, type GivenSchedule } from '../schedules/check-schedule.ts'
import { MOST_SCHEDULES } from '../store/schedules.ts'

/** By name. */
export type GivenSchedules = Readonly<Record<string, GivenSchedule>>

/** When syncs are expected. */
export interface SchedulesConfig {
  /** Of the server. Only in a configuration file: what is taken out of it is expected no more. */
  readonly schedules: GivenSchedules
}

export const SCHEDULES_DEFAULTS: SchedulesConfig = { schedules: {} }

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const SCHEDULES_NAMES: Readonly<Record<keyof SchedulesConfig, Names>> = {
  schedules: {
    environment: null,
    flag: null,
    example: '{ "nightly": { "cron": "0 2 * * *", "margin": "15m" } }',
  },
}

export const SCHEDULES_SCHEMA: Readonly<Record<keyof SchedulesConfig, z.ZodType>> = {
  schedules: z
    .custom<GivenSchedules>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      'must be an object of schedules by their names',
    )
    .superRefine((given, context) => {
      try {
        declaredSchedules(given, systemZone())
      } catch (error) {
        const message = error instanceof MonitorError ? error.message : 'it is not valid'
        context.addIssue({ code: 'custom', message: `is refused: ${message.replace(/\.$/, '')}` })
      }
    }),
}

/**
 * @param zone IANA name for those that name none
 * @throws MonitorError `config_invalid` that names the first schedule that is wrong, and what
 */
export function declaredSchedules(given: GivenSchedules, zone: string): ScheduleTerms[] {
  const all = Object.entries(given)
  if (all.length > MOST_SCHEDULES) {
    throw new MonitorError('config_invalid', `There may be ${MOST_SCHEDULES} schedules.`, {
      next_step: 'Leave out the user ids, so that one schedule is for all users of a type.',
    })
  }
  return all.map(([slug, schedule]) => checkSchedule(slug, schedule, zone))
}
