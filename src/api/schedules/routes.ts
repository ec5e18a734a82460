import { z } from 'zod'
import { SLUG, SLUG_RULE } from '../../schedules/check-schedule.ts'
import { problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { wholeNumber } from '../http/parameters.ts'
import { get, post, put, remove, type Route } from '../http/route.ts'
import { DECLARED_PARAMETERS, putSchedule, scheduleChangeSchema } from './declare.ts'
import { scheduleDetailsSchema, scheduleListSchema, scheduleSchema } from './schedule-schemas.ts'
import { deleteSchedule, getSchedule, getSchedules, pausing, scheduleRemovedSchema } from './schedules.ts'

const slug = z
  .string({ error: SLUG_RULE })
  .regex(SLUG, { error: SLUG_RULE })
  .meta({ description: 'The name of the schedule', examples: ['nightly'] })
const changed = { 200: scheduleSchema, 404: problemSchema }

export const SCHEDULE_ROUTES: readonly Route[] = [
  get(
    `${BASE}/schedules`,
    {
      summary: 'When syncs are expected, and how it stands with each schedule',
      parameters: {
        runs: wholeNumber(0, 50)
          .default(0)
          .meta({ description: 'At most so many of the last times of each; of the first 200 schedules' }),
      },
      answers: { 200: scheduleListSchema },
    },
    getSchedules,
  ),
  get(
    `${BASE}/schedules/{slug}`,
    {
      summary: 'One schedule: what became of its last times, and when it is due next',
      parameters: {
        slug,
        limit: wholeNumber(1, 500).default(20).meta({ description: 'At most so many of its last times' }),
      },
      answers: { 200: scheduleDetailsSchema, 404: problemSchema },
    },
    getSchedule,
  ),
  put(
    `${BASE}/schedules/{slug}`,
    {
      summary: 'Make a schedule, or change it',
      parameters: { slug, ...DECLARED_PARAMETERS },
      answers: { 200: scheduleChangeSchema, 409: problemSchema },
    },
    putSchedule,
  ),
  remove(
    `${BASE}/schedules/{slug}`,
    {
      summary: 'Delete a schedule, and what became of its times',
      parameters: { slug },
      answers: { 200: scheduleRemovedSchema, 404: problemSchema, 409: problemSchema },
    },
    deleteSchedule,
  ),
  post(
    `${BASE}/schedules/{slug}/pause`,
    { summary: 'Expect nothing until the schedule is resumed', parameters: { slug }, answers: changed },
    pausing(true),
  ),
  post(
    `${BASE}/schedules/{slug}/resume`,
    { summary: 'Expect again what is due from now on', parameters: { slug }, answers: changed },
    pausing(false),
  ),
]
