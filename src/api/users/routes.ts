import { BASE } from '../http/base-path.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { get, type Route } from '../http/route.ts'
import { BEAT_PARAMETERS, beatListSchema, getBeats } from './beats.ts'
import { CALENDAR_PARAMETERS, calendarSchema, getCalendar } from './calendar.ts'
import { getUsers, USER_LIST_PARAMETERS, userListSchema } from './user-list.ts'

export const USER_ROUTES: readonly Route[] = [
  get(
    `${BASE}/users`,
    {
      summary: 'The users that syncs ran for, those in trouble first',
      strict: true,
      parameters: USER_LIST_PARAMETERS,
      answers: { 200: userListSchema },
      headers: { 200: LINK_HEADER },
    },
    getUsers,
  ),
  get(
    `${BASE}/beats`,
    {
      summary: 'The newest runs in short, for a row of bars',
      strict: true,
      parameters: BEAT_PARAMETERS,
      answers: { 200: beatListSchema },
    },
    getBeats,
  ),
  get(
    `${BASE}/calendar`,
    {
      summary: 'Syncs by the days of a time zone, week by week',
      strict: true,
      parameters: CALENDAR_PARAMETERS,
      answers: { 200: calendarSchema },
    },
    getCalendar,
  ),
]
